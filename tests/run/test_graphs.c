/*
 * Random library graphs (tests/graphs/graph.h): each is made from a fixed seed, and run by the
 * system's loader and by myld, which must agree on every binding, on the order of constructors and
 * destructors, on dlerror's texts and the exit status. `make graphs` has 2,000 for each libc.
 */
#include "support.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* $TEST_SEEDS: how many of each range; for a shorter test. */
static int seeds(void) {
    const char *wanted = getenv("TEST_SEEDS");

    return wanted ? atoi(wanted) : 20;
}

static const struct {
    const char *libc;
    int first;        /* seed */
    const char *sort; /* the tunable glibc.rtld.dynamic_sort, or NULL */
} ranges[] = {
    {"glibc", 1, 0},      {"glibc", 21, 0},    {"glibc", 41, 0},    {"glibc", 61, 0},
    {"glibc", 81, 0},     {"glibc", 101, 0},   {"glibc", 121, 0},   {"glibc", 141, 0},
    {"glibc", 161, 0},    {"glibc", 181, 0},   {"musl", 1, 0},      {"musl", 21, 0},
    {"musl", 41, 0},      {"musl", 61, 0},     {"glibc", 201, "1"}, {"glibc", 221, "1"},
    {"glibc", 241, "01"}, {"glibc", 261, "2"}, {"glibc", 281, "3"},
};

TABLE_TEST(graphs, as_native, ranges) {
    if (!strcmp(row->libc, "musl") && access(native_musl, F_OK))
        cr_skip_test("no musl here");
    if (!kernel_starts_programs())
        cr_skip_test("the kernel here starts no programs of that machine");
    const char *tunables =
        row->sort ? text("GLIBC_TUNABLES=glibc.rtld.dynamic_sort=%s ", row->sort) : "";
    struct result got = runf("%sMYLD=%s " BUILD_FOLDER "/tests/graphs/graphs --libc %s %d %d",
                             tunables, myld(), row->libc, row->first, seeds());

    cr_expect(got.exit == 0 && !got.late, "%s%s", got.out, got.error);
    cr_expect(strstr(got.out, text("%d same, 0 different, 0 no measure", seeds())), "%s%s", got.out,
              got.error);
}
