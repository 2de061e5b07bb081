/* CPUID gathered once: see cpu.h.
 *
 * In:  CPUID and XGETBV.
 * Out: struct cpu. The order of work: ask for the leaves, mark which feature bits a program may use
 *      (the processor has them and the kernel saves their registers), take off what is known to be
 *      faulty in a model.
 *
 * Implements: Intel SDM volume 1 chapter 13 (XSAVE) and 14 (detecting AVX), x86-64 psABI
 * section 3.1.1 (levels). "Usable" follows glibc 2.36, whose IFUNC resolvers read it.
 */
#include "cpu.h"

#include <string.h>

#define BIT CPU_BIT

static struct cpuid cpuid(uint32_t leaf, uint32_t subleaf) {
    struct cpuid r;
    __asm__ volatile("cpuid"
                     : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
                     : "a"(leaf), "c"(subleaf));
    return r;
}

/* XCR0: which register state the kernel has enabled. Faults unless leaf 1 has OSXSAVE. */
static uint64_t read_xcr0(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low | (uint64_t)high << 32;
}

/* ---- Gathering ---- */

static enum cpu_vendor vendor_of(const struct cpuid *leaf0) {
    static const struct {
        char name[13];
        uint8_t vendor;
    } known[] = {
        {"GenuineIntel", CPU_INTEL},   {"AuthenticAMD", CPU_AMD},     {"HygonGenuine", CPU_AMD},
        {"CentaurHauls", CPU_ZHAOXIN}, {"  Shanghai  ", CPU_ZHAOXIN},
    };
    const uint32_t name[] = {leaf0->ebx, leaf0->edx, leaf0->ecx};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (memcmp(name, known[i].name, sizeof name) == 0)
            return (enum cpu_vendor)known[i].vendor;
    return CPU_OTHER;
}

/* Split leaf 1's signature. The extended model counts for family 15 and, for Intel and Zhaoxin, 6
 * and 7. */
static void read_signature(struct cpu *cpu) {
    uint32_t eax = cpu->leaf[CPU_LEAF_1].eax;
    uint32_t extended_model = eax >> 12 & 0xf0;
    cpu->family = eax >> 8 & 0xf;
    cpu->model = eax >> 4 & 0xf;
    cpu->stepping = eax & 0xf;
    if (cpu->family == 0xf || cpu->vendor == CPU_ZHAOXIN ||
        (cpu->vendor == CPU_INTEL && cpu->family == 6))
        cpu->model += extended_model;
    if (cpu->family == 0xf)
        cpu->family += eax >> 20 & 0xff;
}

/* Leaves 7 and up. Sub-leaf 7.1 exists if 7.0 says so and reads as 0 otherwise; AMD reserves 0x14
 * (trace) and 0x19 (Key Locker), which read as 0 too: not asking changes nothing but the time. */
static void read_basic_leaves(struct cpu *cpu) {
    if (cpu->max_leaf >= 7) {
        cpu->leaf[CPU_LEAF_7_0] = cpuid(7, 0);
        if (cpu->leaf[CPU_LEAF_7_0].eax >= 1)
            cpu->leaf[CPU_LEAF_7_1] = cpuid(7, 1);
    }
    if (cpu->max_leaf >= 0xd) {
        cpu->leaf[CPU_LEAF_D_1] = cpuid(0xd, 1);
        if (cpu->xcr0 != 0)
            cpu->xsave = cpuid(0xd, 0);
    }
    if (cpu->max_leaf >= 0x14 && cpu->vendor != CPU_AMD)
        cpu->leaf[CPU_LEAF_14_0] = cpuid(0x14, 0);
    if (cpu->max_leaf >= 0x19 && cpu->vendor != CPU_AMD)
        cpu->leaf[CPU_LEAF_19] = cpuid(0x19, 0);
}

static void read_extended_leaves(struct cpu *cpu) {
    cpu->max_extended_leaf = cpuid(0x80000000, 0).eax;
    if (cpu->max_extended_leaf >= 0x80000001)
        cpu->leaf[CPU_LEAF_80000001] = cpuid(0x80000001, 0);
    if (cpu->max_extended_leaf >= 0x80000007)
        cpu->leaf[CPU_LEAF_80000007] = cpuid(0x80000007, 0);
    if (cpu->max_extended_leaf >= 0x80000008)
        cpu->leaf[CPU_LEAF_80000008] = cpuid(0x80000008, 0);
}

static void read_amd_caches(struct cpu *cpu) {
    if (cpu->max_extended_leaf >= 0x80000005)
        cpu->amd_l1 = cpuid(0x80000005, 0);
    if (cpu->max_extended_leaf >= 0x80000006)
        cpu->amd_l2_l3 = cpuid(0x80000006, 0);
    if (cpu->max_extended_leaf >= 0x8000001d && cpu->family >= 0x17)
        cpu->amd_l3_share = cpuid(0x8000001d, 3);
}

/* Leaf 4: one cache per sub-leaf until one of type 0. */
static void read_cache_list(struct cpu *cpu) {
    if (cpu->max_leaf < 4)
        return;
    while (cpu->cache_count < CPU_CACHE_MAX) {
        struct cpuid cache = cpuid(4, cpu->cache_count);
        if ((cache.eax & 0x1f) == 0)
            break;
        cpu->cache[cpu->cache_count++] = cache;
    }
}

/* Leaf 0xb: threads of a core, then of a package; nobody needs more than these two. */
static void read_topology(struct cpu *cpu) {
    enum { SMT = 1, CORE = 2 };
    unsigned missing = BIT(SMT) | BIT(CORE);
    if (cpu->max_leaf < 0xb || !(cpu->leaf[CPU_LEAF_1].edx & CPU_HTT))
        return;
    while (missing && cpu->topology_count < CPU_TOPOLOGY_MAX) {
        struct cpuid part = cpuid(0xb, cpu->topology_count);
        uint32_t type = part.ecx >> 8 & 0xff;
        if ((part.ebx & 0xff) == 0 || type == 0)
            break;
        cpu->topology[cpu->topology_count++] = part;
        if (type <= CORE)
            missing &= ~BIT(type);
    }
}

/* ---- Which of the features are usable ---- */

/* What must hold before the bits of a rule count. */
enum need {
    NEED_NOTHING,
    NEED_XSAVE,
    NEED_AVX,
    NEED_AVX512,
    NEED_AMX,
    NEED_KEY_LOCKER,
    NEED_COUNT
};
enum reg { EAX, EBX, ECX, EDX };

struct rule {
    uint8_t leaf, reg, need;
    uint32_t bits;
};

/* Bits that no rule names (of the system's side, such as SMEP, or unknown to glibc 2.36) stay
 * unusable. */
static const struct rule rules[] = {
    /* SSE3 PCLMULQDQ SSSE3 CMPXCHG16B SSE4.1 SSE4.2 MOVBE POPCNT AES OSXSAVE RDRAND */
    {CPU_LEAF_1, ECX, NEED_NOTHING,
     BIT(0) | BIT(1) | BIT(9) | BIT(13) | BIT(19) | BIT(20) | BIT(22) | BIT(23) | BIT(25) |
         BIT(27) | BIT(30)},
    /* TSC CX8 CMOV CLFSH MMX FXSR SSE SSE2 HTT */
    {CPU_LEAF_1, EDX, NEED_NOTHING,
     BIT(4) | BIT(8) | BIT(15) | BIT(19) | BIT(23) | BIT(24) | BIT(25) | BIT(26) | BIT(28)},
    /* BMI1 HLE BMI2 ERMS RTM RDSEED ADX CLFLUSHOPT CLWB SHA */
    {CPU_LEAF_7_0, EBX, NEED_NOTHING,
     BIT(3) | BIT(4) | BIT(8) | BIT(9) | BIT(11) | BIT(18) | BIT(19) | BIT(23) | BIT(24) | BIT(29)},
    /* PREFETCHWT1 OSPKE WAITPKG GFNI RDPID CLDEMOTE MOVDIRI MOVDIR64B */
    {CPU_LEAF_7_0, ECX, NEED_NOTHING,
     BIT(0) | BIT(4) | BIT(5) | BIT(8) | BIT(22) | BIT(25) | BIT(27) | BIT(28)},
    /* FSRM RTM_ALWAYS_ABORT SERIALIZE TSXLDTRK */
    {CPU_LEAF_7_0, EDX, NEED_NOTHING, BIT(4) | BIT(11) | BIT(14) | BIT(16)},
    /* LAHF64 LZCNT SSE4A PREFETCHW TBM; RDTSCP */
    {CPU_LEAF_80000001, ECX, NEED_NOTHING, BIT(0) | BIT(5) | BIT(6) | BIT(8) | BIT(21)},
    {CPU_LEAF_80000001, EDX, NEED_NOTHING, BIT(27)},
    /* WBNOINVD; FZLRM FSRS FSRCS; PTWRITE */
    {CPU_LEAF_80000008, EBX, NEED_NOTHING, BIT(9)},
    {CPU_LEAF_7_1, EAX, NEED_NOTHING, BIT(10) | BIT(11) | BIT(12)},
    {CPU_LEAF_14_0, EBX, NEED_NOTHING, BIT(4)},
    /* XSAVEOPT XSAVEC XGETBV(1) XFD */
    {CPU_LEAF_D_1, EAX, NEED_XSAVE, BIT(0) | BIT(1) | BIT(2) | BIT(4)},
    /* FMA AVX F16C; AVX2; VAES VPCLMULQDQ; AVX-VNNI; XOP */
    {CPU_LEAF_1, ECX, NEED_AVX, BIT(12) | BIT(28) | BIT(29)},
    {CPU_LEAF_7_0, EBX, NEED_AVX, BIT(5)},
    {CPU_LEAF_7_0, ECX, NEED_AVX, BIT(9) | BIT(10)},
    {CPU_LEAF_7_1, EAX, NEED_AVX, BIT(4)},
    {CPU_LEAF_80000001, ECX, NEED_AVX, BIT(11)},
    /* AVX512: F DQ IFMA PF ER CD BW VL; VBMI VBMI2 VNNI BITALG VPOPCNTDQ; 4VNNIW 4FMAPS
     * VP2INTERSECT FP16; BF16 */
    {CPU_LEAF_7_0, EBX, NEED_AVX512,
     BIT(16) | BIT(17) | BIT(21) | BIT(26) | BIT(27) | BIT(28) | BIT(30) | BIT(31)},
    {CPU_LEAF_7_0, ECX, NEED_AVX512, BIT(1) | BIT(6) | BIT(11) | BIT(12) | BIT(14)},
    {CPU_LEAF_7_0, EDX, NEED_AVX512, BIT(2) | BIT(3) | BIT(8) | BIT(23)},
    {CPU_LEAF_7_1, EAX, NEED_AVX512, BIT(5)},
    /* AMX: BF16 TILE INT8 */
    {CPU_LEAF_7_0, EDX, NEED_AMX, BIT(22) | BIT(24) | BIT(25)},
    /* Key Locker: AESKLE, WIDE_KL; KL */
    {CPU_LEAF_19, EBX, NEED_KEY_LOCKER, BIT(0) | BIT(2)},
    {CPU_LEAF_7_0, ECX, NEED_KEY_LOCKER, BIT(23)},
};

static uint32_t *register_of(struct cpuid *leaf, unsigned reg) {
    uint32_t *const registers[] = {&leaf->eax, &leaf->ebx, &leaf->ecx, &leaf->edx};
    return registers[reg];
}

/* Wide registers may be used only if the kernel saves them: XCR0 tells (SDM volume 1, 14.3
 * and 15.2). */
static void find_needs(const struct cpu *cpu, _Bool met[NEED_COUNT]) {
    enum { YMM = 0x6, ZMM = 0xe6, TILES = 0x60000 };
    uint32_t osxsave = cpu->leaf[CPU_LEAF_1].ecx & CPU_OSXSAVE;
    uint64_t state = osxsave ? cpu->xcr0 : 0;
    met[NEED_NOTHING] = 1;
    met[NEED_XSAVE] = osxsave != 0;
    met[NEED_AVX] = (state & YMM) == YMM && (cpu->leaf[CPU_LEAF_1].ecx & CPU_AVX);
    met[NEED_AVX512] = (state & ZMM) == ZMM && (cpu->leaf[CPU_LEAF_7_0].ebx & CPU_AVX512F);
    met[NEED_AMX] = (state & TILES) == TILES;
    met[NEED_KEY_LOCKER] = cpu->leaf[CPU_LEAF_19].ebx & BIT(0);
}

static void find_usable(struct cpu *cpu) {
    enum { OSPKE = BIT(4), PKU = BIT(3), FMA4 = BIT(16) };
    _Bool met[NEED_COUNT];
    find_needs(cpu, met);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (met[rules[i].need])
            *register_of(&cpu->usable[rules[i].leaf], rules[i].reg) |=
                *register_of(&cpu->leaf[rules[i].leaf], rules[i].reg) & rules[i].bits;
    /* OSXSAVE and OSPKE are the kernel's word for XSAVE and PKU. */
    if (met[NEED_XSAVE])
        cpu->usable[CPU_LEAF_1].ecx |= CPU_XSAVE;
    if (cpu->leaf[CPU_LEAF_7_0].ecx & OSPKE)
        cpu->usable[CPU_LEAF_7_0].ecx |= PKU;
    if (cpu->leaf[CPU_LEAF_7_0].edx & CPU_RTM_ALWAYS_ABORT)
        cpu->usable[CPU_LEAF_7_0].ebx &= ~CPU_RTM;
    if (cpu->vendor == CPU_AMD && met[NEED_AVX])
        cpu->usable[CPU_LEAF_80000001].ecx |= cpu->leaf[CPU_LEAF_80000001].ecx & FMA4;
}

/* Takes away all features whose rule has this need. */
static void forbid(struct cpu *cpu, enum need need) {
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].need == need)
            *register_of(&cpu->usable[rules[i].leaf], rules[i].reg) &= ~rules[i].bits;
}

void cpu_settle(struct cpu *cpu) {
    enum { FMA4 = BIT(16) };
    if (!(cpu->usable[CPU_LEAF_1].ecx & CPU_OSXSAVE)) {
        cpu->usable[CPU_LEAF_1].ecx &= ~CPU_XSAVE;
        forbid(cpu, NEED_XSAVE);
    }
    if (cpu->usable[CPU_LEAF_1].ecx & CPU_XSAVE || cpu->usable[CPU_LEAF_D_1].eax & CPU_XSAVEC)
        return;
    forbid(cpu, NEED_AVX);
    forbid(cpu, NEED_AVX512);
    forbid(cpu, NEED_AMX);
    cpu->usable[CPU_LEAF_80000001].ecx &= ~FMA4;
}

/* ---- Known faults of models ---- */

/* Intel's transactional memory: switched off by microcode in the Skylake generation (Intel support
 * article 59422), and faulty in Haswell (errata HSW136 and its like) but for the late Xeon E7 v3.
 */
static void disable_faulty_tsx(struct cpu *cpu) {
    struct cpuid *leaf7 = &cpu->usable[CPU_LEAF_7_0];
    switch (cpu->model) {
    case 0x55: /* Skylake server */
        if (cpu->stepping > 5)
            return;
        break;
    case 0x8e: /* Kaby Lake and its descendants */
    case 0x9e:
        if (cpu->stepping > 0xc)
            return;
        break;
    case 0x4e: /* Skylake */
    case 0x5e:
        break;
    case 0x3f: /* Haswell server */
        if (cpu->stepping < 4)
            leaf7->ebx &= ~CPU_RTM;
        return;
    case 0x3c: /* Haswell */
    case 0x45:
    case 0x46:
        leaf7->ebx &= ~CPU_RTM;
        return;
    default:
        return;
    }
    leaf7->ebx &= ~(CPU_HLE | CPU_RTM);
    leaf7->edx |= CPU_RTM_ALWAYS_ABORT;
}

static void apply_faults(struct cpu *cpu) {
    if (cpu->vendor == CPU_INTEL && cpu->family == 6)
        disable_faulty_tsx(cpu);
    /* Zhaoxin's ZX-C and ZX-D: AVX is there but slower than SSE. */
    if (cpu->vendor == CPU_ZHAOXIN &&
        ((cpu->family == 6 && (cpu->model == 0xf || cpu->model == 0x19)) ||
         (cpu->family == 7 && (cpu->model == 0x1b || cpu->model == 0x3b)))) {
        cpu->usable[CPU_LEAF_1].ecx &= ~CPU_AVX;
        cpu->usable[CPU_LEAF_7_0].ebx &= ~CPU_AVX2;
    }
}

void cpu_identify(struct cpu *cpu) {
    memset(cpu, 0, sizeof *cpu);
    struct cpuid leaf0 = cpuid(0, 0);
    struct cpuid leaf1 = cpuid(1, 0);
    cpu->max_leaf = leaf0.eax;
    cpu->vendor = vendor_of(&leaf0);
    if (leaf1.ecx & CPU_OSXSAVE)
        cpu->xcr0 = read_xcr0();
    if (cpu->vendor != CPU_OTHER) { /* of an unknown maker glibc believes leaf 7 and up only */
        cpu->leaf[CPU_LEAF_1] = leaf1;
        read_signature(cpu);
        read_extended_leaves(cpu);
    }
    read_basic_leaves(cpu);
    if (cpu->vendor == CPU_AMD)
        read_amd_caches(cpu);
    if (cpu->vendor == CPU_INTEL && cpu->max_leaf >= 2)
        cpu->descriptors = cpuid(2, 0);
    if (cpu->vendor == CPU_INTEL || cpu->vendor == CPU_ZHAOXIN) {
        read_cache_list(cpu);
        read_topology(cpu);
    }
    find_usable(cpu);
    cpu->design_level = (uint8_t)cpu_level(cpu);
    apply_faults(cpu);
}

/* ---- Questions ---- */

unsigned cpu_level(const struct cpu *cpu) {
    static const struct {
        uint8_t level;
        struct cpuid leaf1, leaf7, leaf80000001;
    } required[] = {
        /* CX8 CMOV MMX FXSR SSE SSE2 */
        {1, {.edx = BIT(8) | BIT(15) | BIT(23) | BIT(24) | BIT(25) | BIT(26)}, {0}, {0}},
        /* SSE3 SSSE3 CMPXCHG16B SSE4.1 SSE4.2 POPCNT; LAHF64 */
        {2,
         {.ecx = BIT(0) | BIT(9) | BIT(13) | BIT(19) | BIT(20) | CPU_POPCNT},
         {0},
         {.ecx = BIT(0)}},
        /* FMA MOVBE AVX F16C; BMI1 AVX2 BMI2; LZCNT */
        {3,
         {.ecx = CPU_FMA | CPU_MOVBE | CPU_AVX | BIT(29)},
         {.ebx = CPU_BMI1 | CPU_AVX2 | CPU_BMI2},
         {.ecx = CPU_LZCNT}},
        {4,
         {0},
         {.ebx = CPU_AVX512F | CPU_AVX512DQ | CPU_AVX512CD | CPU_AVX512BW | CPU_AVX512VL},
         {0}},
    };
    unsigned level = 0;
    for (size_t i = 0; i < sizeof required / sizeof required[0]; i++) {
        uint32_t missing = (required[i].leaf1.ecx & ~cpu->usable[CPU_LEAF_1].ecx) |
                           (required[i].leaf1.edx & ~cpu->usable[CPU_LEAF_1].edx) |
                           (required[i].leaf7.ebx & ~cpu->usable[CPU_LEAF_7_0].ebx) |
                           (required[i].leaf80000001.ecx & ~cpu->usable[CPU_LEAF_80000001].ecx);
        if (missing)
            break;
        level = required[i].level;
    }
    return level;
}

int cpu_has_xsavec(const struct cpu *cpu) {
    return cpu->xcr0 != 0 && cpu->xsave.ebx != 0 && (cpu->leaf[CPU_LEAF_D_1].eax & CPU_XSAVEC);
}

/* XSAVEC packs the components one after the other behind 512 bytes of legacy area and 64 of header.
 * Their sizes are fixed by the architecture and multiples of 64, so five CPUIDs that would tell
 * them are saved. */
size_t cpu_xsave_size(const struct cpu *cpu) {
    static const uint16_t component_size[] = {[2] = 256, [3] = 64, [5] = 64, [6] = 512, [7] = 1024};
    if (cpu->xcr0 == 0 || cpu->xsave.ebx == 0)
        return 512;
    if (!cpu_has_xsavec(cpu))
        return cpu->xsave.ebx;
    size_t size = 512 + 64;
    for (unsigned i = 2; i < sizeof component_size / sizeof component_size[0]; i++)
        if (cpu->xsave.eax & BIT(i) & CPU_XSAVE_MASK)
            size += component_size[i];
    return size;
}

const char *cpu_platform(const struct cpu *cpu, const char *at_platform) {
    const uint32_t phi = CPU_AVX512CD | CPU_AVX512ER | CPU_AVX512PF;
    const uint32_t haswell1 = CPU_FMA | CPU_MOVBE | CPU_POPCNT;
    const uint32_t haswell7 = CPU_BMI1 | CPU_AVX2 | CPU_BMI2;
    if (cpu->vendor != CPU_INTEL)
        return at_platform;
    if ((cpu->usable[CPU_LEAF_7_0].ebx & phi) == phi)
        return "xeon_phi";
    if ((cpu->usable[CPU_LEAF_1].ecx & haswell1) == haswell1 &&
        (cpu->usable[CPU_LEAF_7_0].ebx & haswell7) == haswell7 &&
        (cpu->usable[CPU_LEAF_80000001].ecx & CPU_LZCNT))
        return "haswell";
    return at_platform;
}

uint64_t cpu_hwcap(const struct cpu *cpu) {
    enum { X86_64 = BIT(1), AVX512_1 = BIT(2) };
    const uint32_t server = CPU_AVX512CD | CPU_AVX512BW | CPU_AVX512DQ | CPU_AVX512VL;
    uint32_t leaf7 = cpu->usable[CPU_LEAF_7_0].ebx;
    if (cpu->vendor == CPU_INTEL && (leaf7 & server) == server && !(leaf7 & CPU_AVX512ER))
        return X86_64 | AVX512_1;
    return X86_64;
}
