/*
 * Threads, one thing at a time: thread-local variables of libraries that come and go, one slot
 * bound by all, dlerror, fork, and constructors that wait for a thread (samples/threads.c,
 * libeager.c). Each run ends by itself or by an alarm. stress has everything at once.
 */
#include "support.h"
#include <string.h>
#include <unistd.h>

static const char *const glibc[] = {
    "./threads churn 600 ./libtls_gd.so ./libtls_ld.so ./libtls_desc.so",
    "./threads slot 150 ./libslot.so",
    "./threads signals 100 ./libtls_gd.so",
    "./threads signals 100 ./libtls_desc.so",
    "./threads wait 1 ./libslow.so",
    "./threads errors",
    "EAGER=lef ./plugin_host open=./libeager.so close mapped=libeager open=./libeager.so",
    "EAGER=tlaes LD_PRELOAD=./libeager.so ./hello",
};

TABLE_TEST(threads, as_native, glibc) {
    compare(WAY(EXPLICIT) | WAY(INTERP), COMPARE_ERROR, *row);
}

/* Constructor and destructor wait for a thread that touches thread-local variables which have no
 * block yet, and asks for an address: ld.so's __tls_get_addr and dladdr wait for dlopen's lock, and
 * its program for ever. */
Test(threads, waited_for) {
    const char *line = "EAGER=tla ./plugin_host open=./libeager.so close mapped=libeager";
    static const char thread[] = "eager: own 7 page page\neager: listed 1\neager: address 1\n";

    for (enum way way = EXPLICIT; way <= INTERP; way++) {
        struct result got = run_myld(way, NULL, line);
        cr_expect(got.exit == 0 && !got.late, "exit %d: %s%s", got.exit, got.out, got.error);
        cr_expect(!strcmp(got.out, text("eager: constructor\n%sopen ./libeager.so: done\n"
                                        "eager: destructor\n%sclose: 0\nlibeager: not mapped\n"
                                        "dlerror at the end: none\n",
                                        thread, thread)),
                  "%s", got.out);
    }
}

/* What ld.so holds a lock for: a thread that a constructor waits for opens a library and looks
 * symbols up. */
static const char *const musl[] = {
    "./musl/threads churn 600 ./musl/libtls_gd.so ./musl/libtls_ld.so ./musl/libtls_desc.so",
    "./musl/threads slot 150 ./musl/libslot.so",
    "./musl/threads signals 100 ./musl/libtls_gd.so",
    "./musl/threads wait 1 ./musl/libslow.so",
    "./musl/threads errors",
    "EAGER=tlaeso OTHER=./musl/libplugin_one.so ./musl/plugin_host open=./musl/libeager.so close",
    "EAGER=tlaeso OTHER=./musl/libplugin_two.so LD_PRELOAD=./musl/libeager.so ./musl/hello",
    "EAGER=o OTHER=./nowhere.so ./musl/plugin_host open=./musl/libeager.so",
};

TABLE_TEST(threads, as_native_musl, musl) {
    if (access(native_musl, F_OK))
        cr_skip_test("no musl here");
    compare(WAY(EXPLICIT) | WAY(INTERP), COMPARE_ERROR, *row);
}

/* Children of a fork while other threads are inside dlopen and dlclose can open and close, too. Not
 * compared: ld.so's own children end in assertions now and then. */
static const struct {
    bool checked;
    const char *folder;
} forking[] = {{false, "."}, {true, "."}, {false, "./musl"}, {true, "./musl"}};

TABLE_TEST(threads, fork, forking) {
    if (strcmp(row->folder, ".") && access(native_musl, F_OK))
        cr_skip_test("no musl here");
    struct result got = runf("%s %s/threads fork 30 %s/libtls_gd.so %s/libplugin_two.so",
                             row->checked ? BUILD_FOLDER "-debug/myld" : myld(), row->folder,
                             row->folder, row->folder);

    cr_expect(got.exit == 0 && !got.late, "exit %d signal %d: %s", got.exit, got.signal, got.error);
    cr_expect(strstr(got.out, "fork: 30 of 30 children fine, 0 wrong\n"), "%s%s", got.out,
              got.error);
}
