/*
 * Objects made by hand, for tests of what the loader reads from memory: one segment that holds a
 * dynamic section, a string table, and whatever a test puts into it.
 *
 * In: tags, strings and tables. Out: a struct object as it is after image.c, before dynamic.c.
 * Addresses are as in a file: offsets from the segment's start.
 */
#ifndef TESTS_UNIT_MADE_H
#define TESTS_UNIT_MADE_H

#include "loader/dynamic.h"
#include "loader/object.h"
#include "loader/symbol.h"
#include <string.h>
#include <sys/mman.h>

enum { MADE_STRINGS = 2048, MADE_TAGS = 64, MADE_SIZE = 32768 };

struct made {
    struct object object;
    struct segment segment;
    size_t used, strings, strings_used, dynamic;
    _Alignas(64) unsigned char bytes[MADE_SIZE];
};

/* Puts `size` bytes (NULL: zeros) into the segment. Returns their address. */
static inline uint64_t made_put(struct made *made, const void *data, size_t size,
                                size_t alignment) {
    size_t at = align_up(made->used, alignment);

    if (data)
        memcpy(made->bytes + at, data, size);
    made->used = at + size;
    return at;
}

/* Puts a string into the string table. Returns its offset there. */
static inline uint32_t made_string(struct made *made, const char *text) {
    size_t at = made->strings_used;

    strcpy((char *)made->bytes + made->strings + at, text);
    made->strings_used += strlen(text) + 1;
    return (uint32_t)at;
}

/* Sets a tag of the dynamic section, adding it if need be; DT_NEEDED is always added. */
static inline void made_tag(struct made *made, int64_t tag, uint64_t value) {
    Elf64_Dyn *entry = (Elf64_Dyn *)(made->bytes + made->dynamic);

    while (entry->d_tag && (entry->d_tag != tag || tag == DT_NEEDED))
        entry++;
    *entry = (Elf64_Dyn){tag, {value}};
}

/* An object with an empty string table; its segment may be read and written. */
static inline void made_start(struct made *made, const char *path) {
    memset(made, 0, sizeof *made);
    made->used = 64; /* address 0 means "none" in a dynamic section */
    made->strings = made_put(made, NULL, MADE_STRINGS, 16);
    made->strings_used = 1;
    made->dynamic = made_put(made, NULL, MADE_TAGS * sizeof(Elf64_Dyn), 16);
    uintptr_t start = (uintptr_t)made->bytes;
    made->segment = (struct segment){start, start + MADE_SIZE, PROT_READ | PROT_WRITE};
    made->object = (struct object){.kind = OBJECT_LIBRARY,
                                   .path = path,
                                   .label = path,
                                   .bias = start,
                                   .segments = &made->segment,
                                   .segment_count = 1,
                                   .dynamic = (Elf64_Dyn *)(made->bytes + made->dynamic),
                                   .dynamic_count = MADE_TAGS};
    made_tag(made, DT_STRTAB, made->strings);
    made_tag(made, DT_STRSZ, MADE_STRINGS);
}

/* A symbol of the tables that made_symbols writes. */
struct made_symbol {
    const char *name;
    uint64_t value;
    unsigned char binding, type, visibility;
    uint16_t section; /* 0: undefined */
    uint16_t version; /* of DT_VERSYM, when there is one */
    uint64_t size;
};

/* The GNU hash table of `count` symbols behind the first, in one bucket, with a true bloom filter.
 */
static inline void made_gnu_hash(struct made *made, const struct made_symbol *symbol,
                                 size_t count) {
    uint32_t words[8 + 64] = {1, 1, 2, 6}; /* buckets, first symbol, bloom words, shift */
    uint64_t bloom[2] = {0};

    for (size_t i = 0; i < count; i++) {
        uint32_t hash = symbol_gnu_hash(symbol[i].name);
        bloom[hash / 64 % 2] |= 1ULL << hash % 64 | 1ULL << (hash >> 6) % 64;
        words[9 + i] = (hash & ~1u) | (i == count - 1);
    }
    memcpy(words + 4, bloom, sizeof bloom);
    words[8] = 1;
    made_tag(made, DT_GNU_HASH, made_put(made, words, (9 + count) * sizeof *words, 8));
}

/* The gABI's hash table, in `buckets` buckets. */
static inline void made_sysv_hash(struct made *made, const struct made_symbol *symbol, size_t count,
                                  uint32_t buckets) {
    uint32_t words[2 + 128] = {buckets, (uint32_t)count + 1};
    uint32_t *bucket = words + 2, *chain = bucket + buckets;

    for (size_t i = 0; i < count; i++) {
        uint32_t *head = &bucket[symbol_sysv_hash(symbol[i].name) % buckets];
        chain[i + 1] = *head;
        *head = (uint32_t)i + 1;
    }
    made_tag(made, DT_HASH, made_put(made, words, (3 + buckets + count) * sizeof *words, 4));
}

/* Writes the symbol table, symbol 0 in front, and the versions of the symbols. */
static inline void made_symbols(struct made *made, const struct made_symbol *symbol, size_t count,
                                bool versions) {
    Elf64_Sym table[64] = {{0}};
    uint16_t version[64] = {0};

    for (size_t i = 0; i < count; i++) {
        table[i + 1] = (Elf64_Sym){.st_name = made_string(made, symbol[i].name),
                                   .st_info = ELF64_ST_INFO(symbol[i].binding, symbol[i].type),
                                   .st_other = symbol[i].visibility,
                                   .st_shndx = symbol[i].section,
                                   .st_value = symbol[i].value,
                                   .st_size = symbol[i].size};
        version[i + 1] = symbol[i].version;
    }
    made_tag(made, DT_SYMTAB, made_put(made, table, (count + 1) * sizeof *table, 8));
    if (versions)
        made_tag(made, DT_VERSYM, made_put(made, version, (count + 1) * sizeof *version, 2));
}

#endif
