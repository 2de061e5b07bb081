/*
 * The loader's command line and the variables that make it print instead of run. Expectations come
 * from the native loader's own command line; addresses and the loader's own name are taken out.
 */
#include "support.h"
#include <ctype.h>
#include <string.h>
#include <unistd.h>

/* Removes "(0x…)" and each line that names a loader or the vdso; also the line without a name that
 * the native loader prints where the kernel (an emulator) gives no vdso. The native loader started
 * by hand calls the folder of ./prog "/folder/.", myld "/folder" as in a start by the kernel. */
static char *without_addresses(const char *from) {
    char *result = text("%s", "");

    for (const char *line = from; *line;) {
        size_t length = strcspn(line, "\n");
        char *copy = text("%.*s", (int)length, line);
        char *address = strstr(copy, " (0x");
        char *dot = strstr(copy, "/./");
        if (address)
            *address = 0;
        if (dot)
            memmove(dot, dot + 2, strlen(dot + 2) + 1);
        if (!strstr(copy, "ld-linux") && !strstr(copy, "ld-musl") && !strstr(copy, "linux-vdso") &&
            !strstr(copy, myld()) && strcmp(copy, "\t") != 0)
            result = text("%s%s\n", result, copy);
        line += length + (line[length] != 0);
    }
    return result;
}

static const struct {
    const char *variables;
    const char *options;
    const char *program;
} rows[] = {
    {"", "--library-path where/env", "./where_none"},
    {"LD_LIBRARY_PATH=where/lib", "--library-path where/env", "./where_none"},
    {"LD_LIBRARY_PATH=where/lib", "--library-path ''", "./where_none"},
    {"", "--library-path where/none:where/$LIB", "./where_none"},
    {"", "--preload ./libinterpose.so", "./greet"},
    {"", "--preload './libempty.so ./libinterpose.so'", "./greet"},
    {"LD_PRELOAD=./libinterpose.so", "--preload ./libempty.so", "./greet"},
    {"", "--preload ./nowhere.so", "./greet"},
    {"", "--argv0 other", "./hello a"},
    {"", "--argv0 other --library-path where/env", "./where_none"},
    {"", "--inhibit-cache", "./greet"},
    {"", "--inhibit-cache", "/usr/bin/git --version"},
    {"", "--list", "./greet"},
    {"", "--list", "./where_none"},
    {"", "--list", "./middle_by_runpath"},
    {"", "--list", "/usr/bin/python3"},
    {"", "--list --library-path where/env", "./where_none"},
    {"", "--list", "./hello_nolibc"},
    {"", "--list", "./libgreet.so"},
    {"", "--list", "./nowhere"},
    {"", "--list", "./hello no_such_symbol"},
    {"LD_VERBOSE=1 LD_WARN=1", "--list", "./greet"},
    {"", "--inhibit-rpath ''", "./where_rpath"},
    {"", "--inhibit-rpath ./where_rpath", "./where_rpath"},
    {"", "--inhibit-rpath /nowhere:", "./where_runpath"},
    {"", "--inhibit-rpath :/nowhere", "./where_runpath"},
    {"", "--inhibit-rpath /nowhere", "./where_runpath"},
    {"", "--library-path . --inhibit-rpath ./libmiddle.so", "./middle_own_rpath"},
    {"", "--inhibit-rpath x:middle_rpath/libmiddle.so", "./middle_own_rpath"},
    {"", "--glibc-hwcaps-prepend mine --library-path where/hwcaps", "./where_none"},
    {"", "--glibc-hwcaps-prepend nothing:mine --library-path where/hwcaps", "./where_none"},
    {"", "--glibc-hwcaps-mask x86-64-v2 --library-path where/hwcaps", "./where_none"},
    {"", "--glibc-hwcaps-mask '' --library-path where/hwcaps", "./where_none"},
    {"", "--glibc-hwcaps-mask mine --glibc-hwcaps-prepend mine --library-path where/hwcaps",
     "./where_none"},
    {"", "--glibc-hwcaps-mask nothing:x86-64-v3:x86-64-v2 --library-path where/hwcaps",
     "./where_none"},
    {"", "--verify", "./greet"},
    {"", "--verify", "./libgreet.so"},
    {"", "--verify", "./hello_static"},
    {"", "--verify", "./hello_nolibc"},
    {"", "--verify", "./samples.mk"},
    {"", "--verify", "./nowhere"},
    {"LD_TRACE_LOADED_OBJECTS=1", "", "./greet"},
    {"LD_TRACE_LOADED_OBJECTS=1", "", "./where_none"},
    {"LD_TRACE_LOADED_OBJECTS=1 LD_PRELOAD=./libempty.so", "", "./scope"},
    {"LD_TRACE_LOADED_OBJECTS=1 LD_BIND_NOW=1 LD_WARN=1", "", "./greet"},
    {"LD_TRACE_LOADED_OBJECTS=1 LD_WARN=1", "--list", "./libplugin_bad.so"},
    {"LD_TRACE_LOADED_OBJECTS=2", "", "./greet"},
    {"", "", "./nowhere"},
    {"", "", "nowhere"},
    {"", "", "hello"},
    {"", "", "."},
};

TABLE_TEST(options, as_native, rows) {
    struct result expected =
        runf("%s %s %s %s", row->variables, native_loader, row->options, row->program);
    struct result got =
        run_myld(EXPLICIT, row->options, text("%s %s", row->variables, row->program));

    expected.out = without_addresses(expected.out);
    got.out = without_addresses(got.out);
    compare_results(&expected, &got, COMPARE_FIRST_LINE,
                    text("%s %s", row->variables, row->options), row->program);
}

/* As an interpreter, the loader answers LD_TRACE_LOADED_OBJECTS too; ldd builds on it. */
static const char *const traced[] = {
    "LD_TRACE_LOADED_OBJECTS=1 ./greet",
    "LD_TRACE_LOADED_OBJECTS=1 ./where_none",
    "LD_TRACE_LOADED_OBJECTS=1 ./order_cycle",
};

TABLE_TEST(options, traced, traced) {
    struct result expected = run(*row);
    struct result got = run_myld(INTERP, NULL, *row);

    expected.out = without_addresses(expected.out);
    got.out = without_addresses(got.out);
    compare_results(&expected, &got, COMPARE_ERROR, "interpreter", *row);
}

static const char *const listed[] = {
    "/usr/bin/ldd ./greet",       "/usr/bin/ldd ./where_none",
    "/usr/bin/ldd /usr/bin/git",  "/usr/bin/ldd ./hello_static",
    "/usr/bin/ldd ./samples.mk",  "/usr/bin/ldd -v ./version_1/version",
    "/usr/bin/ldd ./libgreet.so",
};

TABLE_TEST(options, ldd, listed) {
    struct result expected = run(*row);
    struct result got = run_myld(BIND, NULL, *row);

    expected.out = without_addresses(expected.out);
    got.out = without_addresses(got.out);
    compare_results(&expected, &got, COMPARE_ERROR, "bind", *row);
}

/* Wrong command lines: the same words, behind the loader's own name. */
static const char *const wrong[] = {
    "--nonsense ./hello", "--list",         "--preload", "--argv0", "--inhibit-rpath",
    "--verify",           "--list --argv0", "-",         "",
};

TABLE_TEST(options, wrong, wrong) {
    struct result native = runf("%s %s", native_loader, *row);
    struct result got = runf("%s %s", myld(), *row);

    cr_expect_neq(native.exit, 0);
    cr_expect_eq(got.exit, native.exit);
    if (strncmp(native.error, native_loader, strlen(native_loader)) == 0)
        cr_expect_str_eq(first_line(got.error + strlen(myld())),
                         first_line(native.error + strlen(native_loader)));
}

/* Every option that the loader's tables know (loader/options.c) stands in the text. */
static void expect_rows(const char *in, const char *what, char before) {
    char *known =
        runf("sh -c 'grep -o \"\\\"--[a-z0-9-]*\" %s/loader/options.c | tr -d \\\" | sort -u'",
             SOURCE_FOLDER)
            .out;
    size_t count = 0;

    for (char *word = strtok(known, "\n"); word; word = strtok(NULL, "\n")) {
        const char *found = strcmp(word, "--") == 0 ? in : strstr(in, text("%c%s", before, word));
        size_t length = strlen(word);
        while (found && found != in && (found[length + 1] == '-' || islower(found[length + 1])))
            found = strstr(found + 1, text("%c%s", before, word)); /* of a longer name */
        cr_expect(found, "%s does not tell of %s", what, word);
        count++;
    }
    cr_expect(count > 20, "%zu options?", count);
}

/* The table of all that ld.so has says what each option does, and which test shows it. */
Test(options, parity) {
    expect_rows(runf("cat %s/docs/parity.md", SOURCE_FOLDER).out, "docs/parity.md", '`');
}

/* A row of it without a test, or with one that is not there. */
Test(options, parity_tests) {
    char *table = runf("cat %s/docs/parity.md", SOURCE_FOLDER).out;
    size_t rows = 0;

    for (char *line = strtok(table, "\n"); line; line = strtok(NULL, "\n")) {
        size_t length = strlen(line);
        if (line[0] != '|' || strncmp(line, "|---", 4) == 0 || strstr(line, "| test |"))
            continue;
        cr_assert(length > 4 && line[length - 1] == '|', "%s", line);
        char *tests = line + length - 2;
        while (*tests != '|')
            tests--;
        cr_expect(strcspn(tests + 1, " |") != strlen(tests + 1) && tests + 3 < line + length,
                  "no test: %s", line);
        for (const char *name = tests + 1; *name && *name != '|';) {
            size_t size = strcspn(name += strspn(name, " ,|"), " ,|:");
            if (size && strncmp(name, "unit", size) != 0) {
                char *run = text("%s/tests/run/test_%.*s.c", SOURCE_FOLDER, (int)size, name);
                char *unit = text("%s/tests/unit/test_%.*s.c", SOURCE_FOLDER, (int)size, name);
                cr_expect(access(run, R_OK) == 0 || access(unit, R_OK) == 0, "no test %.*s: %s",
                          (int)size, name, line);
            }
            name += size + (name[size] == ':');
        }
        rows++;
    }
    cr_expect(rows > 90, "%zu rows?", rows);
}

/* These speak for myld itself. */
Test(options, help) {
    struct result help = runf("%s --help", myld());
    struct result version = runf("%s --version", myld());
    struct result none = runf("%s", myld());

    cr_expect_eq(help.exit, 0);
    expect_rows(help.out, "--help", ' ');
    cr_expect_eq(version.exit, 0);
    cr_expect(strstr(version.out, "myld"), "%s", version.out);
    cr_expect_eq(none.exit, runf("%s", native_loader).exit);
    cr_expect(*none.error || *none.out, "nothing said about the missing program");
    cr_expect_eq(runf("%s --nonsense ./hello", myld()).exit,
                 runf("%s --nonsense ./hello", native_loader).exit);
}

/* The path of --library-path is not handed to children. */
Test(options, library_path_is_not_inherited) {
    const char *program = "/usr/bin/env";
    struct result got = run_myld(EXPLICIT, "--library-path /nowhere", program);

    cr_expect_eq(got.exit, 0, "%s", got.error);
    cr_expect(!strstr(got.out, "/nowhere"), "%s", got.out);
}
