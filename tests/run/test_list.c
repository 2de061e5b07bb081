/*
 * What ldd and its options print: libraries, versions, undefined symbols, dependencies without use.
 * Everything on standard output and standard error is compared, but addresses.
 */
#include "support.h"
#include <string.h>

/* Replaces the digits of every "(0x…)". */
static char *without_addresses(const char *from) {
    char *copy = text("%s", from);

    for (char *at = copy; (at = strstr(at, "(0x")); at++)
        for (char *digit = at + 3; *digit && *digit != ')'; digit++)
            *digit = '?';
    return copy;
}

static void expect_same(const struct result *native, const struct result *got, const char *way,
                        const char *line) {
    struct result expected = *native, result = *got;

    expected.out = without_addresses(expected.out);
    result.out = without_addresses(result.out);
    compare_results(&expected, &result, COMPARE_ERROR, way, line);
}

static const char *const scripts[] = {
    "/usr/bin/ldd ./greet ./where_none",
    "/usr/bin/ldd -v ./greet",
    "/usr/bin/ldd -v ./version_3/version",
    "/usr/bin/ldd -r ./greet",
    "/usr/bin/ldd -r ./libplugin_bad.so",
    "/usr/bin/ldd -d ./libplugin_bad.so",
    "/usr/bin/ldd -r ./libscope_b.so ./libborrow.so ./libnested.so ./copy ./tls",
    "/usr/bin/ldd -d -v ./libborrow.so",
    "/usr/bin/ldd -r /usr/bin/git /usr/bin/python3 /bin/bash",
};

TABLE_TEST(list, ldd, scripts) {
    struct result native = run(*row);
    struct result got = run_myld(BIND, NULL, *row);

    expect_same(&native, &got, "bind", *row);
}

/* Dependencies without use. ldd also sets LD_BIND_NOW, to nothing; where that happens to come after
 * LD_DEBUG in the environment, ld.so looks at no function, and takes what is only called for
 * unused.
 */
static const char *const with_unused[] = {
    "./greet", "./scope", "./order", "/usr/bin/git", "./libplugin_orphan.so", "./libplugin_two.so",
};

TABLE_TEST(list, unused, with_unused) {
    struct result native =
        runf("LD_TRACE_LOADED_OBJECTS=1 LD_DEBUG=unused %s %s", native_loader, *row);
    struct result got = run_myld(BIND, NULL, text("/usr/bin/ldd -u %s", *row));

    expect_same(&native, &got, "bind", *row);
}

/* Programs whose libraries are not what they were linked with. */
static const char *const others[] = {
    "LD_TRACE_LOADED_OBJECTS=1 LD_WARN=1 LD_BIND_NOW=1 ./version_1/version",
    "LD_TRACE_LOADED_OBJECTS=1 LD_LIBRARY_PATH=version_0 ./version_1/version",
    "LD_TRACE_LOADED_OBJECTS=1 LD_WARN=1 LD_VERBOSE=1 LD_LIBRARY_PATH=version_0 "
    "./version_1/version",
    "LD_TRACE_LOADED_OBJECTS=1 LD_WARN=1 LD_BIND_NOW=1 LD_LIBRARY_PATH=version_2 "
    "./version_3/version",
    "LD_TRACE_LOADED_OBJECTS=1 LD_VERBOSE=1 ./where_none",
    "LD_TRACE_LOADED_OBJECTS=1 LD_WARN=1 LD_BIND_NOW=1 ./where_none",
    "LD_TRACE_LOADED_OBJECTS=1 LD_WARN=1 LD_VERBOSE= ./greet_exec",
    "LD_TRACE_LOADED_OBJECTS=1 LD_DEBUG=unused LD_PRELOAD=./libempty.so ./greet",
    "LD_TRACE_LOADED_OBJECTS=2 ./greet",
    "LD_TRACE_LOADED_OBJECTS= ./greet",
};

/* aarch64's ld.so leaves out the version of a symbol that is undefined. */
static char *without_version(const char *from) {
    static const char version[] = ", version VERS_1";
    char *copy = text("%s", from), *at = strstr(copy, version);

    if (at && !strcmp(TEST_ARCH, "aarch64"))
        memmove(at, at + strlen(version), strlen(at + strlen(version)) + 1);
    return copy;
}

TABLE_TEST(list, environment, others) {
    struct result native = run(*row);
    struct result got = run_myld(BIND, NULL, *row);

    got.error = without_version(got.error);
    expect_same(&native, &got, "bind", *row);
}

/* --list program symbol: where the program would find it. The offset depends on the libc alone. */
Test(list, symbols) {
    struct result native = runf("%s --list ./hello malloc _exit", native_loader);
    struct result got = run_myld(EXPLICIT, "--list", "./hello malloc _exit");
    char *found = strstr(native.out, "malloc found at"), *mine = strstr(got.out, "malloc found at");

    cr_assert(found && mine, "%s", got.out);
    cr_expect_eq(strncmp(found, mine, strlen("malloc found at 0x0123456789012345")), 0, "%s\n%s",
                 found, mine);
    cr_expect(strstr(got.out, "_exit found at"), "%s", got.out);
}

/* The auxiliary vector: same kinds of lines; values that belong to one start are taken out. */
static char *without_values(const char *all) {
    char *result = text("%s", "");

    for (const char *line = all; *line; line += strcspn(line, "\n") + 1) {
        char *copy = first_line(line);
        char *digits = strstr(copy, "0x");
        if (digits && strlen(digits) > strlen("0x12345678")) /* an address */
            *digits = 0;
        result = text("%s%s\n", result, copy);
    }
    return result;
}

static const char *const shown[] = {"LD_SHOW_AUXV=1 ./hello", "LD_SHOW_AUXV= ./hello a b"};

TABLE_TEST(list, auxv, shown) {
    struct result native = run(*row);
    struct result got = run_myld(BIND, NULL, *row);

    cr_assert(strstr(native.out, "AT_PAGESZ"), "%s", native.out);
    native.out = without_values(native.out);
    got.out = without_values(got.out);
    compare_results(&native, &got, COMPARE_ERROR, "bind", *row);
}
