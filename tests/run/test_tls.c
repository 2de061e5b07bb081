/* Thread-local storage: all models, alignment, new threads, libraries opened while threads run. */
#include "support.h"
#include <string.h>

static const char *const lines[] = {
    "./tls",
    "./tls_exec",
    "LD_BIND_NOW=1 ./tls",
    "LD_PRELOAD=./libtls_gd.so ./tls_dlopen ./libtls_ld.so ld",
    "./tls_dlopen ./libtls_gd.so gd",
    "./tls_dlopen ./libtls_ld.so ld",
    "./tls_dlopen ./libtls_desc.so desc",
    "./tls_dlopen ./libtls_small.so small",
    "./tls_reopen ./libtls_small.so",
    "./tls_reopen ./libtls_small.so ./libplugin_bad.so",
};

TABLE_TEST(tls, as_native, lines) {
    compare(ALL_WAYS, COMPARE_ERROR, *row);
}

/* More than the static surplus. The first line is the native one; a second tells what is needed,
 * what there is, who has it and what to set. */
Test(tls, no_static_room) {
    const char *line = "./tls_dlopen ./libtls_ie.so ie";
    struct result native = run(line);

    cr_assert(strstr(native.out, "cannot allocate memory in static TLS block"), "%s", native.out);
    for (enum way way = EXPLICIT; way <= INTERP; way++) {
        struct result got = run_myld(way, NULL, line);
        struct result short_form = got;
        short_form.out = text("%s\n", first_line(got.out));
        compare_results(&native, &short_form, COMPARE_ERROR, "first line", line);
        cr_expect(
            strstr(got.out, "\n  its thread-local variables need ") &&
                strstr(got.out, "of the surplus of 1664, 1632 are left, used by: the loader 32;") &&
                strstr(got.out, "GLIBC_TUNABLES=glibc.rtld.optional_static_tls="),
            "%s", got.out);
    }
}

/* More modules than a thread that runs has room for: its DTV grows. */
Test(tls, many_modules) {
    const char *folder = scratch();
    const char *line = "./tls_many";

    runf("sh -c 'for i in $(seq 40); do cp libtls_gd.so %s/$i.so; done'", folder);
    for (int i = 1; i <= 40; i++)
        line = text("%s %s/%d.so", line, folder, i);
    compare(ALL_WAYS, COMPARE_ERROR, line);
}
