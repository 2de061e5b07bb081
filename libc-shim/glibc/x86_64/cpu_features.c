/* struct cpu_features for glibc on x86-64: see ../cpu_features.h.
 *
 * In:  struct cpu (CPUID's leaves and the usable bits among them).
 * Out: the same bytes that the system's ld.so of Debian 12 (glibc 2.36) computes: leaves and usable
 * bits, which string functions to prefer, sizes of caches, thresholds of memcpy and memset.
 *
 * Older revisions of Debian's 2.36 (to deb12u7) differ in one thing, which only sysconf shows: 0
 * instead of -1 for a level of cache that leaf 4 does not list. Other versions have other rules for
 * the thresholds.
 *
 * A program's memcpy is chosen and tuned by these bytes for its whole life: a wrong threshold is
 * slow, one of zero crashes large copies. So glibc's rules are followed even where another one
 * seems better.
 */
#include "../cpu_features.h"
#include "arch/x86_64/cpu.h"
#include "cpu_settings.h"
#include "loader/types.h"

#include <string.h>

/* ---- Caches ---- */

/* One cache as sysconf(3) tells it. Bytes and ways; 0 not there, -1 not known. */
struct cache {
    long size, assoc, line;
};

enum cache_name { L1I, L1D, L2, L3, L4, CACHE_NAMES };

struct caches {
    struct cache of[CACHE_NAMES];
    long shared;     /* the last level, as memcpy counts it */
    long per_thread; /* one thread's share of it */
};

static const struct cache no_cache = {0, 0, 0};
static const struct cache unknown_cache = {-1, -1, -1};

/* One entry of leaf 4 (SDM volume 2A): ways, partitions, line size and sets, each less 1. */
static struct cache decode_leaf4(const struct cpuid *entry) {
    uint32_t ways = (entry->ebx >> 22) + 1;
    uint32_t partitions = (entry->ebx >> 12 & 0x3ff) + 1;
    uint32_t line = (entry->ebx & 0xfff) + 1;
    uint32_t size = ways * partitions * line * (entry->ecx + 1);
    return (struct cache){size, ways, line};
}

static uint32_t leaf4_level(const struct cpuid *entry) {
    return entry->eax >> 5 & 7;
}

static struct cache find_leaf4(const struct cpu *cpu, enum cache_name name,
                               struct cache if_absent) {
    enum { DATA = 1, INSTRUCTIONS = 2 };
    static const uint8_t level_of[] = {[L1I] = 1, [L1D] = 1, [L2] = 2, [L3] = 3, [L4] = 4};
    static const uint8_t type_of[] = {[L1I] = INSTRUCTIONS, [L1D] = DATA, [L4] = 0};
    for (unsigned i = 0; i < cpu->cache_count; i++) {
        const struct cpuid *entry = &cpu->cache[i];
        if (leaf4_level(entry) == level_of[name] &&
            (type_of[name] == 0 || (entry->eax & 0x1f) == type_of[name]))
            return decode_leaf4(entry);
    }
    return if_absent;
}

/* ---- Intel: leaf 2's descriptors, or leaf 4 if they point to it ---- */

/* SDM volume 2A, table 3-12: what a descriptor byte means. */
struct descriptor {
    uint8_t byte, name, assoc, line;
    uint16_t kib;
};

static const struct descriptor descriptors[] = {
    {0x06, L1I, 4, 32, 8},     {0x08, L1I, 4, 32, 16},    {0x09, L1I, 4, 32, 32},
    {0x30, L1I, 8, 64, 32},    {0x0a, L1D, 2, 32, 8},     {0x0c, L1D, 4, 32, 16},
    {0x0d, L1D, 4, 64, 16},    {0x0e, L1D, 6, 64, 24},    {0x2c, L1D, 8, 64, 32},
    {0x60, L1D, 8, 64, 16},    {0x66, L1D, 4, 64, 8},     {0x67, L1D, 4, 64, 16},
    {0x68, L1D, 4, 64, 32},    {0x21, L2, 8, 64, 256},    {0x39, L2, 4, 64, 128},
    {0x3a, L2, 6, 64, 192},    {0x3b, L2, 2, 64, 128},    {0x3c, L2, 4, 64, 256},
    {0x3d, L2, 6, 64, 384},    {0x3e, L2, 4, 64, 512},    {0x3f, L2, 2, 64, 256},
    {0x41, L2, 4, 32, 128},    {0x42, L2, 4, 32, 256},    {0x43, L2, 4, 32, 512},
    {0x44, L2, 4, 32, 1024},   {0x45, L2, 4, 32, 2048},   {0x48, L2, 12, 64, 3072},
    {0x49, L2, 16, 64, 4096},  {0x4e, L2, 24, 64, 6144},  {0x78, L2, 8, 64, 1024},
    {0x79, L2, 8, 64, 128},    {0x7a, L2, 8, 64, 256},    {0x7b, L2, 8, 64, 512},
    {0x7c, L2, 8, 64, 1024},   {0x7d, L2, 8, 64, 2048},   {0x7f, L2, 2, 64, 512},
    {0x80, L2, 8, 64, 512},    {0x82, L2, 8, 32, 256},    {0x83, L2, 8, 32, 512},
    {0x84, L2, 8, 32, 1024},   {0x85, L2, 8, 32, 2048},   {0x86, L2, 4, 64, 512},
    {0x87, L2, 8, 64, 1024},   {0x22, L3, 4, 64, 512},    {0x23, L3, 8, 64, 1024},
    {0x25, L3, 8, 64, 2048},   {0x29, L3, 8, 64, 4096},   {0x46, L3, 4, 64, 4096},
    {0x47, L3, 8, 64, 8192},   {0x4a, L3, 12, 64, 6144},  {0x4b, L3, 16, 64, 8192},
    {0x4c, L3, 12, 64, 12288}, {0x4d, L3, 16, 64, 16384}, {0xd0, L3, 4, 64, 512},
    {0xd1, L3, 4, 64, 1024},   {0xd2, L3, 4, 64, 2048},   {0xd6, L3, 8, 64, 1024},
    {0xd7, L3, 8, 64, 2048},   {0xd8, L3, 8, 64, 4096},   {0xdc, L3, 12, 64, 2048},
    {0xdd, L3, 12, 64, 4096},  {0xde, L3, 12, 64, 8192},  {0xe2, L3, 16, 64, 2048},
    {0xe3, L3, 16, 64, 4096},  {0xe4, L3, 16, 64, 8192},  {0xea, L3, 24, 64, 12288},
    {0xeb, L3, 24, 64, 18432}, {0xec, L3, 24, 64, 24576},
};

static const struct descriptor *find_descriptor(uint8_t byte, enum cache_name name) {
    for (size_t i = 0; i < sizeof descriptors / sizeof descriptors[0]; i++)
        if (descriptors[i].byte == byte && descriptors[i].name == name)
            return &descriptors[i];
    return NULL;
}

enum { NO_L2_OR_L3 = 0x40, REUSED = 0x49, SEE_LEAF_4 = 0xff };

/* Look for a cache in one register of leaf 2. Returns whether it was found; sets *none on the
 * descriptor that denies a second or third level, behind which nothing tells of a third. */
static _Bool search_register(const struct cpu *cpu, enum cache_name name, uint32_t bytes,
                             struct cache *cache, _Bool *none) {
    enum cache_name written = name;
    if (bytes >> 31) /* it holds no descriptors */
        return 0;
    for (; bytes != 0; bytes >>= 8) {
        uint8_t byte = bytes & 0xff;
        if (byte == SEE_LEAF_4) {
            *cache = find_leaf4(cpu, name, unknown_cache);
            return 1;
        }
        *none |= byte == NO_L2_OR_L3;
        if (byte == NO_L2_OR_L3 && name == L3)
            return 0;
        /* Family 15 model 6 writes its third level as others write their second. */
        if (byte == REUSED && name == L3 && cpu->family == 15 && cpu->model == 6)
            written = L2;
        const struct descriptor *found = find_descriptor(byte, written);
        if (found) {
            *cache = (struct cache){found->kib * 1024L, found->assoc, found->line};
            return 1;
        }
    }
    return 0;
}

static struct cache intel_cache(const struct cpu *cpu, enum cache_name name) {
    const struct cpuid *leaf2 = &cpu->descriptors;
    /* The lowest byte of eax is a constant 1; anything else is no leaf 2, and leaf 4 must know. */
    const uint32_t registers[] = {leaf2->eax & 0xffffff00, leaf2->ebx, leaf2->ecx, leaf2->edx};
    struct cache cache;
    _Bool none = 0;
    if (cpu->max_leaf < 2)
        return unknown_cache;
    if ((leaf2->eax & 0xff) != 1)
        return find_leaf4(cpu, name, unknown_cache);
    for (unsigned i = 0; i < sizeof registers / sizeof registers[0]; i++)
        if (search_register(cpu, name, registers[i], &cache, &none))
            return cache;
    return none && (name == L2 || name == L3) ? unknown_cache : no_cache;
}

/* ---- Intel and Zhaoxin: how many threads share the last level ---- */

/* Threads that share each level. l3 is -1 if there is none. */
struct sharing {
    int l2, l3;
    _Bool inclusive; /* what L2 holds is in L3 too */
    _Bool complete;  /* leaf 4 told of all levels there are */
};

static struct sharing read_sharing(const struct cpu *cpu, _Bool has_l3) {
    struct sharing s = {0, has_l3 ? 0 : -1, 1, 0};
    _Bool want_l2 = 1, want_l3 = has_l3;
    for (unsigned i = 0; i < cpu->cache_count && (want_l2 || want_l3); i++) {
        const struct cpuid *entry = &cpu->cache[i];
        int highest_id = (int)(entry->eax >> 14 & 0x3ff);
        if (leaf4_level(entry) == 2 && want_l2) {
            s.l2 = highest_id;
            want_l2 = 0;
        } else if (leaf4_level(entry) == 3 && want_l3) {
            s.l3 = highest_id;
            s.inclusive = (entry->edx & 2) != 0;
            want_l3 = 0;
        }
    }
    s.complete = !want_l2 && !want_l3;
    return s;
}

/* Leaf 4 gives the room for thread numbers, leaf 0xb how many there are: those of the count that
 * fit. */
static int count_within(int highest_id, const struct cpuid *part) {
    unsigned width = 32 - (unsigned)__builtin_clz((unsigned)highest_id);
    return (int)(((part->ebx & 0xff) - 1) & ((1u << width) - 1));
}

static void refine_by_topology(const struct cpu *cpu, struct sharing *s, _Bool has_l3) {
    enum { SMT = 1, CORE = 2 };
    int *last = has_l3 ? &s->l3 : &s->l2;
    _Bool want_smt = has_l3 && s->l2 > 0, want_core = *last > 0;
    for (unsigned i = 0; i < cpu->topology_count && (want_smt || want_core); i++) {
        const struct cpuid *part = &cpu->topology[i];
        uint32_t type = part->ecx >> 8 & 0xff;
        if (type == SMT && want_smt) {
            s->l2 = count_within(s->l2, part);
            want_smt = 0;
        } else if (type == CORE && want_core) {
            *last = count_within(*last, part);
            want_core = 0;
        }
    }
}

/* Silvermont: two cores share one L2, whatever leaf 4 makes room for. */
static _Bool is_silvermont(const struct cpu *cpu) {
    static const uint8_t models[] = {0x37, 0x4a, 0x4d, 0x5a, 0x5d};
    return cpu->vendor == CPU_INTEL && cpu->family == 6 && cpu->model <= 0xff &&
           memchr(models, (int)cpu->model, sizeof models) != NULL;
}

static void share_last_level(const struct cpu *cpu, struct caches *c) {
    long l2_size = c->of[L2].size;
    _Bool has_l3 = c->of[L3].size > 0;
    long threads =
        cpu->leaf[CPU_LEAF_1].ebx >> 16 & 0xff; /* of the package, if nothing tells better */
    struct sharing s = {0, 0, 1, 0};
    c->shared = c->per_thread = has_l3 ? c->of[L3].size : l2_size;
    if (!(cpu->leaf[CPU_LEAF_1].edx & CPU_HTT)) /* a single thread */
        return;
    if (cpu->max_leaf >= 4)
        s = read_sharing(cpu, has_l3);
    if (s.complete) {
        if (!(cpu->vendor == CPU_ZHAOXIN && cpu->family == 6))
            refine_by_topology(cpu, &s, has_l3);
        s.l2 += s.l2 > 0;
        s.l3 += s.l3 > 0;
        threads = has_l3 ? s.l3 : s.l2;
        if (!has_l3 && threads > 2 && is_silvermont(cpu))
            threads = 2;
    }
    if (c->per_thread > 0 && threads > 0)
        c->per_thread /= threads;
    if (!s.inclusive) { /* then L2 adds to L3 */
        c->per_thread += s.l2 > 0 ? l2_size / s.l2 : l2_size;
        c->shared += l2_size;
    }
}

/* ---- AMD: leaves 0x80000005 and 6 (APM volume 3, E.4.4 and E.4.5) ---- */

/* One word of leaf 0x80000005: size in KiB, associativity, lines, line size, a byte each. */
static struct cache amd_l1(uint32_t word) {
    uint32_t assoc = word >> 16 & 0xff;
    if (assoc == 0xff) /* fully associative */
        assoc = word >> 16 << 2 & 0x3fc00;
    return (struct cache){word >> 14 & 0x3fc00, assoc, word & 0xff};
}

/* One word of leaf 0x80000006. @param size in bytes, as the caller has read it from the word */
static struct cache amd_l2_l3(uint32_t word, uint32_t size) {
    static const uint8_t ways[] = {0, 1, 2, 0, 4, 0, 8, 0, 16, 0, 32, 48, 64, 96, 128};
    uint32_t code = word >> 12 & 0xf, line = word & 0xff;
    if (code == 0)
        return no_cache;
    if (code < sizeof ways)
        return (struct cache){size, ways[code], line};
    return (struct cache){size, line ? size / line : 0, line}; /* 15: fully associative */
}

/* Threads of the package: leaf 1 counts them; before Zen, the width of their numbers is looked at
 * first. */
static long amd_threads(const struct cpu *cpu) {
    long by_width = cpu->max_extended_leaf >= 0x80000008
                        ? 1L << (cpu->leaf[CPU_LEAF_80000008].ecx >> 12 & 0xf)
                        : 0;
    if (by_width > 0 && cpu->family < 0x17)
        return by_width;
    if (cpu->leaf[CPU_LEAF_1].edx & CPU_HTT)
        return cpu->leaf[CPU_LEAF_1].ebx >> 16 & 0xff;
    return by_width;
}

static void share_amd_l3(const struct cpu *cpu, struct caches *c) {
    c->shared = c->per_thread = c->of[L3].size;
    if (c->shared <= 0) {
        c->shared = c->per_thread = c->of[L2].size;
        return;
    }
    long threads = amd_threads(cpu);
    if (threads > 0)
        c->per_thread /= threads;
    if (cpu->family >= 0x17) { /* Zen: an L3 for each complex of cores */
        c->per_thread *= (cpu->amd_l3_share.eax >> 14 & 0xfff) + 1;
    } else { /* what L2 holds is not in L3 */
        c->per_thread += c->of[L2].size;
        c->shared += c->of[L2].size;
    }
}

static struct caches find_caches(const struct cpu *cpu) {
    struct caches c = {.shared = -1, .per_thread = -1};
    for (int name = L1I; name < CACHE_NAMES; name++)
        c.of[name] = unknown_cache;
    switch (cpu->vendor) {
    case CPU_INTEL:
        for (int name = L1I; name <= L4; name++)
            c.of[name] = intel_cache(cpu, (enum cache_name)name);
        share_last_level(cpu, &c);
        break;
    case CPU_ZHAOXIN:
        for (int name = L1I; name <= L3; name++)
            c.of[name] = find_leaf4(cpu, (enum cache_name)name, no_cache);
        share_last_level(cpu, &c);
        break;
    case CPU_AMD: {
        uint32_t l2 = cpu->amd_l2_l3.ecx, l3 = cpu->amd_l2_l3.edx;
        c.of[L1I] = amd_l1(cpu->amd_l1.edx);
        c.of[L1D] = amd_l1(cpu->amd_l1.ecx);
        c.of[L2] = amd_l2_l3(l2, l2 >> 6 & 0x3fffc00);  /* bits 31:16 in KiB */
        c.of[L3] = amd_l2_l3(l3, l3 << 1 & 0x7ff80000); /* bits 31:18 in 512 KiB */
        share_amd_l3(cpu, &c);
        break;
    }
    case CPU_OTHER:
        break;
    }
    return c;
}

/* ---- Preferences ---- */

enum {
    /* The three sets of Intel's families. */
    SILVERMONT_LIKE = FAST_UNALIGNED_LOAD | FAST_UNALIGNED_COPY | PREFER_PMINUB | SLOW_SSE4_2,
    CORE_LIKE = FAST_REP_STRING | FAST_UNALIGNED_LOAD | FAST_UNALIGNED_COPY | PREFER_PMINUB,
    TREMONT_LIKE = CORE_LIKE | SLOW_SSE4_2,
};

static uint32_t intel_model_preferred(const struct cpu *cpu) {
    switch (cpu->model) {
    case 0x1c: /* Bonnell */
    case 0x26:
        return SLOW_BSF;
    case 0x37: /* Silvermont, Airmont */
    case 0x4a:
    case 0x4c:
    case 0x4d:
    case 0x5a:
    case 0x5d:
    case 0x75:
    case 0x5c: /* Goldmont, Goldmont Plus */
    case 0x5f:
    case 0x7a:
    case 0x57: /* Knights Landing */
        return SILVERMONT_LIKE;
    case 0x86: /* Tremont */
    case 0x96:
    case 0x9c:
        return TREMONT_LIKE;
    case 0x1a: /* Nehalem, Westmere: Core without AVX */
    case 0x1e:
    case 0x1f:
    case 0x25:
    case 0x2c:
    case 0x2e:
    case 0x2f:
        return CORE_LIKE;
    default: /* a processor with AVX that is none of the above is a Core */
        return cpu->leaf[CPU_LEAF_1].ecx & CPU_AVX ? CORE_LIKE : 0;
    }
}

static uint32_t intel_preferred(const struct cpu *cpu) {
    uint32_t preferred = cpu->family == 6 ? intel_model_preferred(cpu) : 0;
    if (cpu->leaf[CPU_LEAF_7_0].ebx & CPU_AVX512ER) { /* Xeon Phi */
        preferred |= PREFER_NO_VZEROUPPER;
    } else {
        /* Those with AVX-VNNI keep their clock when 512 bits are used. */
        if (!(cpu->leaf[CPU_LEAF_7_1].eax & CPU_AVX_VNNI))
            preferred |= PREFER_NO_AVX512_PROBING;
        /* VZEROUPPER aborts a transaction. */
        if (cpu->usable[CPU_LEAF_7_0].ebx & CPU_RTM)
            preferred |= PREFER_NO_VZEROUPPER;
    }
    if (cpu->leaf[CPU_LEAF_7_0].edx & CPU_FSRM)
        preferred |= AVOID_SHORT_DISTANCE_REP_MOVSB;
    return preferred;
}

static uint32_t find_preferred(const struct cpu *cpu) {
    uint32_t preferred = 0;
    if (cpu->usable[CPU_LEAF_7_0].ebx & CPU_AVX2)
        preferred |= AVX_FAST_UNALIGNED_LOAD;
    if (cpu->leaf[CPU_LEAF_1].edx & CPU_CX8)
        preferred |= I586;
    if (cpu->leaf[CPU_LEAF_1].edx & CPU_CMOV)
        preferred |= I686;
    if (cpu->vendor == CPU_INTEL)
        preferred |= intel_preferred(cpu);
    if (cpu->vendor == CPU_AMD && cpu->family == 0x15 && cpu->model >= 0x60 && cpu->model <= 0x7f) {
        preferred &= ~(uint32_t)AVX_FAST_UNALIGNED_LOAD; /* Excavator */
        preferred |= FAST_UNALIGNED_LOAD | FAST_COPY_BACKWARD;
    }
    if (cpu->vendor == CPU_ZHAOXIN &&
        ((cpu->family == 6 && (cpu->model == 0xf || cpu->model == 0x19)) ||
         (cpu->family == 7 && cpu->model == 0x1b)))
        preferred |= SLOW_SSE4_2;
    return preferred;
}

/* ---- Thresholds of memcpy and memset, in bytes ---- */

#define NON_TEMPORAL_MINIMUM UINT64_C(0x4040)
#define NON_TEMPORAL_MAXIMUM (UINT64_MAX >> 4)

/* From here on memcpy goes around the caches: 3/4 of a thread's share of the last level, or with
 * fast string moves a quarter of all of it if that is more. Within the bounds of the tunable of
 * that name. */
static uint64_t non_temporal_threshold(const struct cpu *cpu, const struct caches *c) {
    uint64_t threshold = (uint64_t)(c->per_thread * 3 / 4);
    uint64_t quarter = (uint64_t)(c->shared / 4);
    if ((cpu->usable[CPU_LEAF_7_0].ebx & CPU_ERMS) && quarter > threshold)
        threshold = quarter;
    if (threshold > NON_TEMPORAL_MAXIMUM)
        threshold = NON_TEMPORAL_MAXIMUM;
    return threshold < NON_TEMPORAL_MINIMUM ? NON_TEMPORAL_MINIMUM : threshold;
}

/* From here on "rep movsb" beats a loop over vector registers; the wider they are, the later. */
static uint64_t rep_movsb_threshold(const struct cpu *cpu, uint32_t preferred) {
    if (cpu->usable[CPU_LEAF_7_0].edx & CPU_FSRM)
        return 2112;
    if ((cpu->usable[CPU_LEAF_7_0].ebx & CPU_AVX512F) && !(preferred & PREFER_NO_AVX512_PROBING))
        return 4096 * 64 / 16;
    if (preferred & AVX_FAST_UNALIGNED_LOAD)
        return 4096 * 32 / 16;
    return 2048;
}

/* What a setting must be above: eight vectors. */
static uint64_t rep_movsb_minimum(const struct cpu *cpu, uint32_t preferred) {
    if ((cpu->usable[CPU_LEAF_7_0].ebx & CPU_AVX512F) && !(preferred & PREFER_NO_AVX512_PROBING))
        return 512;
    return preferred & AVX_FAST_UNALIGNED_LOAD ? 256 : 128;
}

OWN_FRAME void glibc_cpu_bounds(enum glibc_field field, uint64_t *minimum, uint64_t *maximum) {
    struct cpu cpu;
    cpu_identify(&cpu);
    *minimum = field == GLIBC_cpu_non_temporal ? NON_TEMPORAL_MINIMUM
               : field == GLIBC_cpu_rep_movsb  ? rep_movsb_minimum(&cpu, find_preferred(&cpu))
               : field == GLIBC_cpu_rep_stosb  ? 1
                                               : 0;
    *maximum = field == GLIBC_cpu_non_temporal ? NON_TEMPORAL_MAXIMUM : UINT64_MAX;
}

/* ---- Writing ---- */

/* Where to write: struct cpu_features and the offsets in it. */
struct target {
    unsigned char *base;
    const uint16_t *offset; /* struct glibc_layout's field */
};

static void put32(const struct target *t, enum glibc_field field, uint32_t value) {
    if (t->offset[field] != GLIBC_ABSENT)
        memcpy(t->base + t->offset[field], &value, sizeof value);
}

static void put64(const struct target *t, enum glibc_field field, uint64_t value) {
    if (t->offset[field] != GLIBC_ABSENT)
        memcpy(t->base + t->offset[field], &value, sizeof value);
}

static void put_basic(const struct target *t, const struct cpu *cpu) {
    /* glibc's numbers: 0 would mean "not looked yet". */
    static const uint8_t kind[] = {
        [CPU_INTEL] = 1, [CPU_AMD] = 2, [CPU_ZHAOXIN] = 3, [CPU_OTHER] = 4};
    put32(t, GLIBC_cpu_kind, kind[cpu->vendor]);
    put32(t, GLIBC_cpu_max_cpuid, cpu->max_leaf);
    put32(t, GLIBC_cpu_family, cpu->family);
    put32(t, GLIBC_cpu_model, cpu->model);
    /* glibc forgets to keep Zhaoxin's. */
    put32(t, GLIBC_cpu_stepping, cpu->vendor == CPU_ZHAOXIN ? 0 : cpu->stepping);
}

/* enum cpu_leaf has glibc's order, to which versions only ever append. */
static void put_features(const struct target *t, const struct cpu *cpu) {
    const uint16_t *offset = t->offset;
    size_t room = offset[GLIBC_cpu_preferred] - offset[GLIBC_cpu_features];
    for (size_t i = 0; i < CPU_LEAF_COUNT && (i + 1) * offset[GLIBC_cpu_feature_size] <= room;
         i++) {
        unsigned char *entry =
            t->base + offset[GLIBC_cpu_features] + i * offset[GLIBC_cpu_feature_size];
        memcpy(entry + offset[GLIBC_cpu_feature_cpuid], &cpu->leaf[i], sizeof cpu->leaf[i]);
        memcpy(entry + offset[GLIBC_cpu_feature_active], &cpu->usable[i], sizeof cpu->usable[i]);
    }
}

/* Room that glibc's trampolines take on the stack: the state and seven registers, a multiple of 64.
 * Its own trampolines never run here; libc-internal users of the size do. */
static void put_xsave(const struct target *t, const struct cpu *cpu,
                      const struct glibc_cpu_settings *settings) {
    enum { REGISTERS = 64 };
    if (!(cpu->leaf[CPU_LEAF_1].ecx & CPU_OSXSAVE) || cpu->xsave.ebx == 0)
        return;
    uint32_t full = (cpu->xsave.ebx + REGISTERS + 63) & ~63u;
    put32(t, GLIBC_cpu_xsave_full_size, full);
    if (!(cpu->usable[CPU_LEAF_1].ecx & CPU_XSAVE || cpu->usable[CPU_LEAF_D_1].eax & CPU_XSAVEC))
        return;
    if (settings->without_xsavec)
        put64(t, GLIBC_cpu_xsave_size, full);
    else
        put64(t, GLIBC_cpu_xsave_size, (cpu_xsave_size(cpu) + REGISTERS + 63) & ~(size_t)63);
}

static uint64_t first_of(uint64_t setting, uint64_t otherwise) {
    return setting ? setting : otherwise;
}

static void put_caches(const struct target *t, const struct caches *c,
                       const struct glibc_cpu_settings *settings) {
    put64(t, GLIBC_cpu_data_cache_size, first_of(settings->data_cache, (uint64_t)c->of[L1D].size));
    put64(t, GLIBC_cpu_shared_cache_size, first_of(settings->shared_cache, (uint64_t)c->shared));
    put64(t, GLIBC_cpu_l1i_size, (uint64_t)c->of[L1I].size);
    put64(t, GLIBC_cpu_l1i_line, (uint64_t)c->of[L1I].line);
    put64(t, GLIBC_cpu_l1d_size, (uint64_t)c->of[L1D].size);
    put64(t, GLIBC_cpu_l1d_assoc, (uint64_t)c->of[L1D].assoc);
    put64(t, GLIBC_cpu_l1d_line, (uint64_t)c->of[L1D].line);
    put64(t, GLIBC_cpu_l2_size, (uint64_t)c->of[L2].size);
    put64(t, GLIBC_cpu_l2_assoc, (uint64_t)c->of[L2].assoc);
    put64(t, GLIBC_cpu_l2_line, (uint64_t)c->of[L2].line);
    put64(t, GLIBC_cpu_l3_size, (uint64_t)c->of[L3].size);
    put64(t, GLIBC_cpu_l3_assoc, (uint64_t)c->of[L3].assoc);
    put64(t, GLIBC_cpu_l3_line, (uint64_t)c->of[L3].line);
    put64(t, GLIBC_cpu_l4_size, (uint64_t)c->of[L4].size);
}

/* A setting counts where it is above the minimum, as signed numbers. */
static uint64_t above(uint64_t setting, uint64_t minimum, uint64_t otherwise) {
    return (int64_t)setting > (int64_t)minimum ? setting : otherwise;
}

static void put_thresholds(const struct target *t, const struct cpu *cpu, const struct caches *c,
                           uint32_t preferred, const struct glibc_cpu_settings *settings) {
    uint64_t non_temporal = non_temporal_threshold(cpu, c);
    if (settings->non_temporal <= NON_TEMPORAL_MAXIMUM)
        non_temporal = above(settings->non_temporal, NON_TEMPORAL_MINIMUM, non_temporal);
    put64(t, GLIBC_cpu_non_temporal, non_temporal);
    put64(t, GLIBC_cpu_rep_movsb,
          above(settings->rep_movsb, rep_movsb_minimum(cpu, preferred),
                rep_movsb_threshold(cpu, preferred)));
    /* AMD's "rep movsb" is slow once the data is larger than L2. */
    put64(t, GLIBC_cpu_rep_movsb_stop,
          cpu->vendor == CPU_AMD ? (uint64_t)c->of[L2].size : non_temporal);
    put64(t, GLIBC_cpu_rep_stosb, first_of(settings->rep_stosb, 2048));
}

/* What glibc computes before it takes features away: preferences and thresholds. Asks the processor
 * anew where a setting has done that to *cpu. Returns the preferences. */
OWN_FRAME static uint32_t put_computed(const struct target *t, const struct caches *caches,
                                       const struct glibc_cpu_settings *settings) {
    struct cpu cpu;
    cpu_identify(&cpu);
    uint32_t preferred = find_preferred(&cpu);
    put_thresholds(t, &cpu, caches, preferred, settings);
    return preferred;
}

void glibc_fill_cpu_features(unsigned char *rtld_global_ro, const struct glibc_layout *layout,
                             const struct cpu *cpu, const struct glibc_cpu_settings *settings) {
    static const struct glibc_cpu_settings nothing_set;
    const struct target t = {rtld_global_ro + layout->field[GLIBC_ro_cpu_features], layout->field};
    struct caches caches = find_caches(cpu);
    uint32_t preferred;
    settings = settings ? settings : &nothing_set;
    memset(t.base, 0, layout->field[GLIBC_cpu_size]);
    put_basic(&t, cpu);
    put_features(&t, cpu);
    put32(&t, GLIBC_cpu_isa, (1u << cpu->design_level) - 1); /* a bit for each level */
    put_xsave(&t, cpu, settings);
    put_caches(&t, &caches, settings);
    if (settings->has_words) {
        preferred = put_computed(&t, &caches, settings);
    } else {
        preferred = find_preferred(cpu);
        put_thresholds(&t, cpu, &caches, preferred, settings);
    }
    put32(&t, GLIBC_cpu_preferred, (preferred | settings->preferred) & ~settings->not_preferred);
}
