/*
 * Where libraries are looked for: names with a slash, DT_RPATH and its chain, LD_LIBRARY_PATH,
 * DT_RUNPATH, ld.so.cache, default folders; $ORIGIN, $LIB, $PLATFORM, hwcaps folders; LD_PRELOAD.
 * Each object is loaded once.
 */
#include "support.h"
#include <unistd.h>

static const struct {
    const char *line;
    int what;
} searches[] = {
    {"./where_rpath", COMPARE_ERROR},
    {"./where_runpath", COMPARE_ERROR},
    {"./where_list", COMPARE_ERROR},
    {"./where_lib", COMPARE_ERROR},
    {"./where_platform", COMPARE_ERROR},
    {"./where_none", COMPARE_FIRST_LINE},
    {"LD_LIBRARY_PATH=where/env ./where_none", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=where/env ./where_rpath", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=where/env ./where_runpath", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=where/none:where/lib ./where_none", COMPARE_ERROR},
    {"LD_LIBRARY_PATH='where/none;where/env' ./where_none", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=:where/none: ./where_none", COMPARE_FIRST_LINE},
    {"LD_LIBRARY_PATH=where/$LIB ./where_none", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=where/${LIB} ./where_none", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=$ORIGIN/where/env ./where_none", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=where/$PLATFORM ./where_none", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=where/$NONE:where/env ./where_none", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=where/hwcaps ./where_none", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=where/old ./where_none", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=where/old/tls ./where_none", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=where/none:where/hwcaps:where/old ./where_none", COMPARE_ERROR},
    {"./middle_by_rpath", COMPARE_ERROR},
    {"./middle_by_runpath", COMPARE_FIRST_LINE},
    {"./middle_by_outer", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=where/env ./middle_by_runpath", COMPARE_ERROR},
    {"./middle_own_rpath", COMPARE_ERROR},
    {"./middle_own_runpath", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=where/env ./middle_own_runpath", COMPARE_ERROR},
    {"LD_LIBRARY_PATH=where/env ./middle_own_rpath", COMPARE_ERROR},
    {"LD_PRELOAD=./libinterpose.so ./greet", COMPARE_ERROR},
    {"LD_PRELOAD='./libempty.so ./libinterpose.so' ./greet", COMPARE_ERROR},
    {"LD_PRELOAD=./libempty.so:./libinterpose.so ./greet", COMPARE_ERROR},
    {"LD_PRELOAD=libinterpose.so LD_LIBRARY_PATH=. ./greet", COMPARE_ERROR},
    {"LD_PRELOAD=libinterpose.so ./greet", COMPARE_ERROR},
    {"LD_PRELOAD=$ORIGIN/libinterpose.so ./greet", COMPARE_ERROR},
    {"LD_PRELOAD=./nowhere.so:libm.so.6 ./inspect", COMPARE_ERROR},
    {"LD_PRELOAD=libgreet.so:./libgreet.so ./inspect", COMPARE_ERROR},
    {"LD_PRELOAD= LD_LIBRARY_PATH= ./greet", COMPARE_ERROR},
    /* dlopen searches too, and by the opener's paths */
    {"./plugin_host open=libplugin_one.so open=./libplugin_one.so open=nowhere.so call=plugin_run",
     0},
    {"./plugin_host open=libplugin_orphan.so open=libz.so.1 open=where/rpath/libwhere.so "
     "text=where",
     0},
    {"./plugin_host open=$ORIGIN/libplugin_one.so open='${ORIGIN}/libplugin_one.so'", 0},
    {"LD_LIBRARY_PATH=where/env ./plugin_host open=libwhere.so text=where open=./libempty.so", 0},
};

TABLE_TEST(search, as_native, searches) {
    compare(ALL_WAYS, row->what, row->line);
}

/* One file under several names (link, other spelling, soname) is one object. */
Test(search, once) {
    const char *folder = scratch();
    runf("sh -c 'cp libgreet.so %s/; ln -s libgreet.so %s/other.so; ln %s/libgreet.so %s/hard.so'",
         folder, folder, folder, folder);
    compare(WAY(EXPLICIT) | WAY(BIND), COMPARE_ERROR,
            text("LD_PRELOAD=%s/other.so:%s/hard.so:%s/libgreet.so ./inspect %s/../%s/hard.so",
                 folder, folder, folder, folder, "1"));
    compare(
        WAY(EXPLICIT) | WAY(BIND), 0,
        text("./plugin_host open=%s/other.so open=%s/hard.so open=%s/libgreet.so open=libgreet.so",
             folder, folder, folder));
}

/* A DT_NEEDED entry with a slash is a path from the current folder. */
Test(search, needed_path) {
    const char *folder = scratch();
    runf(
        "sh -c 'cp greet %s/ && patchelf --replace-needed libgreet.so ./sysv/libgreet.so %s/greet'",
        folder, folder);
    compare(WAY(EXPLICIT) | WAY(BIND), COMPARE_FIRST_LINE, text("%s/greet", folder));
    compare(WAY(EXPLICIT) | WAY(BIND), COMPARE_FIRST_LINE,
            text("/bin/sh -c 'cd /; %s/greet'", folder));
}

/* $ORIGIN is the folder of the file itself, not of the link that led to it. */
Test(search, origin_of_link) {
    const char *folder = scratch();
    runf("ln -s %s/where_rpath %s/link", samples(), folder);
    compare(WAY(EXPLICIT) | WAY(BIND), COMPARE_FIRST_LINE, text("%s/link", folder));
}

/* Where /proc does not tell where the program is, LD_ORIGIN_PATH does. */
static const char *const origins[] = {"LD_ORIGIN_PATH=$PWD", "LD_ORIGIN_PATH=$PWD///",
                                      "LD_ORIGIN_PATH=/nowhere", "LD_ORIGIN_PATH=", ""};

TABLE_TEST(search, origin_path, origins) {
    const char *line =
        text("unshare -m sh -c 'mount -t tmpfs none /proc && %s ./where_rpath'", *row);

    if (!have_namespaces() || geteuid())
        cr_skip_test("needs root and mount namespaces");
    struct result native = run(line);
    struct result got = run_myld(BIND, NULL, line);
    compare_results(&native, &got, COMPARE_FIRST_LINE, "bind", line);
}

/* A file of the wrong kind in an earlier folder is passed over. */
static const char *const wrong[] = {
    "\\1\\1\\1", /* EI_CLASS 32: printed over the bytes from offset 4 */
    "\\2\\2\\1", /* big-endian */
};

TABLE_TEST(search, passed_over, wrong) {
    const char *folder = scratch();
    runf("sh -c 'cp where/rpath/libwhere.so %s/ && printf \"%s\" | "
         "dd of=%s/libwhere.so bs=1 seek=4 conv=notrunc status=none'",
         folder, *row, folder);
    compare(ALL_WAYS, COMPARE_FIRST_LINE,
            text("LD_LIBRARY_PATH=%s:where/env ./where_none", folder));
}

/* The same for another machine: e_machine of aarch64 (183) at offset 18. */
Test(search, other_machine) {
    const char *folder = scratch();
    runf("sh -c 'cp where/rpath/libwhere.so %s/ && printf \"\\267\\0\" | "
         "dd of=%s/libwhere.so bs=1 seek=18 conv=notrunc status=none'",
         folder, folder);
    compare(ALL_WAYS, COMPARE_FIRST_LINE,
            text("LD_LIBRARY_PATH=%s:where/env ./where_none", folder));
    compare(ALL_WAYS, COMPARE_FIRST_LINE, text("LD_LIBRARY_PATH=%s ./where_none", folder));
}

/*
 * Files of /etc that steer the search, seen by these processes only: a copy of /etc in a private
 * mount namespace, whose preparation is the row's script.
 */
static const struct {
    const char *script;
    const char *line;
} configured[] = {
    {"echo $1/libinterpose.so > $e/ld.so.preload", "./greet"},
    {"echo $1/libinterpose.so:$1/libempty.so > $e/ld.so.preload", "./greet"},
    {"printf \"# a comment\\n%s # another\\n/nowhere.so\\n\" $1/libinterpose.so > $e/ld.so.preload",
     "./greet"},
    {"echo $1/libempty.so > $e/ld.so.preload; export LD_PRELOAD=./libinterpose.so", "./inspect"},
    {"rm $e/ld.so.cache", "/usr/bin/git --version"},
    {": > $e/ld.so.cache", "/usr/bin/git --version"},
    {"head -c 1000 /etc/ld.so.cache > $e/ld.so.cache", "/usr/bin/git --version"},
    {"head -c 100000 /dev/zero > $e/ld.so.cache", "/usr/bin/git --version"},
    {"echo $1/where/lib > $e/ld.so.conf; ldconfig -C $e/ld.so.cache -f $e/ld.so.conf",
     "./where_none"},
    {"echo $1/where/hwcaps > $e/ld.so.conf; ldconfig -C $e/ld.so.cache -f $e/ld.so.conf",
     "./where_none"},
    {"echo $1/where/lib > $e/ld.so.conf; ldconfig -C $e/ld.so.cache -f $e/ld.so.conf",
     "./where_runpath"},
};

TABLE_TEST(search, configured, configured) {
    const char *folder = scratch();
    const char *inside = text("e=%s; set %s; PATH=$PATH:/sbin; cp /etc/passwd /etc/ld.so.cache "
                              "$e/; %s; mount --bind $e /etc &&",
                              folder, samples(), row->script);

    if (!have_namespaces() || geteuid())
        cr_skip_test("needs root and mount namespaces");
    struct result native = runf("unshare -m sh -c '%s exec %s'", inside, row->line);
    struct result got = runf("unshare -m sh -c '%s exec %s %s'", inside, myld(), row->line);
    compare_results(&native, &got, COMPARE_FIRST_LINE, row->script, row->line);
}

/* Which libraries are opened, in which order, as the kernel sees it. ld.so tries in subfolders that
 * are not there; what is compared is what was found. */
static const struct {
    const char *variables; /* strace's option for each */
    const char *line;
} traced[] = {
    {"", "./greet"},
    {"", "./middle_by_rpath"},
    {"", "./middle_own_runpath"},
    {"", "./where_list"},
    {"", "./order_cycle"},
    {"", "./where_auxiliary_two"},
    {"-E LD_LIBRARY_PATH=where/hwcaps:where/old", "./where_none"},
    {"-E LD_LIBRARY_PATH=where/none:where/old:", "./where_none"},
    {"-E LD_LIBRARY_PATH=where/../where//env/:where/env", "./where_none"},
    {"-E LD_PRELOAD=./libempty.so:libz.so.1", "./where_runpath"},
    {"", "./plugin_host open=./libplugin_two.so open=libz.so.1 open=libplugin_orphan.so"},
};

static char *opened(const char *loader, const char *variables, const char *line) {
    const char *record = text("%s/opened", scratch());
    struct result started =
        runf("strace -f -qq -e trace=openat -o %s %s %s %s", record, variables, loader, line);
    struct result found = runf(
        "sed -n '/ld.so.cache/d;s#/[.]/#/#;/[.]so.*= [0-9]/s/.*\"\\(.*\\)\".*/\\1/p' %s", record);

    if (started.exit == 126 || started.exit == 127)
        cr_skip_test("no strace");
    return found.out;
}

TABLE_TEST(search, opened, traced) {
    if (!kernel_starts_programs())
        cr_skip_test("strace does not see through an emulator");
    char *native = opened(native_loader, row->variables, row->line);
    char *got = opened(myld(), row->variables, row->line);

    cr_expect(*native);
    cr_expect_str_eq(got, native, "%s %s:\n%s\nexpected\n%s", row->variables, row->line, got,
                     native);
}

/* The administrator's list: /etc is an overlay that this process alone sees. */
static const char *const preloads[] = {
    "%s/libinterpose.so",
    "# a comment: /nowhere.so\\n\\t%s/libempty.so:%s/libinterpose.so # more\\n",
    "%s/libempty.so libm.so.6\\n%s/libinterpose.so",
    "/nowhere.so\\n%s/libinterpose.so",
    "# nothing",
    "",
};

TABLE_TEST(search, preload_file, preloads) {
    if (!have_namespaces() || geteuid() || !kernel_starts_programs())
        cr_skip_test("needs root and mount namespaces");
    const char *folder = scratch();
    struct result made =
        runf("sh -c 'printf \"%s\" >%s/ld.so.preload'", text(*row, samples(), samples()), folder);
    cr_assert_eq(made.exit, 0, "%s", made.error);
    const char *line = "unshare -m sh -c 'mount -t overlay -o lowerdir=%s:/etc none /etc && "
                       "LD_PRELOAD=libm.so.6 exec %s ./greet'";
    struct result native = runf(line, folder, "");
    if (strstr(native.error, "mount"))
        cr_skip_test("no overlays here");
    struct result got = runf(line, folder, myld());
    /* ld.so complains of a second comment, which it overlooks, and so do shell and mount */
    cr_expect_eq(strstr(native.out, "interposed") != NULL, strstr(*row, "interpose") != NULL, "%s",
                 native.out);
    compare_results(&native, &got, 0, "explicit", *row);
}
