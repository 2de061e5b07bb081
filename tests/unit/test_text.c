/* Formatting (loader/text.c), compared with the host's printf and strerror. */
#define _GNU_SOURCE
#include "loader/text.h"
#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The same format and arguments for both. */
#define SAME(...)                                                                                  \
    do {                                                                                           \
        char ours[256];                                                                            \
        char theirs[256];                                                                          \
        size_t length = format_text(ours, sizeof ours, __VA_ARGS__);                               \
        cr_expect_eq(length, (size_t)snprintf(theirs, sizeof theirs, __VA_ARGS__));                \
        cr_expect_str_eq(ours, theirs, "\"%s\", printf: \"%s\"", ours, theirs);                    \
    } while (0)

Test(text, as_printf) {
    SAME("nothing");
    SAME("%s", "");
    SAME("<%s>%s", "a", "bc");
    SAME("%10s|", "right");
    SAME("%2s|", "longer");
    SAME("%c%c", 'x', '%');
    SAME("100%%");
    const char *volatile none = NULL;
    SAME("%s", none);
    SAME("%d %d %d", 0, -1, INT_MAX);
    SAME("%d", INT_MIN);
    SAME("%ld", LONG_MIN);
    SAME("%5d|%05d", 42, 42);
    SAME("%u %u", 0u, UINT_MAX);
    SAME("%lu", ULONG_MAX);
    SAME("%x %lx", 0xbeefu, 0xdeadbeefcafeUL);
    SAME("%016lx", 0x7f00UL);
    SAME("0x%016lx => %s (%d)", 1UL, "x", 3);
    SAME("%3u|%03u", 1234u, 1234u);
}

Test(text, never_beyond_the_buffer) {
    for (size_t size = 1; size < 20; size++) {
        char buffer[32];
        memset(buffer, '#', sizeof buffer);
        size_t length = format_text(buffer, size, "%s-%05d-%lx", "text", 42, 0xfffUL);
        cr_expect_eq(length, strlen(buffer));
        cr_expect_lt(length, size);
        cr_expect_eq(strncmp(buffer, "text-00042-fff", length), 0);
        cr_expect_eq(buffer[size], '#');
    }
}

Test(text, numbers) {
    const char *end;

    cr_expect_eq(parse_number("0", &end), 0);
    cr_expect_eq(parse_number("1234x", &end), 1234);
    cr_expect_str_eq(end, "x");
    cr_expect_eq(parse_number("x", &end), 0);
    cr_expect_str_eq(end, "x");
    cr_expect_eq(parse_number("18446744073709551615", &end), UINT64_MAX);
}

Test(text, words_of_error_numbers) {
    size_t known = 0;

    for (int number = 1; number < 200; number++) {
        const char *ours = error_number_text(number);
        if (!strcmp(ours, "Unknown error"))
            continue;
        known++;
        cr_expect_str_eq(ours, strerror(number));
    }
    cr_expect_gt(known, 15);
    cr_expect_str_eq(error_number_text(0), "Unknown error");
    cr_expect_str_eq(error_number_text(-1), "Unknown error");
}

Test(text, prefixes) {
    cr_expect(starts_with("GLIBC_2.2.5", "GLIBC_"));
    cr_expect(starts_with("x", ""));
    cr_expect_not(starts_with("GLIB", "GLIBC_"));
}

Test(text, printed_in_whole) {
    char long_text[3000];
    char read_back[4096];
    int ends[2];

    memset(long_text, 'a', sizeof long_text);
    long_text[sizeof long_text - 1] = 0;
    cr_assert(pipe(ends) == 0);
    print_text(ends[1], "%s%d", long_text, 7);
    cr_expect_eq(read(ends[0], read_back, sizeof read_back), (ssize_t)sizeof long_text);
    cr_expect_eq(read_back[sizeof long_text - 1], '7');
    print_text(-1, "nobody reads this");
}
