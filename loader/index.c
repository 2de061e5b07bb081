/* The index over the symbols of a scope; see index.h.
 *
 * A lookup in a scope of n objects asks one after the other, each time with a cache miss or two
 * (the bloom filter's word). A program of 200 libraries makes 100,000 lookups. The index is one
 * hash table over all their symbols, made from the words of the GNU hash tables' chains alone:
 * these hold the names' hashes, so that no name is read. It says which object is the first that has
 * a symbol of the hash, and which symbol that is; later ones of the same hash are left out. Its
 * slots are 8 bytes, found by linear probing, so that a lookup costs one cache miss.
 *
 * The answer is the scan's: the index says only where a scan would first meet a symbol of the right
 * hash. Where that one does not serve (it has another version, or but the same hash), there is a
 * scan from that object on.
 *
 * Reading ahead: what a lookup touches is far apart and in no order. For a batch of relocations
 * each step is taken for all of them before the next step of any, so that their cache misses
 * overlap.
 */
#include "index.h"

#include "linker.h"
#include "memory.h"
#include "retire.h"
#include "sieve.h"
#include "sys.h"
#include <sys/mman.h>

struct symbol_index {
    unsigned shift;       /* of a mixed hash, so that it becomes a number of a slot */
    unsigned symbol_bits; /* of a slot */
    const struct object_list *list;
    /* Upper 31 bits: the hash without its lowest bit, which the tables do not have. Then the
     * object's number in the list, from 1, and the symbol's, counted as count_symbols counts. 0:
     * free. */
    uint64_t *slots;
};

enum { ID_BITS = 33 };

/* The bits of the hash that the tables have, mixed (Knuth's multiplier), as the GNU hash leaves
 * similar names close together. */
static size_t slot_number(const struct symbol_index *index, uint32_t hash) {
    return ((hash >> 1) * 2654435769U) >> index->shift;
}

static size_t next_slot(const struct symbol_index *index, size_t at) {
    return (at + 1) & ((1UL << (32 - index->shift)) - 1);
}

/* The slot of a hash, or the free one where it would be. */
static size_t find_slot(const struct symbol_index *index, uint32_t hash) {
    size_t at = slot_number(index, hash);
    while (index->slots[at] && index->slots[at] >> ID_BITS != hash >> 1)
        at = next_slot(index, at);
    return at;
}

/* -- one object -- */

/* symbol_count, remembered. */
static uint32_t count_symbols(struct object *object) {
    if (!object->gnu_hash.counted)
        object->gnu_hash.counted = symbol_count(object) + 1;
    return object->gnu_hash.counted - 1;
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

/* Adds the symbols of object number `number` of the list; those of a hash that is there already
 * are known by an earlier object. */
static void add_symbols(struct symbol_index *index, size_t number) {
    enum { AHEAD = 16 };
    const struct object *object = index->list->item[number];
    uint64_t id = (uint64_t)(number + 1) << index->symbol_bits;
    uint32_t count = count_symbols(index->list->item[number]);
    for (uint32_t i = 0; i < count; i++) {
        if (object->gnu_hash.bloom && i + AHEAD < count)
            __builtin_prefetch(&index->slots[slot_number(index, object->gnu_hash.chain[i + AHEAD])],
                               1);
        uint32_t hash = hash_of(object, i);
        uint64_t *slot = &index->slots[find_slot(index, hash)];
        if (!*slot)
            *slot = (uint64_t)(hash >> 1) << ID_BITS | id | i;
    }
}

/* Bits that hold the numbers below `count`. */
static unsigned bits_for(size_t count) {
    unsigned bits = 1;
    while (bits < 32 && 1UL << bits < count)
        bits++;
    return bits;
}

/* An empty index for `symbols` symbols, of which at least a quarter of the slots stays free. Large
 * pages where there are enough slots for one: lookups go everywhere, and each other page would cost
 * a look into the page tables, too. */
static struct symbol_index *new_index(size_t symbols) {
    enum { HUGE_PAGE = 2 << 20 };
    unsigned bits = bits_for(symbols + symbols / 3 + 1);
    size_t size = sizeof(uint64_t) << bits;
    bool huge = size >= HUGE_PAGE;
    struct symbol_index *index = memory_alloc(sizeof *index);
    uintptr_t at = sys_mmap(0, size, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | (huge ? 0 : MAP_POPULATE), -1, 0);
    if (!index || sys_failed(at)) {
        memory_free(index);
        return NULL;
    }
    if (huge)
        sys3(SYS_madvise, (long)at, (long)size, MADV_HUGEPAGE);
    index->slots = (uint64_t *)at;
    index->shift = 32 - bits;
    return index;
}

void index_build(struct object_list *list) {
    size_t symbols = 0, most = 0;
    unsigned symbol_bits = ID_BITS - bits_for(list->count + 1);
    for (size_t i = 0; i < list->count; i++) {
        size_t count = count_symbols(list->item[i]);
        symbols += count;
        most = max_size(most, count);
    }
    if (most >> symbol_bits || symbols >= 1UL << 30)
        return;
    struct symbol_index *index = new_index(symbols);
    if (!index)
        return;
    index->symbol_bits = symbol_bits;
    index->list = list;
    for (size_t i = 0; i < list->count; i++)
        add_symbols(index, i);
    atomic_store_explicit(&list->index, index, memory_order_release);
}

static void unmap(void *item) {
    struct symbol_index *index = item;
    sys_munmap((uintptr_t)index->slots, sizeof(uint64_t) << (32 - index->shift));
    memory_free(index);
}

void index_drop(struct linker *linker, struct object_list *list) {
    struct symbol_index *index = atomic_exchange(&list->index, NULL);
    if (index)
        retire(linker, unmap, index);
}

/* -- finding -- */

/* What a slot that is not free stands for. */
static size_t object_number(const struct symbol_index *index, uint64_t slot) {
    return ((slot & ((1ULL << ID_BITS) - 1)) >> index->symbol_bits) - 1;
}

static uint32_t symbol_number(const struct symbol_index *index, uint64_t slot) {
    return (uint32_t)(slot & ((1ULL << index->symbol_bits) - 1));
}

bool index_find(const struct symbol_index *index, uint32_t hash, size_t *object, uint32_t *symbol) {
    uint64_t slot = index->slots[find_slot(index, hash)];
    if (!slot)
        return false;
    *object = object_number(index, slot);
    *symbol = symbol_number(index, slot);
    return true;
}

void index_prefetch(const struct symbol_index *index, uint32_t hash) {
    __builtin_prefetch(&index->slots[slot_number(index, hash)]);
}

/* -- reading ahead -- */

/* One symbol on its way through the steps. */
struct ahead {
    uint32_t number; /* of the symbol that a relocation refers to */
    struct foreseen *foreseen;
    const char *name;
    const struct object *object; /* that defines it */
    const Elf64_Sym *definition; /* NULL: none is known */
};

/* Collects the symbols that differ from the one before; *covered becomes how many relocations that
 * are. */
static size_t find_symbols(const struct object *object, const Elf64_Rela *table, size_t *covered,
                           uint32_t last, struct foreseen *foreseen, struct ahead *ahead) {
    size_t count = 0, i = 0;
    for (; i < *covered && count < INDEX_BATCH; i++) {
        uint32_t number = (uint32_t)(table[i].r_info >> 32);
        foreseen[i] = (struct foreseen){0, false};
        if (!number || number == last || number >= object->symbol_limit)
            continue;
        last = number;
        __builtin_prefetch(&object->symbols[number]);
        ahead[count++] = (struct ahead){.number = number, .foreseen = &foreseen[i]};
    }
    *covered = i;
    return count;
}

/* Sorts out those that bind to the object itself. Returns how many are left. */
static size_t sift(struct sieve *sieve, const struct object *object, size_t count,
                   struct ahead *ahead) {
    size_t left = 0;
    for (size_t i = 0; i < count; i++)
        sieve_prefetch(object, ahead[i].number);
    for (size_t i = 0; i < count; i++)
        sieve_prefetch_filter(sieve, object, ahead[i].number);
    for (size_t i = 0; i < count; i++) {
        ahead[i].foreseen->own = sieve_passes(sieve, object, ahead[i].number);
        if (!ahead[i].foreseen->own)
            ahead[left++] = ahead[i];
    }
    return left;
}

static void find_names(const struct object *object, size_t count, struct ahead *ahead) {
    for (size_t i = 0; i < count; i++) {
        uint32_t offset = object->symbols[ahead[i].number].st_name;
        ahead[i].name = object->strings + (offset < object->strings_size ? offset : 0);
        __builtin_prefetch(ahead[i].name);
        __builtin_prefetch(ahead[i].name + 64); /* C++ */
        if (object->versym)
            __builtin_prefetch(&object->versym[ahead[i].number]);
    }
}

static void find_hashes(const struct symbol_index *index, size_t count, struct ahead *ahead) {
    for (size_t i = 0; i < count; i++) {
        ahead[i].foreseen->hash = symbol_gnu_hash(ahead[i].name);
        if (index)
            index_prefetch(index, ahead[i].foreseen->hash);
    }
}

/* The symbol with the right hash, and what a look at it touches. */
static void find_definition(const struct symbol_index *index, struct ahead *ahead) {
    uint64_t slot = index->slots[find_slot(index, ahead->foreseen->hash)];
    ahead->definition = NULL;
    if (!slot)
        return;
    const struct object *object = index->list->item[object_number(index, slot)];
    if (!object->gnu_hash.bloom)
        return;
    uint32_t symbol = symbol_number(index, slot) + object->gnu_hash.first;
    ahead->object = object;
    ahead->definition = &object->symbols[symbol];
    __builtin_prefetch(ahead->definition);
    if (object->versym)
        __builtin_prefetch(&object->versym[symbol]);
}

size_t index_look_ahead(const struct symbol_index *index, struct sieve *sieve,
                        const struct object *object, const Elf64_Rela *table, size_t covered,
                        uint32_t last, struct foreseen *foreseen) {
    struct ahead ahead[INDEX_BATCH];
    size_t count = find_symbols(object, table, &covered, last, foreseen, ahead);
    if (sieve)
        count = sift(sieve, object, count, ahead);
    find_names(object, count, ahead);
    find_hashes(index, count, ahead);
    for (size_t i = 0; index && i < count; i++)
        find_definition(index, &ahead[i]);
    for (size_t i = 0; index && i < count; i++)
        if (ahead[i].definition) {
            const char *name = ahead[i].object->strings + ahead[i].definition->st_name;
            __builtin_prefetch(name);
            __builtin_prefetch(name + 64);
        }
    return covered;
}
