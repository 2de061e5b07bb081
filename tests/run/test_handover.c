/*
 * A libc that myld does not know, in a small root of its own: the program is refused, unless the
 * native loader lies where tools/system-loader puts it; then that loader runs the program, as if
 * myld were not there.
 */
#include "support.h"
#include <string.h>
#include <unistd.h>

static const char *root;

/* The root: myld in the loader's place, the program `startinfo`, and libc, known or with another
 * build-id and version. */
static void make_root(bool known) {
    root = text("%s/%s", scratch(), known ? "known" : "unknown");
    struct result made =
        runf("sh -c 'set -e; r=%s; mkdir -p $r/proc $r/usr/lib/myld/stock $r/lib/" TEST_ARCH
             "-linux-gnu $r$(dirname %s); "
             "cp %s $r%s; cp %s/hello %s/startinfo $r; cp /lib/" TEST_ARCH
             "-linux-gnu/libc.so.6 $r/lib/" TEST_ARCH "-linux-gnu; %s perl -0777 -pi -e "
             "\"s/(\\x04\\0\\0\\0\\x14\\0\\0\\0\\x03\\0\\0\\0GNU\\0).{20}/\\$1 . "
             "qq(\\xab) x 20/se && s/release version 2\\.\\d\\d\\./release version 2.99./ or die\" "
             "$r/lib/" TEST_ARCH "-linux-gnu/libc.so.6'",
             root, native_loader, myld(), native_loader, samples(), samples(), known ? ": " : "");
    cr_assert_eq(made.exit, 0, "%s", made.error);
}

static void add_stock_loader(void) {
    struct result copied = runf("cp -L %s %s/usr/lib/myld/stock/", native_loader, root);
    cr_assert_eq(copied.exit, 0, "%s", copied.error);
}

static void skip_where_impossible(void) {
    if (geteuid())
        cr_skip_test("needs root for chroot");
    if (!kernel_starts_programs()) /* which has the emulator at hand, wherever its root is */
        cr_skip_test("the emulator is not in the small root");
}

Test(handover, known_libc) {
    skip_where_impossible();
    make_root(true);
    add_stock_loader();
    struct result expected = run("./hello");
    struct result got = runf("chroot %s /hello", root);
    compare_results(&expected, &got, COMPARE_ERROR, "known libc", "hello");
    got = runf("chroot %s %s /hello", root, native_loader);
    compare_results(&expected, &got, COMPARE_ERROR, "known libc, explicit", "hello");
}

/* A build-id that no table has, all else as it was: recognised by what it tells of itself. */
Test(handover, known_by_its_descriptors) {
    static const char *const programs[] = {"./tls", "./catch", "./stress", "./tunables"};
    const char *folder = scratch();
    struct result made =
        runf("sh -c 'cp -L /lib/" TEST_ARCH "-linux-gnu/libc.so.6 %s && perl -0777 -pi -e "
             "\"s/(\\x04\\0\\0\\0\\x14\\0\\0\\0\\x03\\0\\0\\0GNU\\0).{20}/\\$1 . "
             "qq(\\xab) x 20/se or die\" %s/libc.so.6'",
             folder, folder);
    if (!kernel_starts_programs())
        cr_skip_test("needs the machine's own libc.so.6");
    cr_assert_eq(made.exit, 0, "%s", made.error);
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        char *line = text("LD_LIBRARY_PATH=%s %s", folder, programs[i]);
        struct result expected = run(line);
        struct result got = run_myld(EXPLICIT, NULL, line);
        cr_expect_eq(expected.exit, 0);
        compare_results(&expected, &got, COMPARE_ERROR, "other build-id", line);
    }
}

Test(handover, refused_without_stock_loader) {
    skip_where_impossible();
    make_root(false);
    struct result got = runf("chroot %s /hello", root);
    cr_expect_eq(got.exit, 127);
    cr_expect(strstr(got.error, "is not known to myld"), "%s", got.error);
}

Test(handover, to_the_stock_loader) {
    skip_where_impossible();
    make_root(false);
    add_stock_loader();
    struct result expected = run("./hello");
    struct result got = runf("chroot %s /hello", root);
    compare_results(&expected, &got, COMPARE_ERROR, "unknown libc", "hello");

    /* The native loader in the native place says what arguments, auxiliary vector and so on are to
     * be. */
    struct result handed = runf("LD_LIBRARY_PATH=/x TEST_A=b chroot %s /startinfo 1 2", root);
    cr_assert_eq(runf("cp -L %s %s%s", native_loader, root, native_loader).exit, 0);
    struct result native = runf("LD_LIBRARY_PATH=/x TEST_A=b chroot %s /startinfo 1 2", root);
    compare_results(&native, &handed, COMPARE_ERROR, "unknown libc", "startinfo");
}

/* Who calls myld by name wants myld. */
Test(handover, not_of_a_command) {
    skip_where_impossible();
    make_root(false);
    add_stock_loader();
    struct result got = runf("chroot %s %s /hello", root, native_loader);
    cr_expect_eq(got.exit, 127);
    cr_expect(strstr(got.error, "is not known to myld"), "%s", got.error);
    got = runf("chroot %s %s --list /hello", root, native_loader);
    cr_expect_eq(got.exit, 0, "a list needs no known libc: %s", got.error);
}
