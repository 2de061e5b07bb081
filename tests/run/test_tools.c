/*
 * Tools that look into processes or replace parts of them, and that for this know what a loader
 * does: tracers, debuggers with core files, leak checkers, other allocators. Each says of a process
 * under myld what it says of it natively. gdb with a living process is in test_gdb.c, sanitizers
 * without libraries are in test_system.c.
 */
#include "support.h"
#include <string.h>
#include <unistd.h>

#define PYTHON_ALLOCATES                                                                           \
    "/usr/bin/python3 -I -c \"import threading, json, ssl\n"                                       \
    "t=[threading.Thread(target=lambda: [bytes(n) for n in range(2000)]) for _ in range(8)]\n"     \
    "[x.start() for x in t]; [x.join() for x in t]\n"                                              \
    "print(len([l for l in open(\\\"/proc/self/maps\\\") if \\\"malloc\\\" in l]) > 0)\""

static const struct {
    unsigned ways;
    bool looks_inside; /* in an emulator it would see the emulator */
    const char *tool;  /* the test is skipped where it is not installed */
    const char *line;
} rows[] = {
    {WAY(EXPLICIT) | WAY(BIND), false, "/bin/sh", "./trace backtrace"},
    {WAY(EXPLICIT) | WAY(BIND), false, "/lib/" TEST_ARCH "-linux-gnu/libc.so.6",
     "/lib/" TEST_ARCH "-linux-gnu/libc.so.6"},
    {WAY(BIND), true, "/usr/bin/strace",
     "sh -c 'strace -f -qq -e trace=write,exit_group -o /dev/stdout ./trace backtrace | sed "
     "\"s/^[0-9]* //\"'"},
    {WAY(BIND), true, "/usr/bin/ltrace",
     "ltrace -e puts+backtrace_symbols+exit -o /dev/null ./trace"},
    {WAY(BIND), true, "/usr/bin/ltrace",
     "sh -c 'ltrace -e puts -o /dev/stdout ./trace | grep -- \"->\"'"},
    {WAY(BIND), true, "/usr/bin/pldd",
     "sh -c './trace wait & sleep 0.5; pldd $! | sed \"s/^[0-9]*//\"; kill $!; wait'"},
    {WAY(BIND), false, "/usr/bin/libtree", "libtree -vv /usr/bin/git ./greet ./trace"},
    {WAY(BIND), false, "/usr/bin/fakeroot",
     "fakeroot sh -c 'f=$(mktemp); chown 3:4 $f; stat -c %u:%g $f; rm $f'"},
    {WAY(BIND), false, "/usr/lib/" TEST_ARCH "-linux-gnu/libjemalloc.so.2",
     "sh -c 'export LD_PRELOAD=libjemalloc.so.2; " PYTHON_ALLOCATES "'"},
    {WAY(BIND), false, "/usr/lib/" TEST_ARCH "-linux-gnu/libtcmalloc_minimal.so.4",
     "sh -c 'export LD_PRELOAD=libtcmalloc_minimal.so.4; " PYTHON_ALLOCATES "'"},
    {WAY(BIND), false, "/usr/include/" TEST_ARCH "-linux-gnu/libunwind.h",
     "sh -c 'd=$(mktemp -d) && printf \"#define UNW_LOCAL_ONLY\\n#include <libunwind.h>\\n#include "
     "<stdio.h>\\n#include <stdlib.h>\\nint compare(const void *a, const void *b) { unw_context_t "
     "c; "
     "unw_cursor_t u; char n[99]; unw_word_t o; unw_getcontext(&c); unw_init_local(&u, &c); do "
     "puts(unw_get_proc_name(&u, n, 99, &o) ? \\\"?\\\" : n); while (unw_step(&u) > 0); exit(a == "
     "b); "
     "}\\nint main(void) { int x[2] = {2, 1}; qsort(x, 2, 4, compare); }\\n\" >$d/a.c && "
     "gcc -o $d/a $d/a.c -lunwind && $d/a; echo $?; rm -r $d'"},
    {WAY(BIND), false, "/usr/bin/g++",
     "sh -c 'd=$(mktemp -d) && printf \"#include <stdexcept>\\nstruct t { ~t() { throw "
     "std::runtime_error(\\\"in a destructor\\\"); } };\\nint main() { t x; throw "
     "std::logic_error(\\\"first\\\"); }\\n\" >$d/a.cc && g++ -w -o $d/a $d/a.cc && $d/a; echo $?; "
     "rm "
     "-r $d'"},
    {WAY(BIND), false, "/usr/bin/rustc",
     "sh -c 'd=$(mktemp -d) && echo \"fn inner(v: &[i32], i: usize) -> i32 { v[i] } fn main() { "
     "println!(\\\"{}\\\", inner(&[1], std::env::args().count() + 4)); }\" >$d/a.rs && "
     "cd $d && /usr/bin/rustc -g a.rs && RUST_BACKTRACE=1 ./a 2>&1; echo $?; rm -r $d'"},
};

/* Standard error may hold the number of a process that a shell mourns: it is not compared. */
TABLE_TEST(tools, as_native, rows) {
    if (access(row->tool, F_OK))
        cr_skip_test("%s is not installed", row->tool);
    if (emulated() && row->looks_inside)
        cr_skip_test("it would look into the emulator: %s", row->tool);
    if (!kernel_starts_programs())
        cr_skip_test("the kernel here starts no programs of that machine");
    compare(row->ways, 0, row->line);
}

/* perf finds the program's functions by what it learnt of its mappings. */
Test(tools, perf) {
    const char *line =
        text("sh -c 'perf record -q -e cpu-clock -o %s/perf.data ./trace spin && perf "
             "report -i %s/perf.data --stdio --sort dso,symbol -g none 2>/dev/null | "
             "grep -o \"trace *\\[.\\] spin\"'",
             scratch(), scratch());
    if (emulated() || run("sh -c 'perf record -q -e cpu-clock -o /dev/null true'").exit)
        cr_skip_test("perf cannot be used here");
    compare(WAY(BIND), 0, line);
}

/* What gdb says of a core file, without addresses and numbers of processes. */
static char *examine_core(enum way way, const char *program) {
    const char *folder = scratch();
    const char *dump = text("sh -c 'cd %s && ulimit -c unlimited && cp %s/trace . && %s %s'",
                            folder, samples(), way == EXPLICIT ? myld() : "exec", program);
    (void)(way == BIND ? run_myld(BIND, NULL, dump) : run(dump));
    struct result seen = runf("sh -c 'gdb -nx -batch -ex \"set debuginfod enabled off\" -ex bt -ex "
                              "\"thread apply all print "
                              "mine\" -ex \"info symbol malloc\" %s %s/core* 2>/dev/null | grep -e "
                              "\"fall (\" -e \"main (\" "
                              "-e \"^[$]\" -e malloc | sed \"s/0x[0-9a-f]* in //\"'",
                              way == EXPLICIT ? myld() : text("%s/trace", folder), folder);
    return seen.out;
}

Test(tools, core_file, .timeout = 120) {
    if (emulated() || run("grep -q ^core /proc/sys/kernel/core_pattern").exit)
        cr_skip_test("core files do not become files of the current folder here");
    const char *native = examine_core(INTERP, "./trace abort");
    cr_assert(strstr(native, "fall (depth=") && strstr(native, "= 43"), "%s", native);
    cr_expect_str_eq(examine_core(BIND, "./trace abort"), native);
    cr_expect_str_eq(examine_core(EXPLICIT, "./trace abort"), native);
}

/* What is told of a fault, without addresses and numbers of processes. */
#define REPORT                                                                                     \
    "2>&1 | sed -E \"s/^==[0-9]+==//; s/0x[0-9a-f]+/ADDRESS/g; s/.pid=[0-9]+.//g\" | "             \
    "grep -aE \"SUMMARY|runtime error|ERROR|in fault_|fault_.*lib|in make_fault|no fault|^end\""

static const struct {
    const char *sanitizer, *fault, *shown;
} faults[] = {
    {"address", "overflow", "heap-buffer-overflow"},
    {"address", "none", "no fault"},
    {"thread", "race", "data race"},
    {"thread", "none", "no fault"},
    {"undefined", "shift", "shift exponent 40 is too large"},
    {"undefined", "none", "no fault"},
};

/* Faults in an opened library, in threads. (With `myld prog`, as with `ld.so prog`, a sanitizer
 * takes the loader's file for the program's.) */
TABLE_TEST(tools, sanitizers, faults) {
    const char *folder = scratch();
    if (emulated())
        cr_skip_test("sanitizers do not run in the emulator, natively neither");
    const char *build =
        text("gcc -g -fsanitize=%s -pthread " SOURCE_FOLDER "/samples/", row->sanitizer);
    struct result made = runf("sh -c '%slibfaulty.c -shared -fPIC -o %s/libfaulty.so && "
                              "%sfaulty.c -o %s/native && "
                              "%sfaulty.c -o %s/own -Wl,--dynamic-linker,%s'",
                              build, folder, build, folder, build, folder, myld());
    cr_assert(made.exit == 0, "%s", made.error);
    const char *format = "sh -c '%s/%s %s/libfaulty.so %s " REPORT "'";
    const char *line = text(format, folder, "native", folder, row->fault);
    struct result native = run(line);
    cr_assert(strstr(native.out, row->shown), "%s%s", native.out, native.error);
    compare(WAY(BIND), 0, line);
    struct result got = run(text(format, folder, "own", folder, row->fault));
    cr_expect_str_eq(got.out, native.out, "interpreter %s %s", row->sanitizer, row->fault);
}

static const char *const valgrind_faults[] = {"overflow", "none"};

TABLE_TEST(tools, valgrind_faults, valgrind_faults) {
    const char *format = "sh -c 'valgrind -q %s ./faulty ./libfaulty.so %s 2>&1 | "
                         "sed -E \"s/^==[0-9]+==//; s/0x[0-9A-F]+/ADDRESS/g\" | "
                         "grep -E \"Invalid|fault_|make_fault|no fault|^end\"'";
    if (access("/usr/bin/valgrind", X_OK) || emulated())
        cr_skip_test("valgrind is not installed");
    const char *line = text(format, "", *row);
    struct result native = run(line);
    cr_assert(strstr(native.out, strcmp(*row, "none") ? "Invalid read" : "no fault"), "%s%s",
              native.out, native.error);
    compare(WAY(BIND), 0, line);
    struct result got = run(text(format, myld(), *row));
    cr_expect_str_eq(got.out, native.out, "explicit %s", *row);
}

#define GDB "gdb -nx -batch -ex \"set debuginfod enabled off\" "

/* gdb with a process that runs: what it is, where it stands, a core file of it. */
static char *attach(const char *loader, const char *program) {
    const char *core = text("%s/core", scratch());

    return text("sh -c '%s ./trace wait >/dev/null & sleep 0.5; " GDB "-ex \"info proc\" -ex "
                "\"info proc mappings\" -ex bt -ex \"print mine\" -ex \"gcore %s\" -p $! "
                "2>/dev/null | grep -oE \"(^cmdline|^cwd|^exe) = .|main .argc|^.1 = .*|Saved core|"
                "/libc.so.6\" | uniq; kill $!; wait $! 2>/dev/null; " GDB
                "-ex bt -ex \"print mine\" %s %s 2>/dev/null | grep -oE \"main .argc|^.1 = .*\"'",
                loader, core, program, core);
}

Test(tools, gdb_attached, .timeout = 120) {
    if (emulated())
        cr_skip_test("the debugger here is the other machine's");
    const char *line = attach("", "./trace");
    struct result native = run(line);

    cr_assert(strstr(native.out, "exe = ") && strstr(native.out, "main (argc\n$1 = 40\nSaved core"),
              "%s%s", native.out, native.error);
    compare(WAY(BIND), 0, line);
    cr_expect_str_eq(run(attach(myld(), myld())).out, native.out, "explicit");
}

/* LeakSanitizer asks the loader for the thread-local variables of libraries opened later. */
Test(tools, leaks) {
    static const char *const arguments[] = {"", "drop"};
    const char *program = text("%s/held", scratch());

    if (emulated())
        cr_skip_test("sanitizers do not run in the emulator, natively neither");
    cr_assert_eq(
        runf("gcc -g -fsanitize=leak -pthread -o %s " SOURCE_FOLDER "/samples/held.c", program)
            .exit,
        0);
    for (size_t i = 0; i < 2; i++) {
        const char *line = text("%s ./libheld.so %s", program, arguments[i]);
        struct result native = run(line);
        cr_expect_eq(native.exit != 0, i == 1, "%s: status %d\n%s", line, native.exit,
                     native.error);
        compare(WAY(EXPLICIT) | WAY(BIND), 0, line);
    }
}

/* valgrind natively needs the loader's debug information to find strlen in it (libc6-dbg); under
 * myld it need not be installed. */
Test(tools, valgrind_without_debug_information) {
    const char *line = "unshare -m sh -c 'mount -t tmpfs none /usr/lib/debug && valgrind -q "
                       "--error-exitcode=99 ./greet'";

    if (access("/usr/bin/valgrind", X_OK) || access("/usr/lib/debug", X_OK) || emulated())
        cr_skip_test("valgrind is not installed");
    struct result expected = run("./greet");
    struct result native = run(line);
    if (!strstr(native.error, "redirection") && native.exit != 0)
        cr_skip_test("no mount namespaces here: %s", native.error);
    struct result got = run_myld(BIND, NULL, line);
    compare_results(&expected, &got, COMPARE_ERROR, "valgrind without libc6-dbg", "./greet");
}
