/*
 * The index over a scope's symbols (loader/index.c): what it finds is what the scan finds, for
 * every name of real libraries, and for tables made by hand that mislead by their hashes and
 * versions.
 */
#define _GNU_SOURCE
#include "loader/image.h"
#include "loader/index.h"
#include "loader/sieve.h"
#include "loader/version.h"
#include "made.h"
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static struct made made[4];

static void make(size_t number, const struct made_symbol *symbol, size_t count, bool versions,
                 bool gnu) {
    struct error error;

    made_start(&made[number], "made");
    made_symbols(&made[number], symbol, count, versions);
    if (gnu)
        made_gnu_hash(&made[number], symbol, count);
    else
        made_sysv_hash(&made[number], symbol, count, 3);
    cr_assert(dynamic_read(&made[number].object, &error), "%s", error.text);
}

static struct object_list *list_of_made(size_t count) {
    struct object_list *list = object_list_new(count);

    for (size_t i = 0; i < count; i++)
        list->item[i] = &made[i].object;
    return list;
}

/* Asks both ways. Returns the object that was found, when they agree. */
static const struct object *ask(struct object_list *list, const struct symbol_request *request) {
    struct symbol_index *index = list->index;

    cr_assert(index, "the list has an index");
    struct symbol_result indexed = symbol_find_in_list(list, 0, request);
    list->index = NULL;
    struct symbol_result scanned = symbol_find_in_list(list, 0, request);
    list->index = index;
    cr_expect(indexed.symbol == scanned.symbol && indexed.object == scanned.object,
              "%s: indexed in %s, scanned in %s", request->name,
              indexed.object ? indexed.object->path : "none",
              scanned.object ? scanned.object->path : "none");
    return indexed.symbol == scanned.symbol ? indexed.object : NULL;
}

Test(index, hidden_definitions_are_passed_over) {
    static const struct made_symbol hidden = {"x", 16, STB_GLOBAL, STT_FUNC, STV_HIDDEN, 1, 0, 0};
    static const struct made_symbol open = {"x", 32, STB_GLOBAL, STT_FUNC, 0, 1, 0, 0};
    struct symbol_request request = symbol_request_for("x", NULL);

    for (int gnu = 0; gnu < 2; gnu++) {
        make(0, &hidden, 1, false, gnu);
        make(1, &open, 1, false, !gnu);
        make(2, &open, 1, false, gnu);
        struct object_list *list = list_of_made(3);
        index_build(list);
        cr_expect_eq(ask(list, &request), &made[1].object);
    }
}

Test(index, names_whose_hashes_differ_in_the_lowest_bit) {
    /* The tables hold the hashes without it, and these two lie in different buckets. */
    static const struct made_symbol one = {"loc1", 16, STB_GLOBAL, STT_FUNC, 0, 1, 0, 0};
    static const struct made_symbol both[] = {
        {"loc1", 16, STB_GLOBAL, STT_FUNC, 0, 1, 0, 0},
        {"loc2", 32, STB_GLOBAL, STT_FUNC, 0, 1, 0, 0},
    };
    cr_assert_eq(symbol_gnu_hash("loc1") ^ 1, symbol_gnu_hash("loc2"));
    make(0, &one, 1, false, true);
    make(1, both, 2, false, true);
    struct object_list *list = list_of_made(2);
    index_build(list);
    struct symbol_request first = symbol_request_for("loc1", NULL);
    struct symbol_request second = symbol_request_for("loc2", NULL);
    cr_expect_eq(ask(list, &first), &made[0].object);
    cr_expect_eq(ask(list, &second), &made[1].object);
}

Test(index, versions_of_one_name) {
    /* Two default versions: without a version asked for, neither serves. */
    static const struct made_symbol twice[] = {
        {"x", 16, STB_GLOBAL, STT_FUNC, 0, 1, 4, 0},
        {"x", 32, STB_GLOBAL, STT_FUNC, 0, 1, 5, 0},
    };
    static const struct made_symbol hidden[] = {
        {"x", 16, STB_GLOBAL, STT_FUNC, 0, 1, 0x8004, 0},
        {"x", 32, STB_GLOBAL, STT_FUNC, 0, 1, 5, 0},
    };
    struct symbol_request request = symbol_request_for("x", NULL);

    make(0, twice, 2, true, true);
    make(1, hidden, 2, true, true);
    struct object_list *list = list_of_made(2);
    index_build(list);
    cr_expect_eq(ask(list, &request), &made[1].object);
}

Test(index, copies_look_behind_the_program) {
    static const struct made_symbol symbol = {"x", 16, STB_GLOBAL, STT_OBJECT, 0, 1, 0, 8};
    struct symbol_request request = symbol_request_for("x", NULL);

    make(0, &symbol, 1, false, true);
    make(1, &symbol, 1, false, true);
    made[0].object.kind = OBJECT_PROGRAM;
    struct object_list *list = list_of_made(2);
    index_build(list);
    cr_expect_eq(ask(list, &request), &made[0].object);
    request.for_copy = true;
    cr_expect_eq(ask(list, &request), &made[1].object);
}

Test(index, pays_for_many_lookups_in_many_objects) {
    static const struct made_symbol symbol = {"x", 16, STB_GLOBAL, STT_OBJECT, 0, 1, 0, 8};
    struct object_list *list = object_list_new(100);

    make(0, &symbol, 1, false, true);
    for (size_t i = 0; i < list->count; i++)
        list->item[i] = &made[0].object;
    cr_expect_not(index_pays(list, 0));
    cr_expect_not(index_pays(list, 3));
    cr_expect(index_pays(list, 1000));
    list->count = 2;
    cr_expect_not(index_pays(list, 1 << 20), "two objects are scanned as fast");
}

/* ---- real libraries ---- */

static struct object *load(const char *name) {
    struct link_map *map;
    struct image_file file;
    struct error error;
    uintptr_t hint = 0;
    bool foreign;
    void *handle = dlopen(name, RTLD_LAZY);

    if (!handle)
        return NULL;
    cr_assert(!dlinfo(handle, RTLD_DI_LINKMAP, &map));
    struct object *object = object_new(OBJECT_LIBRARY, map->l_name);
    cr_assert(image_open(&file, map->l_name, &foreign, &error), "%s", error.text);
    cr_assert(image_map(object, &file, (uint64_t)sysconf(_SC_PAGESIZE), &hint, &error));
    cr_assert(dynamic_read(object, &error) && version_read(object, &error), "%s", error.text);
    return object;
}

Test(index, all_names_of_real_libraries) {
    static const char *const names[] = {"libstdc++.so.6",  "libm.so.6",  "libgcc_s.so.1",
                                        "libpthread.so.0", "libdl.so.2", "libc.so.6"};
    struct object_list *list = object_list_new(ARRAY_LENGTH(names));
    size_t asked = 0, found = 0;

    list->count = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        if ((list->item[list->count] = load(names[i])))
            list->count++;
    cr_assert_geq(list->count, 4);
    index_build(list);
    for (size_t i = 0; i < list->count; i++) {
        const struct object *object = list->item[i];
        for (uint32_t symbol = 1; symbol_index_is_valid(object, symbol) && symbol < 20000;
             symbol++) {
            struct symbol_request request = symbol_request_for(
                object->strings + object->symbols[symbol].st_name, symbol_version(object, symbol));
            for (int kind = 0; kind < 4; kind++) {
                request.for_call = kind & 1;
                request.newest = kind & 2;
                found += ask(list, &request) != NULL;
                asked++;
            }
            request.version = NULL;
            found += ask(list, &request) != NULL;
            asked++;
        }
    }
    cr_expect_gt(asked, 30000);
    cr_expect_gt(found, 20000);
}

/* ---- references of an object to itself ---- */

/* Asks of each symbol of an object that the sieve passes whether a scan finds it. Returns how many
 * it has passed. */
static size_t sift(struct sieve *sieve, struct object *object, struct object_list *list) {
    struct symbol_index *index = list->index;
    size_t passed = 0;

    sieve->object = NULL;
    sieve->index = index;
    list->index = NULL;
    for (uint32_t symbol = 1; symbol_index_is_valid(object, symbol) && symbol < 20000; symbol++) {
        if (!sieve_passes(sieve, object, symbol))
            continue;
        struct symbol_request request = symbol_request_for(
            object->strings + object->symbols[symbol].st_name, symbol_version(object, symbol));
        struct symbol_result found = symbol_find_in_list(list, 0, &request);
        cr_expect(found.object == object && found.symbol == &object->symbols[symbol],
                  "%s: not what a scan finds", request.name);
        passed++;
    }
    list->index = index;
    return passed;
}

Test(index, own_references_that_need_no_name) {
    /* A library, others, and the same library once more: its first copy has all names. */
    static const char *const names[] = {"libgcc_s.so.1", "libstdc++.so.6", "libm.so.6",
                                        "libstdc++.so.6", "libc.so.6"};
    struct object_list *list = object_list_new(ARRAY_LENGTH(names));
    struct scope scope = {.list = list};
    struct scope_list *scopes = calloc(1, sizeof *scopes + sizeof scopes->item[0]);
    struct sieve sieve;

    scopes->count = 1;
    scopes->item[0] = &scope;
    for (size_t i = 0; i < list->count; i++) {
        list->item[i] = load(names[i]);
        cr_assert(list->item[i], "%s", names[i]);
        list->item[i]->scopes = scopes;
    }
    for (int indexed = 0; indexed < 2; indexed++) {
        if (indexed)
            index_build(list);
        cr_expect_gt(sift(&sieve, list->item[1], list), 4000);
        cr_expect_eq(sift(&sieve, list->item[3], list), 0);
        size_t libc = sift(&sieve, list->item[4], list);
        cr_expect_gt(libc, 1000, "%zu", libc);
    }
}
