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

/* Debian's libc for cross compilers is of a revision for which there is no table: it is refused
 * with its name, before anything of it runs. */
Test(guard, cross_libc) {
    static const char folder[] = "/usr/aarch64-linux-gnu/lib";
    need_aarch64();
    if (access(text("%s/libc.so.6", folder), R_OK))
        cr_skip_test("no libc6-arm64-cross here");
    struct result got = run_myld(EXPLICIT, text("--library-path %s", folder), "./hello");

    cr_expect(got.exit == 127 && !*got.out, "exit %d: %s", got.exit, got.out);
    cr_expect(strstr(got.error, "/libc.so.6: this glibc (Debian GLIBC 2.36-") &&
                  strstr(got.error, ") is not known to myld: "),
              "%s", got.error);
}
