/* --list-tunables and --list-diagnostics on x86_64: struct cpu_features as it was filled. */
#include "libc-shim/glibc/diagnostics.h"

#include "cpu_settings.h"
#include <string.h>

static const unsigned char *features(const struct glibc_layout *layout) {
    return glibc_member(layout, glibc_global_ro, GLIBC_ro_cpu_features);
}

static uint64_t number(const struct glibc_layout *layout, enum glibc_field field, bool wide) {
    const unsigned char *member = features(layout) + layout->field[field];
    uint64_t value = 0;
    memcpy(&value, member, wide ? sizeof value : sizeof(uint32_t));
    return value;
}

void glibc_machine_bound(struct linker *linker, const char *name, struct glibc_bounds *now) {
    static const struct {
        char name[40];
        uint16_t field;
    } computed[] = {
        {"glibc.cpu.x86_data_cache_size", GLIBC_cpu_data_cache_size},
        {"glibc.cpu.x86_shared_cache_size", GLIBC_cpu_shared_cache_size},
        {"glibc.cpu.x86_non_temporal_threshold", GLIBC_cpu_non_temporal},
        {"glibc.cpu.x86_rep_movsb_threshold", GLIBC_cpu_rep_movsb},
        {"glibc.cpu.x86_rep_stosb_threshold", GLIBC_cpu_rep_stosb},
    };
    const struct glibc_layout *layout = glibc_of(linker)->layout;
    for (size_t i = 0; i < ARRAY_LENGTH(computed); i++) {
        if (strcmp(name, computed[i].name) != 0)
            continue;
        now->value = number(layout, (enum glibc_field)computed[i].field, true);
        glibc_cpu_bounds((enum glibc_field)computed[i].field, &now->minimum, &now->maximum);
    }
}

static void print_leaves(const struct glibc_layout *layout) {
    size_t size = glibc_size(layout, GLIBC_cpu_feature_size);
    size_t room = (size_t)layout->field[GLIBC_cpu_preferred] - layout->field[GLIBC_cpu_features];
    for (unsigned leaf = 0; leaf < room / size; leaf++)
        for (unsigned part = 0; part < 2; part++)
            for (unsigned reg = 0; reg < 4; reg++) {
                uint32_t value;
                size_t at =
                    layout->field[GLIBC_cpu_features] + leaf * size +
                    layout->field[part ? GLIBC_cpu_feature_active : GLIBC_cpu_feature_cpuid] +
                    reg * sizeof value;
                memcpy(&value, features(layout) + at, sizeof value);
                PRINT("x86.cpu_features.features[0x%x].%s[0x%x]=0x%x\n", leaf,
                      part ? "active" : "cpuid", reg, value);
            }
}

static void print_preferred(const struct glibc_layout *layout) {
    static const char names[][32] = {
        "Fast_Rep_String",
        "Fast_Copy_Backward",
        "Slow_BSF",
        "Fast_Unaligned_Load",
        "Prefer_PMINUB_for_stringop",
        "Fast_Unaligned_Copy",
        "I586",
        "I686",
        "Slow_SSE4_2",
        "AVX_Fast_Unaligned_Load",
        "Prefer_No_VZEROUPPER",
        "Prefer_ERMS",
        "Prefer_No_AVX512",
        "MathVec_Prefer_No_AVX512",
        "Prefer_FSRM",
        "Avoid_Short_Distance_REP_MOVSB",
    };
    uint64_t preferred = number(layout, GLIBC_cpu_preferred, false);
    for (unsigned i = 0; i < ARRAY_LENGTH(names); i++)
        PRINT("x86.cpu_features.preferred.%s=0x%x\n", names[i], (unsigned)(preferred >> i & 1));
}

struct line {
    char name[28];
    uint16_t field;
    bool wide;
};

static void print_lines(const struct glibc_layout *layout, const struct line *lines, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (layout->field[lines[i].field] != GLIBC_ABSENT)
            PRINT("x86.cpu_features.%s=0x%lx\n", lines[i].name,
                  number(layout, (enum glibc_field)lines[i].field, lines[i].wide));
}

void glibc_machine_diagnose(struct linker *linker) {
    static const struct line basic[] = {
        {"basic.kind", GLIBC_cpu_kind, false},
        {"basic.max_cpuid", GLIBC_cpu_max_cpuid, false},
        {"basic.family", GLIBC_cpu_family, false},
        {"basic.model", GLIBC_cpu_model, false},
        {"basic.stepping", GLIBC_cpu_stepping, false},
    };
    static const struct line others[] = {
        {"isa_1", GLIBC_cpu_isa, false},
        {"xsave_state_size", GLIBC_cpu_xsave_size, true},
        {"xsave_state_full_size", GLIBC_cpu_xsave_full_size, false},
        {"data_cache_size", GLIBC_cpu_data_cache_size, true},
        {"shared_cache_size", GLIBC_cpu_shared_cache_size, true},
        {"non_temporal_threshold", GLIBC_cpu_non_temporal, true},
        {"rep_movsb_threshold", GLIBC_cpu_rep_movsb, true},
        {"rep_movsb_stop_threshold", GLIBC_cpu_rep_movsb_stop, true},
        {"rep_stosb_threshold", GLIBC_cpu_rep_stosb, true},
        {"level1_icache_size", GLIBC_cpu_l1i_size, true},
        {"level1_icache_linesize", GLIBC_cpu_l1i_line, true},
        {"level1_dcache_size", GLIBC_cpu_l1d_size, true},
        {"level1_dcache_assoc", GLIBC_cpu_l1d_assoc, true},
        {"level1_dcache_linesize", GLIBC_cpu_l1d_line, true},
        {"level2_cache_size", GLIBC_cpu_l2_size, true},
        {"level2_cache_assoc", GLIBC_cpu_l2_assoc, true},
        {"level2_cache_linesize", GLIBC_cpu_l2_line, true},
        {"level3_cache_size", GLIBC_cpu_l3_size, true},
        {"level3_cache_assoc", GLIBC_cpu_l3_assoc, true},
        {"level3_cache_linesize", GLIBC_cpu_l3_line, true},
        {"level4_cache_size", GLIBC_cpu_l4_size, true},
    };
    const struct glibc_layout *layout = glibc_of(linker)->layout;
    print_lines(layout, basic, ARRAY_LENGTH(basic));
    print_leaves(layout);
    print_preferred(layout);
    print_lines(layout, others, ARRAY_LENGTH(others));
}
