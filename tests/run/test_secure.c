/*
 * A set-user-ID program under myld as its interpreter: dangerous variables are gone, LD_PRELOAD and
 * LD_LIBRARY_PATH have no effect, $ORIGIN is not trusted; all as natively.
 */
#include "support.h"
#include <string.h>
#include <unistd.h>

static const struct {
    const char *variables;
    bool origin; /* leave the program's search path $ORIGIN as it is */
} rows[] = {
    {"LD_PRELOAD=libinterpose.so LD_LIBRARY_PATH=. LD_DEBUG=libs LD_BIND_NOW=1 "
     "LD_ORIGIN_PATH=/ LD_PROFILE=x "
     "LD_SHOW_AUXV=1 TMPDIR=/ GCONV_PATH=/ GETCONF_DIR=/ HOSTALIASES=/ LOCALDOMAIN=x LOCPATH=/ "
     "MALLOC_TRACE=x NIS_PATH=/ "
     "NLSPATH=/ RESOLV_HOST_CONF=/ RES_OPTIONS=x TZDIR=/ LD_DYNAMIC_WEAK=1 "
     "GLIBC_TUNABLES=glibc.malloc.check=1",
     false},
    {"LD_PRELOAD=./libinterpose.so", false},
    {"LD_PRELOAD=libm.so.6:./libinterpose.so", false},
    {"LD_LIBRARY_PATH=sysv", false},
    {"LD_BIND_NOW=1 LD_LIBRARY_PATH=. LD_PRELOAD=libgreet.so", false},
    {"HOME=/x", true},
    {"LD_TRACE_LOADED_OBJECTS=1", true},
    {"LD_TRACE_LOADED_OBJECTS=1 LD_VERBOSE=1 LD_WARN=1", true},
};

/* A copy that belongs to nobody and runs with nobody's rights, with the given interpreter. */
static char *make_program(const char *name, const char *interpreter, bool origin) {
    const char *folder = scratch();
    struct result made =
        runf("sh -c 'cp secure %s/%s && patchelf --set-interpreter %s %s %s/%s && "
             "chown 65534 %s/%s && chmod 4755 %s/%s'",
             folder, name, interpreter, origin ? "" : text("--set-rpath %s", samples()), folder,
             name, folder, name, folder, name);
    cr_assert(made.exit == 0, "%s", made.error);
    return text("%s/%s", folder, name);
}

/* The first line without the program's name in front, in which the two copies differ. */
static char *after_name(const char *error) {
    char *line = first_line(error);
    char *colon = strstr(line, ": ");

    return colon ? colon : line;
}

TABLE_TEST(secure, as_native, rows) {
    if (geteuid())
        cr_skip_test("needs root to make a set-user-ID program");
    if (!kernel_starts_programs())
        cr_skip_test("the kernel here starts no programs of that machine");
    struct result native =
        runf("%s %s", row->variables, make_program("secure", native_loader, row->origin));
    if (!row->origin && !strstr(native.out, "AT_SECURE 1"))
        cr_skip_test("set-user-ID has no effect in this file system");
    struct result got = runf("%s %s", row->variables, make_program("secure", myld(), row->origin));

    native.error = after_name(native.error);
    got.error = after_name(got.error);
    compare_results(&native, &got, COMPARE_FIRST_LINE, "set-user-ID", row->variables);
}
