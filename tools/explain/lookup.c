/*
 * A lookup by hand in the hash tables of the files: what the loader's symbol.c computes, with every
 * number shown.
 *
 * Specifications: DT_GNU_HASH has no official text, binutils' elflink.c and glibc's dl-lookup.c are
 * it; DT_HASH: gABI, chapter 5, "Hash Table".
 */
#include "page.h"
#include "story.h"
#include <string.h>

/* The table's fixed part, in the file's order. */
struct gnu_table {
    uint32_t buckets, first_symbol, words, shift;
};

uint32_t lookup_gnu_hash(const char *name) {
    uint32_t hash = 5381;

    for (const unsigned char *at = (const unsigned char *)name; *at; at++)
        hash = hash * 33 + *at;
    return hash;
}

static uint32_t sysv_hash(const char *name) {
    uint32_t hash = 0;

    for (const unsigned char *at = (const unsigned char *)name; *at; at++) {
        hash = (hash << 4) + *at;
        hash = (hash ^ (hash >> 24 & 0xf0)) & 0x0fffffff;
    }
    return hash;
}

static const uint32_t *word32(const struct elf_file *file, uint64_t place) {
    return elf_at(file, place, sizeof(uint32_t));
}

/* What the symbol is, if it has the name that is looked for; NULL: not the one. */
static const Elf64_Sym *judge(const struct elf_file *file, uint32_t index, const char *symbol,
                              const char *version, const char **verdict) {
    const Elf64_Sym *found = elf_symbol(file, index);
    bool hidden;

    *verdict = "another name with the same hash";
    if (!found || strcmp(elf_symbol_name(file, index), symbol) != 0)
        return NULL;
    *verdict = "only a reference, no definition";
    if (found->st_shndx == SHN_UNDEF)
        return NULL;
    const char *has = elf_version_of(file, index, &hidden);
    if (*version && *has && strcmp(version, has) != 0) {
        *verdict = page_format("the name, but version %s", has);
        return NULL;
    }
    *verdict = page_format("the name%s%s: found. st_value 0x%jx", *has ? ", version " : "", has,
                           (uintmax_t)found->st_value);
    return found;
}

/* -- DT_GNU_HASH -- */

static const Elf64_Sym *show_chain(const struct elf_file *file, uint64_t chain,
                                   const struct gnu_table *table, uint32_t at, const char *symbol,
                                   const char *version) {
    enum { SHOWN = 8 };
    uint32_t hash = lookup_gnu_hash(symbol);
    const uint32_t *entry;

    for (int steps = 0; (entry = word32(file, chain + 4 * (uint64_t)(at - table->first_symbol)));
         steps++, at++) {
        const char *verdict = "another hash";
        const Elf64_Sym *found =
            (*entry ^ hash) >> 1 == 0 ? judge(file, at, symbol, version, &verdict) : NULL;
        if (steps < SHOWN || found)
            page_line("       symbol %-6u 0x%08x%s %s", at, *entry, *entry & 1 ? " (last)" : "",
                      verdict);
        if (found)
            return found;
        if (*entry & 1)
            break;
    }
    page_line("       not in the chain");
    return NULL;
}

static const Elf64_Sym *show_gnu(const struct elf_file *file, uint64_t place, const char *name,
                                 const char *symbol, const char *version) {
    const struct gnu_table *table = elf_at(file, place, sizeof *table);
    uint32_t hash = lookup_gnu_hash(symbol);

    if (!table || !table->words || !table->buckets)
        return NULL;
    unsigned number = hash / 64 % table->words;
    unsigned first = hash % 64;
    unsigned second = (hash >> table->shift) % 64;
    const uint64_t *bloom =
        elf_at(file, place + sizeof *table + 8 * (uint64_t)number, sizeof *bloom);
    if (!bloom)
        return NULL;
    bool one = *bloom >> first & 1;
    bool two = *bloom >> second & 1;
    page_line("%s: bloom word h / 64 mod %u = %u is 0x%016jx", name, table->words, number,
              (uintmax_t)*bloom);
    page_line("       bit h mod 64 = %u is %d, bit (h >> %u) mod 64 = %u is %d: %s", first, one,
              table->shift, second, two, one && two ? "perhaps here" : "surely not here");
    if (!one || !two)
        return NULL;
    uint64_t buckets = place + sizeof *table + 8 * (uint64_t)table->words;
    uint32_t bucket = hash % table->buckets;
    const uint32_t *start = word32(file, buckets + 4 * (uint64_t)bucket);
    if (!start || *start < table->first_symbol) {
        page_line("       bucket h mod %u = %u is empty: not here after all", table->buckets,
                  bucket);
        return NULL;
    }
    page_line("       bucket h mod %u = %u: the chain begins at symbol %u", table->buckets, bucket,
              *start);
    return show_chain(file, buckets + 4 * (uint64_t)table->buckets, table, *start, symbol, version);
}

/* -- DT_HASH -- */

static const Elf64_Sym *show_sysv(const struct elf_file *file, uint64_t place, const char *name,
                                  const char *symbol, const char *version) {
    const uint32_t *buckets = word32(file, place);
    const uint32_t *symbols = word32(file, place + 4);
    uint32_t hash = sysv_hash(symbol);

    if (!buckets || !symbols || !*buckets)
        return NULL;
    const uint32_t *entry = word32(file, place + 8 + 4 * (uint64_t)(hash % *buckets));
    page_line("%s: DT_HASH, h = 0x%08x, bucket h mod %u = %u", name, hash, *buckets,
              hash % *buckets);
    for (uint32_t steps = 0; entry && *entry && steps < *symbols; steps++) {
        const char *verdict;
        const Elf64_Sym *found = judge(file, *entry, symbol, version, &verdict);
        page_line("       symbol %-6u %s", *entry, found ? verdict : elf_symbol_name(file, *entry));
        if (found)
            return found;
        entry = word32(file, place + 8 + 4 * ((uint64_t)*buckets + *entry));
    }
    page_line("       not in the chain");
    return NULL;
}

const Elf64_Sym *lookup_show(const struct elf_file *file, const char *name, const char *symbol,
                             const char *version) {
    uint64_t place;

    if (elf_dynamic(file, DT_GNU_HASH, &place))
        return show_gnu(file, place, name, symbol, version);
    if (elf_dynamic(file, DT_HASH, &place))
        return show_sysv(file, place, name, symbol, version);
    page_line("%s: has no hash table", name);
    return NULL;
}

/* h after each of the first bytes, and at the end. */
static void show_hash(const char *symbol) {
    enum { SHOWN = 3 };
    char line[512];
    uint32_t hash = 5381;
    size_t used = (size_t)snprintf(line, sizeof line, "h = 5381");

    for (int i = 0; i < SHOWN && symbol[i]; i++) {
        hash = hash * 33 + (unsigned char)symbol[i];
        used += (size_t)snprintf(line + used, sizeof line - used, ", '%c' → 0x%x", symbol[i], hash);
    }
    page_line("%s%s: h = 0x%08x", line, strlen(symbol) > SHOWN ? " …" : "",
              lookup_gnu_hash(symbol));
}

void story_lookup(struct story *story, const struct link *link) {
    enum { ASKED = 6 };
    struct world *world = &story->world;
    int asked = 0;

    page_section("One lookup by hand: %s%s%s", link->symbol, *link->version ? ", version " : "",
                 link->version);
    page_text(
        "Comparing names in each library's table would be slow, so each has a hash table: a bloom "
        "filter that says \"surely not here\" from one word, then buckets and chains. h begins "
        "with "
        "5381 and becomes 33·h + c for each byte c, of 32 bits. ‹DT_GNU_HASH: docs/06-relocate.md; "
        "DT_HASH: gABI, chapter 5, \"Hash Table\"›");
    page_gap();
    show_hash(link->symbol);
    for (int i = 0; i < world->scope_count; i++) {
        struct object *object = world_object(world, world->scope[i]);
        const struct elf_file *file = world_file(world, object);
        bool last = object->number == link->to;
        if (file && (last || asked++ < ASKED))
            lookup_show(file, world_name(object), link->symbol, link->version);
        else if (!last && asked == ASKED + 1)
            page_line("… and so on, in the order of the scope");
        if (last)
            break;
    }
}
