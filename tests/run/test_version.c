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

/* Versions that may be missing are warned of. No link editor here marks them: the program's table
 * is changed. */
#define MAKE_WEAK                                                                                  \
    "import struct, sys\n"                                                                         \
    "data = bytearray(open(sys.argv[1], \"rb\").read())\n"                                         \
    "start, = struct.unpack_from(\"<Q\", data, 40)\n"                                              \
    "for i in range(struct.unpack_from(\"<H\", data, 60)[0]):\n"                                   \
    "  kind, _, _, at = struct.unpack_from(\"<IQQQ\", data, start + 64 * i + 4)\n"                 \
    "  while kind == 0x6ffffffe:\n"                                                                \
    "    _, count, _, entry, last = struct.unpack_from(\"<HHIII\", data, at)\n"                    \
    "    entry += at\n"                                                                            \
    "    for j in range(count):\n"                                                                 \
    "      data[entry + 4] |= 2\n"                                                                 \
    "      entry += struct.unpack_from(\"<I\", data, entry + 12)[0]\n"                             \
    "    at += last\n"                                                                             \
    "    if not last: break\n"                                                                     \
    "open(sys.argv[1], \"wb\").write(data)\n"

static const char *const weak[] = {"version_0", "version_1", "version_2", "version_3"};

TABLE_TEST(version, weak, weak) {
    const char *program = text("%s/version", scratch());
    struct result made = runf("cp version_3/version %s", program);
    cr_assert_eq(made.exit, 0);
    made = runf("/usr/bin/python3 -c '" MAKE_WEAK "' %s", program);
    cr_assert_eq(made.exit, 0, "%s", made.error);
    compare(WAY(EXPLICIT) | WAY(BIND), COMPARE_ERROR, text("LD_LIBRARY_PATH=%s %s", *row, program));
}
