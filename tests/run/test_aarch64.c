/*
 * The same loader on aarch64, in an emulator: builds the loader, the samples and the tests of each
 * theme below for that machine, and has those tests compare it with that machine's own loaders, one
 * way of starting each. A short form of `make test-run ARCH=aarch64`.
 *
 * Needs Debian's cross compiler, qemu-user-static and the packages that tools/cross fetches.
 */
#include "support.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Seconds that one of the commands may take: more than there is in run(). */
enum { PATIENCE = 170 };

/* Tests that start children of the emulated programs are left out: the kernel here cannot start
 * them. */
static const struct {
    const char *theme;
    const char *way;   /* the one way in which the loader is entered */
    const char *tests; /* pattern of names */
} themes[] = {
    {"start", "bind", "start/as_native"},
    {"init", "explicit", "*"},
    {"symbol", "bind", "*"},
    {"version", "explicit", "*"},
    {"lazy", "bind", "*"},
    {"reloc", "explicit", "*"},
    {"tls", "bind", "*"},
    {"dl", "explicit", "*"},
    {"cxx", "bind", "*"},
    {"ifunc", "explicit", "ifunc/as_native"},
    {"exports", "bind", "*"},
    {"map", "bind", "*"},
    {"musl", "bind", "musl/as_native"},
};

/* Why nothing can be tested here; NULL: all is there. */
static const char *missing(void) {
    if (strcmp(TEST_ARCH, "x86_64") != 0)
        return "the other tests are about this machine";
    if (run("aarch64-linux-gnu-g++ --version").exit)
        return "no compiler for aarch64 here";
    if (run("qemu-aarch64-static --version").exit)
        return "no qemu-aarch64-static here";
    return NULL;
}

/* Runs a shell command that may take long; both outputs go to the file. Returns its status. */
static int run_long(const char *command, const char *log) {
    return system(text("timeout %d sh -c '%s' >%s 2>&1", PATIENCE, command, log));
}

/* What the command said at its end. */
static char *tail(const char *log) {
    return runf("tail -n 25 %s", log).out;
}

/* Tests run side by side: one of them builds at a time. The outer make's variables are not meant.
 */
static void build(const char *theme, const char *log) {
    int status = run_long(text("cd %s && unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES && "
                               "exec flock build/aarch64.lock "
                               "make ARCH=aarch64 RUN=%s test-programs",
                               SOURCE_FOLDER, theme),
                          log);
    cr_assert_eq(status, 0, "make ARCH=aarch64:\n%s", tail(log));
}

TABLE_TEST(aarch64, theme, themes) {
    const char *reason = missing();
    const char *log;

    if (reason)
        cr_skip_test("%s", reason);
    log = text("%s/log", scratch());
    build(row->theme, log);
    /* Without this Criterion's own variables, which another one would take for its own. */
    const char *folder = SOURCE_FOLDER "/build/aarch64";
    int status = run_long(text("exec env -i PATH=\"$PATH\" MYLD=%s/myld TEST_WAY=%s "
                               "%s/tests/run-%s --filter \"%s\" --jobs 2",
                               folder, row->way, folder, row->theme, row->tests),
                          log);
    cr_expect_eq(status, 0, "run-%s: %s", row->theme, tail(log));
    cr_expect(strstr(tail(log), "Passing: ") && !strstr(tail(log), "Tested: 0 "),
              "run-%s tested nothing:\n%s", row->theme, tail(log));
}
