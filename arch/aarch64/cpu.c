/* What the processor is, and how resolvers of IFUNC symbols learn what it can do: see cpu.h and
 * arch.h. */
#include "cpu.h"

#include "arch.h"
#include "loader/linker.h"

#define HWCAP_CPUID (1u << 11)
/* In the first argument of a resolver: the second one is there. */
#define IFUNC_ARG_HWCAP (UINT64_C(1) << 62)

/* DCZID_EL0: bit 4 forbids DC ZVA, bits 3-0 are the binary logarithm of its block in words of 4
 * bytes. */
void cpu_identify(struct cpu *cpu) {
    uint64_t zero;
    __asm__("mrs %0, dczid_el0" : "=r"(zero));
    cpu->zero_block = zero & 0x10 ? 0 : 4u << (zero & 0xf);
}

uint64_t cpu_model(uint64_t hwcap) {
    uint64_t model;
    if (!(hwcap & HWCAP_CPUID))
        return 0;
    __asm__("mrs %0, midr_el1" : "=r"(model));
    return model;
}

/* <sys/ifunc.h>'s __ifunc_arg_t. */
struct ifunc_argument {
    unsigned long size, hwcap, hwcap2;
};

/* Old resolvers look at the first argument alone. */
uintptr_t arch_call_ifunc(uintptr_t resolver, const struct linker *linker) {
    const struct process *process = &linker->process;
    struct ifunc_argument argument = {sizeof argument, process->hwcap, process->hwcap2};
    typedef uintptr_t resolver_function(uint64_t, const struct ifunc_argument *);
    return ((resolver_function *)resolver)(process->hwcap | IFUNC_ARG_HWCAP, &argument);
}
