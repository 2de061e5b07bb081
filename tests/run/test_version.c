/* Symbol versions: which one a program gets, and what is said when one is missing. */
#include "support.h"

/* Programs linked with the library of one age (the folder) and run with that of another. */
static const char *const lines[] = {
    "LD_LIBRARY_PATH=version_0 ./version_0/version",
    "LD_LIBRARY_PATH=version_1 ./version_0/version",
    "LD_LIBRARY_PATH=version_2 ./version_0/version",
    "LD_LIBRARY_PATH=version_3 ./version_0/version",
    "LD_LIBRARY_PATH=version_0 ./version_1/version",
    "LD_LIBRARY_PATH=version_1 ./version_1/version",
    "LD_LIBRARY_PATH=version_2 ./version_1/version",
    "LD_LIBRARY_PATH=version_3 ./version_1/version",
    "LD_LIBRARY_PATH=version_0 ./version_2/version",
    "LD_LIBRARY_PATH=version_1 ./version_2/version",
    "LD_LIBRARY_PATH=version_2 ./version_2/version",
    "LD_LIBRARY_PATH=version_3 ./version_2/version",
    "LD_LIBRARY_PATH=version_0 ./version_3/version",
    "LD_LIBRARY_PATH=version_1 ./version_3/version",
    "LD_LIBRARY_PATH=version_2 ./version_3/version",
    "LD_LIBRARY_PATH=version_3 ./version_3/version",
};

TABLE_TEST(version, as_native, lines) {
    compare(ALL_WAYS, COMPARE_FIRST_LINE, *row);
}

static const char *const bound_now[] = {
    "LD_BIND_NOW=1 LD_LIBRARY_PATH=version_0 ./version_2/version",
    "LD_BIND_NOW=1 LD_LIBRARY_PATH=version_0 ./version_3/version",
    "LD_BIND_NOW=1 LD_LIBRARY_PATH=version_3 ./version_1/version",
};

TABLE_TEST(version, bound_now, bound_now) {
    compare(ALL_WAYS, COMPARE_FIRST_LINE, *row);
}

static const char *const asked[] = {
    "open=./version_3/libversion.so call=answer version=answer@VERS_1 version=answer@VERS_2",
    "open=./version_3/libversion.so version=answer@VERS_3 version=question@VERS_3 call=question",
    "open=./sysv/libversion.so call=answer version=answer@VERS_1",
    "open=./version_1/libversion.so version=answer@VERS_1 version=answer@VERS_2 call=question",
    "open=./version_0/libversion.so version=answer@VERS_1 call=answer",
    "version=rand@GLIBC_2.2.5 version=rand@GLIBC_2.0 version=nowhere@GLIBC_2.2.5",
};

TABLE_TEST(version, dlvsym, asked) {
    compare(ALL_WAYS, 0, text("./plugin_host %s", *row));
}
