/* Symbol lookup; see symbol.h. The rules of matching are ld.so's, for programs depend on them. */
#include "symbol.h"

#include "check.h"
#include "index.h"
#include "tell.h"
#include "unique.h"
#include <string.h>

/* -- names, eight bytes at a time: those of C++ symbols are long -- */

typedef uint64_t word __attribute__((aligned(1), may_alias));

/* True when eight bytes from `at` do not reach into the next page, which may not be there. */
static inline bool is_in_page(const void *at) {
    return ((uintptr_t)at & 4095) <= 4096 - sizeof(word);
}

/* The highest bit of the first one of eight bytes that is 0, and maybe some above it; 0: none is 0.
 */
static inline uint64_t find_zero(uint64_t eight) {
    return (eight - 0x0101010101010101) & ~eight & 0x8080808080808080;
}

uint32_t symbol_gnu_hash(const char *name) {
    /* hash = hash * 33 + byte for each byte. As each product waits for the last, eight bytes at a
     * time: side by side they become four pairs, two fours, and then one number. */
    enum { P2 = 33 * 33, P4 = P2 * P2 };
    uint32_t hash = 5381;
    const unsigned char *byte = (const unsigned char *)name;
    while (is_in_page(byte)) {
        uint64_t eight = *(const word *)byte;
        if (find_zero(eight))
            break;
        uint64_t pairs = (eight & 0x00ff00ff00ff00ff) * 33 + (eight >> 8 & 0x00ff00ff00ff00ff);
        uint64_t fours = (pairs & 0x0000ffff0000ffff) * P2 + (pairs >> 16 & 0x0000ffff0000ffff);
        hash = (hash * P4 + (uint32_t)fours) * P4 + (uint32_t)(fours >> 32);
        byte += sizeof eight;
    }
    for (; byte[0] && byte[1]; byte += 2)
        hash = hash * (33 * 33) + (byte[0] * 33U + byte[1]);
    return byte[0] ? hash * 33 + byte[0] : hash;
}

/* strcmp(a, b) == 0. The hash says beforehand that they are equal. */
static inline bool same_name(const char *a, const char *b) {
    for (; is_in_page(a) && is_in_page(b); a += sizeof(word), b += sizeof(word)) {
        uint64_t end = find_zero(*(const word *)a);
        /* With an end: the bits up to the highest one of its byte. */
        if ((*(const word *)a ^ *(const word *)b) & (end ? end ^ (end - 1) : UINT64_MAX))
            return false;
        if (end)
            return true;
    }
    return strcmp(a, b) == 0;
}

uint32_t symbol_sysv_hash(const char *name) {
    uint32_t hash = 0;
    for (; *name; name++) {
        hash = (hash << 4) + (unsigned char)*name;
        hash ^= (hash >> 24) & 0xf0;
    }
    return hash & 0x0fffffff;
}

struct symbol_request symbol_request_for(const char *name, const struct version *version) {
    return (struct symbol_request){
        .name = name, .gnu_hash = symbol_gnu_hash(name), .version = version};
}

const struct version *symbol_version(const struct object *object, uint32_t index) {
    if (object->by_name || !object->versym || !object->versions)
        return NULL;
    uint32_t number = object->versym[index] & 0x7fff;
    if (number >= object->version_count || !object->versions[number].name)
        return NULL;
    return &object->versions[number];
}

/* -- one object -- */

static bool is_hidden(const struct object *object, const Elf64_Sym *symbol) {
    unsigned visibility = ELF64_ST_VISIBILITY(symbol->st_other);
    return (visibility == STV_HIDDEN || visibility == STV_INTERNAL) && !object->by_name;
}

/* A definition whose version does not decide yet: taken if it stays the only one. */
struct candidates {
    const Elf64_Sym *symbol;
    unsigned count;
};

/* Types that a reference can bind to: all but SECTION, FILE and those of other systems. */
static inline bool has_bindable_type(const Elf64_Sym *symbol) {
    const unsigned types = 1U << STT_NOTYPE | 1U << STT_OBJECT | 1U << STT_FUNC | 1U << STT_COMMON |
                           1U << STT_TLS | 1U << STT_GNU_IFUNC;
    return types >> ELF64_ST_TYPE(symbol->st_info) & 1;
}

static inline bool is_definition(const Elf64_Sym *symbol, const struct symbol_request *request) {
    bool is_tls = ELF64_ST_TYPE(symbol->st_info) == STT_TLS;
    if (symbol->st_value == 0 && symbol->st_shndx != SHN_ABS && !is_tls)
        return false;
    if (is_tls && symbol->st_shndx == SHN_UNDEF) /* DT_HASH lists references, too */
        return false;
    /* An undefined symbol with a value is a function's canonical PLT entry in the program: the
     * function's address for everybody, but not what a call goes to. */
    return symbol->st_shndx != SHN_UNDEF || !(request->for_call || request->for_copy);
}

/* Does version number `number` (with its hidden bit) of `object` satisfy a request for a certain
 * version? */
static bool has_version(const struct object *object, uint16_t number,
                        const struct version *wanted) {
    uint32_t index = number & 0x7fff;
    const struct version *version = index < object->version_count && object->versions[index].name
                                        ? &object->versions[index]
                                        : NULL;
    if (version && version->hash == wanted->hash && strcmp(version->name, wanted->name) == 0)
        return true;
    /* The base version serves, unless the reference insists. */
    return !wanted->hidden && !version && !(number & 0x8000);
}

static inline const Elf64_Sym *match(const struct object *object, uint32_t index,
                                     const struct symbol_request *request,
                                     struct candidates *candidates) {
    const Elf64_Sym *symbol = &object->symbols[index];
    if (symbol->st_name >= object->strings_size || !is_definition(symbol, request) ||
        !has_bindable_type(symbol) || !same_name(object->strings + symbol->st_name, request->name))
        return NULL;
    if (!object->versym)
        return symbol;
    uint16_t number = object->versym[index];
    if (request->version)
        return has_version(object, number, request->version) ? symbol : NULL;
    /* No version asked for: the base one or the first, else the only default one there is. */
    if ((number & 0x7fff) < (request->newest ? 2 : 3))
        return symbol;
    if (!(number & 0x8000) && candidates->count++ == 0)
        candidates->symbol = symbol;
    return NULL;
}

/* Walks a chain of the GNU hash table from symbol number `index` on. */
static const Elf64_Sym *walk_gnu(const struct object *object, uint32_t index,
                                 const struct symbol_request *request,
                                 struct candidates *candidates) {
    for (; index < object->gnu_hash.limit; index++) {
        uint32_t entry = object->gnu_hash.chain[index - object->gnu_hash.first];
        if ((entry ^ request->gnu_hash) >> 1 == 0) {
            const Elf64_Sym *symbol = match(object, index, request, candidates);
            if (symbol)
                return symbol;
        }
        if (entry & 1)
            return NULL;
    }
    return NULL;
}

/* The bloom filter says that the object has no such symbol: most looks into objects end here. */
static inline bool rules_out(const struct object *object, uint32_t hash) {
    const uint64_t *bloom = object->gnu_hash.bloom;
    if (!bloom)
        return false;
    uint64_t word = bloom[(hash / 64) & object->gnu_hash.bloom_mask];
    return !(word >> (hash % 64) & word >> ((hash >> object->gnu_hash.bloom_shift) % 64) & 1);
}

static const Elf64_Sym *find_gnu(const struct object *object, const struct symbol_request *request,
                                 struct candidates *candidates) {
    uint32_t index = object->gnu_hash.buckets[request->gnu_hash % object->gnu_hash.bucket_count];
    if (index < object->gnu_hash.first || index == 0)
        return NULL;
    return walk_gnu(object, index, request, candidates);
}

static const Elf64_Sym *find_sysv(const struct object *object, const struct symbol_request *request,
                                  struct candidates *candidates) {
    uint32_t hash = symbol_sysv_hash(request->name);
    uint32_t index = object->sysv_hash.buckets[hash % object->sysv_hash.bucket_count];
    /* A chain longer than the table has a cycle. */
    for (uint32_t steps = object->sysv_hash.chain_count;
         index != STN_UNDEF && index < object->sysv_hash.chain_count && steps; steps--) {
        const Elf64_Sym *symbol = match(object, index, request, candidates);
        if (symbol)
            return symbol;
        index = object->sysv_hash.chain[index];
    }
    return NULL;
}

/* The symbol that a search in one object has come to, if others may bind to it. */
static inline const Elf64_Sym *choose(const struct object *object, const Elf64_Sym *symbol,
                                      const struct candidates *candidates) {
    if (!symbol && candidates->count == 1)
        symbol = candidates->symbol;
    if (!symbol)
        return NULL;
    unsigned binding = ELF64_ST_BIND(symbol->st_info);
    if (is_hidden(object, symbol) ||
        (binding != STB_GLOBAL && binding != STB_WEAK && binding != STB_GNU_UNIQUE))
        return NULL;
    return symbol;
}

/* In an object that does not rule it out. */
static const Elf64_Sym *find_likely(const struct object *object,
                                    const struct symbol_request *request) {
    struct candidates candidates = {NULL, 0};
    const Elf64_Sym *symbol = NULL;
    if (object->gnu_hash.bloom)
        symbol = find_gnu(object, request, &candidates);
    else if (object->sysv_hash.buckets)
        symbol = find_sysv(object, request, &candidates);
    return choose(object, symbol, &candidates);
}

const Elf64_Sym *symbol_find_in(const struct object *object, const struct symbol_request *request) {
    return rules_out(object, request->gnu_hash) ? NULL : find_likely(object, request);
}

/* -- scopes -- */

/* What a reference binds to when `symbol` of `object` is the first definition in a scope. */
static struct symbol_result bind(const struct object *object, const Elf64_Sym *symbol,
                                 const struct symbol_request *request) {
    struct symbol_result found = {object, symbol};
    if (symbol && ELF64_ST_BIND(symbol->st_info) == STB_GNU_UNIQUE && !request->for_copy &&
        !object->by_name)
        return unique_definition(found, request);
    return found;
}

static bool is_passed_over(const struct object *object, const struct symbol_request *request) {
    return request->for_copy && object->kind == OBJECT_PROGRAM;
}

/* The definition in one object, by an index: goes on at symbol number `at` of those that the object
 * hashes. */
static struct symbol_result find_from(const struct object *object, uint32_t at,
                                      const struct symbol_request *request) {
    struct candidates candidates = {NULL, 0};
    if (is_passed_over(object, request))
        return (struct symbol_result){NULL, NULL};
    if (!object->gnu_hash.bloom)
        return bind(object, symbol_find_in(object, request), request);
    /* Nearly always it is the first one: the chain is not looked at. */
    uint32_t index = object->gnu_hash.first + at;
    const Elf64_Sym *symbol = match(object, index, request, &candidates);
    if (!symbol && !(object->gnu_hash.chain[at] & 1))
        symbol = walk_gnu(object, index + 1, request, &candidates);
    return bind(object, choose(object, symbol, &candidates), request);
}

/* True for a definition in whose place a later one may come. */
static bool is_last_resort(const struct symbol_request *request, struct symbol_result found) {
    return request->weak_last && ELF64_ST_BIND(found.symbol->st_info) == STB_WEAK;
}

/* Asks the objects one after the other. */
static struct symbol_result scan(const struct object_list *list, size_t start,
                                 const struct symbol_request *request) {
    struct symbol_result weak = {NULL, NULL};
    for (size_t i = start; i < list->count; i++) {
        const struct object *object = list->item[i];
        bool out = rules_out(object, request->gnu_hash);
        if ((out && !request->observer) || is_passed_over(object, request))
            continue;
        const Elf64_Sym *symbol = out ? NULL : find_likely(object, request);
        if (UNLIKELY(request->observer))
            tell_candidate(request->observer, request, object, symbol);
        if (!symbol)
            continue;
        struct symbol_result found = {object, symbol};
        if (!is_last_resort(request, found))
            return bind(object, symbol, request);
        weak = weak.symbol ? weak : found;
    }
    return weak;
}

struct symbol_result symbol_find_in_list(const struct object_list *list, size_t start,
                                         const struct symbol_request *request) {
    struct object_list *mutable = (struct object_list *)list;
    const struct symbol_index *index = atomic_load_explicit(&mutable->index, memory_order_acquire);
    if (!index || start != 0 || request->weak_last || request->observer)
        return scan(list, start, request);
    size_t first;
    uint32_t at;
    struct symbol_result found = {NULL, NULL};
    if (index_find(index, request->gnu_hash, &first, &at)) {
        found = find_from(list->item[first], at, request);
        if (!found.symbol)
            found = scan(list, first, request);
    }
    CHECKED(struct symbol_result scanned = scan(list, 0, request);)
    CHECKED(CHECK(found.symbol == scanned.symbol && found.object == scanned.object);)
    return found;
}

struct symbol_result symbol_find(const struct object *object,
                                 const struct symbol_request *request) {
    struct object *mutable = (struct object *)object;
    struct symbol_result weak = {NULL, NULL};
    struct scope_list *scopes = atomic_load_explicit(&mutable->scopes, memory_order_acquire);
    for (size_t i = 0; scopes && i < scopes->count; i++) {
        struct object_list *list =
            atomic_load_explicit(&scopes->item[i]->list, memory_order_acquire);
        struct symbol_result found = symbol_find_in_list(list, 0, request);
        if (found.symbol && !is_last_resort(request, found))
            return found;
        weak = weak.symbol ? weak : found;
    }
    return weak;
}

/* A protected symbol binds to its own definition, whatever stands before it in the scope; only a
 * canonical PLT entry of the program still gives the function's address, so that pointers to it
 * compare equal. */
static struct symbol_result resolve_protected(const struct object *object, const Elf64_Sym *own,
                                              const struct symbol_request *request) {
    struct symbol_result itself = {object, own};
    if (request->for_call)
        return itself;
    struct symbol_result found = symbol_find(object, request);
    if (found.object == object || !found.symbol || found.symbol->st_shndx != SHN_UNDEF)
        return itself;
    struct symbol_request call = *request;
    call.for_call = true;
    return symbol_find(object, &call).object == object ? found : itself;
}

/* Who is told of each object that is asked; NULL: nobody. */
static struct linker *observer_of(const struct object *object) {
    struct linker *observer = object->space ? object->space->observer : NULL;
    return UNLIKELY(observer) && event_wanted(observer, EVENT_candidate) ? observer : NULL;
}

struct symbol_result symbol_resolve(const struct object *object, uint32_t index, bool for_call,
                                    bool for_copy, struct symbol_request *request) {
    return symbol_resolve_hashed(object, index, 0, for_call, for_copy, request);
}

struct symbol_result symbol_resolve_hashed(const struct object *object, uint32_t index,
                                           uint32_t hash, bool for_call, bool for_copy,
                                           struct symbol_request *request) {
    const Elf64_Sym *symbol = &object->symbols[index];
    *request = (struct symbol_request){
        .name = object->strings + symbol->st_name,
        .gnu_hash = hash,
        .version = symbol_version(object, index),
        .for_call = for_call,
        .for_copy = for_copy,
        .newest = object->by_name,
        .weak_last = object->weak_last,
        .from = object,
        .observer = observer_of(object),
    };
    if (ELF64_ST_BIND(symbol->st_info) == STB_LOCAL || is_hidden(object, symbol))
        return (struct symbol_result){object, symbol};
    if (!hash)
        request->gnu_hash = symbol_gnu_hash(request->name);
    if (ELF64_ST_VISIBILITY(symbol->st_other) == STV_PROTECTED && symbol->st_shndx != SHN_UNDEF &&
        !object->by_name)
        return resolve_protected(object, symbol, request);
    return symbol_find(object, request);
}

/* -- all symbols -- */

static uint32_t count_gnu(const struct object *object) {
    uint32_t last = 0, first = object->gnu_hash.first;
    const uint32_t *bucket = object->gnu_hash.buckets,
                   *end = bucket + object->gnu_hash.bucket_count;
    for (; bucket < end; bucket++) { /* without a jump: empty buckets cannot be foreseen */
        uint32_t start = *bucket;
        last = start > last ? start : last;
    }
    if (last < first || last >= object->gnu_hash.limit)
        return 0;
    while (last + 1 < object->gnu_hash.limit && !(object->gnu_hash.chain[last - first] & 1))
        last++;
    return last + 1 - first;
}

uint32_t symbol_count(const struct object *object) {
    return object->gnu_hash.bloom      ? count_gnu(object)
           : object->sysv_hash.buckets ? object->sysv_hash.chain_count
                                       : 0;
}

/* Is the symbol, which reaches to `distance` bytes from its start or further, what lies there? One
 * without a size covers its first byte. */
static bool covers(const struct object *object, const Elf64_Sym *symbol, uintptr_t distance) {
    bool defined = symbol->st_shndx != SHN_UNDEF;
    return (!distance || (defined && distance < symbol->st_size)) &&
           (defined || symbol->st_value) && symbol->st_shndx != SHN_ABS &&
           ELF64_ST_TYPE(symbol->st_info) != STT_TLS && symbol->st_name < object->strings_size;
}

const Elf64_Sym *symbol_covering(const struct object *object, uintptr_t address) {
    const Elf64_Sym *symbol = object->symbols, *nearest = NULL;
    if (object->gnu_hash.bloom)
        symbol += object->gnu_hash.first;
    for (const Elf64_Sym *end = symbol + symbol_count(object); symbol < end; symbol++) {
        uintptr_t distance = address - object->bias - symbol->st_value;
        if (distance <= symbol->st_size && covers(object, symbol, distance) &&
            (!nearest || symbol->st_value > nearest->st_value))
            nearest = symbol;
    }
    return nearest;
}

const Elf64_Sym *symbol_nearest(const struct object *object, uintptr_t address) {
    const unsigned types =
        1U << STT_NOTYPE | 1U << STT_OBJECT | 1U << STT_FUNC | 1U << STT_COMMON | 1U << STT_TLS;
    const unsigned bindings = 1U << STB_GLOBAL | 1U << STB_WEAK | 1U << STB_GNU_UNIQUE;
    const Elf64_Sym *symbol = object->symbols, *nearest = NULL;
    const Elf64_Sym *end = symbol + object->gnu_hash.first + symbol_count(object);
    uintptr_t offset = address - object->bias;
    for (; symbol < end; symbol++)
        if (symbol->st_value && symbol->st_value <= offset &&
            (!nearest || symbol->st_value > nearest->st_value) &&
            types >> ELF64_ST_TYPE(symbol->st_info) & 1 &&
            bindings >> ELF64_ST_BIND(symbol->st_info) & 1 &&
            symbol->st_name < object->strings_size)
            nearest = symbol;
    /* One without a size reaches as far as need be. */
    return nearest && offset - nearest->st_value <= nearest->st_size - 1 ? nearest : NULL;
}

/* -- verdicts -- */

/* What is wrong with symbol number `index`; NULL: it has another name. */
static const char *judge(const struct object *object, uint32_t index,
                         const struct symbol_request *request) {
    const Elf64_Sym *symbol = &object->symbols[index];
    if (symbol->st_name >= object->strings_size ||
        strcmp(object->strings + symbol->st_name, request->name) != 0)
        return NULL;
    if (!is_definition(symbol, request) || !has_bindable_type(symbol))
        return "undefined";
    return is_hidden(object, symbol) || ELF64_ST_BIND(symbol->st_info) == STB_LOCAL
               ? "hidden"
               : "other-version";
}

static const char *judge_sysv(const struct object *object, const struct symbol_request *request) {
    const char *verdict = NULL;
    for (uint32_t index = 1; !verdict && index < object->sysv_hash.chain_count; index++)
        verdict = judge(object, index, request);
    return verdict ? verdict : "absent";
}

const char *symbol_why_not(const struct object *object, const struct symbol_request *request) {
    uint32_t hash = request->gnu_hash;
    if (!object->gnu_hash.bloom)
        return object->sysv_hash.buckets ? judge_sysv(object, request) : "no-hash";
    uint64_t word = object->gnu_hash.bloom[(hash / 64) & object->gnu_hash.bloom_mask];
    if (!(word >> (hash % 64) & word >> ((hash >> object->gnu_hash.bloom_shift) % 64) & 1))
        return "filtered";
    uint32_t index = object->gnu_hash.buckets[hash % object->gnu_hash.bucket_count];
    const char *verdict = NULL;
    for (bool last = index < object->gnu_hash.first;
         !verdict && !last && index < object->gnu_hash.limit; index++) {
        verdict = judge(object, index, request);
        last = object->gnu_hash.chain[index - object->gnu_hash.first] & 1;
    }
    return verdict ? verdict : "absent";
}
