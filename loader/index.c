/* The index over the symbols of a scope; see index.h.
 *
 * A lookup in a scope of n objects asks one after the other, each time with a cache miss or two
 * (the bloom filter's word). A program of 200 libraries makes 100,000 lookups. The index is a hash
 * table over all their symbols, made from the words of the GNU hash tables' chains alone: these
 * hold the names' hashes, so that no name is read. It is an array of 32-bit heads and one of 8-byte
 * entries, which lie in the order of the objects and of their symbols: an entry's number says whose
 * it is. Chains are in the order of the scope, as each entry is put before those of later objects.
 *
 * The answer is the scan's: an entry with the right hash says only where in which object to go on
 * as a scan would.
 *
 * Reading ahead: what a lookup touches is far apart and in no order. For a batch of relocations
 * each step is taken for all of them before the next step of any, so that their cache misses
 * overlap.
 */
#include "index.h"

#include "linker.h"
#include "retire.h"
#include "sys.h"

struct entry {
    uint32_t hash; /* the lowest bit is not the name's */
    uint32_t next; /* number of the next entry of the chain + 1; 0: none */
};

/* The entries of one object begin at `start`. */
struct part {
    uint32_t start;
    const struct object *object;
};

struct symbol_index {
    size_t size;    /* bytes of the mapping that holds all of it */
    unsigned shift; /* of a mixed hash, so that it becomes a number of a chain */
    uint32_t *heads;
    struct entry *entries;
    size_t part_count;
    struct part parts[];
};

/* The hash's lowest bit is not in the tables; the others are mixed (Knuth's multiplier), as the GNU
 * hash leaves similar names close together. */
static uint32_t chain_number(const struct symbol_index *index, uint32_t hash) {
    return ((hash >> 1) * 2654435769U) >> index->shift;
}

/* -- one object -- */

/* How many symbols, from gnu_hash.first on, its hash table knows. */
static uint32_t count_gnu(const struct object *object) {
    uint32_t last = 0, first = object->gnu_hash.first;
    for (uint32_t bucket = 0; bucket < object->gnu_hash.bucket_count; bucket++)
        if (object->gnu_hash.buckets[bucket] > last)
            last = object->gnu_hash.buckets[bucket];
    if (last < first || last >= object->gnu_hash.limit)
        return 0;
    while (last + 1 < object->gnu_hash.limit && !(object->gnu_hash.chain[last - first] & 1))
        last++;
    return last + 1 - first;
}

static uint32_t count_symbols(const struct object *object) {
    return object->gnu_hash.bloom      ? count_gnu(object)
           : object->sysv_hash.buckets ? object->sysv_hash.chain_count
                                       : 0;
}

/* The hash of the object's symbol number `at`, counted as count_symbols counts. */
static uint32_t hash_of(const struct object *object, uint32_t at) {
    if (object->gnu_hash.bloom)
        return object->gnu_hash.chain[at];
    return symbol_index_is_valid(object, at)
               ? symbol_gnu_hash(object->strings + object->symbols[at].st_name)
               : 0;
}

/* -- building -- */

/* Nanoseconds on one machine, but it is their proportion that counts. A scan looks into a third of
 * the objects on average. */
enum { SCAN_STEP = 8, INDEX_LOOKUP = 60, INDEX_SYMBOL = 12 };

bool index_pays(const struct object_list *list, size_t lookups) {
    size_t saved = list->count / 3 * SCAN_STEP;
    if (saved <= INDEX_LOOKUP)
        return false;
    saved = lookups * (saved - INDEX_LOOKUP);
    for (size_t i = 0, cost = 0; i < list->count; i++)
        if ((cost += (size_t)count_symbols(list->item[i]) * INDEX_SYMBOL) >= saved)
            return false;
    return true;
}

static void add_entries(struct symbol_index *index, const struct part *part, uint32_t end) {
    for (uint32_t i = end; i-- > part->start;) {
        uint32_t hash = hash_of(part->object, i - part->start);
        uint32_t *head = &index->heads[chain_number(index, hash)];
        index->entries[i] = (struct entry){hash, *head};
        *head = i + 1;
    }
}

static struct symbol_index *map_index(size_t objects, size_t symbols) {
    unsigned bits = 4;
    while (bits < 30 && 1UL << bits < symbols)
        bits++;
    size_t fixed = align_up(sizeof(struct symbol_index) + objects * sizeof(struct part), 16);
    size_t entries = symbols * sizeof(struct entry);
    size_t size = fixed + entries + (sizeof(uint32_t) << bits);
    uintptr_t at = sys_mmap(0, size, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (sys_failed(at))
        return NULL;
    struct symbol_index *index = (struct symbol_index *)at;
    *index = (struct symbol_index){
        .size = size,
        .shift = 32 - bits,
        .entries = (struct entry *)(at + fixed),
        .heads = (uint32_t *)(at + fixed + entries),
    };
    return index;
}

void index_build(struct object_list *list) {
    size_t symbols = 0;
    for (size_t i = 0; i < list->count; i++)
        symbols += count_symbols(list->item[i]);
    struct symbol_index *index = symbols < UINT32_MAX ? map_index(list->count, symbols) : NULL;
    if (!index)
        return;
    uint32_t start = 0;
    for (size_t i = 0; i < list->count; i++) {
        index->parts[i] = (struct part){start, list->item[i]};
        start += count_symbols(list->item[i]);
    }
    index->part_count = list->count;
    uint32_t end = start;
    for (size_t i = list->count; i-- > 0; end = index->parts[i].start)
        add_entries(index, &index->parts[i], end);
    atomic_store_explicit(&list->index, index, memory_order_release);
}

static void unmap(void *item) {
    struct symbol_index *index = item;
    sys_munmap((uintptr_t)index, index->size);
}

void index_drop(struct linker *linker, struct object_list *list) {
    struct symbol_index *index = atomic_exchange(&list->index, NULL);
    if (index)
        retire(linker, unmap, index);
}

/* -- finding -- */

/* The part that entry number `at` belongs to: the last one that starts at or before it. */
static const struct part *part_of(const struct symbol_index *index, uint32_t at) {
    size_t low = 0, high = index->part_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->parts[middle].start <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return &index->parts[low - 1];
}

/* True when a walk along the object's own chain from entry `first` comes to entry `at`. */
static bool walk_reaches(const struct symbol_index *index, uint32_t first, uint32_t at) {
    while (first < at && !(index->entries[first].hash & 1))
        first++;
    return first == at;
}

struct symbol_result index_find(const struct symbol_index *index,
                                const struct symbol_request *request) {
    const struct object *asked = NULL;
    uint32_t first = 0;
    uint32_t number = index->heads[chain_number(index, request->gnu_hash)];
    for (; number; number = index->entries[number - 1].next) {
        uint32_t at = number - 1;
        if ((index->entries[at].hash ^ request->gnu_hash) >> 1)
            continue;
        const struct part *part = part_of(index, at);
        if (part->object == asked && walk_reaches(index, first, at))
            continue; /* another symbol of the same hash, which the walk from the first one met */
        asked = part->object;
        first = at;
        struct symbol_result found = symbol_find_from(asked, at - part->start, request);
        if (found.symbol)
            return found;
    }
    return (struct symbol_result){NULL, NULL};
}

/* -- reading ahead -- */

/* One relocation on its way through the steps. */
struct ahead {
    const char *name; /* NULL: nothing to look up */
    uint32_t *hash, head;
    const struct object *object; /* that defines it */
    const Elf64_Sym *definition; /* NULL: none is known */
};

static void find_names(const struct object *object, const Elf64_Rela *table, size_t count,
                       struct ahead *ahead) {
    uint32_t last = 0;
    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(&object->symbols[table[i].r_info >> 32]);
    for (size_t i = 0; i < count; i++) {
        uint32_t number = (uint32_t)(table[i].r_info >> 32);
        ahead[i].name = NULL;
        if (!number || number == last || !symbol_index_is_valid(object, number))
            continue;
        last = number;
        ahead[i].name = object->strings + object->symbols[number].st_name;
        __builtin_prefetch(ahead[i].name);
        __builtin_prefetch(ahead[i].name + 64); /* C++ */
    }
}

static void find_heads(const struct symbol_index *index, size_t count, struct ahead *ahead) {
    for (size_t i = 0; i < count; i++)
        if (ahead[i].name) {
            *ahead[i].hash = symbol_gnu_hash(ahead[i].name);
            if (index)
                __builtin_prefetch(&index->heads[chain_number(index, *ahead[i].hash)]);
        }
    if (!index)
        return;
    for (size_t i = 0; i < count; i++)
        if (ahead[i].name) {
            ahead[i].head = index->heads[chain_number(index, *ahead[i].hash)];
            __builtin_prefetch(&index->entries[ahead[i].head ? ahead[i].head - 1 : 0]);
        }
}

/* The first definition with the right hash. */
static void find_definition(const struct symbol_index *index, struct ahead *ahead) {
    uint32_t number = ahead->name ? ahead->head : 0;
    while (number && (index->entries[number - 1].hash ^ *ahead->hash) >> 1)
        number = index->entries[number - 1].next;
    ahead->definition = NULL;
    if (!number)
        return;
    const struct part *part = part_of(index, number - 1);
    const struct object *object = ahead->object = part->object;
    if (!object->gnu_hash.bloom)
        return;
    uint32_t at = number - 1 - part->start, symbol = at + object->gnu_hash.first;
    ahead->definition = &object->symbols[symbol];
    __builtin_prefetch(ahead->definition);
    __builtin_prefetch(&object->gnu_hash.chain[at]);
    if (object->versym)
        __builtin_prefetch(&object->versym[symbol]);
}

void index_look_ahead(const struct symbol_index *index, const struct object *object,
                      const Elf64_Rela *table, size_t count, uint32_t *hash) {
    struct ahead ahead[INDEX_BATCH];
    for (size_t i = 0; i < count; i++) {
        hash[i] = 0;
        ahead[i].hash = &hash[i];
    }
    find_names(object, table, count, ahead);
    find_heads(index, count, ahead);
    if (!index)
        return;
    for (size_t i = 0; i < count; i++)
        find_definition(index, &ahead[i]);
    for (size_t i = 0; i < count; i++)
        if (ahead[i].definition) {
            const char *name = ahead[i].object->strings + ahead[i].definition->st_name;
            __builtin_prefetch(name);
            __builtin_prefetch(name + 64);
        }
}
