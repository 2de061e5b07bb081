/*
 * /etc/ld.so.cache (loader/cache.c): the system's own against what `ldconfig -p` prints; one made
 * by hand for the choice among hwcaps; and damaged copies, whose answers may be wrong but stay
 * within the file.
 */
#define _GNU_SOURCE
#include "arch.h"
#include "loader/cache.h"
#include "loader/facts.h"
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char no_hwcaps[] = "";

/* The file's bytes behind a path that cache_open can open. */
struct copy {
    char path[64];
    int file;
};

static struct copy copy_of(const void *bytes, size_t size) {
    struct copy copy = {.file = memfd_create("cache", 0)};

    cr_assert(write(copy.file, bytes, size) == (ssize_t)size);
    snprintf(copy.path, sizeof copy.path, "/proc/self/fd/%d", copy.file);
    return copy;
}

/* Opens a cache of these bytes. */
static struct cache opened(const void *bytes, size_t size) {
    struct copy copy = copy_of(bytes, size);
    struct cache cache = {0};

    cache_open(&cache, copy.path);
    cr_expect(cache.tried);
    close(copy.file);
    return cache;
}

static const char *find(const struct cache *cache, const char *name) {
    return cache_find(cache, name, facts_here()->cache_flags, no_hwcaps);
}

/* ---- the system's ---- */

Test(cache, as_ldconfig_prints_it) {
    struct cache cache = {0};
    FILE *list = popen("/sbin/ldconfig -p", "r");
    char line[1024];
    char last[512] = "";
    size_t compared = 0;

    cr_assert_not_null(list);
    cache_open(&cache, "/etc/ld.so.cache");
    cr_assert_not_null(cache.data);
    while (fgets(line, sizeof line, list)) {
        char name[512], flags[256], path[512];
        if (sscanf(line, " %511s (%255[^)]) => %511s", name, flags, path) != 3 ||
            strcmp(flags, "libc6,x86-64") != 0 || !strcmp(name, last))
            continue; /* of several, the first counts */
        strcpy(last, name);
        const char *found = find(&cache, name);
        cr_expect(found && !strcmp(found, path), "%s: %s, ldconfig: %s", name,
                  found ? found : "none", path);
        compared++;
    }
    pclose(list);
    if (!strcmp(facts_here()->name, "x86_64"))
        cr_expect_gt(compared, 10);
    cr_expect_null(find(&cache, "libmissing.so.1"));
    cr_expect_null(find(&cache, ""));
    cr_expect_null(cache_find(&cache, "libc.so.6", 0x7777, no_hwcaps), "of no machine");
    cache_close(&cache);
    cr_expect_null(find(&cache, "libc.so.6"), "closed");
}

/* ---- made by hand ---- */

/* A cache file of a few entries; the layout is that of glibc's dl-cache.h, in its words. */
struct file {
    struct {
        char magic[20];
        uint32_t nlibs, len_strings;
        uint8_t flags, padding[3];
        uint32_t extension_offset, unused[3];
    } header;
    struct {
        int32_t flags;
        uint32_t key, value, osversion;
        uint64_t hwcap;
    } libs[8];
    struct {
        uint32_t magic, count, tag, flags, offset, size;
        uint32_t names[2];
    } extension;
    char strings[512];
    size_t used;
};

static uint32_t string(struct file *file, const char *text) {
    size_t at = file->used;

    strcpy(file->strings + at, text);
    file->used += strlen(text) + 1;
    return (uint32_t)(offsetof(struct file, strings) + at);
}

static void add(struct file *file, const char *name, const char *path, int32_t flags,
                uint64_t hwcap) {
    size_t i = file->header.nlibs++;

    file->libs[i].flags = flags;
    file->libs[i].key = string(file, name);
    file->libs[i].value = string(file, path);
    file->libs[i].hwcap = hwcap;
}

/* Names in ldconfig's order, descending, digits as numbers. */
static struct file make(void) {
    enum { HWCAP = 62 };
    struct file file = {.used = 1};
    int32_t flags = facts_here()->cache_flags;

    memcpy(file.header.magic, "glibc-ld.so.cache1.1", 20);
    file.header.flags = 2; /* little-endian */
    file.header.extension_offset = offsetof(struct file, extension);
    file.extension.magic = 0xeaa42174;
    file.extension.count = 1;
    file.extension.tag = 1;
    file.extension.offset = offsetof(struct file, extension.names);
    file.extension.size = sizeof file.extension.names;
    file.extension.names[0] = string(&file, "good");
    file.extension.names[1] = string(&file, "better");
    add(&file, "libz.so.10", "/z10", flags, 0);
    add(&file, "libz.so.9", "/z9", flags, 0);
    add(&file, "liby.so", "/other-machine", flags + 1, 0);
    add(&file, "libx.so", "/good", flags, 1ULL << HWCAP | 0);
    add(&file, "libx.so", "/better", flags, 1ULL << HWCAP | 1);
    add(&file, "libx.so", "/unknown", flags, 1ULL << HWCAP | 7);
    add(&file, "libx.so", "/plain", flags, 0);
    add(&file, "liba.so", "/a", flags, 1ULL << 40); /* a platform folder, long gone */
    return file;
}

Test(cache, names_with_numbers) {
    struct file file = make();
    struct cache cache = opened(&file, sizeof file);

    cr_expect_str_eq(find(&cache, "libz.so.10"), "/z10");
    cr_expect_str_eq(find(&cache, "libz.so.9"), "/z9");
    cr_expect_null(find(&cache, "libz.so.1"));
    cr_expect_null(find(&cache, "libz.so"));
    cr_expect_null(find(&cache, "liby.so"), "of another machine");
    cr_expect_null(find(&cache, "liba.so"));
}

Test(cache, the_best_that_the_processor_can_run) {
    struct file file = make();
    struct cache cache = opened(&file, sizeof file);
    static const char both[] = "better:good", good[] = "good";
    int32_t flags = facts_here()->cache_flags;

    cr_expect_str_eq(cache_find(&cache, "libx.so", flags, both), "/better");
    cr_expect_str_eq(cache_find(&cache, "libx.so", flags, good), "/good");
    cr_expect_str_eq(cache_find(&cache, "libx.so", flags, no_hwcaps), "/plain");
}

Test(cache, refused_as_a_whole) {
    struct file file = make();

    file.header.magic[19] = '2';
    cr_expect_null(opened(&file, sizeof file).data, "another version");
    file = make();
    file.header.flags = 3;
    cr_expect_null(opened(&file, sizeof file).data, "big-endian");
    file = make();
    file.header.nlibs = UINT32_MAX;
    cr_expect_null(opened(&file, sizeof file).data, "more entries than bytes");
    for (size_t size = 0; size <= sizeof file.header; size++)
        cr_expect_null(opened(&file, size).data, "%zu bytes", size);
    struct cache missing = {0};
    cache_open(&missing, "/nowhere/ld.so.cache");
    cr_expect(missing.tried && !missing.data);
}

/* ---- damaged ---- */

static void ask_all(const struct cache *cache) {
    static const char *const names[] = {"libc.so.6", "libz.so.10",     "libx.so",  "liba.so",
                                        "",          "libstdc++.so.6", "\xff\xff", "0"};
    static const char hwcaps[] = "better:x86-64-v3:good";

    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        const char *found = cache_find(cache, names[i], facts_here()->cache_flags, hwcaps);
        const char *start = (const char *)cache->data;
        if (!found || !*found)
            continue;
        cr_assert(found >= start && found < start + cache->size);
        cr_assert_not_null(memchr(found, 0, (size_t)(start + cache->size - found)));
    }
}

static void damage(const unsigned char *sound, size_t size, size_t range, int rounds) {
    unsigned char *bytes = malloc(size);
    uint64_t random = size;

    for (int round = 0; round < rounds; round++) {
        memcpy(bytes, sound, size);
        for (int change = 0; change <= round % 4; change++) {
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            uint32_t value = random >> 60 ? (uint32_t)(random >> 32) : UINT32_MAX << random % 32;
            memcpy(bytes + random % (range / 4) * 4, &value, 4);
        }
        size_t length = round % 16 ? size : random % size;
        struct cache cache = opened(bytes, length);
        ask_all(&cache);
        cache_close(&cache);
    }
    free(bytes);
}

Test(cache, damaged_by_hand_made) {
    struct file file = make();

    damage((unsigned char *)&file, offsetof(struct file, used), offsetof(struct file, strings),
           20000);
}

Test(cache, damaged_system_cache) {
    static unsigned char bytes[1 << 20];
    int file = open("/etc/ld.so.cache", O_RDONLY);
    ssize_t size = read(file, bytes, sizeof bytes);

    cr_assert_gt(size, 1000);
    close(file);
    damage(bytes, (size_t)size, 512, 1000);
    damage(bytes, (size_t)size, (size_t)size, 1000);
}
