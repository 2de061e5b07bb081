/*
 * What an object says about itself in its dynamic section: filters, text relocations, flags that
 * forbid dlopen or default folders, executables that are no libraries.
 */
#include "support.h"
#include <string.h>
#include <unistd.h>

static const char *const lines[] = {
    /* DT_FILTER, DT_AUXILIARY: another library's symbols come first */
    "./where_filter",
    "./where_auxiliary",
    "./where_filter_missing",
    "./where_auxiliary_missing",
    "./where_auxiliary_two",
    "./where_filter_late",
    "./where_filter_early",
    "./where_filter_twice",
    "LD_BIND_NOW=1 ./where_filter_late",
    "LD_PRELOAD=./libfilter.so ./where_auxiliary_missing",
    "LD_PRELOAD=./libauxiliary_two.so:./libempty.so ./where_none",
    "./plugin_host open=./libfilter.so text=where close mapped=libfiltee",
    "./plugin_host open=./libfiltee.so open=./libauxiliary.so text=where close mapped=libfiltee",
    "./plugin_host global=./libauxiliary_two.so default=where close mapped=liborder_c",
    "./plugin_host open=./libfilter_missing.so open=./libauxiliary_missing.so text=where",
    /* DF_1_NOOPEN: a dependency of the program, but nobody's to open */
    "./where_noopen",
    "./plugin_host open=./libnoopen.so open=./libempty.so",
    "./plugin_host open=./libuses_noopen.so mapped=libuses_noopen mapped=libnoopen",
    "LD_PRELOAD=./libnoopen.so ./plugin_host open=./libnoopen.so text=where",
    /* DF_1_GLOBAL says nothing to ld.so */
    "./plugin_host open=./libglobal.so default=where",
    /* DF_ORIGIN, DF_1_LOADFLTR, DF_1_GROUP, too */
    "./where_flagged",
    "./plugin_host open=./libflagged.so text=where default=where close mapped=libflagged",
    /* DF_1_NODEFLIB */
    "./where_nodeflib",
    "./where_nodeflib_rpath",
    "LD_LIBRARY_PATH=where/env ./where_nodeflib",
    "LD_LIBRARY_PATH=where/env:/lib/x86_64-linux-gnu ./where_nodeflib",
    /* DF_1_PIE, ET_EXEC: no libraries */
    "./plugin_host open=./hello open=./hello_exec open=./hello_static",
    "LD_PRELOAD=./hello ./greet",
    /* DT_TEXTREL, DF_TEXTREL */
    "./plugin_host open=./libtextrel.so call=textrel",
    "LD_PRELOAD=./libtextrel.so ./plugin_host open=./libtextrel.so call=textrel",
};

TABLE_TEST(flags, as_native, lines) {
    compare(ALL_WAYS, COMPARE_FIRST_LINE, *row);
}

/* Filters stand before what they filter in every list: what ldd prints. */
static const char *const listed[] = {
    "where_filter",       "where_auxiliary",    "where_auxiliary_two",  "where_filter_late",
    "where_filter_early", "where_filter_twice", "where_filter_missing", "where_auxiliary_missing",
};

TABLE_TEST(flags, ldd, listed) {
    const char *line = text("/bin/sh -c 'ldd ./%s | sed s/.0x.*//'", *row);
    compare(WAY(BIND), COMPARE_ERROR, line);
}

/* Code for newer processors (GNU_PROPERTY_X86_ISA_1_NEEDED). An emulator plays the older ones;
 * "max" has the third level. */
static const struct {
    const char *processor;
    int level;
    bool refused;
} levels[] = {
    {"qemu64", 2, true},   {"qemu64", 3, true}, {"Nehalem", 2, false}, {"Nehalem", 3, true},
    {"Haswell", 3, false}, {"max", 3, false},   {"max", 4, true},
};

TABLE_TEST(flags, processor_levels, levels) {
    if (strcmp(TEST_ARCH, "x86_64"))
        cr_skip_test("only x86_64 has levels");
    if (access("/usr/bin/qemu-x86_64-static", X_OK))
        cr_skip_test("qemu-user-static is not installed");
    const char *folder = scratch();
    struct result made =
        runf("sh -c 'cd " SOURCE_FOLDER "/samples && gcc -shared -fPIC -o "
             "%s/libgreet.so libgreet.c -Wl,-z,x86-64-v%d && gcc -o %s/greet "
             "greet.c %s/libgreet.so && gcc -o %s/hello hello.c "
             "-Wl,-z,x86-64-v%d && cp %s/plugin_host %s'",
             folder, row->level, folder, folder, folder, row->level, samples(), folder);
    cr_assert_eq(made.exit, 0, "%s", made.error);
    for (int i = 0; i < 2; i++) {
        const char *program = text("%s/%s", folder, i ? "greet" : "hello");
        const char *line = "/usr/bin/qemu-x86_64-static -cpu %s %s%s";
        struct result native = runf(line, row->processor, "", program);
        struct result got = runf(line, row->processor, text("%s ", myld()), program);
        cr_expect_eq(native.exit, row->refused ? 127 : i ? 2 : 0, "%s", native.error);
        compare_results(&native, &got, COMPARE_ERROR, row->processor, program);
    }
    /* ld.so itself crashes there */
    struct result got =
        runf("/usr/bin/qemu-x86_64-static -cpu %s %s %s/plugin_host open=%s/libgreet.so",
             row->processor, myld(), folder, folder);
    const char *wanted =
        row->refused
            ? text("failed\ndlerror: %s/libgreet.so: CPU ISA level is lower than required\n",
                   folder)
            : "done\n";
    cr_expect(strstr(got.out, wanted), "%s%s", got.out, got.error);
}
