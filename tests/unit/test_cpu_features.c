/* Whether the loader computes for glibc, byte for byte, what the system's own loader has computed
 * on this processor: this test's own process was started by it, and holds its results. */
#define _GNU_SOURCE
#include "arch/x86_64/cpu.h"
#include "libc-shim/glibc/cpu_features.h"
#include "libc-shim/glibc/recognise.h"
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>

/* Finds the build-id of this process's libc.so.6. */
static int find_build_id(struct dl_phdr_info *info, size_t size, void *build_id) {
    const uint8_t **found = build_id;
    (void)size;
    if (!strstr(info->dlpi_name, "/libc.so.6"))
        return 0;
    for (size_t i = 0; i < info->dlpi_phnum && !*found; i++) {
        const ElfW(Phdr) *phdr = &info->dlpi_phdr[i];
        if (phdr->p_type == PT_NOTE)
            *found = glibc_build_id((const void *)(info->dlpi_addr + phdr->p_vaddr), phdr->p_memsz,
                                    phdr->p_align);
    }
    return 1;
}

static const struct glibc_layout *own_layout(void) {
    const uint8_t *build_id = NULL;
    dl_iterate_phdr(find_build_id, &build_id);
    cr_assert_not_null(build_id, "libc.so.6 has no build-id");
    for (size_t i = 0; i < glibc_build_count; i++)
        if (memcmp(glibc_builds[i].build_id, build_id, sizeof glibc_builds[i].build_id) == 0)
            return &glibc_layouts[glibc_builds[i].layout];
    cr_assert_fail("this system's libc.so.6 is not in layouts.c");
    return NULL;
}

Test(cpu_features, equal_natives) {
    const struct glibc_layout *layout = own_layout();
    const unsigned char *native = dlsym(RTLD_DEFAULT, "_rtld_global_ro");
    static unsigned char ours[4096];
    size_t start = layout->field[GLIBC_ro_cpu_features], size = layout->field[GLIBC_cpu_size];
    struct cpu cpu;
    cr_assert_not_null(native);
    memset(ours, 0xa5, sizeof ours);
    cpu_identify(&cpu);
    glibc_fill_cpu_features(ours, layout, &cpu, NULL);
    /* Leaf 1's ebx ends in the number of the processor that was asked; it may be another one now.
     */
    size_t apic_id = start + layout->field[GLIBC_cpu_features] + offsetof(struct cpuid, ebx) + 3;
    ours[apic_id] = native[apic_id];
    for (size_t i = 0; i < start + size; i += 4) {
        uint32_t expected = 0xa5a5a5a5, got;
        memcpy(&got, ours + i, sizeof got);
        if (i >= start)
            memcpy(&expected, native + i, sizeof expected);
        cr_expect_eq(got, expected, "offset %zu of cpu_features: %#x, natively %#x", i - start, got,
                     expected);
    }
    for (size_t i = start + size; i < sizeof ours; i++)
        cr_assert_eq(ours[i], 0xa5, "written behind the structure, at %zu", i);
}

/* Under glibc, getauxval asks the loader for these two, not the kernel. */
Test(cpu_features, hwcap_and_platform) {
    const struct glibc_layout *layout = own_layout();
    const unsigned char *native = dlsym(RTLD_DEFAULT, "_rtld_global_ro");
    const char *platform;
    struct cpu cpu;
    memcpy(&platform, native + layout->field[GLIBC_ro_platform], sizeof platform);
    cpu_identify(&cpu);
    cr_expect_eq(cpu_hwcap(&cpu), getauxval(AT_HWCAP));
    cr_expect_str_eq(cpu_platform(&cpu, (const char *)getauxval(AT_PLATFORM)), platform);
}

/* The compiler's run-time support asks CPUID on its own. It knows not all features of a level, but
 * the telling ones. */
Test(cpu_features, level_of_psabi) {
    struct cpu cpu;
    cpu_identify(&cpu);
    __builtin_cpu_init();
    unsigned expected = 1;
    if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt"))
        expected = 2;
    if (expected == 2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
        __builtin_cpu_supports("fma"))
        expected = 3;
    if (expected == 3 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512vl"))
        expected = 4;
    cr_expect_eq(cpu_level(&cpu), expected);
}

/* The kernel's own answer (CPUID leaf 0xd) bounds what the area may take; SSE's part is always in
 * it. */
Test(cpu_features, xsave_area) {
    struct cpu cpu;
    cpu_identify(&cpu);
    size_t size = cpu_xsave_size(&cpu);
    cr_expect_geq(size, 512);
    if (cpu.xcr0 & 4)
        cr_expect_geq(size, 512 + 64 + 256, "no room for AVX");
    if ((cpu.xcr0 & 0xe0) == 0xe0)
        cr_expect_geq(size, 512 + 64 + 256 + 64 + 512 + 1024, "no room for AVX-512");
}
