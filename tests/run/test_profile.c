/*
 * LD_PROFILE: the file that a program leaves has the same head and the same counts as under the
 * system's loader. sprof itself cannot be the judge: glibc 2.36's ends in an assertion of its
 * loader; under myld it runs, and must show what was counted.
 */
#define _GNU_SOURCE
#include "support.h"
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD_SIZE = 64, BINS_AT = 40, ARC_SIZE = 20 };

/* A profile, read. */
struct profile {
    char *bytes;
    size_t size, arcs;
    const char *arc; /* the first one */
    unsigned long ticks;
};

static uint32_t number_at(const char *bytes) {
    uint32_t number;

    memcpy(&number, bytes, sizeof number);
    return number;
}

static int by_bytes(const void *left, const void *right) {
    return memcmp(left, right, ARC_SIZE);
}

/* Reads and removes the file. Arcs that were never counted are left out, the others sorted. */
static struct profile take(const char *path) {
    struct profile profile = {.bytes = NULL};
    struct stat status;
    int fd = open(path, O_RDONLY);

    if (fd < 0 || fstat(fd, &status) != 0)
        return profile;
    profile.size = (size_t)status.st_size;
    profile.bytes = malloc(profile.size + 1);
    cr_assert_eq(read(fd, profile.bytes, profile.size), status.st_size);
    close(fd);
    unlink(path);
    uint32_t bins = number_at(profile.bytes + BINS_AT);
    char *arc = profile.bytes + HEAD_SIZE + 2 * bins;
    uint32_t count = number_at(arc + 4);
    for (uint32_t i = 0; i < bins; i++)
        profile.ticks += *(uint16_t *)(profile.bytes + HEAD_SIZE + 2 * i);
    arc += 8;
    profile.arc = arc;
    for (uint32_t i = 0; i < count; i++)
        if (number_at(arc + ARC_SIZE * i + 16))
            memmove(arc + ARC_SIZE * profile.arcs++, arc + ARC_SIZE * i, ARC_SIZE);
    qsort(arc, profile.arcs, ARC_SIZE, by_bytes);
    return profile;
}

static void expect_same(const struct profile *wanted, const struct profile *got, const char *line) {
    cr_assert_eq(wanted->bytes == NULL, got->bytes == NULL, "%s: one has no file", line);
    if (!wanted->bytes)
        return;
    cr_expect_eq(got->size, wanted->size, "%s: %zu, %zu bytes", line, got->size, wanted->size);
    cr_expect(memcmp(got->bytes, wanted->bytes, HEAD_SIZE) == 0, "%s: head", line);
    cr_expect_eq(got->arcs, wanted->arcs, "%s: %zu, %zu arcs", line, got->arcs, wanted->arcs);
    for (size_t i = 0; i < wanted->arcs && i < got->arcs; i++) {
        const char *one = wanted->arc + i * ARC_SIZE, *other = got->arc + i * ARC_SIZE;
        cr_expect(memcmp(one, other, ARC_SIZE) == 0, "%s: %#x -> %#x: %u times, not %#x -> %#x: %u",
                  line, number_at(other), number_at(other + 8), number_at(other + 16),
                  number_at(one), number_at(one + 8), number_at(one + 16));
    }
}

/* The program, and LD_PROFILE. */
static const struct {
    const char *program, *name;
    bool counts; /* some calls: or the test is of nothing */
} rows[] = {
    {"./counted", "libcounted.so", true},
    {"./counted_now", "libcounted.so", true}, /* profiling is stronger than -z now */
    {"LD_BIND_NOW=1 ./counted", "libcounted.so", true},
    {"./counted", "libpthread.so", false},
    {"./greet", "libgreet.so",
     false}, /* has no call of its own: ld.so does not see that it is there */
    {"./plugin_host now=./libcounted.so", "./libcounted.so", false},
    {"/usr/bin/expr 1 + 2", "libc.so.6", true}, /* it leaves SIGPROF alone */
};

TABLE_TEST(profile, as_native, rows) {
    const char *folder = scratch();
    char *path = text("%s/%s.profile", folder, row->name);
    char *line = text("LD_PROFILE=%s LD_PROFILE_OUTPUT=%s %s", row->name, folder, row->program);
    struct result expected = run(line);
    struct profile wanted = take(path);
    cr_expect(!row->counts || wanted.arcs);
    for (int i = 0; i < 2; i++) {
        struct result got = run_myld(i ? BIND : EXPLICIT, NULL, line);
        compare_results(&expected, &got, COMPARE_ERROR, i ? "bind" : "explicit", line);
        struct profile found = take(path);
        if (strcmp(row->name, "libgreet.so") != 0)
            expect_same(&wanted, &found, line);
    }
}

/* What is wrong with the file or its folder is said in ld.so's words, and the program runs. */
static const char *const faults[] = {
    "LD_PROFILE=libcounted.so LD_PROFILE_OUTPUT=/nowhere",
    "LD_PROFILE=libcounted.so LD_PROFILE_OUTPUT=%s/short",
    "LD_PROFILE=libcounted.so LD_PROFILE_OUTPUT=%s/other",
    "LD_PROFILE= LD_PROFILE_OUTPUT=/nowhere",
};

TABLE_TEST(profile, faults, faults) {
    const char *folder = scratch();
    char *settings = text(*row, folder), *line = text("%s ./counted", settings);

    runf("sh -c 'cd %s && mkdir short other && echo too short > short/libcounted.so.profile'",
         folder);
    run(text("LD_PROFILE=libcounted.so LD_PROFILE_OUTPUT=%s/other ./counted", folder));
    int fd = open(text("%s/other/libcounted.so.profile", folder), O_RDWR);
    cr_assert(pwrite(fd, "x", 1, 4) == 1, "the file of a run that went well");
    close(fd);
    compare(WAY(EXPLICIT) | WAY(BIND), COMPARE_ERROR, line);
}

/* A second process adds to what the first has counted. */
Test(profile, adds_up) {
    const char *folder = scratch();
    char *path = text("%s/libcounted.so.profile", folder);
    char *line = text("LD_PROFILE=libcounted.so LD_PROFILE_OUTPUT=%s ./counted", folder);
    run_myld(EXPLICIT, NULL, line);
    struct profile once = take(path);
    run_myld(EXPLICIT, NULL, line);
    run_myld(EXPLICIT, NULL, line);
    struct profile twice = take(path);
    cr_assert(once.arcs && once.arcs == twice.arcs);
    for (size_t i = 0; i < once.arcs; i++)
        cr_expect_eq(number_at(twice.arc + i * ARC_SIZE + 16),
                     2 * number_at(once.arc + i * ARC_SIZE + 16));
}

/* sprof on myld reads what either loader wrote. */
Test(profile, sprof) {
    const char *folder = scratch();
    char *path = text("%s/libcounted.so.profile", folder);
    char *line = text("LD_PROFILE=libcounted.so LD_PROFILE_OUTPUT=%s ./counted", folder);
    if (access("/usr/bin/sprof", X_OK) != 0)
        cr_skip_test("no sprof");
    char *ask = text("/usr/bin/sprof -c ./libcounted.so %s", path);
    run(line);
    struct result wanted = run_myld(EXPLICIT, NULL, ask);
    unlink(path);
    run_myld(EXPLICIT, NULL, line);
    struct result got = run_myld(EXPLICIT, NULL, ask);
    cr_expect_str_eq(got.out, wanted.out);
    cr_expect(strstr(got.out, "counted_many"), "%s", got.out);
    cr_expect(strstr(got.out, "4010"), "counted_third -> counted_next: %s", got.out);
}

/* The timer tells where the time goes: most of it is in the library, under either loader. */
Test(profile, ticks) {
    const char *folder = scratch();
    char *path = text("%s/libcounted.so.profile", folder);
    char *line = text("LD_PROFILE=libcounted.so LD_PROFILE_OUTPUT=%s ./counted 600000000", folder);
    struct result result = run(line);
    unsigned long wanted = take(path).ticks;
    result = run_myld(EXPLICIT, NULL, line);
    unsigned long got = take(path).ticks;
    cr_expect_eq(result.exit, 0);
    cr_expect(got > 10 && wanted > 10 && got < 4 * wanted && wanted < 4 * got, "%lu, %lu", got,
              wanted);
}
