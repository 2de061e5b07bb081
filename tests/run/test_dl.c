/* dlopen, dlsym, dlclose, dlerror and the functions that tell about loaded objects, in glibc
 * programs. */
#include "support.h"
#include <string.h>
#include <unistd.h>

static const char *const lines[] = {
    "./plugin_host open=./libplugin_one.so call=plugin_run call=plugin_run close "
    "mapped=libplugin_one",
    "./plugin_host open=./libplugin_one.so open=./libplugin_one.so close call=plugin_run close "
    "mapped=libplugin_one "
    "open=./libplugin_one.so call=plugin_run",
    "./plugin_host open=./libplugin_two.so mapped=libgreet close mapped=libplugin_two "
    "mapped=libgreet",
    "./plugin_host open=./libgreet.so open=./libplugin_two.so close mapped=libgreet close "
    "mapped=libgreet",
    "./plugin_host noload=./libplugin_one.so open=./libplugin_one.so noload=./libplugin_one.so "
    "close close",
    "./plugin_host nodelete=./libplugin_one.so call=plugin_run close mapped=libplugin_one",
    "./plugin_host open=./libplugin_keep.so close mapped=libplugin_keep",
    "./plugin_host open=./libplugin_one.so call=nowhere text=plugin_name",
    "./plugin_host open=./nowhere.so call=puts",
    "./plugin_host open=nowhere.so",
    "./plugin_host open=./samples.mk open=. open=/dev/null open=./libplugin_orphan.so "
    "mapped=libplugin_orphan",
    "./plugin_host badflags=./libplugin_one.so",
    "./plugin_host open= open=./hello open=./hello_exec",
    "./plugin_host self text=nowhere default=nowhere next=nowhere",
    "./plugin_host now=./libplugin_bad.so mapped=libplugin_bad open=./libplugin_one.so",
    "./plugin_host open=libm.so.6 open=libssl.so.3 open=libpthread.so.0 open=libc.so.6 "
    "default=SSL_new close close",
    "./plugin_host open=./liborder_e.so close open=./liborder_e.so",
    "./plugin_host open=libc.so.6 version=memcpy@GLIBC_9 open=linux-vdso.so.1",
    "./inspect",
    "./inspect -",
    "./inspect ./libgreet.so",
    "./inspect ./libplugin_two.so",
    "./inspect ./libtls_small.so",
    "LD_LIBRARY_PATH=where/env:/tmp ./inspect libz.so.1",
    "LD_PRELOAD=./libempty.so ./inspect libm.so.6",
    "./names",
    "./stress",
    "./unwind",
    "NESTED=./libplugin_one.so ./plugin_host open=./libnested.so close mapped=libplugin_one",
    "NESTED=./libgreet.so LD_PRELOAD=./libnested.so ./plugin_host",
    "NESTED=./nowhere.so ./plugin_host open=./libnested.so close",
    "NESTED=./libplugin_two.so ./plugin_host open=./libplugin_two.so open=./libnested.so close "
    "close mapped=libplugin_two",
    /* destructors of a thread's objects keep it; so does a unique symbol */
    "./plugin_host open=./libpin.so call=pin close mapped=libpin open=./libpin.so call=pin close",
    "./plugin_host open=./libpin.so call=pin_thread close mapped=libpin",
    "./plugin_host open=./libpin.so open=./libpin.so call=pin_thread close call=pin close "
    "mapped=libpin",
    "./plugin_host open=./libscope_b.so close mapped=libscope_b",
    "./plugin_host open=./libthrow.so close mapped=libthrow",
    /* whoever is bound to a library keeps it */
    "./plugin_host open=./libborrow.so global=./liblend.so open=./libborrow.so call=borrow close "
    "close mapped=liblend call=borrow close mapped=liblend",
};

TABLE_TEST(dl, as_native, lines) {
    compare(ALL_WAYS, COMPARE_FIRST_LINE, *row);
}

/* What a dlopen that fails leaves behind (samples/failed.c). The files ./short.so and ./other.so
 * are made from libplugin_two.so: one ends in its header; one is another machine's. */
static const char *const failing[] = {
    /* a library of a library is missing */
    "./failed now=./nowhere.so lazy=./libfail_deep.so keep=./libgreet.so now=./libfail_deep.so "
    "global=./libfail_deep.so deep=./libfail_deep.so drop noload=./libgreet.so symbol=tls_view_gd",
    /* a symbol, with thread-local variables and constructors that must not run */
    "./failed now=./libfail_symbol.so global=./libfail_symbol.so nodelete=./libfail_symbol.so "
    "symbol=tls_view_gd symbol=greet tls=./libtls_ld.so tls=./libtls_gd.so drop "
    "deep=./libfail_symbol.so noload=./libtls_gd.so tls=./libtls_gd.so",
    "LD_BIND_NOW=1 ./failed lazy=./libfail_symbol.so lazy=./libplugin_bad.so",
    /* a version */
    "LD_LIBRARY_PATH=version_2 ./failed now=./libfail_version.so keep=version_2/libversion.so "
    "now=./libfail_version.so drop noload=version_2/libversion.so",
    /* room in the static TLS block, which a library that came with it has used */
    "./failed now=./libfail_tls.so tls=./libtls_small.so drop now=./libfail_tls.so "
    "tls=./libtls_small.so",
    /* what is no library */
    "./failed now=/dev/null now=. now=%s/short.so now=%s/other.so now=./samples.mk now=./hello "
    "now=./hello_exec now=./hello_static",
    "./failed now=./libnoopen.so now=./libfilter_missing.so keep=./libauxiliary_missing.so",
    "./failed space=./libfail_symbol.so space=./nowhere.so space=./libfail_deep.so "
    "space=%s/short.so space=./libfail_symbol.so",
};

/* Without the line that myld adds. */
static char *without_detail(const char *all) {
    const char *from = strstr(all, "  its thread-local variables need ");
    const char *to = from ? strchr(from, '\n') : NULL;

    return to ? text("%.*s%s", (int)(from - all), all, without_detail(to + 1)) : text("%s", all);
}

static const char *make_damaged(const char *library) {
    const char *folder = scratch();
    struct result made = runf("sh -c 'head -c 60 %s >%s/short.so && cp %s %s/other.so && "
                              "printf x | dd of=%s/other.so bs=1 seek=18 conv=notrunc status=none'",
                              library, folder, library, folder, folder);
    cr_assert(made.exit == 0, "%s", made.error);
    return folder;
}

/* The native loader does it right, too: nothing differs in what it prints. */
static void compare_failing(const char *library, const char *format) {
    const char *folder = make_damaged(library);
    char *line = text("%s", format);

    for (char *place; (place = strstr(line, "%s"));)
        line = text("%.*s%s%s", (int)(place - line), line, folder, place + 2);
    struct result native = run(line);
    cr_assert(native.exit == 0 && strstr(native.out, ": the same") &&
                  !strstr(native.out, ": differ"),
              "%s: %s", line, native.out);
    for (enum way way = EXPLICIT; way <= BIND; way++) {
        struct result got = run_myld(way, NULL, line);
        got.out = without_detail(got.out);
        compare_results(&native, &got, COMPARE_ERROR, "after a failure", line);
    }
}

TABLE_TEST(dl, failure_leaves_nothing, failing) {
    compare_failing("libplugin_two.so", *row);
}

static const char *const failing_musl[] = {
    "./musl/failed now=./nowhere.so now=./musl/libfail_deep.so keep=./musl/libgreet.so "
    "global=./musl/libfail_deep.so drop",
    "./musl/failed now=./musl/libfail_symbol.so global=./musl/libfail_symbol.so "
    "symbol=tls_view_gd keep=./musl/libtls_gd.so",
    "./musl/failed now=/dev/null now=. now=%s/short.so now=./samples.mk noload=./musl/libgreet.so",
};

TABLE_TEST(dl, failure_leaves_nothing_musl, failing_musl) {
    if (access(native_musl, F_OK))
        cr_skip_test("no musl here");
    compare_failing("musl/libplugin_two.so", *row);
}

/* The kernel refuses to make memory executable. ld.so asks before it maps what the library needs,
 * so its counters count less. */
Test(dl, refused_stack_leaves_nothing) {
    const char *line = "./failed hard now=./libfail_stack.so now=./libplugin_bad.so";
    struct result native = run(line);
    if (!strstr(native.out, "hard: 0\n"))
        cr_skip_test("the kernel has no PR_SET_MDWE");
    if (emulated())
        cr_skip_test("the emulator asks the kernel for itself");
    for (enum way way = EXPLICIT; way <= INTERP; way++) {
        struct result got = run_myld(way, NULL, line);
        const char *same =
            "  mappings: the same\n  objects: the same\n  headers: the same\n  adds ";
        cr_expect_str_eq(
            text("%.*s", (int)strcspn(strchr(got.out, '\n') + 1, "\n"), strchr(got.out, '\n') + 1),
            text("%.*s", (int)strcspn(strchr(native.out, '\n') + 1, "\n"),
                 strchr(native.out, '\n') + 1));
        cr_expect(strstr(got.out, text("cannot enable executable stack as shared object requires: "
                                       "Permission denied\n%s",
                                       same)) &&
                      !strstr(got.out, "differ"),
                  "%s", got.out);
    }
}
