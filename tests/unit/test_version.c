/*
 * Symbol versions (loader/version.c): tables made by hand, with chains that end, lead astray or
 * turn in circles; and the check that every needed version is defined.
 */
#include "loader/linker.h"
#include "loader/version.h"
#include "made.h"
#include <criterion/criterion.h>

static struct made user, library;
static struct namespace space;

/* One library that is needed, with two versions; `weak` for the second. */
static struct needs {
    Elf64_Verneed need;
    Elf64_Vernaux aux[2];
} * needs;

/* Two definitions after the base one. */
static struct definitions {
    struct {
        Elf64_Verdef definition;
        Elf64_Verdaux aux;
    } item[3];
} * definitions;

static void *place(struct made *made, size_t size) {
    return made->bytes + made_put(made, NULL, size, 8);
}

static void add_versym(struct made *made) {
    static const struct made_symbol symbol = {"x", 16, STB_GLOBAL, STT_FUNC, 0, 1, 2, 0};

    made_symbols(made, &symbol, 1, true);
}

static Elf64_Vernaux aux_of(const char *name, uint16_t index) {
    return (Elf64_Vernaux){.vna_hash = symbol_sysv_hash(name),
                           .vna_other = index,
                           .vna_name = made_string(&user, name),
                           .vna_next = index == 2 ? sizeof(Elf64_Vernaux) : 0};
}

static void make_user(void) {
    made_start(&user, "user");
    add_versym(&user);
    needs = place(&user, sizeof *needs);
    *needs = (struct needs){{.vn_version = 1,
                             .vn_cnt = 2,
                             .vn_file = made_string(&user, "liblib.so"),
                             .vn_aux = offsetof(struct needs, aux)},
                            {aux_of("LIB_1", 2), aux_of("LIB_2", 3)}};
    made_tag(&user, DT_VERNEED, (uint64_t)((unsigned char *)needs - user.bytes));
    made_tag(&user, DT_VERNEEDNUM, 1);
}

static void make_library(const char *second) {
    const char *names[] = {"liblib.so", "LIB_1", second};

    made_start(&library, "/lib/liblib.so");
    add_versym(&library);
    made_tag(&library, DT_SONAME, made_string(&library, "liblib.so"));
    definitions = place(&library, sizeof *definitions);
    for (size_t i = 0; i < 3; i++) {
        definitions->item[i].definition =
            (Elf64_Verdef){.vd_version = 1,
                           .vd_flags = i ? 0 : VER_FLG_BASE,
                           .vd_ndx = (uint16_t)(i + 1),
                           .vd_cnt = 1,
                           .vd_hash = symbol_sysv_hash(names[i]),
                           .vd_aux = sizeof(Elf64_Verdef),
                           .vd_next = i < 2 ? sizeof definitions->item[0] : 0};
        definitions->item[i].aux.vda_name = made_string(&library, names[i]);
    }
    made_tag(&library, DT_VERDEF, (uint64_t)((unsigned char *)definitions - library.bytes));
}

static void read(struct made *made) {
    struct error error;

    cr_assert(dynamic_read(&made->object, &error), "%s", error.text);
    cr_assert(version_read(&made->object, &error), "%s", error.text);
}

/* Both objects, read, in one namespace. */
static void read_both(void) {
    read(&user);
    read(&library);
    space.first = &user.object;
    user.object.next = &library.object;
}

static char reported[2048];

static void report(void *context, const struct error *error) {
    (void)context;
    strcat(reported, error->object);
    strcat(reported, ": ");
    strcat(reported, error->text);
    strcat(reported, "\n");
}

static bool check(bool warnings) {
    reported[0] = 0;
    return version_check(&user.object, &space, warnings, report, NULL);
}

Test(version, needs_and_definitions) {
    make_user();
    make_library("LIB_2");
    read_both();
    cr_expect_eq(user.object.version_count, 4);
    cr_expect_str_eq(user.object.versions[2].name, "LIB_1");
    cr_expect_str_eq(user.object.versions[3].name, "LIB_2");
    cr_expect_str_eq(user.object.versions[3].file, "liblib.so");
    cr_expect_eq(user.object.versions[3].hash, symbol_sysv_hash("LIB_2"));
    cr_expect_null(user.object.versions[1].name);
    cr_expect_eq(library.object.version_count, 4);
    cr_expect_null(library.object.versions[1].name, "the base names the file");
    cr_expect_str_eq(library.object.versions[2].name, "LIB_1");
    cr_expect_null(library.object.versions[2].file);
    cr_expect_str_eq(symbol_version(&user.object, 1)->name, "LIB_1");
    user.object.by_name = true;
    cr_expect_null(symbol_version(&user.object, 1));
}

Test(version, hidden_need) {
    make_user();
    needs->aux[1].vna_other |= 0x8000;
    read(&user);
    cr_expect(user.object.versions[3].hidden && !user.object.versions[2].hidden);
}

Test(version, all_is_there) {
    make_user();
    make_library("LIB_2");
    read_both();
    cr_expect(check(true));
    cr_expect_str_eq(reported, "");
}

Test(version, one_is_missing) {
    make_user();
    make_library("LIB_3");
    read_both();
    cr_expect_not(check(false));
    cr_expect_str_eq(reported, "/lib/liblib.so: version `LIB_2' not found (required by user)\n");
}

Test(version, missing_but_weak) {
    make_user();
    make_library("LIB_3");
    needs->aux[1].vna_flags = VER_FLG_WEAK;
    read_both();
    cr_expect(check(true));
}

Test(version, both_hash_and_name_count) {
    make_user();
    make_library("LIB_2");
    definitions->item[2].definition.vd_hash++;
    read_both();
    cr_expect_not(check(false));
    make_user();
    make_library("LIB_2");
    definitions->item[2].aux.vda_name = definitions->item[1].aux.vda_name;
    read_both();
    cr_expect_not(check(false));
}

Test(version, library_without_versions) {
    make_user();
    made_start(&library, "/lib/liblib.so");
    made_tag(&library, DT_SONAME, made_string(&library, "liblib.so"));
    read_both();
    cr_expect(check(false));
    cr_expect_str_eq(reported, "");
    cr_expect(check(true), "a warning only");
    cr_expect_not_null(
        strstr(reported, "/lib/liblib.so: no version information available (required by user)\n"));
}

Test(version, library_that_is_not_there) {
    make_user();
    read(&user);
    space.first = &user.object;
    cr_expect(check(true));
}

/* Each field of the tables with values that lead out of them or back: reading ends, and what it
 * has read lies in the object. */
static void torment(struct made *made, void (*make)(void), size_t start, size_t size) {
    static const uint32_t nasty[] = {0,          1,          2,          4,
                                     0x7fff,     0x8000,     0xffff,     0x10000,
                                     0x7fffffff, 0x80000000, 0xfffffffc, UINT32_MAX};

    for (size_t field = 0; field < size / 2; field++)
        for (size_t i = 0; i < ARRAY_LENGTH(nasty); i++)
            for (size_t width = 2; width <= 4; width += 2) {
                struct error error;
                make();
                memcpy(made->bytes + start + 2 * field, &nasty[i], width);
                cr_assert(dynamic_read(&made->object, &error));
                cr_assert(version_read(&made->object, &error));
                for (size_t j = 0; j < made->object.version_count; j++) {
                    const struct version *version = &made->object.versions[j];
                    cr_assert(!version->name ||
                              object_contains(&made->object, (uintptr_t)version->name));
                    cr_assert(!version->file ||
                              object_contains(&made->object, (uintptr_t)version->file));
                }
                version_check(&made->object, &space, true, report, NULL);
                reported[0] = 0;
            }
}

static void make_usual_library(void) {
    make_library("LIB_2");
}

Test(version, broken_chains) {
    make_user();
    make_usual_library();
    read_both();
    torment(&user, make_user, (size_t)((unsigned char *)needs - user.bytes), sizeof *needs);
    torment(&library, make_usual_library, (size_t)((unsigned char *)definitions - library.bytes),
            sizeof *definitions);
}

Test(version, no_table_of_numbers) {
    struct error error;

    make_user();
    cr_assert(dynamic_read(&user.object, &error));
    user.object.versym = NULL;
    cr_expect(version_read(&user.object, &error));
    cr_expect_eq(user.object.version_count, 0);
}
