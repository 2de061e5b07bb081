/*
 * gdb with programs under myld: it lists libraries, stops at a breakpoint in a library that is
 * opened later, prints thread-local variables, and walks back through a lazily bound call. What
 * must appear, must appear natively too.
 *
 * Programs of another machine are debugged through the emulator's stub (gdb-emulated), and their
 * thread-local variables by way of thread_db.py, since gdb has a libthread_db of its own machine
 * only.
 */
#include "support.h"
#include <string.h>
#include <unistd.h>

static const struct {
    const char *commands; /* of gdb */
    const char *program;
    const char *shown[5];
} rows[] = {
    {"-ex 'break plugin_run' -ex run -ex bt -ex 'info sharedlibrary'",
     "./plugin_host open=./libplugin_one.so call=plugin_run",
     {"Breakpoint 1, plugin_run ()", "in call (", "libplugin_one.so", "libc.so.6"}},
    {"-ex 'break tls_view_gd' -ex run -ex 'thread-local own' -ex 'thread-local mine' "
     "-ex 'thread-local tls_shared_gd'",
     "./tls",
     {"Breakpoint 1, tls_view_gd ()", "= 7", "= 6", "= 1000"}},
    {"-ex 'break print' -ex run -ex 'thread-local own' -ex 'thread-local line' -ex 'info threads'",
     "./tls_dlopen ./libtls_gd.so gd",
     {"print (number=", "= 9", "\"nine\"", "* 1"}}, /* two calls in this thread: 7 + 2, l + 2 */
    {"-ex 'break main' -ex run -ex 'break greet' -ex continue -ex bt -ex 'print greet_name'",
     "./greet",
     {"Breakpoint 1, main ()", "Breakpoint 2, greet (", "#1 ", "\"world\""}},
    {"-ex 'break space_count' -ex run -ex 'info sharedlibrary' -ex continue -ex 'print counter'",
     "./spaces new=./libspace_one.so call=space_count new=./libspace_one.so call=space_count",
     {"Breakpoint 1, space_count ()", "Breakpoint 1.", "libspace_one.so", "= 0"}},
    {"-ex 'catch throw' -ex run -ex bt", "./catch", {"exception thrown", "throw_it", "main ("}},
    {"-ex 'break order_fini' -ex run -ex bt", "./order", {"order_fini ()", "exit"}},
};

/* Says the first of the row's texts that is not shown. */
static void check(const char *way, const struct result *got, const typeof(*rows) *row) {
    const char *missing = NULL;

    for (size_t i = 0; i < 5 && row->shown[i] && !missing; i++)
        if (!strstr(got->out, row->shown[i]))
            missing = row->shown[i];
    cr_expect(!missing, "%s %s: \"%s\" is not shown by\n%.1500s%.500s", way, row->program, missing,
              got->out, got->error);
}

/* The command line that debugs another one. `end` stands before --args. */
static char *debug(const char *commands, const char *end, const char *line) {
    const char *gdb = "/usr/bin/gdb -ex 'alias thread-local = print'";

    if (emulated() && !kernel_starts_programs())
        cr_skip_test("gdb-multiarch is tried only where the kernel starts the programs");
    if (emulated())
        gdb = SOURCE_FOLDER "/tests/run/gdb-emulated " EMULATOR " -x " SOURCE_FOLDER
                            "/tests/run/thread_db.py";
    return text("%s -nx -batch -ex 'set debuginfod enabled off' -ex 'set breakpoint pending on' "
                "%s %s --args %s",
                gdb, commands, end, line);
}

TABLE_TEST(gdb, native, rows) {
    struct result got = run(debug(row->commands, "", row->program));
    check("native", &got, row);
}

TABLE_TEST(gdb, explicit, rows) {
    struct result got = run(debug(row->commands, "", text("%s %s", myld(), row->program)));
    check("explicit", &got, row);
}

TABLE_TEST(gdb, bind, rows) {
    struct result got = run_myld(BIND, NULL, debug(row->commands, "", row->program));
    check("bind", &got, row);
}

TABLE_TEST(gdb, interpreter, rows) {
    const char *name = strndup(row->program, strcspn(row->program, " "));
    const char *folder = scratch();
    struct result made =
        runf("sh -c 'ln -s %s/*.so %s/ && cp %s %s/ && patchelf --set-interpreter %s %s/%s'",
             samples(), folder, name, folder, myld(), folder, name);
    cr_assert(made.exit == 0, "%s", made.error);
    struct result got =
        run(debug(row->commands, "-ex quit", text("%s/%s", folder, row->program + 2)));
    check("interpreter", &got, row);
}

/* valgrind replaces functions of the loader, which it finds in the loader's symbol table. */
Test(gdb, valgrind) {
    if (access("/usr/bin/valgrind", X_OK))
        cr_skip_test("valgrind is not installed");
    if (emulated())
        cr_skip_test("valgrind and the emulator both want to be the machine");
    struct result native = run("./greet");
    struct result got = run_myld(BIND, NULL, "/usr/bin/valgrind -q --error-exitcode=99 ./greet");

    compare_results(&native, &got, COMPARE_ERROR, "valgrind", "./greet");
}

/* CPUID takes microseconds in a virtual machine; only glibc wants to know (docs/start-cost.md). */
Test(gdb, processor_is_asked_for_glibc_alone) {
    static const char break_point[] = "-ex 'break cpu_identify' -ex run";

    if (emulated())
        cr_skip_test("no processor of this kind is asked");
    if (access(text("%s/musl/hello", samples()), X_OK))
        cr_skip_test("musl-gcc is not installed");
    struct result musl = run(debug(break_point, "", text("%s musl/hello", myld())));
    struct result glibc = run(debug(break_point, "-ex quit", text("%s ./hello", myld())));

    cr_expect(strstr(musl.out, "hello, world") && !strstr(musl.out, "Breakpoint 1, "), "%s",
              musl.out);
    cr_expect(strstr(glibc.out, "Breakpoint 1, "), "%s", glibc.out);
}
