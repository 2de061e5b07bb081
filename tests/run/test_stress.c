/*
 * Threads, for some seconds, under a loader that checks itself (make DEBUG=1): samples/storm.cc.
 * `make stress` does it for a minute. ld.so is no measure here: __tls_get_addr in a signal handler
 * calls malloc there, and the program dies.
 */
#include "support.h"
#include <string.h>

static const char debug_loader[] = BUILD_FOLDER "-debug/myld";

static void storm(const char *loader, const char *threads) {
    struct result got = runf("%s ./storm 5 %s", loader, threads);

    cr_expect(got.exit == 0 && !got.late, "exit %d signal %d: %s%s", got.exit, got.signal, got.out,
              got.error);
    cr_expect(!strcmp(got.out, "storm: 0 wrong, memory bounded\n"), "%s%s", got.out, got.error);
}

Test(stress, checked) {
    storm(debug_loader, "32");
}

Test(stress, plain) {
    storm(myld(), "32");
}

/* The checks are in the loader, and they find faults: this one is made with a debugger. */
Test(stress, checks_find_faults) {
    struct result got =
        runf("gdb -q -batch -ex 'break check_linker' -ex run -ex 'set linker->base.count = 77' "
             "-ex continue --args %s ./plugin_host open=./libplugin_one.so",
             debug_loader);

    cr_expect(strstr(got.out, "does not hold: space->last == previous && space->count == count") ||
                  strstr(got.error, "does not hold: space->last"),
              "%s%s", got.out, got.error);
    cr_expect(strstr(got.out, "SIGILL") || strstr(got.out, "SIGTRAP"), "%s", got.out);
}
