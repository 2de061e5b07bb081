/* Finding out that a reference binds to its own object; see sieve.h. */
#include "sieve.h"

#include "symbol.h"

/* Adds the filters of a list's objects up to `object`. False: there is no room, or one that cannot
 * rule out anything. *complete: `object` was met. */
__attribute__((cold)) static bool add_list(struct sieve *sieve, const struct object_list *list,
                                           const struct object *object, bool *complete) {
    for (size_t i = 0; i < list->count && !*complete; i++) {
        const struct object *before = list->item[i];
        *complete = before == object;
        if (*complete || (!before->gnu_hash.bloom && !before->sysv_hash.buckets))
            continue;
        if (!before->gnu_hash.bloom || sieve->count == SIEVE_ROOM)
            return false;
        sieve->filter[sieve->count].bloom = before->gnu_hash.bloom;
        sieve->filter[sieve->count].mask = before->gnu_hash.bloom_mask;
        sieve->filter[sieve->count++].shift = before->gnu_hash.bloom_shift;
    }
    return true;
}

__attribute__((cold)) static bool fill(struct sieve *sieve, const struct object *object) {
    const struct scope_list *scopes = object->scopes;
    bool complete = false;
    sieve->object = object;
    sieve->count = 0;
    for (size_t i = 0; scopes && i < scopes->count && !complete; i++) {
        struct object_list *list = scopes->item[i]->list;
        if (list->index || !add_list(sieve, list, object, &complete))
            return false; /* with an index a look-up is as fast */
    }
    return complete && object->gnu_hash.bloom && !object->weak_last;
}

/* True where the object's own table would answer with this symbol: it is in that table, may be
 * bound to, and is told from others of its name by its version if there are any. */
static bool answers_itself(const struct object *object, uint32_t index) {
    const Elf64_Sym *symbol = &object->symbols[index];
    unsigned binding = ELF64_ST_BIND(symbol->st_info), type = ELF64_ST_TYPE(symbol->st_info);
    return symbol->st_shndx != SHN_UNDEF && symbol->st_value && index >= object->gnu_hash.first &&
           (binding == STB_GLOBAL || binding == STB_WEAK) &&
           (type == STT_FUNC || type == STT_OBJECT) &&
           ELF64_ST_VISIBILITY(symbol->st_other) == STV_DEFAULT &&
           (!object->versym || symbol_version(object, index));
}

bool sieve_passes(struct sieve *sieve, const struct object *object, uint32_t index, uint32_t hash) {
    if (!answers_itself(object, index))
        return false;
    if (sieve->object != object)
        sieve->serves = fill(sieve, object);
    if (!sieve->serves)
        return false;
    for (size_t i = 0; i < sieve->count; i++) {
        uint64_t word = sieve->filter[i].bloom[(hash / 64) & sieve->filter[i].mask];
        if (word >> (hash % 64) & word >> ((hash >> sieve->filter[i].shift) % 64) & 1)
            return false;
    }
    return true;
}
