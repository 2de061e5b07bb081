/*
 * Threads, for some seconds, under a loader that checks itself (make DEBUG=1): samples/storm.cc.
 * `make stress` does it for a minute. ld.so is no measure here: __tls_get_addr in a signal handler
 * calls malloc there, and the program dies.
 */
#include "support.h"
#include <string.h>

static const char debug_loader[] = BUILD_FOLDER "-debug/myld";

/* In the emulator memory is that one's, too, with all the code that it has translated. */
static void storm(const char *loader) {
    const char *wanted = emulated() ? "storm: 0 wrong, " : "storm: 0 wrong, memory bounded\n";
    struct result got = runf("%s ./storm 5 %d", loader, emulated() ? 8 : 32);

    cr_expect(!got.late && !strncmp(got.out, wanted, strlen(wanted)), "exit %d signal %d: %s%s",
              got.exit, got.signal, got.out, got.error);
    cr_expect(emulated() || got.exit == 0);
}

Test(stress, checked) {
    storm(debug_loader);
}

Test(stress, plain) {
    storm(myld());
}

/* A program with so many libraries that its relocation uses an index: each answer is held against a
 * scan of the scope. */
Test(stress, index) {
    const char *line = "/usr/bin/gdb --version";
    if (!kernel_starts_programs())
        cr_skip_test("the kernel here starts no programs of that machine");
    struct result native = run(line), got = runf("%s %s", debug_loader, line);

    cr_assert(native.exit == 0);
    compare_results(&native, &got, COMPARE_ERROR, "checked", line);
}

/* The checks are in the loader, and they find faults: this one is made with a debugger. */
Test(stress, checks_find_faults) {
    const char *gdb = emulated() ? SOURCE_FOLDER "/tests/run/gdb-emulated " EMULATOR : "gdb";
    if (!kernel_starts_programs())
        cr_skip_test("the kernel here starts no programs of that machine");
    struct result got =
        runf("%s -q -batch -ex 'break check_linker' -ex run -ex 'set linker->base.count = 77' "
             "-ex continue --args %s ./plugin_host open=./libplugin_one.so",
             gdb, debug_loader);

    cr_expect(strstr(got.out, "does not hold: space->last == previous && space->count == count") ||
                  strstr(got.error, "does not hold: space->last"),
              "%s%s", got.out, got.error);
    cr_expect(strstr(got.out, "SIGILL") || strstr(got.out, "SIGTRAP"), "%s", got.out);
}
