/*
 * Programs of all kinds start, and are told what they are told natively: arguments, environment,
 * auxiliary vector, exit status; without libc, PIE and not, static and not, under each way in.
 */
#include "support.h"
#include <string.h>

static const struct {
    const char *line;
    unsigned ways;
} starts[] = {
    {"./hello_nolibc one 'two words'", ALL_WAYS},
    {"./hello_nolibc_static a", ALL_WAYS},
    {"./hello_nolibc_static_pie a b", ALL_WAYS},
    {"./user_nolibc", ALL_WAYS},
    {"./user_nolibc_exec", ALL_WAYS},
    {"./hello", ALL_WAYS},
    {"GREETING=bonjour ./hello 1 2 3", ALL_WAYS},
    {"./hello_exec x", ALL_WAYS},
    {"./hello_static x", ALL_WAYS},
    {"./hello_static_pie x y", ALL_WAYS},
    {"./greet", ALL_WAYS},
    {"./greet_exec", ALL_WAYS},
    {"./greet_now", ALL_WAYS},
    {"./sysv/greet", ALL_WAYS},
    {"TEST_ONE=1 TEST_EMPTY= LD_BIND_NOW=1 ./startinfo -x '' --library-path y", ALL_WAYS},
    {"./startinfo_exec", ALL_WAYS},
    {"./bigbss", ALL_WAYS},
};

TABLE_TEST(start, as_native, starts) {
    compare(row->ways, COMPARE_ERROR, row->line);
}

/* The way a program is named on the command line: path forms. */
static const char *const names[] = {
    "%s/hello", "%s/../samples/hello", "./../samples/hello", "%s//hello", "./sysv/../hello",
};

TABLE_TEST(start, named, names) {
    char *line = text("TEST_X=1 %s a", text(*row, samples()));

    compare(WAY(EXPLICIT) | WAY(BIND), COMPARE_ERROR, line);
}

/* An interpreter chosen when linking, not by patchelf. */
Test(start, linked) {
    const char *folder = scratch();
    struct result made = runf("gcc -o %s/startinfo %s/samples/startinfo.c -Wl,--dynamic-linker=%s",
                              folder, SOURCE_FOLDER, myld());
    cr_assert(made.exit == 0, "%s", made.error);
    struct result native = run("./startinfo");
    struct result got = runf("sh -c 'cd %s; ./startinfo'", folder);
    compare_results(&native, &got, COMPARE_ERROR, "linked", "./startinfo");
}

/* A program dies of a signal: the parent sees the signal. */
Test(start, signal) {
    compare(WAY(EXPLICIT) | WAY(BIND), 0, "/bin/sh -c 'kill -SEGV $$'");
}

/* An empty argument list is an old way to attack set-user-ID programs; the kernel now gives one
 * empty argument. */
Test(start, many_arguments) {
    const char *line = "./hello";

    for (int i = 0; i < 200; i++)
        line = text("%s argument%d", line, i);
    compare(ALL_WAYS, COMPARE_ERROR, line);
}

/* The hook that the program gets runs the destructors; ld-linux's fails without a libc. */
Test(start, destructor_hook) {
    static const char *const lines[] = {"./user_nolibc finish", "./user_nolibc_exec finish"};

    for (size_t i = 0; i < 2; i++) {
        struct result got = run_myld(EXPLICIT, NULL, lines[i]);
        cr_expect_eq(got.exit, 3, "%s: exit %d signal %d", lines[i], got.exit, got.signal);
        cr_expect(strstr(got.out, "one counter\nlibrary: destructor\n"), "%s", got.out);
    }
}
