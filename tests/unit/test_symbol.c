/*
 * Finding symbols (loader/symbol.c): both hash tables, versions, bindings and visibilities with
 * tables made by hand; then every symbol that the system's libc.so.6 exports, in a second mapping
 * of the file, against what this process's own loader says.
 */
#define _GNU_SOURCE
#include "loader/image.h"
#include "loader/version.h"
#include "made.h"
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct made made;

/* Makes an object of these symbols with a hash table of one kind. */
static const struct object *make(const struct made_symbol *symbol, size_t count, bool versions,
                                 bool gnu) {
    struct error error;

    made_start(&made, "made");
    made_symbols(&made, symbol, count, versions);
    if (gnu)
        made_gnu_hash(&made, symbol, count);
    else
        made_sysv_hash(&made, symbol, count, 3);
    cr_assert(dynamic_read(&made.object, &error), "%s", error.text);
    return &made.object;
}

static uint64_t find(const struct object *object, const char *name, const struct version *version) {
    struct symbol_request request = symbol_request_for(name, version);
    const Elf64_Sym *symbol = symbol_find_in(object, &request);

    return symbol ? symbol->st_value : 0;
}

Test(symbol, hash_functions) {
    /* the examples of the specifications */
    cr_expect_eq(symbol_gnu_hash(""), 5381);
    cr_expect_eq(symbol_gnu_hash("printf"), 0x156b2bb8);
    cr_expect_eq(symbol_gnu_hash("exit"), 0x7c967e3f);
    cr_expect_eq(symbol_gnu_hash("syscall"), 0xbac212a0);
    cr_expect_eq(symbol_sysv_hash(""), 0);
    cr_expect_eq(symbol_sysv_hash("printf"), 0x077905a6);
    cr_expect_eq(symbol_sysv_hash("exit"), 0x0006cf04);
    cr_expect_eq(symbol_sysv_hash("GLIBC_2.2.5"), 0x09691a75);
    cr_expect_eq(symbol_gnu_hash("\xff"), 5381u * 33 + 0xff, "bytes are unsigned");
}

Test(symbol, which_definitions_count) {
    static const struct {
        struct made_symbol symbol;
        bool found, found_for_call;
    } rows[] = {
        {{"x", 16, STB_GLOBAL, STT_FUNC, STV_DEFAULT, 1, 0, 0}, true, true},
        {{"x", 16, STB_WEAK, STT_FUNC, STV_DEFAULT, 1, 0, 0}, true, true},
        {{"x", 16, STB_GNU_UNIQUE, STT_OBJECT, STV_DEFAULT, 1, 0, 0}, true, true},
        {{"x", 16, STB_LOCAL, STT_FUNC, STV_DEFAULT, 1, 0, 0}, false, false},
        {{"x", 16, 5, STT_FUNC, STV_DEFAULT, 1, 0, 0}, false, false},
        {{"x", 16, STB_GLOBAL, STT_FUNC, STV_PROTECTED, 1, 0, 0}, true, true},
        {{"x", 16, STB_GLOBAL, STT_FUNC, STV_HIDDEN, 1, 0, 0}, false, false},
        {{"x", 16, STB_GLOBAL, STT_FUNC, STV_INTERNAL, 1, 0, 0}, false, false},
        {{"x", 16, STB_GLOBAL, STT_SECTION, STV_DEFAULT, 1, 0, 0}, false, false},
        {{"x", 16, STB_GLOBAL, STT_FILE, STV_DEFAULT, 1, 0, 0}, false, false},
        {{"x", 16, STB_GLOBAL, STT_GNU_IFUNC, STV_DEFAULT, 1, 0, 0}, true, true},
        {{"x", 16, STB_GLOBAL, STT_COMMON, STV_DEFAULT, 1, 0, 0}, true, true},
        {{"x", 0, STB_GLOBAL, STT_TLS, STV_DEFAULT, 1, 0, 0}, true, true},
        {{"x", 0, STB_GLOBAL, STT_OBJECT, STV_DEFAULT, SHN_ABS, 0, 0}, true, true},
        {{"x", 0, STB_GLOBAL, STT_FUNC, STV_DEFAULT, 1, 0, 0}, false, false},
        {{"x", 0, STB_GLOBAL, STT_FUNC, STV_DEFAULT, SHN_UNDEF, 0, 0}, false, false},
        /* a program's canonical PLT entry */
        {{"x", 16, STB_GLOBAL, STT_FUNC, STV_DEFAULT, SHN_UNDEF, 0, 0}, true, false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        for (int gnu = 0; gnu < 2; gnu++) {
            const struct object *object = make(&rows[i].symbol, 1, false, gnu);
            struct symbol_request request = symbol_request_for("x", NULL);
            cr_expect_eq(symbol_find_in(object, &request) != NULL, rows[i].found, "row %zu", i);
            request.for_call = true;
            cr_expect_eq(symbol_find_in(object, &request) != NULL, rows[i].found_for_call,
                         "row %zu, for a call", i);
        }
    }
}

Test(symbol, many_names_in_both_tables) {
    struct made_symbol symbol[40];
    char name[40][8];

    for (size_t i = 0; i < 40; i++) {
        snprintf(name[i], sizeof name[i], "name%zu", i);
        symbol[i] = (struct made_symbol){.name = name[i],
                                         .value = 16 + i,
                                         .binding = STB_GLOBAL,
                                         .type = STT_FUNC,
                                         .section = 1};
    }
    for (int gnu = 0; gnu < 2; gnu++) {
        const struct object *object = make(symbol, 40, false, gnu);
        for (size_t i = 0; i < 40; i++)
            cr_expect_eq(find(object, name[i], NULL), 16 + i);
        cr_expect_eq(find(object, "name", NULL), 0);
        cr_expect_eq(find(object, "name40", NULL), 0);
        cr_expect_eq(find(object, "", NULL), 0);
    }
}

/* Versions 2 and 3 of the object are V1 and V2, as VERDEF would have it. */
static struct version versions[] = {{0}, {0}, {"V1", 0, false, NULL}, {"V2", 0, false, NULL}};

static const struct object *versioned(const struct made_symbol *symbol, size_t count) {
    make(symbol, count, true, true);
    made.object.versions = versions;
    made.object.version_count = ARRAY_LENGTH(versions);
    for (size_t i = 2; i < ARRAY_LENGTH(versions); i++)
        versions[i].hash = symbol_sysv_hash(versions[i].name);
    return &made.object;
}

Test(symbol, versions) {
    enum { HIDDEN = 0x8000 };
    static const struct made_symbol symbol[] = {
        {"f", 16, STB_GLOBAL, STT_FUNC, STV_DEFAULT, 1, 2 | HIDDEN, 0}, /* f@V1 */
        {"f", 32, STB_GLOBAL, STT_FUNC, STV_DEFAULT, 1, 3, 0},          /* f@@V2 */
        {"old", 48, STB_GLOBAL, STT_FUNC, STV_DEFAULT, 1, 2 | HIDDEN, 0},
        {"base", 64, STB_GLOBAL, STT_FUNC, STV_DEFAULT, 1, 1, 0},
        {"third", 80, STB_GLOBAL, STT_FUNC, STV_DEFAULT, 1, 3 | HIDDEN, 0},
    };
    const struct object *object = versioned(symbol, ARRAY_LENGTH(symbol));
    struct version v1 = versions[2], v2 = versions[3];
    struct version other = {"V3", symbol_sysv_hash("V3"), false, NULL};
    struct version insists = {"V1", v1.hash, true, NULL};
    struct version wrong_hash = {"V1", v1.hash + 1, false, NULL};

    cr_expect_eq(find(object, "f", &v1), 16);
    cr_expect_eq(find(object, "f", &v2), 32);
    cr_expect_eq(find(object, "f", &other), 0);
    cr_expect_eq(find(object, "f", &wrong_hash), 0);
    cr_expect_eq(find(object, "f", NULL), 16, "no version: the oldest");
    cr_expect_eq(find(object, "old", NULL), 48);
    cr_expect_eq(find(object, "third", NULL), 0, "hidden, and not the first version");
    cr_expect_eq(find(object, "third", &v2), 80);
    cr_expect_eq(find(object, "base", &v1), 64, "the base version serves");
    cr_expect_eq(find(object, "base", &insists), 0, "unless the reference insists");
    struct symbol_request newest = symbol_request_for("f", NULL);
    newest.newest = true;
    cr_expect_eq(symbol_find_in(object, &newest)->st_value, 32, "dlsym: the default one");
    cr_expect_str_eq(symbol_version(object, 2)->name, "V2");
    cr_expect_null(symbol_version(object, 4), "base");
}

/* An entry of a table that leads out of it ends the search. */
Test(symbol, broken_tables) {
    static const struct made_symbol symbol = {"x", 16, STB_GLOBAL, STT_FUNC, 0, 1, 0, 0};

    for (uint32_t index = 0; index < 32; index++) {
        struct object *object = (struct object *)make(&symbol, 1, false, true);
        ((uint32_t *)object->gnu_hash.buckets)[0] = 1u << index;
        ((uint32_t *)object->gnu_hash.chain)[0] &= ~1u; /* the chain does not end */
        cr_expect_eq(find(object, "x", NULL) == 16, index == 0);
    }
    for (uint32_t index = 0; index < 32; index++) {
        struct object *object = (struct object *)make(&symbol, 1, false, false);
        for (size_t i = 0; i < 3; i++)
            ((uint32_t *)object->sysv_hash.buckets)[i] = 1u << index;
        ((uint32_t *)object->sysv_hash.chain)[1] = 1; /* a cycle */
        cr_expect_eq(find(object, "x", NULL) == 16, index == 0);
        cr_expect_eq(find(object, "y", NULL), 0);
    }
    struct object *object = (struct object *)make(&symbol, 1, false, true);
    ((Elf64_Sym *)object->symbols)[1].st_name = MADE_STRINGS;
    cr_expect_eq(find(object, "x", NULL), 0, "a name outside of the strings");
    cr_expect_not(symbol_index_is_valid(object, 1));
    cr_expect_not(symbol_index_is_valid(object, UINT32_MAX));
}

/* ---- scopes ---- */

static struct made first, second;

static void fill(struct made *object, const struct made_symbol *symbol) {
    struct error error;

    made_start(object, "made");
    made_symbols(object, symbol, 1, false);
    made_gnu_hash(object, symbol, 1);
    cr_assert(dynamic_read(&object->object, &error));
}

static struct object_list *list_of_both(void) {
    struct object_list *list = object_list_new(2);

    list->item[0] = &first.object;
    list->item[1] = &second.object;
    return list;
}

Test(symbol, order_of_the_scope) {
    static const struct made_symbol weak = {"x", 16, STB_WEAK, STT_FUNC, 0, 1, 0, 0};
    static const struct made_symbol strong = {"x", 32, STB_GLOBAL, STT_FUNC, 0, 1, 0, 0};
    struct symbol_request request = symbol_request_for("x", NULL);

    fill(&first, &weak);
    fill(&second, &strong);
    struct object_list *list = list_of_both();
    cr_expect_eq(symbol_find_in_list(list, 0, &request).object, &first.object,
                 "weak counts as much");
    cr_expect_eq(symbol_find_in_list(list, 1, &request).object, &second.object);
    cr_expect_null(symbol_find_in_list(list, 2, &request).symbol);
    first.object.kind = OBJECT_PROGRAM;
    request.for_copy = true;
    cr_expect_eq(symbol_find_in_list(list, 0, &request).object, &second.object,
                 "COPY looks behind the program");
}

Test(symbol, unique_is_one_for_the_process) {
    static const struct made_symbol unique = {"u", 16, STB_GNU_UNIQUE, STT_OBJECT, 0, 1, 0, 0};
    struct symbol_request request = symbol_request_for("u", NULL);

    fill(&first, &unique);
    fill(&second, &unique);
    struct object_list *list = list_of_both();
    cr_expect_eq(symbol_find_in_list(list, 1, &request).object, &second.object);
    cr_expect_eq(symbol_find_in_list(list, 0, &request).object, &second.object,
                 "the first that anybody bound to");
    cr_expect(second.object.never_unload && !first.object.never_unload);
}

Test(symbol, protected_and_local_references) {
    static const struct made_symbol outer = {"x", 16, STB_GLOBAL, STT_FUNC, 0, 1, 0, 0};
    struct symbol_request request;
    struct scope scope = {NULL};
    struct scope_list *scopes = calloc(1, sizeof *scopes + sizeof scopes->item[0]);

    scopes->count = 1;
    scopes->item[0] = &scope;
    for (int visibility = STV_DEFAULT; visibility <= STV_PROTECTED; visibility++) {
        struct made_symbol inner = {"x", 32, STB_GLOBAL, STT_FUNC, visibility, 1, 0, 0};
        fill(&first, &outer);
        fill(&second, &inner);
        scope.list = list_of_both();
        second.object.scopes = scopes;
        struct symbol_result found = symbol_resolve(&second.object, 1, true, false, &request);
        cr_expect_eq(found.object == &first.object, visibility == STV_DEFAULT, "visibility %d",
                     visibility);
        cr_expect_str_eq(request.name, "x");
    }
    struct made_symbol local = {"x", 32, STB_LOCAL, STT_FUNC, STV_DEFAULT, 1, 0, 0};
    fill(&second, &local);
    second.object.scopes = scopes;
    scope.list = list_of_both();
    cr_expect_eq(symbol_resolve(&second.object, 1, false, false, &request).object, &second.object);
}

/* ---- a real library ---- */

struct real {
    struct object *object;
    void *handle;
    uintptr_t base;
    size_t compared;
};

static void compare(struct real *real, uint32_t index) {
    const struct object *object = real->object;
    const Elf64_Sym *symbol = &object->symbols[index];
    const char *name = object->strings + symbol->st_name;
    const struct version *version = symbol_version(object, index);

    if (symbol->st_shndx == SHN_UNDEF || symbol->st_shndx == SHN_ABS || !version ||
        ELF64_ST_TYPE(symbol->st_info) == STT_TLS ||
        ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC || !strncmp(version->name, "GLIBC_P", 7))
        return;
    void *native = dlvsym(real->handle, name, version->name);
    cr_expect_eq((uintptr_t)native - real->base, find(object, name, version), "%s@%s", name,
                 version->name);
    real->compared++;
}

Test(symbol, all_of_libc) {
    struct link_map *map;
    struct real real = {.handle = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD)};
    struct image_file file;
    struct error error;
    uintptr_t hint = 0;
    bool foreign;

    cr_assert(real.handle && !dlinfo(real.handle, RTLD_DI_LINKMAP, &map));
    real.base = map->l_addr;
    real.object = object_new(OBJECT_LIBRARY, map->l_name);
    cr_assert(image_open(&file, map->l_name, &foreign, &error), "%s", error.text);
    cr_assert(image_map(real.object, &file, (uint64_t)sysconf(_SC_PAGESIZE), &hint, &error));
    cr_assert(dynamic_read(real.object, &error) && version_read(real.object, &error), "%s",
              error.text);
    for (uint32_t i = 0; i < symbol_count(real.object); i++)
        compare(&real, real.object->gnu_hash.first + i);
    cr_expect_gt(real.compared, 1500);
}
