/*
 * What only aarch64 has: pages with PROT_BTI, object by object as their property notes ask; PLTs
 * whose slots are signed (-z pac-plt) or whose entries are guarded; functions of a variant calling
 * convention, which are bound at the start; arguments of IFUNC resolvers.
 */
#include "support.h"
#include <signal.h>
#include <string.h>
#include <unistd.h>

static void need_aarch64(void) {
    if (strcmp(TEST_ARCH, "aarch64"))
        cr_skip_test("this is about aarch64");
}

static const char *const lines[] = {
    "./branch pad",
    "./branch none",
    "LD_LIBRARY_PATH=unguarded ./branch pad",
    "LD_LIBRARY_PATH=unguarded ./branch none",
    "./branch_nolibc",
    "./branch_nolibc x",
    "LD_LIBRARY_PATH=guarded ./greet",
    "LD_LIBRARY_PATH=guarded LD_BIND_NOW=1 ./greet",
    "./ifunc_arguments",
    "./variant",
    "LD_BIND_NOW=1 ./variant",
    "LD_LIBRARY_PATH=lacks_variant ./variant",
    "LD_LIBRARY_PATH=lacks_plain ./variant",
    "./musl/variant",
};

TABLE_TEST(guard, as_native, lines) {
    need_aarch64();
    compare(ALL_WAYS, COMPARE_FIRST_LINE, *row);
}

/* The comparison says nothing unless a forbidden branch is noticed natively. */
Test(guard, processor_checks) {
    need_aarch64();
    cr_expect(run("./branch none").signal == SIGILL);
    cr_expect(run("LD_LIBRARY_PATH=unguarded ./branch none").exit == 0);
}

/* The native loader signs nothing, so that the first call ends the process. */
Test(guard, signed_plt) {
    need_aarch64();
    const char *expected = "3 40 7\n4 41 7\n";
    static const char *const ways[] = {"./signed", "LD_BIND_NOW=1 ./signed",
                                       "LD_BIND_NOT=1 ./signed"};

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct result got = run_myld(EXPLICIT, NULL, ways[i]);
        cr_expect(got.exit == 0 && !strcmp(got.out, expected), "%s: %d %s%s", ways[i], got.signal,
                  got.out, got.error);
    }
}

/* Debian's libc for cross compilers is of another revision than the archive's, with a smaller
 * struct link_map; programs of it have their own ld.so for comparison. */
static const char *const cross_lines[] = {
    "./hello",
    "./lazy",
    "./tls",
    "./tls_dlopen ./libtls_gd.so gd",
    "./tls_dlopen ./libtls_desc.so desc",
    "./threads slot 50 ./libslot.so",
    "./threads errors",
    "./plugin_host ./libplugin_one.so ./libplugin_two.so ./libplugin_bad.so",
    "./spaces",
    "./order",
    "./catch",
    "./unwind",
    "./names",
    "./ifunc_arguments",
    "LD_AUDIT=./libaudit.so ./greet",
    "GLIBC_TUNABLES=glibc.malloc.check=3:glibc.malloc.perturb=85 ./tunables",
    "LD_DEBUG=unused ./hello",
};

TABLE_TEST(guard, cross_libc, cross_lines) {
    static const char folder[] = "/usr/aarch64-linux-gnu/lib";
    const char *variables = *row;
    size_t length = strspn(*row, "/.") ? 0 : strcspn(*row, " ") + 1;

    need_aarch64();
    if (access(text("%s/libc.so.6", folder), R_OK))
        cr_skip_test("no libc6-arm64-cross here");
    struct result expected = runf("%.*s%s/ld-linux-aarch64.so.1 --library-path %s %s", (int)length,
                                  variables, folder, folder, *row + length);
    struct result got = run_myld(EXPLICIT, text("--library-path %s", folder), *row);
    compare_results(&expected, &got, 0, "with the cross compiler's libc", *row);
    cr_expect(expected.exit != 127 && *expected.out, "%d %s", expected.exit, expected.error);
}
