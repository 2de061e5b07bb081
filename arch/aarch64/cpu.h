/* What this processor is and can do, as far as programs' libraries ask their loader for it.
 *
 * In:  the identification registers that a program may read (Arm Architecture Reference Manual,
 * D19: DCZID_EL0, MIDR_EL1), and the kernel's AT_HWCAP. Out: struct cpu. Features are not in it:
 * the kernel tells them all in AT_HWCAP and AT_HWCAP2 (struct process).
 */
#ifndef MYLD_AARCH64_CPU_H
#define MYLD_AARCH64_CPU_H

#include <stddef.h>
#include <stdint.h>

struct cpu {
    uint32_t zero_block; /* bytes that DC ZVA clears at once; 0: it may not be used */
};

/** Ask the processor everything once. @param cpu is overwritten. */
void cpu_identify(struct cpu *cpu);

/**
 * Maker and model, as in MIDR_EL1. The register is the kernel's: it is emulated where HWCAP_CPUID
 * says so.
 * @param hwcap the kernel's AT_HWCAP
 * @return the register, 0 where it cannot be read
 */
uint64_t cpu_model(uint64_t hwcap);

#define CPU_MODEL_UNKNOWN UINT64_MAX

/** Maker and model of a processor by name. @return as cpu_model; CPU_MODEL_UNKNOWN: nobody knows it
 */
uint64_t cpu_model_named(const char *name);

/** Whether there are vectors of variable length. @param hwcap the kernel's AT_HWCAP */
static inline int cpu_has_sve(uint64_t hwcap) {
    return hwcap >> 22 & 1; /* HWCAP_SVE */
}

/** Whether branch targets are checked in pages mapped with PROT_BTI. @param hwcap2 the kernel's
 * AT_HWCAP2 */
static inline int cpu_checks_branches(uint64_t hwcap2) {
    return hwcap2 >> 17 & 1; /* HWCAP2_BTI */
}

/** Whether memory can be tagged, and accesses checked by it. @param hwcap2 the kernel's AT_HWCAP2
 */
static inline int cpu_tags_memory(uint64_t hwcap2) {
    return hwcap2 >> 18 & 1; /* HWCAP2_MTE */
}

#endif
