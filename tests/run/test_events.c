/*
 * Events: traces of a corpus of runs, every event held against docs/events.md by tools/check-trace;
 * and what a trace must not change: output, status, descriptors, environment.
 */
#include "support.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PYTHON "/usr/bin/python3 -I -c "
#define CHECK                                                                                      \
    "/usr/bin/python3 -I " SOURCE_FOLDER "/tools/check-trace " SOURCE_FOLDER "/docs/events.md "

static const char *const lines[] = {
    "./hello",
    "./greet",
    "LD_BIND_NOW=1 ./greet",
    "LD_PRELOAD='./libinterpose.so ./nowhere.so' ./greet",
    "./where_none",
    "./copy",
    "./ifunc",
    "./relr",
    "./version_1/version",
    "./catch ./libthrow.so",
    "./unwind",
    "./tls",
    "./tls_dlopen ./libtls_gd.so gd",
    "./tls_dlopen ./libtls_ie.so ie",
    "ROUNDS=100 ./tls_reopen ./libtls_small.so",
    "./plugin_host open=./libplugin_one.so call=plugin_run close mapped=libplugin_one",
    "./plugin_host now=./libplugin_bad.so open=nowhere.so default=puts next=puts version=x@Y",
    "NESTED=./libplugin_one.so ./plugin_host open=./libnested.so close",
    "LD_LIBRARY_PATH=/nowhere:where/lib ./where_none",
    "./hello_nolibc",
    "./hello_static",
    "./order_cycle",
    "./musl/hello",
    "./musl/greet",
    "/bin/ls /",
    PYTHON "'import ctypes, threading, json\n"
           "ctypes.CDLL(\"libm.so.6\")\n"
           "t=[threading.Thread(target=print, args=(\"thread\",)) for i in range(3)]\n"
           "[x.start() for x in t]; [x.join() for x in t]'",
    PYTHON "'import os\n"
           "print(os.fork() and os.waitpid(-1, 0)[1])'",
};

static char *trace_file(void) {
    return text("%s/trace.json", scratch());
}

TABLE_TEST(events, fit_the_page, lines) {
    char *file = trace_file();
    struct result native = run_myld(EXPLICIT, NULL, *row);
    struct result got = run_myld(EXPLICIT, text("--trace=%s --trace-detail=all", file), *row);
    struct result checked = runf(CHECK "%s", file);

    compare_results(&native, &got, COMPARE_ERROR, "traced", *row);
    cr_expect(checked.exit == 0, "%s: %s%s", *row, checked.out, checked.error);
}

/* The same for programs of the system, in both formats: a corpus of real ones, as installed. */
static const char *const installed[] = {
    "apt",     "awk",      "bash",   "busybox", "cat",     "clang",   "cmake", "curl", "dpkg",
    "ffmpeg",  "find",     "g++",    "gcc",     "gdb",     "getent",  "git",   "gpg",  "grep",
    "id",      "inkscape", "ip",     "jq",      "ld",      "ls",      "make",  "man",  "node",
    "nm",      "openssl",  "perl",   "ps",      "python3", "readelf", "rsync", "sed",  "sort",
    "sqlite3", "ssh",      "strace", "tar",     "udevadm", "vim",     "xz",    "zstd",
};

TABLE_TEST(events, of_the_system, installed) {
    const char *name = first_line(runf("sh -c 'readlink -f $(command -v %s)'", *row).out);
    char *file = trace_file();

    if (emulated())
        cr_skip_test("programs of the machine that builds");
    if (!*name || runf("readelf -h %s", name).exit)
        cr_skip_test("%s is not installed, or a script", *row);
    char *line = text("%s --version", name);
    struct result native = run(line);
    struct result got = run_myld(EXPLICIT, text("--trace=%s", file), line);
    struct result checked = runf(CHECK "%s", file);
    compare_results(&native, &got, COMPARE_ERROR, "traced", line);
    cr_expect(checked.exit == 0, "%s: %s%s", line, checked.out, checked.error);

    unlink(file);
    run_myld(EXPLICIT, text("--trace=%s --trace-format=perfetto", file), line);
    checked = runf("/usr/bin/python3 -I " SOURCE_FOLDER "/tests/run/check_perfetto.py %s", file);
    cr_expect_eq(checked.exit, 0, "%s: %s", line, checked.error);
}

/* Through the environment, with children, of several programs at once, into one file. */
static const char *const families[] = {
    "./greet",
    "/bin/sh -c './greet & ./musl/hello & wait; cat /etc/passwd | sort | head -3; exit 3'",
    PYTHON "'import subprocess\n"
           "print(subprocess.run([\"./greet\"], stdout=-1).stdout)'",
};

TABLE_TEST(events, share_a_file, families) {
    if (!have_namespaces())
        cr_skip_test("no mount namespaces here");
    char *file = trace_file();
    struct result plain = run_myld(BIND, NULL, *row);
    struct result got = run_myld(BIND, NULL, text("MYLD_TRACE=%s %s", file, *row));
    struct result checked = runf(CHECK "%s", file);

    if (!strchr(*row, '&')) /* those two write when they come to it */
        compare_results(&plain, &got, COMPARE_ERROR, "traced", *row);
    cr_expect_eq(plain.exit, got.exit);
    cr_expect(checked.exit == 0, "%s: %s%s", *row, checked.out, checked.error);
}

/* Events that the corpus must have: a mechanism that falls silent is noticed. */
Test(events, are_all_there) {
    const char *folder = scratch();

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        run_myld(EXPLICIT, text("--trace=%s/%zu --trace-detail=all", folder, i), lines[i]);
    struct result counted = runf("sh -c '" CHECK "%s/*'", folder);
    struct result missing = runf("sh -c '" CHECK "%s/* | grep -E \" 0$\"'", folder);

    cr_expect_eq(counted.exit, 0, "%s", counted.out);
    cr_expect_str_eq(missing.out, "", "no such events: %s", missing.out);
}

/* Every reference is told once, those that repeat one, too: readelf knows them all. */
static const char *const bound[] = {"./greet",
                                    "./copy",
                                    "./ifunc",
                                    "./catch ./libthrow.so",
                                    "./version_1/version",
                                    "./musl/greet",
                                    "/usr/bin/python3 -V"};

TABLE_TEST(events, tell_every_binding, bound) {
    char *file = trace_file();
    run_myld(EXPLICIT, text("--trace=%s", file), text("LD_BIND_NOW=1 %s", *row));
    struct result checked =
        runf("/usr/bin/python3 -I " SOURCE_FOLDER "/tests/run/check_binds.py %s", file);

    cr_expect_eq(checked.exit, 0, "%s: %s", *row, checked.error);
    if (strstr(*row, "catch"))
        cr_expect_str_eq(checked.out, "True True\n"); /* some of both kinds */
}

/* The page and the code name the same events with the same fields. */
Test(events, page_and_code_agree) {
    struct result page =
        runf("sh -c 'sed -nE \"s/^### //p\" %s/docs/events.md | sort'", SOURCE_FOLDER);
    struct result code =
        runf("sh -c 'sed -nE \"s/^BEGIN\\(([a-z_]+), .*/\\1/p\" %s/loader/events.def | sort'",
             SOURCE_FOLDER);

    cr_expect(strlen(page.out) > 200);
    cr_expect_str_eq(page.out, code.out);
}

/* Chrome's format: JSON as soon as the array is closed; begins and ends nest. */
Test(events, perfetto) {
    char *file = trace_file();
    struct result got =
        run_myld(EXPLICIT, text("--trace=%s --trace-format=perfetto", file), "./greet");
    struct result checked =
        runf("/usr/bin/python3 -I " SOURCE_FOLDER "/tests/run/check_perfetto.py %s", file);

    cr_expect_eq(got.exit, run("./greet").exit, "%s", got.error);
    cr_expect_eq(checked.exit, 0, "%s", checked.error);
}

/* The program sees no descriptor and no variable that it would not see without. */
Test(events, leave_no_trace_in_the_program) {
    static const char line[] = "/bin/sh -c 'ls /proc/self/fd; env | sort'";
    struct result plain = run_myld(EXPLICIT, NULL, line);
    struct result got = run_myld(EXPLICIT, text("--trace=%s", trace_file()), line);

    compare_results(&plain, &got, COMPARE_ERROR, "traced", line);
}

/* A program that closes every descriptor and opens files of its own does not get events in them. */
Test(events, closed_descriptors) {
    char *file = trace_file();
    struct result got = run_myld(EXPLICIT, text("--trace=%s", file),
                                 PYTHON "'import os, ctypes\n"
                                        "os.closerange(0, 100)\n"
                                        "for i in range(20): os.open(\"/dev/full\", os.O_WRONLY)\n"
                                        "import json, decimal, socket\n"
                                        "os._exit(7)'");
    struct result checked = runf(CHECK "%s", file);

    cr_expect_eq(got.exit, 7, "%s", got.error);
    cr_expect_eq(checked.exit, 0, "%s", checked.out);
}

/* Where no trace can be written, the option is an error, the variable is warned about. */
Test(events, cannot_be_written) {
    struct result option = runf("%s --trace=/nowhere/trace ./hello", myld());
    struct result variable = runf("MYLD_TRACE=/nowhere/trace %s ./hello", myld());

    cr_expect_eq(option.exit, 127);
    cr_expect_str_eq(option.out, "");
    cr_expect_str_eq(option.error,
                     "./hello: cannot write trace /nowhere/trace: No such file or directory\n");
    cr_expect_eq(variable.exit, run("./hello").exit);
    cr_expect(strstr(variable.error, "cannot write trace /nowhere/trace"), "%s", variable.error);
}

/* %p gives each process a file. */
Test(events, files_of_processes) {
    const char *folder = scratch();
    struct result got =
        runf("MYLD_TRACE=%s/%%p.json sh -c '%s ./hello; %s ./hello'", folder, myld(), myld());
    struct result files = runf("sh -c 'ls %s | wc -l'", folder);

    cr_expect_eq(got.exit, run("./hello").exit);
    cr_expect_str_eq(files.out, "2\n");
}
