/*
 * Programs that run with other rights than their caller's – set-user-ID, set-group-ID, with file
 * capabilities – under myld as their interpreter: dangerous variables are gone, others are
 * filtered, LD_LIBRARY_PATH has no effect, LD_PRELOAD hardly any, $ORIGIN is not trusted; all as
 * natively.
 */
#include "support.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where rights come from. */
enum source { USER, GROUP, CAPABILITY, SOURCES };

static const char *const grants[] = {
    [USER] = "chown 65534 $1 && chmod 4755 $1",
    [GROUP] = "chgrp 65534 $1 && chmod 2755 $1",
    [CAPABILITY] = "/sbin/setcap cap_net_raw+ep $1",
};

/* A process that has a file's capabilities is a stranger's. */
static const char *const runners[] = {
    [USER] = "env",
    [GROUP] = "env",
    [CAPABILITY] = "setpriv --reuid=65534 --regid=65534 --clear-groups env",
};

static const struct {
    const char *variables;
    const char *program;
    bool origin; /* leave the program's search path $ORIGIN as it is */
} rows[] = {
    {"LD_PRELOAD=libinterpose.so LD_LIBRARY_PATH=. LD_DEBUG=libs LD_BIND_NOW=1 "
     "LD_ORIGIN_PATH=/ LD_PROFILE=x "
     "LD_SHOW_AUXV=1 TMPDIR=/ GCONV_PATH=/ GETCONF_DIR=/ HOSTALIASES=/ LOCALDOMAIN=x LOCPATH=/ "
     "MALLOC_TRACE=x NIS_PATH=/ "
     "NLSPATH=/ RESOLV_HOST_CONF=/ RES_OPTIONS=x TZDIR=/ LD_DYNAMIC_WEAK=1 "
     "GLIBC_TUNABLES=glibc.malloc.check=1",
     "secure", false},
    {"LD_PRELOAD=./libinterpose.so", "secure", false},
    {"LD_PRELOAD=libm.so.6:./libinterpose.so", "secure", false},
    {"LD_PRELOAD=$ORIGIN/libinterpose.so:${LIB}/libm.so.6", "secure", false},
    {"LD_AUDIT=./libaudit.so", "secure", false},
    {"LD_AUDIT=libaudit.so LD_LIBRARY_PATH=.", "secure", false},
    {"LD_LIBRARY_PATH=sysv", "secure", false},
    {"LD_BIND_NOW=1 LD_LIBRARY_PATH=. LD_PRELOAD=libgreet.so", "secure", false},
    {"LD_PROFILE=libc.so.6 LD_PROFILE_OUTPUT=/tmp", "secure", false},
    {"HOME=/x", "secure", true},
    {"LD_BIND_NOW=1 LD_BIND_NOT=1 LD_WARN=1 LD_VERBOSE=1", "tunables", false},
    {"LD_HWCAP_MASK=0 LD_ORIGIN_PATH=/ LD_PROFILE_OUTPUT=/tmp LD_DEBUG_OUTPUT=/nowhere/x "
     "LD_SHOW_AUXV=1 LD_UNKNOWN=1 LD_USE_LOAD_BIAS=1 LD_PREFER_MAP_32BIT_EXEC=1",
     "tunables", false},
    {"MALLOC_CHECK_=3 MALLOC_PERTURB_=170 MALLOC_ARENA_MAX=1 MALLOC_TOP_PAD_=1 MALLOC_UNKNOWN=1",
     "tunables", false},
    {"GLIBC_TUNABLES=glibc.malloc.perturb=170", "tunables", false},
    {"GLIBC_TUNABLES=glibc.malloc.perturb=170:glibc.malloc.check=3:glibc.malloc.arena_max=1:"
     "glibc.cpu.hwcaps=-AVX2:nonsense=1:glibc.mem.tagging=1",
     "tunables", false},
    {"GLIBC_TUNABLES=glibc.malloc.check=3", "tunables", false},
    {"GLIBC_TUNABLES=glibc.malloc.perturb=glibc.malloc.perturb=85", "tunables", false},
    {"GLIBC_TUNABLES=glibc.malloc.arena_max=1:glibc.malloc.perturb", "tunables", false},
    {"GLIBC_TUNABLES=nonsense", "tunables", false},
    {"GLIBC_TUNABLES=glibc.rtld.optional_static_tls=8192:glibc.pthread.rseq=0", "tunables", false},
    {"GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX512F:glibc.cpu.x86_data_cache_size=4096",
     "tunables", false},
    {"LD_TRACE_LOADED_OBJECTS=1", "tunables", false},
    {"LD_TRACE_LOADED_OBJECTS=1 LD_VERBOSE=1 LD_WARN=1", "secure", false},
};

static char *make_program(enum source source, const char *program, const char *interpreter,
                          bool origin) {
    char *file = text("%s/%s", scratch(), program);
    struct result made =
        runf("sh -c 'cp %s $1 && patchelf --set-interpreter %s %s $1 && %s' sh %s", program,
             interpreter, origin ? "" : text("--set-rpath %s", samples()), grants[source], file);
    if (made.exit)
        cr_skip_test("cannot make such a program here");
    return file;
}

/* Skips the test where programs with other rights cannot be made, or are not started. */
static void need_such_programs(void) {
    if (geteuid())
        cr_skip_test("needs root to make such programs");
    if (!kernel_starts_programs())
        cr_skip_test("the kernel here starts no programs of that machine");
}

/* The first line without the program's name in front, in which the two copies differ. */
static char *after_name(const char *error) {
    char *line = first_line(error);
    char *colon = strstr(line, ": ");

    return colon ? colon : line;
}

TABLE_TEST(secure, as_native, rows) {
    need_such_programs();
    int sources = 0;
    for (enum source source = USER; source < SOURCES; source++) {
        const char *check = make_program(source, "tunables", native_loader, false);
        if (!strstr(runf("%s %s", runners[source], check).out, "secure 1"))
            continue; /* the file system forbids it, or its folder */
        sources++;
        struct result native = runf("%s %s %s", runners[source], row->variables,
                                    make_program(source, row->program, native_loader, row->origin));
        struct result got = runf("%s %s %s", runners[source], row->variables,
                                 make_program(source, row->program, myld(), row->origin));
        native.error = after_name(native.error);
        got.error = after_name(got.error);
        compare_results(&native, &got, COMPARE_FIRST_LINE, grants[source], row->variables);
    }
    if (!sources)
        cr_skip_test(
            "such programs have no other rights here, or their folder is closed to others");
}

/* A library in a folder of the system may be preloaded, or be an auditor, if it is itself
 * set-user-ID. The folder is an overlay that these processes alone see. */
static const struct {
    const char *variable, *library, *mode;
} system_libraries[] = {
    {"LD_PRELOAD", "libinterpose.so", "4755"}, {"LD_PRELOAD", "libinterpose.so", "0755"},
    {"LD_PRELOAD", "libinterpose.so", "2755"}, {"LD_AUDIT", "libaudit.so", "4755"},
    {"LD_AUDIT", "libaudit.so", "0755"},
};

TABLE_TEST(secure, system_library, system_libraries) {
    const char *folder = scratch();
    const char *inside = text("cp %s %s/ && chmod %s %s/%s && "
                              "mount -t overlay -o lowerdir=%s:/usr/lib none /usr/lib && %s=%s",
                              row->library, folder, row->mode, folder, row->library, folder,
                              row->variable, row->library);

    if (!have_namespaces() || geteuid())
        cr_skip_test("needs root and mount namespaces");
    if (!kernel_starts_programs())
        cr_skip_test("the kernel here starts no programs of that machine");
    if (runf("setpriv --reuid=65534 --clear-groups test -x %s/secure", samples()).exit)
        cr_skip_test("the folder of the samples is closed to others");
    struct result native = runf("unshare -m sh -c '%s exec %s'", inside,
                                make_program(USER, "secure", native_loader, false));
    if (native.exit && strstr(native.error, "mount"))
        cr_skip_test("no overlays here");
    struct result got =
        runf("unshare -m sh -c '%s exec %s'", inside, make_program(USER, "secure", myld(), false));
    compare_results(&native, &got, COMPARE_FIRST_LINE, row->variable, row->mode);
}

/* A stranger can link to the program from a folder of his own: what $ORIGIN may mean there. The
 * program has its library beside it, which it must not find. A relative folder is searched all the
 * same. */
static const char *const paths[] = {
    "$ORIGIN/where/rpath",
    "${ORIGIN}/where/rpath",
    "$ORIGIN",
    "/lib/$ORIGIN/where/rpath",
    "$ORIGIN.x",
    "where/rpath",
    "/lib/../$ORIGIN",
    "$ORIGIN/where/rpath:where/rpath",
    "$LIB/../where/rpath",
    "",
    ":where/rpath",
    "$ORIGIN/../../../../../../../../../../../usr/lib/x86_64-linux-gnu",
    "$ORIGIN/../../../../../../../../../../..%s/where/rpath",
};

TABLE_TEST(secure, search_path, paths) {
    const char *loaders[] = {native_loader, myld()};
    struct result result[2];

    need_such_programs();
    for (unsigned i = 0; i < 2; i++) {
        const char *folder = scratch();
        char *path = text(*row, samples());
        struct result made =
            runf("sh -c 'mkdir -p $1/where && cp -r where/rpath $1/where/ && cp where_rpath $1/ && "
                 "patchelf --force-rpath --set-rpath \"$2\" --set-interpreter $3 $1/where_rpath && "
                 "chown 65534 $1/where_rpath && chmod 4755 $1/where_rpath' sh %s '%s' %s",
                 folder, path, loaders[i]);
        cr_assert_eq(made.exit, 0, "%s", made.error);
        result[i] = runf("sh -c 'cd %s && exec ./where_rpath'", folder);
    }
    compare_results(&result[0], &result[1], COMPARE_FIRST_LINE, "set-user-ID", *row);
}

/* A loader that is set-user-ID itself tells a stranger no story: the storyteller would run with the
 * loader's rights, and a link to the loader may lie beside a file of the stranger's by that name.
 * Status 5 and no word. */
static const char *const stories[] = {
    "--explain %s/hello",
    "--explain=%s/told %s/hello",
    "--step=/dev/null %s/hello",
    "--library-path %s --explain %s/hello",
    "--step",
};

TABLE_TEST(secure, tells_no_story, stories) {
    const char *folder = scratch();
    const char *stranger = "setpriv --reuid=65534 --regid=65534 --clear-groups";

    need_such_programs();
    struct result made = runf(
        "sh -c 'cd %s && chmod 777 . && cp %s myld && cp %s/hello . && "
        "printf \"#!/bin/sh\\nid -u >%s/storyteller\\n\" >myld-explain && chmod 755 myld-explain'",
        folder, myld(), samples(), folder);
    cr_assert_eq(made.exit, 0, "%s", made.error);
    char *line = text(*row, folder, folder);
    struct result plain = runf("%s %s/myld %s", stranger, folder, line);
    if (plain.exit == 126 || plain.exit == 127)
        cr_skip_test("the folder of the tests is closed to others");
    /* without other rights, the file beside it is the one */
    cr_expect(access(text("%s/storyteller", folder), F_OK) == 0, "%s", line);
    unlink(text("%s/storyteller", folder));
    runf("chmod 4755 %s/myld", folder);
    struct result got = runf("%s %s/myld %s", stranger, folder, line);
    cr_expect(got.exit == 5 && !*got.out && !*got.error, "%s: exit %d, %s%s", line, got.exit,
              got.out, got.error);
    cr_expect(access(text("%s/storyteller", folder), F_OK) != 0, "%s", line);
}

/* A set-user-ID program as the argument has no other rights than the caller's, as under ld.so: its
 * story can be told. */
Test(secure, story_of_such_a_program) {
    if (geteuid() || emulated())
        cr_skip_test("needs root, and a program of the machine that builds");
    const char *program = make_program(USER, "secure", myld(), false);
    const char *file = text("%s/story", scratch());
    struct result native = runf("%s %s", native_loader, program);
    struct result got = runf("%s --explain=%s %s", myld(), file, program);

    compare_results(&native, &got, COMPARE_ERROR, "--explain", program);
    cr_expect(strstr(got.out, "AT_SECURE 0 other user 0"), "%s", got.out);
    cr_expect_eq(runf("grep -q 'The program runs' %s", file).exit, 0);
}

/* Nothing of a set-user-ID program's run is written where the environment asks for it, and the
 * variables are gone. */
Test(secure, leaves_no_trace) {
    const char *folder = scratch();

    need_such_programs();
    const char *program = make_program(USER, "secure", myld(), false);
    if (!strstr(runf("%s", program).out, "AT_SECURE 1"))
        cr_skip_test("such programs have no other rights here");
    const char *asks = text("env MYLD_TRACE=%s/trace MYLD_TRACE_FORMAT=json MYLD_TRACE_DETAIL=all "
                            "MYLD_EXPLAIN_EMULATOR=/bin/true",
                            folder);
    struct result got = runf("%s %s", asks, program);

    cr_expect(access(text("%s/trace", folder), F_OK) != 0);
    cr_expect(strstr(got.out, "MYLD_TRACE gone"), "%s", got.out);
    runf("chmod 0755 %s", program); /* the same without other rights: the variables do mean that */
    got = runf("%s %s", asks, program);
    cr_expect(access(text("%s/trace", folder), F_OK) == 0);
    cr_expect(strstr(got.out, "MYLD_TRACE kept"), "%s", got.out);
}

/* What such a program needs must not be named by tokens, wherever they lead. */
static const char *const tokens[] = {
    "$ORIGIN/libempty.so",      "${LIB}/libm.so.6",   "/$LIB/libm.so.6",
    "/lib/$PLATFORM/libm.so.6", "$NOTHING/libm.so.6", "/lib$/libm.so.6",
};

TABLE_TEST(secure, needed_tokens, tokens) {
    struct result result[2];

    need_such_programs();
    for (unsigned i = 0; i < 2; i++) {
        const char *file = make_program(USER, "hello", i ? myld() : native_loader, true);
        struct result made = runf("sh -c 'patchelf --add-needed \"$2\" $1 && %s' sh %s '%s'",
                                  grants[USER], file, *row);
        cr_assert_eq(made.exit, 0, "%s", made.error);
        result[i] = run(file);
        result[i].error = after_name(result[i].error);
    }
    compare_results(&result[0], &result[1], COMPARE_FIRST_LINE, "set-user-ID", *row);
}
