/*
 * GLIBC_TUNABLES and the variables that mean tunables: what reaches libc.so.6 and what the loader
 * makes of them itself; --list-tunables and --list-diagnostics.
 */
#include "support.h"
#include <string.h>

static const char *const settings[] = {
    "",
    "MALLOC_PERTURB_=170",
    "MALLOC_PERTURB_=0xaa MALLOC_ARENA_MAX=1",
    "MALLOC_PERTURB_=0252",
    "MALLOC_PERTURB_=256", /* too large */
    "MALLOC_PERTURB_=-1",
    "MALLOC_PERTURB_=nonsense",
    "GLIBC_TUNABLES=glibc.malloc.perturb=85",
    "GLIBC_TUNABLES=glibc.malloc.perturb=85:glibc.malloc.perturb=51",
    "GLIBC_TUNABLES=glibc.malloc.perturb=85 MALLOC_PERTURB_=170",
    "MALLOC_PERTURB_=170 GLIBC_TUNABLES=glibc.malloc.perturb=85",
    "MALLOC_PERTURB_=170 GLIBC_TUNABLES=glibc.malloc.perturb=999",
    "GLIBC_TUNABLES=:x:glibc.malloc.perturb=85:",
    "GLIBC_TUNABLES=glibc.malloc.perturb=glibc.malloc.perturb=85",
    "GLIBC_TUNABLES=glibc.malloc.perturb",
    "GLIBC_TUNABLES=glibc.malloc.perturb=",
    "GLIBC_TUNABLES=glibc.malloc.perturbx=85:glibc.malloc.pertur=85",
    "GLIBC_TUNABLES=glibc.pthread.rseq=0",
    "GLIBC_TUNABLES=glibc.pthread.rseq=2",
    "GLIBC_TUNABLES=glibc.rtld.optional_static_tls=4096",
    "GLIBC_TUNABLES=glibc.rtld.optional_static_tls=0",
    "GLIBC_TUNABLES=glibc.rtld.nns=2",
    "GLIBC_TUNABLES=glibc.rtld.nns=16:glibc.rtld.optional_static_tls=1",
    "GLIBC_TUNABLES=glibc.rtld.nns=17",
    "LD_AUDIT=./libaudit_off.so", /* more room, also for auditors that are not there */
    "LD_AUDIT=./libaudit_off.so:./nowhere.so GLIBC_TUNABLES=glibc.rtld.nns=2",
    "GLIBC_TUNABLES=glibc.cpu.x86_data_cache_size=65536:glibc.cpu.x86_shared_cache_size=1048576",
    "GLIBC_TUNABLES=glibc.cpu.hwcaps=-ERMS,-AVX2,-AVX512F,-AVX512VL",
    "GLIBC_TUNABLES=glibc.cpu.name=a64fx",
    "GLIBC_TUNABLES=glibc.cpu.name=emag",
    "GLIBC_TUNABLES=glibc.cpu.name=kunpeng920",
    "GLIBC_TUNABLES=glibc.cpu.name=thunderx2t99p1:glibc.mem.tagging=0",
    "GLIBC_TUNABLES=glibc.cpu.name=nobody",
    "GLIBC_TUNABLES=glibc.mem.tagging=1",
    "GLIBC_TUNABLES=glibc.mem.tagging=2",
    "GLIBC_TUNABLES=glibc.mem.tagging=3",
    "GLIBC_TUNABLES=glibc.mem.tagging=5",
    "QEMU_CPU=cortex-a72 GLIBC_TUNABLES=glibc.mem.tagging=3", /* it has no tags */
};

TABLE_TEST(tunables, as_native, settings) {
    compare(ALL_WAYS, COMPARE_ERROR, text("%s ./tunables", *row));
}

/* Features that a tunable takes away are not looked for in folders either. */
static const char *const folders[] = {
    "GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512F LD_LIBRARY_PATH=where/hwcaps ./where_none",
    "GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-BMI1 LD_LIBRARY_PATH=where/hwcaps ./where_none",
    "GLIBC_TUNABLES=glibc.cpu.hwcaps=-SSE4_2 LD_LIBRARY_PATH=where/hwcaps:where/env ./where_none",
    "GLIBC_TUNABLES=glibc.cpu.hwcap_mask=0 LD_LIBRARY_PATH=where/old ./where_none",
    "LD_HWCAP_MASK=0 LD_LIBRARY_PATH=where/old/tls ./where_none",
    "LD_HWCAP_MASK=6 GLIBC_TUNABLES=glibc.cpu.hwcap_mask=0 LD_LIBRARY_PATH=where/old ./where_none",
};

TABLE_TEST(tunables, folders, folders) {
    compare(ALL_WAYS, COMPARE_ERROR, *row);
}

/* What differs between two starts: addresses, the name of the loader, which processor answers. */
static char *comparable(const char *all) {
    char *result = text("%s", "");

    for (const char *line = all; *line; line += strcspn(line, "\n") + 1) {
        char *copy = first_line(line);
        if (strstr(copy, "auxv[") || strstr(copy, "features[0x0].cpuid[0x1]") ||
            strncmp(copy, "env", 3) == 0)
            continue;
        result = text("%s%s\n", result, copy);
    }
    return result;
}

static const char *const lists[] = {
    "",
    "glibc.malloc.check=2:glibc.pthread.mutex_spin_count=7",
    "glibc.cpu.hwcaps=-AVX2,-ERMS",
    "glibc.cpu.hwcaps=-OSXSAVE",
    "glibc.cpu.hwcaps=-XSAVEC,-XSAVE,Slow_BSF,-I586,I686,Prefer_No_AVX512,-SSE2",
    "glibc.cpu.hwcaps=-AVX,AVX_Fast_Unaligned_Load,Prefer_ERMS,-Prefer_ERMS,,nonsense,Prefer_FSRM",
    "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-CMOV,-HTT:glibc.cpu.x86_rep_movsb_threshold=0x902",
    "glibc.cpu.x86_non_temporal_threshold=0x8040:glibc.cpu.x86_rep_stosb_threshold=1",
    "glibc.cpu.x86_non_temporal_threshold=0x4040:glibc.cpu.x86_rep_stosb_threshold=0",
    "glibc.cpu.x86_data_cache_size=-1:glibc.cpu.x86_shared_cache_size=0x1000",
    "glibc.cpu.name=ares:glibc.mem.tagging=3",
};

TABLE_TEST(tunables, listed, lists) {
    static const char *const options[] = {"--list-tunables", "--list-diagnostics"};

    for (size_t i = 0; i < 2; i++) {
        struct result native = runf("GLIBC_TUNABLES=%s %s %s", *row, native_loader, options[i]);
        struct result got = runf("GLIBC_TUNABLES=%s %s %s", *row, myld(), options[i]);
        cr_assert_eq(native.exit, 0);
        native.out = comparable(native.out);
        got.out = comparable(got.out);
        compare_results(&native, &got, COMPARE_ERROR, options[i], *row);
    }
}

/* Which variables are shown, and how. */
Test(tunables, environment_shown) {
    const char *line = "env -i LANG=a+b TZ= LC_MINE=1 LD_LIBRARY_PATH=q LANGUAGE=de MALLOC_X=1 A=b "
                       "GCONV_PATHX=1 PATH=/bin";
    struct result native =
        runf("/bin/sh -c '%s %s --list-diagnostics | grep ^env'", line, native_loader);
    struct result got = runf("/bin/sh -c '%s %s --list-diagnostics | grep ^env'", line, myld());

    cr_expect(*native.out);
    cr_expect_str_eq(got.out, native.out);
}

/* The order of constructors and destructors; in theme graphs, too. */
static const char *const ordered[] = {
    "GLIBC_TUNABLES=glibc.rtld.dynamic_sort=1 ./order",
    "GLIBC_TUNABLES=glibc.rtld.dynamic_sort=1 ./order_cycle",
    "GLIBC_TUNABLES=glibc.rtld.dynamic_sort=2 ./order_cycle",
    "GLIBC_TUNABLES=glibc.rtld.dynamic_sort=1 NESTED=./liborder_e.so "
    "LD_PRELOAD=./liborder_f.so:./liborder_a.so ./plugin_host open=./libnested.so close",
};

TABLE_TEST(tunables, dynamic_sort, ordered) {
    compare(ALL_WAYS, COMPARE_ERROR, *row);
}
