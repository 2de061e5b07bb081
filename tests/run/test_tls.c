/* Thread-local storage: all models, alignment, new threads, libraries opened while threads run. */
#include "support.h"

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
    "./tls_dlopen ./libtls_ie.so ie", /* more than the static surplus: an error */
};

TABLE_TEST(tls, as_native, lines) {
    compare(ALL_WAYS, COMPARE_ERROR, *row);
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
