/*
 * LD_DEBUG: what myld writes is what ld-linux writes for the same program, line by line, once
 * process ids, addresses and times are taken out. Both write to a file of LD_DEBUG_OUTPUT; one test
 * looks at standard error.
 *
 * Left out of ld-linux's lines are those about itself: it relocates itself with symbols, and looks
 * malloc and its family up for its own use. myld needs neither.
 */
#include "support.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PYTHON "/usr/bin/python3 -I -c "

/* What LD_DEBUG wrote, of all processes: made comparable. */
#define COMPARABLE                                                                                 \
    "sed -E \"s/^ +[0-9]+:/PID:/; s/0x[0-9a-f]{8,16}/ADDRESS/g; "                                  \
    "s/[0-9]+ cycles( [(][0-9.]+%%[)])?/N cycles/\" %s.*"

/* Out of ld-linux's lines: the bindings of the loader and the four that come right before the first
 * of them; later on what libc's dlsym needs of the loader. Their numbers on standard error. */
#define DROP_OWN                                                                                   \
    "awk -v loader=%s \"{ line[++n] = \\$0 } "                                                     \
    "index(\\$0, \\\"\tbinding file \\\" loader) { drop[n] = 1; if (!own++) first = n } "          \
    "own && /_dl_find_dso_for_object/ { drop[n] = 1; later++ } "                                   \
    "END { if (own) for (k = 1; k <= 4; k++) drop[first - k] = 1; "                                \
    "for (i = 1; i <= n; i++) if (!drop[i]) print line[i]; "                                       \
    "if (own) print own + 4, later + 0 > \\\"/dev/stderr\\\" }\""

struct debugged {
    struct result result;
    char *lines;
    long own, later; /* lines that were dropped: of the start, of the run */
};

static struct debugged debug(bool native, const char *topics, const char *line) {
    char *file = text("%s/debug", scratch());
    char *command = text("LD_DEBUG=%s LD_DEBUG_OUTPUT=%s %s", topics, file, line);
    struct debugged debugged = {.result = native ? run(command) : run_myld(BIND, NULL, command)};
    struct result filtered =
        native ? runf("sh -c '" COMPARABLE " | " DROP_OWN "'", file, native_loader)
               : runf("sh -c '" COMPARABLE "'", file);

    debugged.lines = filtered.out;
    sscanf(filtered.error, "%ld %ld", &debugged.own, &debugged.later);
    return debugged;
}

static const char *const lines[] = {
    "./greet",
    "LD_BIND_NOW=1 ./greet",
    "LD_PRELOAD=./libinterpose.so ./greet",
    "LD_LIBRARY_PATH=/nothing:where/lib ./where_none",
    "./middle_by_rpath",
    "./copy",
    "./ifunc",
    "./unwind",
    "./plugin_host open=./libplugin_two.so call=plugin_run mapped=libgreet close "
    "mapped=libplugin_two",
    "./plugin_host open=./libplugin_one.so open=./libplugin_one.so close close default=puts self",
    "./plugin_host open=libm.so.6 open=libz.so.1 close",
    "/bin/ls /",
    PYTHON "'import ctypes, json, decimal, threading\n"
           "print(ctypes.CDLL(\"libm.so.6\"))'",
};

static void compare_lines(const char *topics, const char *line,
                          const char *(*lines_of)(bool native, const char *topics,
                                                  const char *line)) {
    if (!have_namespaces())
        cr_skip_test("no mount namespaces here");
    struct result native = {.out = (char *)lines_of(true, topics, line), .error = ""};
    struct result own = {.out = (char *)lines_of(false, topics, line), .error = ""};

    cr_expect(strlen(native.out) > 100, "%s: ld-linux is silent", line);
    compare_results(&native, &own, 0, text("LD_DEBUG=%s", topics), line);
}

static const char *lines_of(bool native, const char *topics, const char *line) {
    return debug(native, topics, line).lines;
}

static void compare_topic(const char *topic, const char *line) {
    compare_lines(topic, line, lines_of);
}

TABLE_TEST(debug, libs, lines) {
    compare_topic("libs", *row);
}

TABLE_TEST(debug, files, lines) {
    compare_topic("files", *row);
}

TABLE_TEST(debug, versions, lines) {
    compare_topic("versions", *row);
}

TABLE_TEST(debug, bindings, lines) {
    compare_topic("bindings", *row);
}

/* The number behind a title; -1 when it is not there. */
static long number_behind(const char *from, const char *title) {
    const char *found = strstr(from, title);

    return found ? atol(found + strlen(title)) : -1;
}

/* The counts are the same, too, but for ld-linux's own relocations. */
TABLE_TEST(debug, statistics, lines) {
    static const char *const same[] = {" number of relocations from cache: ",
                                       "final number of relocations from cache: "};
    static const char relative[] = " number of relative relocations: ";
    static const char at_start[] = " number of relocations: ";
    static const char at_end[] = "final number of relocations: ";
    if (!have_namespaces())
        cr_skip_test("no mount namespaces here");
    struct debugged bindings = debug(true, "bindings", *row);
    char *expected = debug(true, "statistics", *row).lines;
    char *got = debug(false, "statistics", *row).lines;

    cr_expect(bindings.own > 4, "ld-linux binds nothing of its own?");
    cr_expect_eq(number_behind(got, at_start), number_behind(expected, at_start) - bindings.own,
                 "%s: %s%s", *row, expected, got);
    cr_expect_eq(number_behind(got, at_end),
                 number_behind(expected, at_end) - bindings.own - bindings.later, "%s: %s%s", *row,
                 expected, got);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        cr_expect_eq(number_behind(got, same[i]), number_behind(expected, same[i]), "%s: %s%s",
                     *row, expected, got);
    long own = number_behind(runf("readelf -dW %s", native_loader).out, "(RELACOUNT)");
    cr_expect_eq(number_behind(got, relative),
                 number_behind(expected, relative) - (own < 0 ? 0 : own), "%s: %s%s", *row,
                 expected, got);
    cr_expect(strstr(got, "  total startup time in dynamic loader: N cycles\n"), "%s", got);
}

/* Out of the lines of the topics that follow: ld-linux's relocation of itself, with the lookups and
 * bindings that belong to it and, right before it, those of malloc's family (calloc first); what
 * libc's dlsym needs of the loader, which myld binds at once; the loader's lookups in the vdso,
 * which are made at another time. */
#define DROP_RELOCATION                                                                            \
    "awk \"{ line[++n] = \\$0 } /relocation processing: .*ld-linux/ { own = n } "                  \
    "END { if (own) { first = own - 1; "                                                           \
    "while (line[first - 1] ~ /[=\\140](realloc|malloc|free|calloc)[;\\047]/ && "                  \
    "!(line[first] ~ /=calloc;/ && line[first - 1] !~ /=calloc;/)) first--; "                      \
    "last = own; while (line[last + 1] ~ "                                                         \
    "/[=\\140](_dl_(catch|signal)_|__stack_chk_guard|__tls_get_addr)/) last++ } "                  \
    "for (i = 1; i <= n; i++) if (!(own && i >= first && i <= last) && line[i] !~ "                \
    "/[=\\140](realloc|_dl_(find|exception|fatal)_|__vdso_|__kernel_)/) print line[i] }\""

static const char *relocation_lines(bool native, const char *topics, const char *line) {
    char *file = text("%s/debug", scratch());
    char *command = text("LD_DEBUG=%s LD_DEBUG_OUTPUT=%s %s", topics, file, line);
    if (native)
        run(command);
    else
        run_myld(BIND, NULL, command);
    return runf("sh -c '" COMPARABLE " | " DROP_RELOCATION "'", file).out;
}

static const char *const relocated[] = {
    "./greet",
    "LD_BIND_NOW=1 ./greet",
    "LD_PRELOAD=./libinterpose.so ./scope",
    "./scope_symbolic",
    "./order",
    "./copy",
    "LD_BIND_NOW=1 ./tls", /* its threads would bind in any order */
    "./plugin_host open=./libplugin_two.so call=plugin_run open=libz.so.1 close close",
    "./plugin_host open=./libplugin_one.so open=./libplugin_one.so close close",
    "/bin/ls /",
};

static void compare_relocation(const char *topics, const char *line) {
    compare_lines(topics, line, relocation_lines);
}

TABLE_TEST(debug, reloc, relocated) {
    compare_relocation("reloc", *row);
}

TABLE_TEST(debug, symbols, relocated) {
    compare_relocation("symbols,reloc", *row);
}

TABLE_TEST(debug, scopes, relocated) {
    compare_relocation("scopes,reloc", *row);
}

/* All topics at once. */
TABLE_TEST(debug, all, relocated) {
    if (!strcmp(*row, "./order"))
        cr_skip_test("of a folder that belongs to several objects ld-linux tells the first one");
    compare_relocation("all", *row);
}

/* Symbols and versions that are not there: in each topic ld-linux says how it ends. (Bound at once,
 * for libc's own dlerror may call malloc, myld's does not.) */
static const char *const failing[] = {
    "LD_BIND_NOW=1 ./plugin_host now=./libplugin_bad.so open=./libplugin_one.so",
    "./plugin_host open=./libplugin_bad.so call=plugin_run",
    "LD_BIND_NOW=1 ./plugin_host default=nowhere next=nowhere version=memcpy@GLIBC_9 "
    "open=libz.so.1 call=hu",
    "LD_LIBRARY_PATH=version_0 ./version_3/version",
    "LD_LIBRARY_PATH=version_2 ./version_3/version",
    "LD_PRELOAD=./libplugin_bad.so LD_BIND_NOW=1 ./hello",
};

TABLE_TEST(debug, failing, failing) {
    static const char *const topics[] = {"files", "bindings,reloc", "all"};
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        compare_relocation(topics[i], *row);
}

/* Without LD_DEBUG_OUTPUT the lines go to standard error; help and unknown words as natively. */
static const char *const on_error[] = {
    "LD_DEBUG=help ./greet",     "LD_DEBUG=libs,help ./greet",
    "LD_DEBUG=nonsense ./greet", "LD_DEBUG=nonsense:more ./greet",
    "LD_DEBUG= ./greet",         "LD_DEBUG=unused ./greet",
    "LD_DEBUG=all ./musl/greet", "LD_DEBUG=libs ./hello_static",
};

TABLE_TEST(debug, as_native, on_error) {
    compare(WAY(BIND), COMPARE_ERROR, *row);
}

Test(debug, standard_error) {
    struct result got = run_myld(BIND, NULL, "LD_DEBUG=versions ./greet");

    cr_expect(strstr(got.error, ":\tchecking for version `GLIBC_2.34' in file "), "%s", got.error);
    cr_expect_str_eq(got.out, run("./greet").out);
}

/* A set-user-ID program is debugged only where the administrator says so. */
Test(debug, secure_mode) {
    const char *folder = scratch();
    struct result made =
        runf("sh -c 'cp hello %s/hello && patchelf --set-interpreter %s %s/hello && "
             "chown 65534 %s/hello && chmod 4755 %s/hello'",
             folder, myld(), folder, folder, folder);

    if (made.exit || run("test -e /etc/suid-debug").exit == 0 || geteuid())
        cr_skip_test("needs root to make a set-user-ID program");
    struct result got = runf("LD_DEBUG=all LD_DEBUG_OUTPUT=%s/out %s/hello", folder, folder);
    struct result files = runf("sh -c 'ls %s | wc -l'", folder);

    cr_expect_str_eq(got.out, run("./hello").out);
    cr_expect(!strstr(got.error, "calling init"), "%s", got.error);
    cr_expect_str_eq(files.out, "1\n");
}
