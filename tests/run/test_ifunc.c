/* Whether the loader tells glibc the truth about the processor: each function of libc.so.6 and
 * libm.so.6 that exists for several processors must be the one that the system's own loader gets
 * chosen, the caches' sizes must be the same, and so must getauxval's AT_HWCAP. */
#include "support.h"
#include <string.h>

static const char *const lines[] = {
    "./ifunc_slots",
    "LD_PRELOAD=libm.so.6 ./ifunc_slots",
    "LD_BIND_NOW=1 LD_PRELOAD=libm.so.6 ./ifunc_slots",
};

TABLE_TEST(ifunc, as_native, lines) {
    compare(ALL_WAYS, COMPARE_ERROR, *row);
}

/* The comparison says nothing unless the sample finds slots to print. */
Test(ifunc, sample_sees_slots) {
    static const char *const expected[] = {
        "libc.so.6 ", "IRELATIVE = libc.so.6+0x", " memcpy = libc.so.6+0x",
        "libm.so.6 ", "IRELATIVE = libm.so.6+0x",
    };
    /* aarch64's libm has no such functions */
    size_t count = sizeof expected / sizeof *expected - (strcmp(TEST_ARCH, "aarch64") ? 0 : 2);
    struct result native = run("LD_PRELOAD=libm.so.6 ./ifunc_slots");
    cr_assert_eq(native.exit, 0);
    for (size_t i = 0; i < count; i++)
        cr_expect(strstr(native.out, expected[i]), "no `%s` in\n%s", expected[i], native.out);
}
