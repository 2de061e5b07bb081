/*
 * Objects are mapped as the native loader maps them (offsets, lengths, protections), ld-linux
 * itself is not mapped, and nothing is writable and executable at once.
 */
#include "support.h"
#include <string.h>
#include <sys/stat.h>

static const struct {
    const char *line;
    unsigned ways;
} maps[] = {
    {"./mapshow", ALL_WAYS},
    {"./mapshow_exec", ALL_WAYS},
    {"./mapshow_norelro", ALL_WAYS},
    {"./mapshow_relr", ALL_WAYS},
    {"./mapshow maps ./libtls_small.so", ALL_WAYS},
    {"./mapshow maps ./libmixed.so", ALL_WAYS},
    {"./mapshow maps ./libseparate.so", ALL_WAYS},
    {"./mapshow maps libm.so.6", ALL_WAYS},
    {"LD_BIND_NOW=1 ./mapshow maps libcrypto.so.3", ALL_WAYS},
    {"LD_PRELOAD=./libempty.so ./mapshow", ALL_WAYS},
    {"./mapshow modes", ALL_WAYS},
    {"./align", ALL_WAYS},
    {"./bigbss", ALL_WAYS},
    {"./execstack", ALL_WAYS},
    {"./execstack_yes", ALL_WAYS},
    {"./execstack ./libempty.so", ALL_WAYS},
    {"./execstack ./libexecstack.so", ALL_WAYS},
};

TABLE_TEST(map, as_native, maps) {
    compare(row->ways, COMPARE_ERROR, row->line);
}

/* The file behind each mapping: the loader's is there, the system loader's is not. By inode, as a
 * bind mount keeps the name of what it covers. */
static const enum way ways[] = {EXPLICIT, INTERP, BIND};

TABLE_TEST(map, inodes, ways) {
    struct stat ours;
    struct stat native;
    struct result got = run_myld(*row, NULL, "./mapshow inodes");

    cr_assert(stat(myld(), &ours) == 0, "no loader %s", myld());
    cr_assert(stat(native_loader, &native) == 0);
    cr_assert_eq(got.exit, 0, "%s", got.error);
    cr_expect(strstr(got.out, text(":%lu ", (unsigned long)ours.st_ino)), "myld is not mapped:\n%s",
              got.out);
    cr_expect(!strstr(got.out, text(":%lu ", (unsigned long)native.st_ino)),
              "ld-linux is mapped:\n%s", got.out);
}
