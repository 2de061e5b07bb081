/* What the string functions of glibc on aarch64 want to know of the processor; see cpu_features.h.
 *
 * In:  struct cpu, AT_HWCAP and AT_HWCAP2 by way of the members that hold them, and settings.
 * Out: struct cpu_features in _rtld_global_ro, as glibc 2.36's init_cpu_features leaves it.
 */
#include "libc-shim/glibc/cpu_features.h"
#include "cpu_settings.h"
#include "libc-shim/glibc/glibc.h"

static void put_byte(const struct glibc_layout *layout, unsigned char *features,
                     enum glibc_field field, uint8_t value) {
    uint8_t *member = glibc_member(layout, features, field);
    if (member)
        *member = value;
}

void glibc_fill_cpu_features(unsigned char *rtld_global_ro, const struct glibc_layout *layout,
                             const struct cpu *cpu, const struct glibc_cpu_settings *settings) {
    static const struct glibc_cpu_settings nothing_set = {.model = CPU_MODEL_UNKNOWN};
    settings = settings ? settings : &nothing_set;
    unsigned char *features = glibc_member(layout, rtld_global_ro, GLIBC_ro_cpu_features);
    uint64_t hwcap = *(uint64_t *)glibc_member(layout, rtld_global_ro, GLIBC_ro_hwcap);
    uint64_t hwcap2 = *(uint64_t *)glibc_member(layout, rtld_global_ro, GLIBC_ro_hwcap2);
    glibc_put_word(layout, features, GLIBC_cpu_midr,
                   settings->model == CPU_MODEL_UNKNOWN ? cpu_model(hwcap) : settings->model);
    glibc_put_int(layout, features, GLIBC_cpu_zva_size, cpu->zero_block);
    put_byte(layout, features, GLIBC_cpu_bti, (uint8_t)cpu_checks_branches(hwcap2));
    put_byte(layout, features, GLIBC_cpu_tagging, settings->tagging);
    put_byte(layout, features, GLIBC_cpu_sve, (uint8_t)cpu_has_sve(hwcap));
}
