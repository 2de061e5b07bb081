/* What this processor is and can do: CPUID gathered once, and the questions the loader asks of it.
 *
 * In:  the CPUID and XGETBV instructions (Intel SDM volume 2A, AMD APM volume 3 appendix E).
 * Out: struct cpu, filled in by cpu_identify and constant afterwards: the leaves as the processor
 * gave them, the bits among them that a program may really use, and the leaves that describe the
 * caches.
 *
 * A hypervisor intercepts every CPUID, which costs thousands of cycles each, so each leaf is asked
 * for once and only if somebody needs it: 13 CPUIDs on an AMD processor of today.
 */
#ifndef MYLD_X86_64_CPU_H
#define MYLD_X86_64_CPU_H

#include <stddef.h>
#include <stdint.h>

/* The four registers that one CPUID returns. */
struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

/* The makers that differ in how their leaves are read. Hygon's processors are AMD's here. */
enum cpu_vendor { CPU_OTHER, CPU_INTEL, CPU_AMD, CPU_ZHAOXIN };

/* The leaves that hold feature bits; the digit after the last underscore is the sub-leaf. */
enum cpu_leaf {
    CPU_LEAF_1,
    CPU_LEAF_7_0,
    CPU_LEAF_80000001,
    CPU_LEAF_D_1,
    CPU_LEAF_80000007,
    CPU_LEAF_80000008,
    CPU_LEAF_7_1,
    CPU_LEAF_19,
    CPU_LEAF_14_0,
    CPU_LEAF_COUNT
};

/* Feature bits that are tested by name outside the tables of cpu.c. */
#define CPU_BIT(n) (1u << (n))
enum {
    /* leaf 1, ecx and edx */
    CPU_FMA = CPU_BIT(12),
    CPU_MOVBE = CPU_BIT(22),
    CPU_POPCNT = CPU_BIT(23),
    CPU_XSAVE = CPU_BIT(26),
    CPU_OSXSAVE = CPU_BIT(27),
    CPU_AVX = CPU_BIT(28),
    CPU_CX8 = CPU_BIT(8),
    CPU_CMOV = CPU_BIT(15),
    CPU_HTT = CPU_BIT(28),
    /* leaf 7, ebx and edx */
    CPU_BMI1 = CPU_BIT(3),
    CPU_HLE = CPU_BIT(4),
    CPU_AVX2 = CPU_BIT(5),
    CPU_BMI2 = CPU_BIT(8),
    CPU_ERMS = CPU_BIT(9),
    CPU_RTM = CPU_BIT(11),
    CPU_AVX512F = CPU_BIT(16),
    CPU_AVX512DQ = CPU_BIT(17),
    CPU_AVX512PF = CPU_BIT(26),
    CPU_AVX512ER = CPU_BIT(27),
    CPU_AVX512CD = CPU_BIT(28),
    CPU_AVX512BW = CPU_BIT(30),
    CPU_FSRM = CPU_BIT(4),
    CPU_RTM_ALWAYS_ABORT = CPU_BIT(11),
    /* leaf 7.1, eax */
    CPU_AVX_VNNI = CPU_BIT(4),
    /* leaf 0x80000001, ecx */
    CPU_LZCNT = CPU_BIT(5),
    /* leaf 0xd.1, eax */
    CPU_XSAVEC = CPU_BIT(1),
};
#define CPU_AVX512VL CPU_BIT(31) /* leaf 7, ebx; no enumerator: it does not fit an int */

enum { CPU_CACHE_MAX = 8, CPU_TOPOLOGY_MAX = 4 };

struct cpu {
    enum cpu_vendor vendor;
    uint32_t max_leaf, max_extended_leaf;
    uint32_t family, model, stepping; /* extended fields added as the vendor says; 0 if CPU_OTHER */
    uint64_t xcr0;                    /* register state the kernel saves for us; 0 without XSAVE */
    struct cpuid leaf[CPU_LEAF_COUNT];   /* as the processor gave them; leaf 1 is 0 if CPU_OTHER */
    struct cpuid usable[CPU_LEAF_COUNT]; /* those a program may use; the rest 0 */
    uint8_t design_level;                /* cpu_level before a model's known faults are taken off */
    struct cpuid xsave;                  /* leaf 0xd.0: sizes of XSAVE areas */

    /* Caches. Intel: descriptors, cache, topology; Zhaoxin: cache, topology; AMD: the amd_… */
    struct cpuid descriptors;                /* leaf 2 */
    struct cpuid cache[CPU_CACHE_MAX];       /* leaf 4, up to but without the terminating entry */
    struct cpuid topology[CPU_TOPOLOGY_MAX]; /* leaf 0xb, likewise */
    uint8_t cache_count, topology_count;
    struct cpuid amd_l1;       /* leaf 0x80000005 */
    struct cpuid amd_l2_l3;    /* leaf 0x80000006 */
    struct cpuid amd_l3_share; /* leaf 0x8000001d.3: how many threads share one L3 */
};

/* The state that CPU_XSAVE_MASK saves: SSE, AVX, MPX's bounds, AVX-512; not x87, PKRU and AMX,
 * which no function's arguments travel in. To be given in edx:eax to XSAVEC or XSAVE. */
#define CPU_XSAVE_MASK UINT32_C(0xee)

/** Ask the processor everything once. @param cpu is overwritten. */
void cpu_identify(struct cpu *cpu);

/**
 * The highest level of the psABI (x86-64-v1 … v4) whose features are all usable, by the rules with
 * which glibc chooses its glibc-hwcaps folders.
 * @return 1 to 4; 0 for a processor about which even the baseline is unknown (CPU_OTHER)
 */
unsigned cpu_level(const struct cpu *cpu);

/**
 * Take features away from programs, and what cannot be used without them.
 * @param words separated by commas: "-NAME" for a feature; others say nothing here
 * @param length bytes of `words`
 */
void cpu_disable(struct cpu *cpu, const char *words, size_t length);

/** Take one feature away, by name, and nothing else. @param length bytes of `name` */
void cpu_disable_one(struct cpu *cpu, const char *name, size_t length);

/** Take away what needs registers that XSAVE saves where no usable instruction saves them. */
void cpu_settle(struct cpu *cpu);

/**
 * The size of the area in which the state of CPU_XSAVE_MASK is to be saved: with XSAVEC if
 * cpu_has_xsavec, else with XSAVE if cpu->xcr0 is not 0, else with FXSAVE.
 * @return bytes; the area must be aligned to 64
 */
size_t cpu_xsave_size(const struct cpu *cpu);

/** Whether XSAVEC may be used. @return 0 or 1 */
int cpu_has_xsavec(const struct cpu *cpu);

/**
 * What $PLATFORM stands for in a library path and the name of the folder for it.
 * @param at_platform the kernel's AT_PLATFORM, may be NULL
 * @return "haswell", "xeon_phi" or at_platform
 */
const char *cpu_platform(const struct cpu *cpu, const char *at_platform);

/** What getauxval(AT_HWCAP) gives under glibc: not CPUID's bits as the kernel's AT_HWCAP, but
 * glibc's own folder bits. @return bit 1 x86_64, bit 2 the AVX-512 of a server processor */
uint64_t cpu_hwcap(const struct cpu *cpu);

#endif
