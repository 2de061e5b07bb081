/* What relocations leave behind: COPY and canonical PLT addresses, IFUNC, DT_RELR, plain RELATIVE.
 */
#include "support.h"

static const char *const lines[] = {
    "./copy",
    "./copy_pie",
    "LD_BIND_NOW=1 ./copy",
    "LD_PRELOAD=./libcopy.so ./copy",
    "./ifunc",
    "./ifunc_exec",
    "./ifunc_now",
    "LD_BIND_NOW=1 ./ifunc",
    "LD_BIND_NOW=1 ./ifunc_exec",
    "./relr",
    "./rela",
    "./relr_user",
    "./user_nolibc_exec",
    "./plugin_host open=./libifunc.so call=ifunc_global call=ifunc_library",
    "./plugin_host open=./libcopy.so open=./libifunc.so now=./libargs.so",
};

TABLE_TEST(reloc, as_native, lines) {
    compare(ALL_WAYS, COMPARE_ERROR, *row);
}
