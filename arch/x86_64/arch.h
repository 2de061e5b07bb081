/* What the generic loader needs to know of x86_64 (psABI: System V ABI, AMD64 supplement 1.0).
 *
 * Every machine's folder has an arch.h with these same names; generic code includes it and contains
 * no machine conditional of its own.
 */
#ifndef MYLD_ARCH_H
#define MYLD_ARCH_H

#include "cpu.h"
#include "loader/text.h"
#include <stddef.h>
#include <stdint.h>

#define ARCH_MACHINE EM_X86_64

/* Thread-local storage, variant II (psABI 3.4.2; Drepper, "ELF Handling for TLS", section 3): the
 * blocks of the program and its libraries lie below the thread pointer, the thread control block at
 * and above it. */
#define ARCH_TLS_BELOW_TP 1
/* Bytes between the thread pointer and the first TLS block above it (variant I only). */
#define ARCH_TLS_GAP 0
/* What is added to a DTPREL value and to __tls_get_addr's result. */
#define ARCH_DTP_BIAS 0

/* The thread control block of a program without libc: self pointer, dtv, and where
 * -fstack-protector looks. */
#define ARCH_TCB_SIZE 64
#define ARCH_TCB_DTV 8

/* Dynamic tags of the machine's own (DT_LOPROC …): none that anybody reads. */
#define ARCH_DYNAMIC_TAGS 0
/* MINSIGSTKSZ of the kernel's headers, bytes, where the kernel does not say better. */
#define ARCH_MINIMUM_SIGNAL_STACK 2048
/* What precedes an abort handler of restartable sequences (linux/rseq.h: RSEQ_SIG). */
#define ARCH_RSEQ_SIGNATURE 0x53053053

/* JUMP_SLOT and GLOB_DAT take the symbol's address alone (psABI table 4.9). */
#define ARCH_SLOT_HAS_ADDEND 0

/* Whether ld.so complains of an IFUNC symbol whose object it relocates after its user. */
#define ARCH_CHECKS_RESOLVERS 1

/* Bits of st_other that say that a function must not be bound lazily: none. */
#define ARCH_OTHER_EAGER 0

/* No PLT whose slots are signed, no code whose branches are checked in pages marked for it. */
#define ARCH_SIGNED_PLT_TAG 0
#define ARCH_FEATURE_PROPERTY 0
#define ARCH_FEATURE_GUARDED 0

/* The property with the levels that an object needs (GNU_PROPERTY_X86_ISA_1_NEEDED). */
#define ARCH_LEVEL_PROPERTY 0xc0008002

/* The bits of all levels that the processor does not have. */
static inline uint32_t arch_levels_missing(const struct cpu *cpu) {
    unsigned level = cpu_level(cpu);
    return level ? ~((UINT32_C(1) << level) - 1) : 0; /* 0: one of which nothing is known */
}

static inline int arch_guard(uint64_t hwcap2) {
    (void)hwcap2;
    return 0;
}

static inline uintptr_t arch_sign(uintptr_t value, uintptr_t slot) {
    (void)slot;
    return value;
}

/* A system call with up to six arguments. Returns its result, or -errno. */
static inline long arch_syscall(long number, long a, long b, long c, long d, long e, long f) {
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

/* A counter that runs evenly, in ticks of its own. */
static inline uint64_t arch_ticks(void) {
    return __builtin_ia32_rdtsc();
}

/* The thread pointer, which the TCB stores at its own first word (psABI 3.4.2). */
static inline uintptr_t arch_thread_pointer(void) {
    uintptr_t tp;
    __asm__("mov %%fs:0, %0" : "=r"(tp));
    return tp;
}

/* Makes `tp` the calling thread's thread pointer; tp[0] must hold tp. Returns 0 or -errno. */
int arch_set_thread_pointer(uintptr_t tp);

/* Fills the thread control block of a program without libc: the pointer to itself and, from the
 * kernel's random bytes, the stack guard at offset 40. */
static inline void arch_prepare_tcb(uintptr_t tp, const unsigned char *random) {
    *(uintptr_t *)tp = tp;
    for (size_t i = 1; random && i < 8; i++)
        ((unsigned char *)tp)[40 + i] = random[i];
}

/* Leaves the loader: the stack pointer becomes `stack`, the destructor hook `fini` goes into the
 * register that the psABI names (rdx, figure 3.9), control goes to `entry`. */
_Noreturn void arch_enter(uintptr_t entry, void *stack, void (*fini)(void));

/* GOT[0] holds the address of the dynamic section, as the link editor knew it (psABI 5.2). */
#define ARCH_GOT_NAMES_DYNAMIC 1

/* GOT[2] of a lazily bound object: what PLT0 jumps to (lazy.c is its C side). */
extern const char arch_lazy_trampoline[];

/* The same for an object whose calls auditors watch (audit_bind.c is its C side), and the names of
 * their functions (rtld-audit(7)). */
extern const char arch_audit_trampoline[];
#define ARCH_AUDIT_ENTER "la_x86_64_gnu_pltenter"
#define ARCH_AUDIT_LEAVE "la_x86_64_gnu_pltexit"
/* The return address of a call, from the registers that the trampoline has saved (La_x86_64_regs:
 * lr_rsp points at it). */
#define ARCH_AUDIT_CALLER(registers) (**(uintptr_t **)((char *)(registers) + 56))
/* The oldest version of the interface whose structures are the same. */
#define ARCH_AUDIT_OLDEST 1
/* Bytes of each vector register that the trampoline saves: 16, 32 or 64. Set before it is used. */
extern uint32_t arch_audit_vectors;
static inline void arch_audit_prepare(const struct cpu *cpu) {
    arch_audit_vectors = (cpu->xcr0 & 0xe6) == 0xe6 ? 64 : (cpu->xcr0 & 6) == 6 ? 32 : 16;
}

/* A signal handler's way back into the kernel, and the instruction before which the signal came,
 * from the handler's third argument. */
extern const char arch_signal_return[];
#define ARCH_SIGNAL_FLAGS 0x04000000 /* SA_RESTORER */
#define ARCH_SIGNAL_RESTORER arch_signal_return
static inline uintptr_t arch_interrupted_at(const void *context) {
    return ((const uintptr_t *)context)[21]; /* uc_mcontext.gregs[REG_RIP] */
}

/* Entry points of TLS descriptors (TLSDESC: Oliva and de Oliveira, "Thread-Local Storage
 * Descriptors"). */
extern const char arch_tlsdesc_static[];
extern const char arch_tlsdesc_dynamic[];
extern const char arch_tlsdesc_undefined[];

/* The names of `all` (glibc-hwcaps folders, best first) from the first that this
 * processor can use. */
static inline const char *arch_hwcaps(const struct cpu *cpu, const char *all) {
    size_t length;
    for (unsigned level = 4; level > cpu_level(cpu) && next_word(&all, &length); level--)
        ;
    return all;
}

/* The bits of LD_HWCAP_MASK that are set where nobody says otherwise. */
#define ARCH_HWCAP_MASK 6
/* Room for the names of arch_hwcap_folders. */
#define ARCH_HWCAP_FOLDERS 2

/* The names of old search folders for features (before glibc-hwcaps), best first, of which this
 * processor has the feature and `mask` the bit. `hwcap` is AT_HWCAP. Returns how many. */
static inline size_t arch_hwcap_folders(const struct cpu *cpu, uint64_t hwcap, uint64_t mask,
                                        const char *names[ARCH_HWCAP_FOLDERS]) {
    uint64_t bits = cpu_hwcap(cpu) & mask;
    size_t count = 0;
    (void)hwcap;
    if (bits & 4)
        names[count++] = "avx512_1";
    if (bits & 2)
        names[count++] = "x86_64";
    return count;
}

/* glibc's number of an old search folder by platform, -1: it has none. */
#define ARCH_PLATFORM_NUMBER(platform)                                                             \
    (strcmp(platform, "haswell") == 0 ? 50 : strcmp(platform, "xeon_phi") == 0 ? 51 : -1)

/* Takes features away from programs, as far as IFUNC resolvers and search folders tell: "-NAME" in
 * `words`, which commas separate. */
static inline void arch_disable_features(struct cpu *cpu, const char *words, size_t length) {
    cpu_disable(cpu, words, length);
}

/* What $PLATFORM stands for. */
static inline const char *arch_platform(const struct cpu *cpu, const char *kernel) {
    return cpu_platform(cpu, kernel);
}

struct linker;

/* Calls the resolver of an STT_GNU_IFUNC symbol with the arguments that its ABI gives it. */
uintptr_t arch_call_ifunc(uintptr_t resolver, const struct linker *linker);

/* Bytes of the XSAVE area that holds all vector state; 0: the processor has only FXSAVE. */
static inline size_t arch_vector_area(const struct cpu *cpu) {
    return cpu->xcr0 ? cpu->xsave.ebx : 0;
}

/* Calls function(argument) and keeps all vector registers, so that the lazy-binding trampoline need
 * not save them unless foreign code runs. `area` is arch_vector_area's value. */
uintptr_t arch_call_keeping_vectors(uintptr_t (*function)(void *), void *argument, size_t area);

/* Calls function(argument). arch_throw(*frame, value) from within ends the call, however deep, and
 * makes it return `value`; else it returns 0. Every register that a callee keeps is as before. */
int arch_catch(void **frame, void (*function)(void *), void *argument);

/* Returns from the arch_catch that has set `frame`, which must not be over. `value` is not 0. */
_Noreturn void arch_throw(void *frame, int value);

#endif
