/* A symbol table with a GNU hash of one bucket, made in memory; see builtin.h. */
#include "builtin.h"

#include "linker.h"
#include "memory.h"
#include "retire.h"
#include "symbol.h"

#define BLOOM_SHIFT 6

/* Names are constants of the loader: what stands for one is its distance from the loader's start.
 */
extern const char __ehdr_start[];

/* What the object's fields point to. */
struct tables {
    uint64_t bloom;
    uint32_t bucket;
    uint32_t *chain;     /* from symbol 1 on */
    Elf64_Sym symbols[]; /* number 0 is empty */
};

struct object *builtin_new(size_t count) {
    struct tables *tables = memory_alloc(sizeof *tables + (1 + count) * sizeof tables->symbols[0] +
                                         count * sizeof tables->chain[0]);
    struct object *object = tables ? object_new(OBJECT_BUILTIN, "") : NULL;
    if (!object) {
        memory_free(tables);
        return NULL;
    }
    tables->chain = (uint32_t *)&tables->symbols[1 + count];
    object->symbols = tables->symbols;
    object->symbol_limit = 1;
    object->strings = __ehdr_start;
    object->strings_size = UINT32_MAX;
    object->gnu_hash.bloom = &tables->bloom;
    object->gnu_hash.bloom_shift = BLOOM_SHIFT;
    object->gnu_hash.buckets = &tables->bucket;
    object->gnu_hash.bucket_count = 1;
    object->gnu_hash.chain = tables->chain;
    object->gnu_hash.first = 1;
    object->gnu_hash.limit = 1;
    object->relocated = object->never_unload = true;
    return object;
}

void builtin_define(struct object *object, const char *name, uintptr_t address) {
    struct tables *tables = CONTAINER_OF(object->gnu_hash.bloom, struct tables, bloom);
    uint32_t hash = symbol_gnu_hash(name);
    size_t number = object->symbol_limit++;
    tables->symbols[number] = (Elf64_Sym){
        .st_name = (uint32_t)(name - __ehdr_start),
        .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
        .st_shndx = SHN_ABS,
        .st_value = address,
    };
    tables->bloom |= 1ULL << hash % 64 | 1ULL << (hash >> BLOOM_SHIFT) % 64;
    if (number > 1)
        tables->chain[number - 2] &= ~1U; /* no longer the last */
    tables->chain[number - 1] = hash | 1;
    tables->bucket = 1;
    object->gnu_hash.limit++;
}

bool builtin_insert(struct linker *linker, struct scope *scope, struct object *builtin,
                    const struct object *before) {
    struct object_list *old = scope->list, *list = object_list_new(old->count + 1);
    if (!list)
        return false;
    list->count = 0;
    for (size_t i = 0; i < old->count; i++) {
        if (old->item[i] == before)
            list->item[list->count++] = builtin;
        list->item[list->count++] = old->item[i];
    }
    atomic_store_explicit(&scope->list, list, memory_order_release);
    retire(linker, memory_free, old);
    return true;
}
