/*
 * Reading of dynamic sections (loader/dynamic.c): a sound one, made by hand, becomes the object's
 * fields; and each value of it that would lead out of the object's memory is refused.
 */
#include "made.h"
#include <criterion/criterion.h>

static const struct made_symbol symbols[] = {
    {"one", 0x100, STB_GLOBAL, STT_FUNC, STV_DEFAULT, 1, 1, 4},
    {"two", 0x200, STB_GLOBAL, STT_OBJECT, STV_DEFAULT, 1, 1, 8},
};

/* Where in the made object things lie. */
static struct places { uint64_t rela, relr, plt, array, got; } places;

/* An object that has one of everything. */
static struct made *make(void) {
    static struct made made;

    made_start(&made, "made");
    made_symbols(&made, symbols, 2, true);
    made_gnu_hash(&made, symbols, 2);
    places.rela = made_put(&made, NULL, 4 * sizeof(Elf64_Rela), 8);
    places.relr = made_put(&made, NULL, 2 * sizeof(uint64_t), 8);
    places.plt = made_put(&made, NULL, 3 * sizeof(Elf64_Rela), 8);
    places.array = made_put(&made, NULL, 2 * sizeof(uintptr_t), 8);
    places.got = made_put(&made, NULL, 8 * sizeof(uintptr_t), 8);
    made_tag(&made, DT_SONAME, made_string(&made, "libmade.so"));
    made_tag(&made, DT_NEEDED, made_string(&made, "liba.so"));
    made_tag(&made, DT_NEEDED, made_string(&made, "libb.so"));
    made_tag(&made, DT_RPATH, made_string(&made, "/rpath"));
    made_tag(&made, DT_SYMENT, sizeof(Elf64_Sym));
    made_tag(&made, DT_RELA, places.rela);
    made_tag(&made, DT_RELASZ, 4 * sizeof(Elf64_Rela));
    made_tag(&made, DT_RELAENT, sizeof(Elf64_Rela));
    made_tag(&made, DT_RELACOUNT, 3);
    made_tag(&made, DT_RELR, places.relr);
    made_tag(&made, DT_RELRSZ, 2 * sizeof(uint64_t));
    made_tag(&made, DT_RELRENT, sizeof(uint64_t));
    made_tag(&made, DT_JMPREL, places.plt);
    made_tag(&made, DT_PLTRELSZ, 3 * sizeof(Elf64_Rela));
    made_tag(&made, DT_PLTREL, DT_RELA);
    made_tag(&made, DT_PLTGOT, places.got);
    made_tag(&made, DT_INIT_ARRAY, places.array);
    made_tag(&made, DT_INIT_ARRAYSZ, 2 * sizeof(uintptr_t));
    made_tag(&made, DT_VERNEED, places.array);
    made_tag(&made, DT_VERDEF, places.array);
    return &made;
}

static bool read(struct made *made, struct error *error) {
    *error = (struct error){.kind = ERROR_NONE};
    return dynamic_read(&made->object, error);
}

Test(dynamic, fields) {
    struct made *made = make();
    const struct object *object = &made->object;
    struct error error;

    cr_assert(read(made, &error), "%s", error.text);
    cr_expect_str_eq(object->soname, "libmade.so");
    cr_expect_str_eq(object->rpath, "/rpath");
    cr_expect_null(object->runpath);
    cr_expect_eq(object->strings_size, MADE_STRINGS);
    cr_expect_eq((uintptr_t)object->rela, object->bias + places.rela);
    cr_expect_eq(object->rela_count, 4);
    cr_expect_eq(object->relative_count, 3);
    cr_expect_eq(object->relr_count, 2);
    cr_expect_eq(object->plt_rela_count, 3);
    cr_expect_eq((uintptr_t)object->plt_got, object->bias + places.got);
    cr_expect_eq((uintptr_t)object->init_array, object->bias + places.array);
    cr_expect_eq(object->init_count, 2);
    cr_expect_eq(object->fini_count, 0);
    cr_expect_not_null(object->gnu_hash.bloom);
    cr_expect_eq(object->gnu_hash.first, 1);
    cr_expect(object->symbol_limit >= 3);
    cr_expect_eq(dynamic_entry(object, DT_NEEDED)->d_un.d_val,
                 dynamic_entry(object, 1)->d_un.d_val);
    cr_expect_str_eq(dynamic_string(object, dynamic_entry(object, DT_NEEDED)->d_un.d_val),
                     "liba.so");
    cr_expect_null(dynamic_entry(object, DT_FINI));
}

Test(dynamic, runpath_takes_the_place_of_rpath) {
    struct made *made = make();
    struct error error;

    made_tag(made, DT_RUNPATH, made_string(made, "/runpath"));
    cr_assert(read(made, &error));
    cr_expect_str_eq(made->object.runpath, "/runpath");
    cr_expect_null(made->object.rpath);
}

Test(dynamic, flags) {
    struct made *made = make();
    struct error error;

    made_tag(made, DT_FLAGS, DF_SYMBOLIC | DF_TEXTREL | DF_BIND_NOW | DF_STATIC_TLS);
    made_tag(made, DT_DEBUG, 0);
    cr_assert(read(made, &error));
    cr_expect(made->object.symbolic && made->object.text_relocations && made->object.bind_now &&
              made->object.static_tls && made->object.debug_entry);
    made = make();
    made_tag(made, DT_FLAGS_1, DF_1_NOW);
    cr_assert(read(made, &error));
    cr_expect(made->object.bind_now && !made->object.symbolic && !made->object.debug_entry);
}

/* Some link editors count the PLT's relocations in DT_RELASZ, too. */
Test(dynamic, plt_relocations_within_the_others) {
    struct made *made = make();
    struct error error;

    made_tag(made, DT_JMPREL, places.rela + 2 * sizeof(Elf64_Rela));
    made_tag(made, DT_PLTRELSZ, 2 * sizeof(Elf64_Rela));
    cr_assert(read(made, &error));
    cr_expect_eq(made->object.rela_count, 2);
    cr_expect_eq(made->object.plt_rela_count, 2);
}

Test(dynamic, ends_at_null_or_with_the_segment) {
    struct made *made = make();
    struct error error;

    cr_assert(read(made, &error));
    cr_expect_lt(made->object.dynamic_count, MADE_TAGS);
    made_start(made, "full");
    for (size_t i = 2; i < MADE_TAGS; i++)
        made_tag(made, DT_NEEDED, 0);
    cr_assert(read(made, &error));
    cr_expect_eq(made->object.dynamic_count, MADE_TAGS, "no DT_NULL");
}

Test(dynamic, none_at_all) {
    struct object object = {.path = "bare", .label = "bare"};
    struct error error;

    cr_expect(dynamic_read(&object, &error));
}

/* One tag changed, and what is wrong then; NULL: nothing. */
struct change {
    int64_t tag;
    uint64_t value;
    const char *wrong;
};

#define OUTSIDE (MADE_SIZE - 4)
#define WRAPS (UINT64_MAX - 15)
#define HASH "invalid GNU hash table"
#define RELA "invalid relocation table"
#define RELR "invalid table of relative relocations"
#define PLT "invalid relocation table of the PLT"
#define ARRAY "array of constructors or destructors outside of the loaded segments"
#define CODE "DT_INIT or DT_FINI is not code of the object"
#define STRING "string offset outside of the string table"

static const struct change changes[] = {
    {DT_NULL, 0, NULL},
    {DT_STRTAB, OUTSIDE, "invalid string table"},
    {DT_STRTAB, WRAPS, "invalid string table"},
    {DT_STRTAB, 0, "no DT_STRTAB in the dynamic section"},
    {DT_STRSZ, 0, "invalid string table"},
    {DT_STRSZ, 3, "invalid string table"}, /* does not end in 0 */
    {DT_STRSZ, UINT64_MAX, "invalid string table"},
    {DT_SONAME, MADE_STRINGS - 1, NULL},
    {DT_SONAME, MADE_STRINGS, STRING},
    {DT_NEEDED, MADE_STRINGS, STRING},
    {DT_RPATH, UINT64_MAX, STRING},
    {DT_RUNPATH, 1ULL << 32, STRING},
    {DT_SYMTAB, OUTSIDE, "invalid symbol table"},
    {DT_SYMTAB, 65, "invalid symbol table"},
    {DT_SYMENT, 16, "invalid symbol table"},
    {DT_VERSYM, MADE_SIZE, "invalid symbol version table"},
    {DT_VERSYM, 65, "invalid symbol version table"},
    {DT_VERNEED, OUTSIDE, "invalid version needs"},
    {DT_VERDEF, OUTSIDE, "invalid version definitions"},
    {DT_VERDEF, 66, "invalid version definitions"},
    {DT_GNU_HASH, OUTSIDE, HASH},
    {DT_GNU_HASH, 68, HASH},
    {DT_GNU_HASH, WRAPS, HASH},
    {DT_REL, 64, "relocations without addends (DT_REL) are not of this machine"},
    {DT_RELA, OUTSIDE, RELA},
    {DT_RELA, 68, RELA},
    {DT_RELASZ, MADE_SIZE, RELA},
    {DT_RELASZ, UINT64_MAX, RELA},
    {DT_RELAENT, 16, RELA},
    {DT_RELACOUNT, UINT64_MAX, NULL},
    {DT_RELR, MADE_SIZE - 8, RELR},
    {DT_RELRSZ, UINT64_MAX, RELR},
    {DT_RELRENT, 16, RELR},
    {DT_JMPREL, OUTSIDE, PLT},
    {DT_PLTRELSZ, MADE_SIZE, PLT},
    {DT_PLTREL, DT_REL, PLT},
    {DT_INIT, 64, CODE}, /* the segment is not executable */
    {DT_FINI, MADE_SIZE, CODE},
    {DT_INIT_ARRAY, MADE_SIZE - 8, ARRAY},
    {DT_INIT_ARRAYSZ, UINT64_MAX, ARRAY},
    {DT_FINI_ARRAYSZ, MADE_SIZE + 8, ARRAY},
    {DT_PREINIT_ARRAYSZ, UINT64_MAX, ARRAY},
};

Test(dynamic, each_change) {
    for (size_t i = 0; i < ARRAY_LENGTH(changes); i++) {
        const struct change *change = &changes[i];
        struct made *made = make();
        struct error error;
        memcpy(made->bytes + made->strings + 1, "full", 4); /* DT_STRSZ 3 ends within a string */
        made_tag(made, change->tag, change->value);
        bool done = read(made, &error);
        cr_expect_eq(done, !change->wrong, "tag %#lx = %#lx: %s", (unsigned long)change->tag,
                     (unsigned long)change->value, error.text);
        if (change->wrong && !done)
            cr_expect_str_eq(error.text, change->wrong);
    }
}

/* Words of the GNU hash table: buckets, first symbol, bloom words, shift. */
Test(dynamic, words_of_the_gnu_hash_table) {
    static const struct {
        size_t word;
        uint32_t value;
        bool sound;
    } rows[] = {{0, 0, false},        {0, UINT32_MAX, false}, {2, 0, false},        {2, 3, false},
                {2, 1u << 31, false}, {1, UINT32_MAX, true},  {3, UINT32_MAX, true}};

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct made *made = make();
        struct error error;
        uint64_t table = dynamic_entry(&made->object, DT_GNU_HASH)->d_un.d_val;
        ((uint32_t *)(made->bytes + table))[rows[i].word] = rows[i].value;
        cr_expect_eq(read(made, &error), rows[i].sound, "word %zu = %u", rows[i].word,
                     rows[i].value);
        cr_expect_lt(made->object.gnu_hash.bloom_shift, 64);
        cr_expect(made->object.gnu_hash.limit <= made->object.symbol_limit);
    }
}

Test(dynamic, words_of_the_hash_table) {
    static const struct {
        uint32_t buckets, symbols;
        bool sound;
    } rows[] = {{1, 3, true}, {0, 3, false}, {UINT32_MAX, 3, false}, {1, UINT32_MAX, false}};

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct made made;
        struct error error;
        made_start(&made, "made");
        made_symbols(&made, symbols, 2, false);
        made_sysv_hash(&made, symbols, 2, 1);
        uint32_t *table =
            (uint32_t *)(made.bytes + dynamic_entry(&made.object, DT_HASH)->d_un.d_val);
        table[0] = rows[i].buckets;
        table[1] = rows[i].symbols;
        cr_expect_eq(read(&made, &error), rows[i].sound, "%u buckets, %u symbols", rows[i].buckets,
                     rows[i].symbols);
    }
}

/* Memory that may not be read holds no table. */
Test(dynamic, unreadable) {
    struct made *made = make();
    struct error error;

    made->segment.prot = PROT_EXEC;
    cr_expect_not(read(made, &error));
    cr_expect_str_eq(error.text, "invalid string table");
}
