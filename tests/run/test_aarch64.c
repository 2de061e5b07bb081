/*
 * The same loader on aarch64, in an emulator: builds the loader, the samples and the tests of each
 * theme below for that machine, and has those tests compare it with that machine's own loaders, one
 * way of starting each. A short form of `make test ARCH=aarch64`.
 *
 * Needs Debian's cross compiler, qemu-user-static and the packages that tools/cross fetches.
 */
#include "support.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Seconds that one of the commands may take: more than there is in run(). */
enum { PATIENCE = 170 };

static const struct {
    const char *theme;
    const char *way;   /* the one way in which the loader is entered */
    const char *tests; /* pattern of names */
    bool by_kernel;    /* some programs are started by others, so the kernel must do it */
} themes[] = {
    {"start", "bind", "start/as_native", false},
    {"search", "explicit", "search/origin_path", true},
    {"init", "explicit", "*", false},
    {"symbol", "bind", "*", false},
    {"version", "explicit", "*", false},
    {"lazy", "bind", "*", false},
    {"reloc", "explicit", "*", false},
    {"tls", "bind", "*", false},
    {"dl", "explicit", "*", false},
    {"cxx", "bind", "*", false},
    {"ifunc", "explicit", "ifunc/as_native", false},
    {"exports", "bind", "*", false},
    {"map", "bind", "*", false},
    {"guard", "explicit", "*", false},
    {"musl", "bind", "musl/as_native", false},
    {"graphs", "explicit", "*", true},
    {"audit", "bind", "audit/?[pw]*", true}, /* option, two */
    {"pages", "explicit", "*", true},
    {"secure", "explicit", "*", true},
    {"threads", "bind", "*", false},
    {"rust", "explicit", "*", false},
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
    const char *folder = SOURCE_FOLDER "/build/aarch64";
    const char *machine = text("%s/tests/machine %s/root qemu-aarch64-static", folder, folder);
    if (row->by_kernel && runf("%s sh -c 'test $TEST_MACHINE'", machine).exit)
        cr_skip_test("the kernel here starts no programs for aarch64");
    /* Without this Criterion's own variables, which another one would take for its own. */
    int status = run_long(text("exec env -i PATH=\"$PATH\" MYLD=%s/myld TEST_WAY=%s TEST_SEEDS=2 "
                               "%s %s/tests/run-%s --filter \"%s\" --jobs 2",
                               folder, row->way, machine, folder, row->theme, row->tests),
                          log);
    cr_expect_eq(status, 0, "run-%s: %s", row->theme, tail(log));
    cr_expect(strstr(tail(log), "Passing: ") && !strstr(tail(log), "Tested: 0 "),
              "run-%s tested nothing:\n%s", row->theme, tail(log));
}
