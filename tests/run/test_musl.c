/*
 * musl programs, beside the system's ld-musl: kinds of programs, search, symbols, order, TLS,
 * dlopen, errors; and trees of processes that mix glibc's and musl's programs.
 */
#include "support.h"
#include <string.h>
#include <unistd.h>

static const struct {
    const char *line;
    int what;
} rows[] = {
    {"./musl/hello", COMPARE_ERROR},
    {"GREETING=salut ./musl/hello 1 2", COMPARE_ERROR},
    {"./musl/hello_exec x", COMPARE_ERROR},
    {"./musl/hello_static x", COMPARE_ERROR},
    {"./musl/greet", COMPARE_ERROR},
    {"./musl/greet_exec", COMPARE_ERROR},
    {"./musl/sysv/greet", COMPARE_ERROR},
    {"LD_PRELOAD=./musl/libinterpose.so ./musl/greet", COMPARE_ERROR},
    {"LD_PRELOAD=./nowhere.so ./musl/greet", COMPARE_FIRST_LINE},
    {"TEST_ONE=1 ./musl/startinfo a b", COMPARE_ERROR},
    {"./musl/startinfo_exec", COMPARE_ERROR},
    {"./musl/order", COMPARE_ERROR},
    {"./musl/order exit", COMPARE_ERROR},
    {"./musl/order quick", COMPARE_ERROR},
    {"./musl/order ./musl/liborder_e.so", COMPARE_ERROR},
    {"ORDER_EXIT=1 ./musl/order", COMPARE_ERROR},
    {"./musl/order_cycle", COMPARE_ERROR},
    {"./musl/lazy", COMPARE_ERROR},
    {"./musl/args", COMPARE_ERROR},
    {"./musl/copy", COMPARE_ERROR},
    {"./musl/copy_pie", COMPARE_ERROR},
    {"./musl/rela", COMPARE_ERROR},
    {"./musl/scope", COMPARE_ERROR},
    {"./musl/scope_symbolic", COMPARE_ERROR},
    {"LD_PRELOAD=./musl/libscope_b.so ./musl/scope", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=musl/version_1 ./musl/version_1/version", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=musl/version_2 ./musl/version_1/version", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=musl/version_2 ./musl/version_2/version", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=musl/version_1 ./musl/version_2/version", COMPARE_FIRST_LINE},
    {"LD_LIBRARY_PATH=musl/version_1 ./musl/version_3/version", COMPARE_FIRST_LINE},
    {"./musl/tls", COMPARE_ERROR},
    {"./musl/tls_exec", COMPARE_ERROR},
    {"./musl/tls_dlopen ./musl/libtls_gd.so gd", COMPARE_ERROR},
    {"./musl/tls_dlopen ./musl/libtls_ld.so ld", COMPARE_ERROR},
    {"./musl/tls_dlopen ./musl/libtls_desc.so desc", COMPARE_ERROR},
    {"./musl/bigbss", COMPARE_ERROR},
    {"./musl/execstack", COMPARE_ERROR},
    {"./musl/execstack_yes", COMPARE_ERROR},
    {"./musl/where_none", COMPARE_FIRST_LINE},
    {"./musl/where_rpath", COMPARE_ERROR},
    {"./musl/where_runpath", COMPARE_ERROR},
    {"./musl/where_list", COMPARE_ERROR},
    {"./musl/where_lib", COMPARE_FIRST_LINE},
    {"LD_LIBRARY_PATH=musl/where/env ./musl/where_none", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=musl/where/none:musl/where/env ./musl/where_rpath", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=musl/where/env ./musl/where_runpath", COMPARE_ERROR},
    {"LD_LIBRARY_PATH='musl/where/none\nmusl/where/env' ./musl/where_none", COMPARE_ERROR},
    {"./musl/middle_by_rpath", COMPARE_ERROR},
    {"./musl/middle_by_runpath", COMPARE_ERROR},
    {"./musl/middle_own_rpath", COMPARE_ERROR},
    {"./musl/middle_own_runpath", COMPARE_ERROR},
    {"./musl/plugin_host open=./musl/libplugin_one.so call=plugin_run close mapped=libplugin_one "
     "open=./musl/libplugin_one.so call=plugin_run",
     COMPARE_ERROR},
    {"./musl/plugin_host open=./musl/libplugin_two.so open=libplugin_one.so call=nowhere",
     COMPARE_ERROR},
    {"./musl/plugin_host open=./musl/libplugin_bad.so now=./musl/libplugin_bad.so", COMPARE_ERROR},
    {"./musl/plugin_host open=./nowhere.so open=nowhere.so open=. open=./samples.mk",
     COMPARE_ERROR},
    {"./musl/plugin_host open=./musl/libplugin_orphan.so open=./musl/libplugin_one.so",
     COMPARE_ERROR},
    {"./musl/plugin_host noload=./musl/libplugin_one.so self default=nowhere", COMPARE_ERROR},
    {"./musl/stress", COMPARE_ERROR},
    {"NESTED=./musl/libplugin_one.so ./musl/plugin_host open=./musl/libnested.so close",
     COMPARE_ERROR},
    {"NESTED=./musl/libgreet.so LD_PRELOAD=./musl/libnested.so ./musl/plugin_host", COMPARE_ERROR},
    {"./musl/checksum_linked Wikipedia", COMPARE_ERROR},
    {"./musl/checksum_opened ./musl/libchecksum.so checksum_adler32 Wikipedia", COMPARE_ERROR},
};

TABLE_TEST(musl, as_native, rows) {
    if (access(native_musl, F_OK))
        cr_skip_test("no musl here");
    compare(ALL_WAYS, row->what, row->line);
}

/* Programs that print the file of libc: under a bind mount over the name ld-musl it is libc.so by
 * its own name. */
static const char *const naming[] = {
    "./musl/plugin_host global=./musl/libplugin_one.so default=plugin_name next=puts default=puts",
    "./musl/inspect",
    "./musl/inspect -",
    "./musl/inspect ./musl/libplugin_two.so",
};

TABLE_TEST(musl, names_libc, naming) {
    if (access(native_musl, F_OK))
        cr_skip_test("no musl here");
    compare(WAY(EXPLICIT) | WAY(INTERP), COMPARE_ERROR, *row);
}

/* glibc's shell starts musl's program and the other way round; all under one bind mount. */
static const char *const mixed[] = {
    "/bin/sh -c './musl/hello from glibc; ./hello again | ./musl/hello; echo $?'",
    "/usr/bin/env GREETING=mixed ./musl/greet",
};

TABLE_TEST(musl, mixed, mixed) {
    if (access(native_musl, F_OK))
        cr_skip_test("no musl here");
    compare(WAY(BIND), COMPARE_ERROR, *row);
}

/* Where the program's loader is not to be had, MYLD_MUSL_LIBC names the libc.so; else the program's
 * PT_INTERP counts. */
Test(musl, libc_by_variable) {
    if (access(native_musl, F_OK) || emulated())
        cr_skip_test("no musl here");
    const char *folder = scratch();
    struct result made = runf("sh -c 'cp -L %s %s/libc.so && cp musl/plugin_host %s/ && patchelf "
                              "--set-interpreter /nowhere/ld-musl.so.1 %s/plugin_host'",
                              native_musl, folder, folder, folder);
    cr_assert_eq(made.exit, 0, "%s", made.error);
    const char *line = text("%s/plugin_host mapped=%s/libc.so", folder, folder);
    struct result got = runf("MYLD_MUSL_LIBC=%s/libc.so %s %s", folder, myld(), line);
    cr_expect(got.exit == 0 && strstr(got.out, text("%s/libc.so: mapped\n", folder)), "%s%s",
              got.out, got.error);
    got = runf("MYLD_MUSL_LIBC=/nowhere/libc.so %s ./musl/plugin_host mapped=%s", myld(), folder);
    cr_expect(got.exit == 0 && strstr(got.out, ": not mapped\n"), "%s%s", got.out, got.error);
}
