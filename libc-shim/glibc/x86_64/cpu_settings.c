/* What tunables say about the processor: preferences among string functions, sizes of caches,
 * thresholds (glibc manual, "Hardware Capability Tunables"). See ../cpu_features.h.
 *
 * In:  glibc.cpu.hwcaps as text, whose "-FEATURE" words gnu_rules.c has obeyed, and the numbers of
 * glibc.cpu.x86_…. Out: struct glibc_cpu_settings.
 */
#define _GNU_SOURCE /* strchrnul */
#include "cpu_settings.h"

#include "arch/x86_64/cpu.h"
#include "libc-shim/glibc/glibc.h"
#include "libc-shim/gnu_tunables.h"
#include <string.h>

/* A preference by name. It can be switched on where the feature that it needs is usable. */
struct preference {
    char name[27];
    bool off_only;
    uint8_t leaf, reg; /* of the feature: reg 1 ebx, 2 ecx, 3 edx */
    uint32_t needs;    /* its bit; 0: none */
    uint32_t bit;
};

enum { EBX = 1, ECX, EDX };

static const struct preference preferences[] = {
    {"I586", true, 0, 0, 0, I586},
    {"I686", true, 0, 0, 0, I686},
    {"Slow_BSF", false, 0, 0, 0, SLOW_BSF},
    {"Prefer_ERMS", false, 0, 0, 0, PREFER_ERMS},
    {"Prefer_FSRM", false, 0, 0, 0, PREFER_FSRM},
    {"Slow_SSE4_2", false, CPU_LEAF_1, ECX, CPU_BIT(20), SLOW_SSE4_2},
    {"Fast_Rep_String", false, 0, 0, 0, FAST_REP_STRING},
    {"Fast_Copy_Backward", false, 0, 0, 0, FAST_COPY_BACKWARD},
    {"Fast_Unaligned_Load", false, 0, 0, 0, FAST_UNALIGNED_LOAD},
    {"Fast_Unaligned_Copy", false, 0, 0, 0, FAST_UNALIGNED_COPY},
    {"Prefer_No_AVX512", false, CPU_LEAF_7_0, EBX, CPU_AVX512F, PREFER_NO_AVX512_PROBING},
    {"MathVec_Prefer_No_AVX512", false, CPU_LEAF_7_0, EBX, CPU_AVX512F, MATHVEC_PREFER_NO_AVX512},
    {"Prefer_No_VZEROUPPER", false, CPU_LEAF_1, ECX, CPU_AVX, PREFER_NO_VZEROUPPER},
    {"AVX_Fast_Unaligned_Load", false, CPU_LEAF_1, ECX, CPU_AVX, AVX_FAST_UNALIGNED_LOAD},
    {"Prefer_PMINUB_for_stringop", false, CPU_LEAF_1, EDX, CPU_BIT(26), PREFER_PMINUB},
};

static bool is_usable(const struct cpu *cpu, const struct preference *preference) {
    const struct cpuid *leaf = &cpu->usable[preference->leaf];
    const uint32_t registers[] = {leaf->eax, leaf->ebx, leaf->ecx, leaf->edx};
    return !preference->needs || registers[preference->reg] & preference->needs;
}

/* `cpu` has what the words before have left of it. */
static void read_word(struct glibc_cpu_settings *settings, struct cpu *cpu, const char *word,
                      size_t length) {
    bool off = length && *word == '-';
    word += off;
    length -= off;
    if (off)
        cpu_disable_one(cpu, word, length);
    for (size_t i = 0; i < ARRAY_LENGTH(preferences); i++) {
        const struct preference *preference = &preferences[i];
        if (strncmp(preference->name, word, length) != 0 || preference->name[length])
            continue;
        if (off) {
            settings->not_preferred |= preference->bit;
            settings->preferred &= ~preference->bit;
        } else if (!preference->off_only && is_usable(cpu, preference)) {
            settings->preferred |= preference->bit;
            settings->not_preferred &= ~preference->bit;
        }
    }
    settings->without_xsavec |= off && length == 6 && memcmp(word, "XSAVEC", 6) == 0;
}

OWN_FRAME static void read_words(struct glibc_cpu_settings *settings, const char *word) {
    struct cpu cpu;
    cpu_identify(&cpu);
    while (*word) {
        const char *end = strchrnul(word, ',');
        read_word(settings, &cpu, word, (size_t)(end - word));
        word = *end ? end + 1 : end;
    }
}

bool glibc_read_cpu_settings(struct linker *linker, struct glibc_cpu_settings *settings) {
    if (!glibc_of(linker)->tunables)
        return false;
    *settings = (struct glibc_cpu_settings){
        .data_cache = glibc_tunable(linker, "glibc.cpu.x86_data_cache_size", 0),
        .shared_cache = glibc_tunable(linker, "glibc.cpu.x86_shared_cache_size", 0),
        .non_temporal = glibc_tunable(linker, "glibc.cpu.x86_non_temporal_threshold", 0),
        .rep_movsb = glibc_tunable(linker, "glibc.cpu.x86_rep_movsb_threshold", 0),
        .rep_stosb = glibc_tunable(linker, "glibc.cpu.x86_rep_stosb_threshold", 0),
    };
    const char *word = (const char *)glibc_tunable(linker, "glibc.cpu.hwcaps", 0);
    settings->has_words = word != NULL;
    if (word)
        read_words(settings, word);
    return true;
}
