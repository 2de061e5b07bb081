/*
 * Damage to ELF files by a seeded mutator; see damage.h.
 */
#include "damage.h"
#include "support.h"
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIELDS_MAX = 3 };

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof *(array))

static uint64_t random_state;

/* xorshift64*: the same numbers on every machine. */
static uint64_t random_number(void) {
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * 2685821657736338717ULL;
}

void damage_seed(unsigned seed) {
    random_state = 0x9e3779b97f4a7c15ULL * (seed + 1);
}

static size_t below(size_t limit) {
    return limit ? (size_t)(random_number() % limit) : 0;
}

struct image image_read(const char *path) {
    struct image image = {NULL, 0};
    struct stat info;
    int file = open(path, O_RDONLY);

    cr_assert(file >= 0 && !fstat(file, &info), "%s", path);
    image.size = (size_t)info.st_size;
    image.bytes = malloc(image.size);
    cr_assert(read(file, image.bytes, image.size) == (ssize_t)image.size);
    close(file);
    return image;
}

void image_write(const char *path, const struct image *image) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);

    cr_assert(file >= 0 && write(file, image->bytes, image->size) == (ssize_t)image->size, "%s",
              path);
    close(file);
}

/* ---- where the tables are: the section headers tell, which no loader reads ---- */

static const char *const sections[] = {
    ".dynamic",       ".dynamic",     ".hash",       ".gnu.hash", ".dynsym",
    ".dynstr",        ".gnu.version", ".rela.dyn",   ".rela.plt", ".gnu.version_r",
    ".gnu.version_d", ".relr.dyn",    ".init_array", ".interp",   ".note.ABI-tag",
};

/* Finds a section's place in the file; length 0 when there is none. */
static size_t find_section(const struct image *image, const char *name, size_t *length) {
    const ElfW(Ehdr) *header = (const void *)image->bytes;
    const ElfW(Shdr) *section = (const void *)(image->bytes + header->e_shoff);
    const char *names = (const char *)image->bytes + section[header->e_shstrndx].sh_offset;

    for (unsigned i = 0; i < header->e_shnum; i++)
        if (!strcmp(names + section[i].sh_name, name)) {
            *length = section[i].sh_size;
            return section[i].sh_offset;
        }
    *length = 0;
    return 0;
}

/* Chooses a region: ELF header, program headers, or a table. */
static size_t choose_region(const struct image *image, size_t *length) {
    const ElfW(Ehdr) *header = (const void *)image->bytes;
    size_t choice = below(12);

    *length = sizeof *header;
    if (choice == 0)
        return 0;
    *length = (size_t)header->e_phnum * header->e_phentsize;
    if (choice < 4)
        return header->e_phoff;
    for (;;) {
        size_t start = find_section(image, sections[below(ARRAY_LENGTH(sections))], length);
        if (*length)
            return start;
    }
}

/* ---- damage ---- */

/* A value that loaders stumble over. */
static uint64_t nasty(uint64_t old) {
    static const uint64_t values[] = {0,
                                      1,
                                      2,
                                      7,
                                      0x7f,
                                      0xff,
                                      0x1000,
                                      0xfff,
                                      0x7fffffff,
                                      0x80000000,
                                      0xffffffff,
                                      0x7fffffffffffffff,
                                      0x8000000000000000,
                                      ~0ULL,
                                      ~0xfffULL};

    switch (below(4)) {
    case 0:
        return values[below(ARRAY_LENGTH(values))];
    case 1:
        return old ^ 1ULL << below(64);
    case 2:
        return old + below(64) - 32;
    default:
        return random_number() >> below(64);
    }
}

/* The value of a field of `width` bytes. */
static uint64_t value_at(const struct image *image, size_t at, size_t width) {
    uint64_t value = 0;

    memcpy(&value, image->bytes + at, width);
    return value;
}

char *damage(struct image *image, const struct image *original) {
    size_t fields = 1 + below(FIELDS_MAX);
    char *told = text("%s", "");

    if (below(32) == 0) {
        image->size = 1 + below(original->size);
        told = text(" cut to %zu bytes", image->size);
    }
    for (size_t i = 0; i < fields; i++) {
        size_t length;
        size_t start = choose_region(original, &length);
        size_t width = 1ULL << below(4);
        size_t at = start + below(length) / width * width;
        size_t other = start + below(length) / width * width;

        if (at + width > image->size || other + width > image->size)
            continue;
        uint64_t value = value_at(image, at, width);
        /* A neighbour's value makes cycles and overlaps, where a number of chance makes neither. */
        uint64_t changed = below(4) == 0 ? value_at(image, other, width) : nasty(value);
        memcpy(image->bytes + at, &changed, width);
        told = text("%s %#zx/%zu: %#llx -> %#llx", told, at, width, (unsigned long long)value,
                    (unsigned long long)changed);
    }
    return told;
}

/* Does an executable segment hold the address? */
static bool is_code(const struct image *image, uint64_t address) {
    const ElfW(Ehdr) *header = (const void *)image->bytes;
    const ElfW(Phdr) *segment = (const void *)(image->bytes + header->e_phoff);

    for (unsigned i = 0; i < header->e_phnum; i++)
        if (segment[i].p_type == PT_LOAD && segment[i].p_flags & PF_X &&
            address - segment[i].p_vaddr < segment[i].p_memsz)
            return true;
    return false;
}

static void spare_words(struct image *image, const struct image *original, size_t start,
                        size_t length) {
    for (size_t at = start; at + 8 <= start + length && at + 8 <= image->size; at += 8)
        if (value_at(image, at, 8) != value_at(original, at, 8) &&
            is_code(original, value_at(image, at, 8)))
            memcpy(image->bytes + at, original->bytes + at, 8);
}

void damage_undo_code(struct image *image, const struct image *original) {
    static const char *const tables[] = {".dynsym", ".dynamic", ".rela.dyn", ".rela.plt",
                                         ".init_array"};

    spare_words(image, original, offsetof(ElfW(Ehdr), e_entry), sizeof(ElfW(Addr)));
    for (size_t i = 0; i < ARRAY_LENGTH(tables); i++) {
        size_t length;
        size_t start = find_section(original, tables[i], &length);
        spare_words(image, original, start, length);
    }
}
