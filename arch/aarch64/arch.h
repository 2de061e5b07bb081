/* What the generic loader needs to know of aarch64 (psABI: "ELF for the Arm 64-bit Architecture",
 * aaelf64, and "Procedure Call Standard", aapcs64).
 *
 * Every machine's folder has an arch.h with these same names; generic code includes it and contains
 * no machine conditional of its own.
 */
#ifndef MYLD_ARCH_H
#define MYLD_ARCH_H

#include "cpu.h"
#include <stddef.h>
#include <stdint.h>

#define ARCH_MACHINE EM_AARCH64

/* Thread-local storage, variant I (Drepper, "ELF Handling for TLS", section 3; aaelf64, "Thread
 * Local Storage"): two words at the thread pointer, then the blocks of the program and its
 * libraries. What a libc keeps for a thread lies below the thread pointer. */
#define ARCH_TLS_BELOW_TP 0
/* Bytes between the thread pointer and the first TLS block above it: the dtv and a word for the
 * libc. */
#define ARCH_TLS_GAP 16
/* What is added to a DTPREL value and to __tls_get_addr's result. */
#define ARCH_DTP_BIAS 0

/* The thread control block of a program without libc: nothing below the thread pointer, the dtv at
 * it. */
#define ARCH_TCB_SIZE 0
#define ARCH_TCB_DTV 0

/* Dynamic tags of the machine's own, from DT_LOPROC on: up to DT_AARCH64_VARIANT_PCS, the sixth
 * (aaelf64 table 5-13). */
#define ARCH_DYNAMIC_TAGS 6
/* MINSIGSTKSZ of the kernel's headers, bytes, where the kernel does not say better. */
#define ARCH_MINIMUM_SIGNAL_STACK 5120
/* What precedes an abort handler of restartable sequences (linux/rseq.h: RSEQ_SIG): a brk
 * instruction. */
#define ARCH_RSEQ_SIGNATURE 0xd428bc00

/* JUMP_SLOT and GLOB_DAT are S + A (aaelf64 table 5-12). */
#define ARCH_SLOT_HAS_ADDEND 1

/* Whether ld.so complains of an IFUNC symbol whose object it relocates after its user. */
#define ARCH_CHECKS_RESOLVERS 0

/* Bits of st_other that say that a function must not be bound lazily: STO_AARCH64_VARIANT_PCS, for
 * its arguments may lie in registers that no trampoline keeps (SVE's). */
#define ARCH_OTHER_EAGER 0x80

/* A tag that says that the PLT checks signatures of its slots (DT_AARCH64_PAC_PLT). */
#define ARCH_SIGNED_PLT_TAG 0x70000003

/* The property of code made for checked branch targets: GNU_PROPERTY_AARCH64_FEATURE_1_AND and its
 * bit FEATURE_1_BTI. */
#define ARCH_FEATURE_PROPERTY 0xc0000000
#define ARCH_FEATURE_GUARDED 1

/* No levels of processors. */
#define ARCH_LEVEL_PROPERTY 0
static inline uint32_t arch_levels_missing(const struct cpu *cpu) {
    (void)cpu;
    return 0;
}

/* What guarded code is mapped with besides PROT_EXEC: PROT_BTI, where the processor knows it.
 * @param hwcap2 the kernel's AT_HWCAP2 */
static inline int arch_guard(uint64_t hwcap2) {
    return cpu_checks_branches(hwcap2) ? 0x10 : 0;
}

/* The value that a PLT slot at address `slot` of a signed PLT must hold for `value`: signed with
 * key A and the slot's address, as "autia1716" checks it. Processors without signatures take the
 * instruction for a hint. */
static inline uintptr_t arch_sign(uintptr_t value, uintptr_t slot) {
    register uintptr_t x17 __asm__("x17") = value;
    register uintptr_t x16 __asm__("x16") = slot;
    __asm__("hint #8" : "+r"(x17) : "r"(x16)); /* pacia1716 */
    return x17;
}

/* A system call with up to six arguments. Returns its result, or -errno. */
static inline long arch_syscall(long number, long a, long b, long c, long d, long e, long f) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
}

/* A counter that runs evenly, in ticks of its own. */
static inline uint64_t arch_ticks(void) {
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
}

/* The thread pointer. */
static inline uintptr_t arch_thread_pointer(void) {
    uintptr_t tp;
    __asm__("mrs %0, tpidr_el0" : "=r"(tp));
    return tp;
}

/* Makes `tp` the calling thread's thread pointer. Returns 0. */
static inline int arch_set_thread_pointer(uintptr_t tp) {
    __asm__ volatile("msr tpidr_el0, %0" : : "r"(tp) : "memory");
    return 0;
}

/* Fills the thread control block of a program without libc: it has no words but the dtv, for
 * -fstack-protector looks at a variable, not here. */
static inline void arch_prepare_tcb(uintptr_t tp, const unsigned char *random) {
    (void)tp, (void)random;
}

/* Leaves the loader: the stack pointer becomes `stack`, the destructor hook `fini` goes into the
 * register in which the C library's start expects it (x0), control goes to `entry`. */
_Noreturn void arch_enter(uintptr_t entry, void *stack, void (*fini)(void));

/* GOT[0] of the PLT's part is reserved and holds nothing. */
#define ARCH_GOT_NAMES_DYNAMIC 0

/* GOT[2] of a lazily bound object: what PLT0 jumps to (lazy.c is its C side). */
extern const char arch_lazy_trampoline[];

/* The same for an object whose calls auditors watch (audit_bind.c is its C side), and the names of
 * their functions (rtld-audit(7)). */
extern const char arch_audit_trampoline[];
#define ARCH_AUDIT_ENTER "la_aarch64_gnu_pltenter"
#define ARCH_AUDIT_LEAVE "la_aarch64_gnu_pltexit"
/* The return address of a call, from the registers that the trampoline has saved (La_aarch64_regs:
 * lr_lr). */
#define ARCH_AUDIT_CALLER(registers) (*(uintptr_t *)((char *)(registers) + 216))
/* The oldest version of the interface whose structures are the same. */
#define ARCH_AUDIT_OLDEST 2
/* The trampoline saves the same registers on all processors. */
static inline void arch_audit_prepare(const struct cpu *cpu) {
    (void)cpu;
}

/* A signal handler's way back into the kernel is in the vdso. The instruction before which the
 * signal came, from the handler's third argument. */
#define ARCH_SIGNAL_FLAGS 0
#define ARCH_SIGNAL_RESTORER NULL
static inline uintptr_t arch_interrupted_at(const void *context) {
    return ((const uintptr_t *)context)[55]; /* uc_mcontext.pc */
}

/* Entry points of TLS descriptors (TLSDESC: aaelf64, "TLS descriptors"). */
extern const char arch_tlsdesc_static[];
extern const char arch_tlsdesc_dynamic[];
extern const char arch_tlsdesc_undefined[];

/* The names of `all` (glibc-hwcaps folders, best first) from the first that this
 * processor can use: glibc defines none for aarch64. */
static inline const char *arch_hwcaps(const struct cpu *cpu, const char *all) {
    (void)cpu;
    return all;
}

/* The bits of LD_HWCAP_MASK that are set where nobody says otherwise: HWCAP_ATOMICS. */
#define ARCH_HWCAP_MASK 0x100
/* Room for the names of arch_hwcap_folders. */
#define ARCH_HWCAP_FOLDERS 1

/* The names of old search folders for features (before glibc-hwcaps), best first, of which this
 * processor has the feature and `mask` the bit. `hwcap` is AT_HWCAP. Returns how many. */
static inline size_t arch_hwcap_folders(const struct cpu *cpu, uint64_t hwcap, uint64_t mask,
                                        const char *names[ARCH_HWCAP_FOLDERS]) {
    (void)cpu;
    if (hwcap & mask & 0x100)
        names[0] = "atomics";
    return (hwcap & mask & 0x100) != 0;
}

/* glibc's number of an old search folder by platform, -1: it has none. */
#define ARCH_PLATFORM_NUMBER(platform) (-1)

/* Takes features away from programs: on this machine none has a name. */
static inline void arch_disable_features(struct cpu *cpu, const char *words, size_t length) {
    (void)cpu, (void)words, (void)length;
}

/* What $PLATFORM stands for. */
static inline const char *arch_platform(const struct cpu *cpu, const char *kernel) {
    (void)cpu;
    return kernel;
}

struct linker;

/* Calls the resolver of an STT_GNU_IFUNC symbol with the arguments that its ABI gives it. */
uintptr_t arch_call_ifunc(uintptr_t resolver, const struct linker *linker);

/* Bytes of an area for all vector state: arch_call_keeping_vectors needs none that it could not
 * know itself. */
static inline size_t arch_vector_area(const struct cpu *cpu) {
    (void)cpu;
    return 0;
}

/* Calls function(argument) and keeps all vector registers that can carry arguments of functions
 * that are bound lazily, so that the lazy-binding trampoline need not save them unless foreign code
 * runs. `area` is arch_vector_area's value. */
uintptr_t arch_call_keeping_vectors(uintptr_t (*function)(void *), void *argument, size_t area);

/* Calls function(argument). arch_throw(*frame, value) from within ends the call, however deep, and
 * makes it return `value`; else it returns 0. Every register that a callee keeps is as before. */
int arch_catch(void **frame, void (*function)(void *), void *argument);

/* Returns from the arch_catch that has set `frame`, which must not be over. `value` is not 0. */
_Noreturn void arch_throw(void *frame, int value);

#endif
