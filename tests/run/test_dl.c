/* dlopen, dlsym, dlclose, dlerror and the functions that tell about loaded objects, in glibc
 * programs. */
#include "support.h"

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
    /* whoever is bound to a library keeps it */
    "./plugin_host open=./libborrow.so global=./liblend.so open=./libborrow.so call=borrow close "
    "close mapped=liblend call=borrow close mapped=liblend",
};

TABLE_TEST(dl, as_native, lines) {
    compare(ALL_WAYS, COMPARE_FIRST_LINE, *row);
}
