/* Finding out that a reference binds to its own object; see sieve.h. */
#include "sieve.h"

#include "symbol.h"

/* Adds the filters of a list's objects up to `object`. False: there is no room, or one that cannot
 * rule out anything. *complete: `object` was met. */
COLD static bool add_list(struct sieve *sieve, const struct object_list *list,
                          const struct object *object, bool *complete) {
    for (size_t i = 0; i < list->count && !*complete; i++) {
        const struct object *before = list->item[i];
        *complete = before == object;
        if (*complete || (!before->gnu_hash.bloom && !before->sysv_hash.buckets))
            continue;
        /* With a shift of 0, the unknown bit of the hash decides on both of the filter's bits. */
        if (!before->gnu_hash.bloom || !before->gnu_hash.bloom_shift || sieve->count == SIEVE_ROOM)
            return false;
        sieve->filter[sieve->count].bloom = before->gnu_hash.bloom;
        sieve->filter[sieve->count].mask = before->gnu_hash.bloom_mask;
        sieve->filter[sieve->count++].shift = before->gnu_hash.bloom_shift;
    }
    return true;
}

/* Finds the object in the list that the index is about. */
COLD static bool find_place(struct sieve *sieve, const struct object_list *list,
                            const struct object *object) {
    sieve->place = 0;
    while (sieve->place < list->count && list->item[sieve->place] != object)
        sieve->place++;
    return sieve->place < list->count;
}

COLD static bool fill(struct sieve *sieve, const struct object *object) {
    const struct scope_list *scopes = object->scopes;
    bool complete = false;
    sieve->object = object;
    sieve->count = 0;
    if (sieve->index)
        complete = find_place(sieve, scopes->item[0]->list, object);
    for (size_t i = 0; !sieve->index && scopes && i < scopes->count && !complete; i++)
        if (!add_list(sieve, scopes->item[i]->list, object, &complete))
            return false;
    return complete && !object->weak_last;
}

/* True for a symbol that the object's own hash table knows. */
static inline bool is_hashed(const struct object *object, uint32_t symbol) {
    return object->gnu_hash.bloom && symbol >= object->gnu_hash.first &&
           symbol < object->gnu_hash.limit;
}

/* The hash of its name, but for the lowest bit. */
static inline uint32_t hash_of(const struct object *object, uint32_t symbol) {
    return object->gnu_hash.chain[symbol - object->gnu_hash.first];
}

/* True where the object's own table would answer with this symbol: it may be bound to, and is told
 * from others of its name by its version if there are any. */
static bool answers_itself(const struct object *object, uint32_t number) {
    const Elf64_Sym *symbol = &object->symbols[number];
    unsigned binding = ELF64_ST_BIND(symbol->st_info), type = ELF64_ST_TYPE(symbol->st_info);
    return symbol->st_shndx != SHN_UNDEF && symbol->st_value &&
           (binding == STB_GLOBAL || binding == STB_WEAK) &&
           (type == STT_FUNC || type == STT_OBJECT) &&
           ELF64_ST_VISIBILITY(symbol->st_other) == STV_DEFAULT &&
           (!object->versym || symbol_version(object, number));
}

/* The index knows who is the first to have such a hash. */
static bool is_first(const struct sieve *sieve, uint32_t symbol, uint32_t hash) {
    size_t place;
    uint32_t found;
    return index_find(sieve->index, hash, &place, &found) && place == sieve->place &&
           found == symbol - sieve->object->gnu_hash.first;
}

/* True when the filters of all others say that they do not have the hash, whatever its lowest bit.
 */
static bool is_nowhere_else(const struct sieve *sieve, uint32_t hash) {
    for (size_t i = 0; i < sieve->count; i++) {
        uint64_t word = sieve->filter[i].bloom[(hash / 64) & sieve->filter[i].mask];
        uint64_t either = word >> (hash % 64 & ~1U);
        either |= either >> 1;
        if (either & word >> ((hash >> sieve->filter[i].shift) % 64) & 1)
            return false;
    }
    return true;
}

bool sieve_passes(struct sieve *sieve, const struct object *object, uint32_t symbol) {
    if (!is_hashed(object, symbol) || !answers_itself(object, symbol))
        return false;
    if (sieve->object != object)
        sieve->serves = fill(sieve, object);
    if (!sieve->serves)
        return false;
    uint32_t hash = hash_of(object, symbol);
    return sieve->index ? is_first(sieve, symbol, hash) : is_nowhere_else(sieve, hash);
}

void sieve_prefetch(const struct object *object, uint32_t symbol) {
    if (object->symbols[symbol].st_shndx == SHN_UNDEF || !is_hashed(object, symbol))
        return;
    __builtin_prefetch(&object->gnu_hash.chain[symbol - object->gnu_hash.first]);
    if (object->versym)
        __builtin_prefetch(&object->versym[symbol]);
}

void sieve_prefetch_filter(const struct sieve *sieve, const struct object *object,
                           uint32_t symbol) {
    if (sieve->index && object->symbols[symbol].st_shndx != SHN_UNDEF && is_hashed(object, symbol))
        index_prefetch(sieve->index, hash_of(object, symbol));
}
