/* Lazy binding: it is the default, it can be turned off, and it disturbs no argument register. */
#include "support.h"
#include <stdio.h>
#include <string.h>

static const char *const lines[] = {
    "./lazy",
    "./lazy_now",
    "./lazy_now_norelro",
    "./ifunc_vectors",
    "LD_BIND_NOW=1 ./lazy",
    "LD_BIND_NOW= ./lazy",
    "LD_BIND_NOT=1 ./lazy",
    "LD_BIND_NOT= ./lazy",
    "LD_BIND_NOT=1 LD_BIND_NOW=1 ./lazy",
    "LD_BIND_NOT=1 ./ifunc_vectors",
    "./args",
    "LD_BIND_NOW=1 ./args",
    /* a missing function ends the program when it is called, not before; bound now, at the start */
    "./plugin_host open=./libplugin_one.so open=./libplugin_bad.so text=plugin_name",
    "./plugin_host open=./libplugin_bad.so call=plugin_run",
    "./plugin_host now=./libplugin_bad.so now=./libplugin_one.so",
    "LD_BIND_NOW=1 ./plugin_host open=./libplugin_bad.so",
};

TABLE_TEST(lazy, as_native, lines) {
    compare(ALL_WAYS, COMPARE_FIRST_LINE, *row);
}

/* All registers, the static chain (r10 or x18) too, which ld-linux loses. The second line of args
 * was called through bound slots: nothing can have happened to it. */
Test(lazy, registers) {
    struct result got = run_myld(EXPLICIT, NULL, "./args chain");
    char *first = first_line(got.out);

    cr_assert_eq(got.exit, 0, "%s", got.error);
    cr_expect_str_eq(got.out, text("%s\n%s\n", first, first));
    cr_expect(strstr(first, " chain 1 "), "%s", first);
    if (!strcmp(TEST_ARCH, "x86_64"))
        cr_expect(strstr(first, " rax 78187493520"), "%s", first);
}

/* A function's first call may come where there is little stack: it takes no more than under ld.so.
 */
Test(lazy, little_stack) {
    static const char shown[] = "plain: %d more\nchosen: %d more";
    int plain, chosen, own_plain, own_chosen;
    struct result native = run("./depth");

    cr_assert_eq(sscanf(native.out, shown, &plain, &chosen), 2, "%s", native.out);
    struct result got = run_myld(EXPLICIT, NULL, "./depth");
    cr_assert_eq(sscanf(got.out, shown, &own_plain, &own_chosen), 2, "%s", got.out);
    cr_expect(own_plain > 0 && own_plain <= plain, "%d bytes, not %d", own_plain, plain);
    cr_expect(own_chosen <= chosen, "%d bytes, not %d", own_chosen, chosen);
}
