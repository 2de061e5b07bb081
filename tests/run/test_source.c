/*
 * Who knows what, shown by the sources themselves: the generic loader knows no machine and no libc,
 * only arch/ has assembly, and only libc-shim/glibc includes glibc's layouts. Machines' folders
 * have the same files. Also the size of the loader's file.
 */
#include "support.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *rule;
    const char
        *pattern; /* an extended regular expression of grep, without blanks outside brackets */
    const char *places;  /* where it must not occur */
    const char *allowed; /* where it does occur: the pattern is not an idle one */
} rules[] = {
    {"no machine in generic code", "(__x86_64__|__aarch64__|__amd64__|TARGET_X86)",
     "loader libc-shim/*.[ch]", NULL},
    {"assembly only in arch/", "(__asm__|[^_a-z]asm)[[:space:]]*(volatile)?[[:space:]]*[(]\"[^\"]",
     "loader libc-shim/*.[ch]", "arch"},
    {"no libc's name decides in generic code", "\"(libc[.]so[.]6|libc[.]musl|ld-musl|ld-linux)",
     "loader", "libc-shim"},
    {"glibc's layouts stay in libc-shim/glibc", "include.*(layout|fields[.]def)",
     "loader arch libc-shim/*.[ch] libc-shim/musl", "libc-shim/glibc"},
    {"no libc's headers in the loader",
     "include[[:space:]]*<(stdio|stdlib|unistd|pthread|malloc|dlfcn)[.]h>", "loader arch libc-shim",
     NULL},
};

TABLE_TEST(source, keeps, rules) {
    struct result found = runf("sh -c 'cd %s && grep -rnE \"$1\" %s' sh '%s'", SOURCE_FOLDER,
                               row->places, row->pattern);

    cr_expect(found.exit == 1 && !*found.out, "%s:\n%s%s", row->rule, found.out, found.error);
    if (row->allowed) {
        struct result used = runf("sh -c 'cd %s && grep -rlE \"$1\" %s' sh '%s'", SOURCE_FOLDER,
                                  row->allowed, row->pattern);
        cr_expect(used.exit == 0, "%s: found nowhere, so this test looks for nothing", row->rule);
    }
}

/* What one machine has a file for, the other has one of the same name for. */
static const char *const by_machine[] = {"arch", "libc-shim/glibc", "libc-shim/musl"};

TABLE_TEST(source, same_files_for_each_machine, by_machine) {
    struct result lists =
        runf("sh -c 'cd %s/%s && ls x86_64 && echo and && ls aarch64'", SOURCE_FOLDER, *row);
    char *other = strstr(lists.out, "and\n");

    cr_assert(other && other > lists.out);
    *other = 0;
    cr_expect_str_eq(lists.out, other + strlen("and\n"));
}

/* Stripped, at most 200 KB; 208 on aarch64, all of whose instructions take four bytes. (What is
 * installed keeps .symtab, which is never mapped, for valgrind.)
 */
Test(source, size) {
    const char *file = text("%s/myld", scratch());
    struct result got = runf("sh -c '" TOOL_PREFIX "strip --strip-all -o %s %s && stat -c %%s %s'",
                             file, myld(), file);

    cr_assert_eq(got.exit, 0, "%s", got.error);
    long size = atol(got.out);
    long most = (strcmp(TEST_ARCH, "x86_64") ? 208 : 200) * 1024L;
    cr_expect(size <= most && size > 10000, "%ld", size);
}
