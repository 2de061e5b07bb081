/*
 * Auditors: every call that one gets, in its order, is the one that it gets under the system's
 * loader. Left out are the bindings of that loader's own calls and of those that libc makes into
 * it, which myld does not need; a process id; addresses.
 */
#define _GNU_SOURCE
#include "support.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Lines that are no part of the comparison, by what they contain. */
static const char *const own[] = {
    "loader -> libc",
    "loader -> loader",
    "libc.so.6 -> loader",
    "libc.so.6 -> libc.so.6",
    "symbind64(calloc, index, main -> libc.so.6, 0x8)",
    "symbind64(free, index, main -> libc.so.6, 0x8)",
    "symbind64(malloc, index, main -> libc.so.6, 0x8)",
    "symbind64(realloc, index, main -> libc.so.6, 0x8)",
    "la_objclose()", /* of the loader's entry in a namespace that ends: nobody was told of it */
    "requires version",
};

static bool is_own(const char *line, size_t length) {
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (memmem(line, length, own[i], strlen(own[i])))
            return true;
    return false;
}

/* The lines that count, addresses replaced. */
static char *normal(const char *all) {
    char *text = calloc(1, strlen(all) + 1), *out = text;

    for (const char *line = all; *line;) {
        size_t length = strcspn(line, "\n");
        if (line[length])
            length++;
        for (size_t i = 0; !is_own(line, length) && i < length; i++) {
            if (i > 1 && line[i] == '/' && line[i - 1] == '.' && line[i - 2] == '/') {
                out--; /* of "/./" */
                continue;
            }
            *out++ = line[i];
            if (i > 1 && line[i] == 'x' && line[i - 1] == '0' && length - i > 6 &&
                isxdigit(line[i + 5]))
                while (isxdigit(line[i + 1]))
                    i++;
        }
        line += length;
    }
    return text;
}

static void compare_traces(const char *line) {
    struct result expected = run(line);
    char *wanted = normal(expected.error);

    for (int i = 0; i < 2; i++) {
        enum way way = i ? BIND : EXPLICIT;
        struct result got = run_myld(way, NULL, line);
        char *trace = normal(got.error);
        size_t at = 0;
        for (; wanted[at] && wanted[at] == trace[at]; at++)
            ;
        while (at && wanted[at - 1] != '\n')
            at--;
        cr_expect_str_eq(got.out, expected.out, "%s %s", i ? "bind" : "explicit", line);
        cr_expect_eq(got.exit, expected.exit, "%s %s", i ? "bind" : "explicit", line);
        cr_expect(strcmp(wanted, trace) == 0, "%s %s: expected\n%.300s\ngot\n%.300s",
                  i ? "bind" : "explicit", line, wanted + at, trace + at);
    }
}

static const char *const lines[] = {
    "AUDIT=b LD_AUDIT=./libaudit.so ./greet",
    "LD_AUDIT=./libaudit.so ./greet",
    "AUDIT=br LD_AUDIT=./libaudit.so ./greet",
    "AUDIT=br LD_AUDIT=./libaudit.so ./greet_now",
    "AUDIT=brex LD_AUDIT=./libaudit_plt.so ./greet",
    "AUDIT=b LD_AUDIT=./libaudit.so ./greet_now",
    "AUDIT=b LD_BIND_NOW=1 LD_AUDIT=./libaudit.so ./greet",
    "AUDIT=b LD_AUDIT=./libaudit.so LD_PRELOAD=./libinterpose.so ./greet",
    "AUDIT=b LD_AUDIT=libaudit.so LD_LIBRARY_PATH=where/env:. ./greet",
    "AUDIT=b LD_AUDIT=./libaudit.so ./order",
    "AUDIT=b LD_AUDIT=./libaudit.so ./plugin_host open=./libplugin_two.so call=plugin_run "
    "open=libz.so.1 default=plugin_run close close",
    "AUDIT=b LD_AUDIT=./libaudit.so ./plugin_host open=./nowhere.so now=./libplugin_bad.so "
    "open=./libplugin_orphan.so open=./libplugin_one.so",
    "AUDIT=bs LD_AUDIT=./libaudit.so ./plugin_host open=./libempty.so call=greet open=libnot.so",
    "AUDIT=b LD_AUDIT=./libaudit.so ./spaces new=./libspace_one.so call=space_count close "
    "open=./libspace_two.so id=1:./libspace_one.so",
    "AUDIT=be LD_AUDIT=./libaudit_plt.so ./greet",
    "AUDIT=bx LD_AUDIT=./libaudit_plt.so ./greet",
    "AUDIT=bex LD_AUDIT=./libaudit_plt.so ./lazy",
    "AUDIT=bex LD_AUDIT=./libaudit_plt.so ./greet_now",
    "AUDIT=bex LD_BIND_NOW=1 LD_AUDIT=./libaudit_plt.so ./greet",
    "AUDIT=bexn LD_AUDIT=./libaudit_plt.so ./greet",
    "AUDIT=bex LD_AUDIT=./libaudit_plt.so ./args",
    "AUDIT=be LD_AUDIT=./libaudit_plt.so ./args",
    "AUDIT=b LD_AUDIT=./nowhere.so:./libempty.so:./libaudit_off.so:./libaudit_new.so:"
    "libgreet.so:./libaudit.so ./greet",
    "LD_AUDIT=./nowhere.so:./libaudit_off.so ./greet",
    "./greet_audited",
    "AUDIT=b LD_AUDIT=./libaudit.so /bin/true",
    "LD_AUDIT=./libaudit.so /bin/ls /",
    "LD_AUDIT=./libaudit.so /usr/bin/python3 -c 'import ssl, ctypes; print(ssl.OPENSSL_VERSION)'",
};

TABLE_TEST(audit, as_native, lines) {
    compare_traces(*row);
}

/* The option is as the variable. */
Test(audit, option) {
    struct result expected =
        runf("AUDIT=b %s --audit ./libaudit_off.so:./libaudit.so ./greet", native_loader);
    struct result got = runf("AUDIT=b %s --audit ./libaudit_off.so:./libaudit.so ./greet", myld());
    cr_expect_str_eq(normal(got.error), normal(expected.error));
    cr_expect_str_eq(got.out, expected.out);
}

/* Two auditors: each in a namespace of its own, both see every step. */
Test(audit, two) {
    const char *line = "AUDIT=bex LD_AUDIT=./libaudit_plt.so:./libaudit.so ./greet";
    struct result expected = run(line), got = run_myld(EXPLICIT, NULL, line);
    /* The first one hears of the second one's libraries under the system's loader. */
    const char *wanted = strstr(normal(expected.error), "audit: la_version");
    const char *trace = strstr(normal(got.error), "audit: la_version");
    cr_assert(wanted && trace, "%s", got.error);
    cr_expect_str_eq(trace, wanted);
    cr_expect_str_eq(got.out, expected.out);
}

static const char *const sotruss[] = {
    "sotruss ./greet",
    "sotruss -e ./greet",
    "sotruss -F libgreet.so -T libc.so.6 ./greet",
    "sotruss /bin/echo word",
    "sotruss -f -e /usr/bin/nice /bin/echo word",
};

/* Who calls what, without process ids, arguments and results: some registers hold nothing. */
static char *calls_only(const char *all) {
    char *text = calloc(1, strlen(all) + 1), *out = text;

    for (const char *line = all; *line; line += strcspn(line, "\n"), line += *line != 0) {
        size_t end = strcspn(line, "\n");
        const char *arrow = memmem(line, end, " -> ", 4);
        const char *colon = arrow ? memchr(arrow, ':', end - (size_t)(arrow - line)) : NULL;
        if (!colon)
            continue;
        while (line < colon && (isdigit(*line) || *line == ':' || *line == ' '))
            line++;
        size_t length = (size_t)(colon - line) + 2;
        length += strcspn(line + length, "( \n");
        memcpy(out, line, length);
        out += length;
        *out++ = '\n';
    }
    return text;
}

TABLE_TEST(audit, sotruss, sotruss) {
    struct result expected = run(*row), got = run_myld(BIND, NULL, *row);
    cr_expect_str_eq(got.out, expected.out);
    cr_expect(strstr(calls_only(expected.error), " -> "), "%s", expected.error);
    cr_expect_str_eq(calls_only(got.error), calls_only(expected.error));
}
