/* Writing of ELF files; see writer.h. */
#include "writer.h"
#include "machine.h"
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PAGE = 0x1000, SIZE_MAX_FILE = 1 << 20, HEADERS = 16, SYMBOLS = 256, RELOCATIONS = 1024 };
enum { ENTRIES_MAX = 96, VERSIONS = 64, TEXT_MAX = 1 << 16, FIRST_VERSION = 2 };

struct symbol {
    Elf64_Sym symbol;
    const char *name;
    uint16_t version;
    unsigned place; /* in the table */
};

struct relocation {
    Elf64_Rela rela;
    unsigned symbol;
};

struct version {
    const char *file; /* NULL: defined here */
    const char *name;
};

struct elf {
    struct elf_options options;
    unsigned char bytes[SIZE_MAX_FILE];
    uint64_t size;
    Elf64_Phdr headers[HEADERS];
    unsigned header_count;
    int segment; /* header of the present one; -1: none */
    struct symbol symbols[SYMBOLS];
    unsigned symbol_count;
    struct relocation relocations[2][RELOCATIONS];
    unsigned relocation_count[2];
    Elf64_Dyn dynamic[ENTRIES_MAX];
    unsigned dynamic_count;
    uint64_t dynamic_at;
    struct version versions[VERSIONS];
    unsigned version_count;
    char strings[TEXT_MAX];
    uint64_t string_size;
    uint64_t interpreter_at;
};

#define CHECK_ROOM(count, limit)                                                                   \
    do {                                                                                           \
        if ((count) >= (limit))                                                                    \
            errx(2, "a generated file is too large: " #limit);                                     \
    } while (0)

static uint32_t add_string(struct elf *elf, const char *text) {
    uint64_t at = elf->string_size, size = strlen(text) + 1;
    CHECK_ROOM(at + size, TEXT_MAX);
    memcpy(elf->strings + at, text, size);
    elf->string_size += size;
    return (uint32_t)at;
}

struct elf *elf_new(struct elf_options options) {
    struct elf *elf = calloc(1, sizeof *elf);
    if (!elf)
        err(2, "calloc");
    elf->options = options;
    elf->string_size = 1;
    elf->segment = -1;
    elf->size = sizeof(Elf64_Ehdr) + HEADERS * sizeof(Elf64_Phdr);
    if (options.interpreter)
        elf_header(elf, PT_PHDR, PF_R, options.base + sizeof(Elf64_Ehdr),
                   HEADERS * sizeof(Elf64_Phdr), HEADERS * sizeof(Elf64_Phdr), 8);
    if (options.interpreter) {
        size_t size = strlen(options.interpreter) + 1;
        uint64_t at = elf_text(elf, options.interpreter);
        elf_header(elf, PT_INTERP, PF_R, at, size, size, 1);
    }
    elf_header(elf, PT_LOAD, PF_R | PF_X, options.base, 0, 0, PAGE);
    elf->segment = (int)elf->header_count - 1;
    elf_header(elf, PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 16);
    return elf;
}

void elf_header(struct elf *elf, uint32_t type, uint32_t flags, uint64_t start, uint64_t file_size,
                uint64_t memory_size, uint64_t alignment) {
    CHECK_ROOM(elf->header_count, HEADERS);
    elf->headers[elf->header_count++] = (Elf64_Phdr){
        .p_type = type,
        .p_flags = flags,
        .p_offset = start ? start - elf->options.base : 0,
        .p_vaddr = start,
        .p_paddr = start,
        .p_filesz = file_size,
        .p_memsz = memory_size,
        .p_align = alignment,
    };
}

uint64_t elf_here(const struct elf *elf) {
    return elf->options.base + elf->size;
}

static void end_segment(struct elf *elf) {
    Elf64_Phdr *header = &elf->headers[elf->segment];
    header->p_filesz = header->p_memsz = elf_here(elf) - header->p_vaddr;
}

void elf_segment(struct elf *elf, uint32_t flags) {
    end_segment(elf);
    elf_place(elf, 0, PAGE);
    elf_header(elf, PT_LOAD, flags, elf_here(elf), 0, 0, PAGE);
    elf->segment = (int)elf->header_count - 1;
}

uint64_t elf_place(struct elf *elf, uint64_t size, uint64_t alignment) {
    elf->size = (elf->size + alignment - 1) & -alignment;
    uint64_t at = elf_here(elf);
    elf->size += size;
    CHECK_ROOM(elf->size, SIZE_MAX_FILE);
    return at;
}

void *elf_at(struct elf *elf, uint64_t address) {
    return elf->bytes + (address - elf->options.base);
}

uint64_t elf_text(struct elf *elf, const char *text) {
    uint64_t size = strlen(text) + 1, at = elf_place(elf, size, 1);
    memcpy(elf_at(elf, at), text, size);
    return at;
}

void elf_pointer(struct elf *elf, uint64_t at, uint64_t target) {
    if (elf->options.base)
        memcpy(elf_at(elf, at), &target, sizeof target);
    else if (target)
        elf_relocation(elf, false, MACHINE_RELATIVE, at, ELF_NO_SYMBOL, (int64_t)target);
}

unsigned elf_symbol(struct elf *elf, const char *name, unsigned char info, unsigned char other,
                    uint16_t section, uint64_t value, uint64_t size, uint16_t version) {
    CHECK_ROOM(elf->symbol_count, SYMBOLS);
    elf->symbols[elf->symbol_count] = (struct symbol){
        .symbol = {add_string(elf, name), info, other, section, value, size},
        .name = strdup(name),
        .version = version,
    };
    return elf->symbol_count++;
}

void elf_relocation(struct elf *elf, bool plt, uint32_t type, uint64_t at, unsigned symbol,
                    int64_t addend) {
    CHECK_ROOM(elf->relocation_count[plt], RELOCATIONS);
    elf->relocations[plt][elf->relocation_count[plt]++] =
        (struct relocation){{at, type, addend}, symbol};
}

uint32_t elf_plt_count(const struct elf *elf) {
    return elf->relocation_count[1];
}

void elf_dynamic(struct elf *elf, int64_t tag, uint64_t value) {
    CHECK_ROOM(elf->dynamic_count, ENTRIES_MAX - 1);
    elf->dynamic[elf->dynamic_count++] = (Elf64_Dyn){tag, {value}};
}

void elf_dynamic_text(struct elf *elf, int64_t tag, const char *text) {
    elf_dynamic(elf, tag, add_string(elf, text));
}

void elf_place_dynamic(struct elf *elf) {
    uint64_t size = ENTRIES_MAX * sizeof(Elf64_Dyn);
    elf->dynamic_at = elf_place(elf, size, 16);
    elf_header(elf, PT_DYNAMIC, PF_R | PF_W, elf->dynamic_at, size, size, 8);
}

static uint16_t add_version(struct elf *elf, const char *file, const char *name) {
    unsigned i = 0;
    while (i < elf->version_count &&
           (strcmp(elf->versions[i].name, name) || !elf->versions[i].file != !file ||
            (file && strcmp(elf->versions[i].file, file))))
        i++;
    CHECK_ROOM(i, VERSIONS);
    if (i == elf->version_count)
        elf->versions[elf->version_count++] =
            (struct version){file ? strdup(file) : NULL, strdup(name)};
    return (uint16_t)(FIRST_VERSION + i);
}

uint16_t elf_define_version(struct elf *elf, const char *name) {
    return add_version(elf, NULL, name);
}

uint16_t elf_need_version(struct elf *elf, const char *file, const char *name) {
    return add_version(elf, file, name);
}

/* -- tables -- */

static uint32_t gnu_hash(const char *name) {
    uint32_t hash = 5381;
    for (; *name; name++)
        hash = hash * 33 + (unsigned char)*name;
    return hash;
}

static uint32_t sysv_hash(const char *name) {
    uint32_t hash = 0;
    for (; *name; name++) {
        hash = (hash << 4) + (unsigned char)*name;
        hash ^= (hash >> 24) & 0xf0;
    }
    return hash & 0x0fffffff;
}

static bool is_defined(const struct symbol *symbol) {
    return symbol->symbol.st_shndx != SHN_UNDEF || symbol->symbol.st_value;
}

enum { BUCKETS = 5, SHIFT = 6 };

/* Gives the symbols their places: undefined ones first, then by bucket, as the hash table wants it.
 * Returns how many are undefined, symbol 0 included. */
static unsigned sort_symbols(struct elf *elf) {
    unsigned next = 1, first;
    for (unsigned i = 0; i < elf->symbol_count; i++)
        if (!is_defined(&elf->symbols[i]))
            elf->symbols[i].place = next++;
    first = next;
    for (unsigned bucket = 0; bucket < BUCKETS; bucket++)
        for (unsigned i = 0; i < elf->symbol_count; i++)
            if (is_defined(&elf->symbols[i]) && gnu_hash(elf->symbols[i].name) % BUCKETS == bucket)
                elf->symbols[i].place = next++;
    return first;
}

static void write_gnu_hash(struct elf *elf, unsigned first) {
    unsigned count = elf->symbol_count + 1 - first;
    uint64_t at = elf_place(elf, 16 + 8 + (uint64_t)4 * (BUCKETS + count), 8);
    uint32_t *head = elf_at(elf, at), *buckets = head + 6, *chain = buckets + BUCKETS;
    uint64_t bloom = 0;
    memcpy(head, (uint32_t[]){BUCKETS, first, 1, SHIFT}, 16);
    for (unsigned i = 0; i < elf->symbol_count; i++) {
        const struct symbol *symbol = &elf->symbols[i];
        if (!is_defined(symbol))
            continue;
        uint32_t hash = gnu_hash(symbol->name), bucket = hash % BUCKETS;
        bloom |= 1ULL << hash % 64 | 1ULL << (hash >> SHIFT) % 64;
        if (!buckets[bucket] || symbol->place < buckets[bucket])
            buckets[bucket] = symbol->place;
        chain[symbol->place - first] |= hash & ~1U;
        bool last = true;
        for (unsigned j = 0; j < elf->symbol_count; j++)
            last &= elf->symbols[j].place != symbol->place + 1 ||
                    gnu_hash(elf->symbols[j].name) % BUCKETS != bucket;
        chain[symbol->place - first] |= last;
    }
    memcpy(head + 4, &bloom, sizeof bloom);
    elf_dynamic(elf, DT_GNU_HASH, at);
}

static void write_sysv_hash(struct elf *elf) {
    unsigned count = elf->symbol_count + 1;
    uint64_t at = elf_place(elf, (uint64_t)4 * (2 + BUCKETS + count), 8);
    uint32_t *head = elf_at(elf, at), *buckets = head + 2, *chain = buckets + BUCKETS;
    head[0] = BUCKETS;
    head[1] = count;
    for (unsigned i = 0; i < elf->symbol_count; i++) {
        const struct symbol *symbol = &elf->symbols[i];
        uint32_t bucket = sysv_hash(symbol->name) % BUCKETS;
        chain[symbol->place] = buckets[bucket];
        buckets[bucket] = symbol->place;
    }
    elf_dynamic(elf, DT_HASH, at);
}

static void write_symbols(struct elf *elf) {
    unsigned first = sort_symbols(elf), count = elf->symbol_count + 1;
    uint64_t at = elf_place(elf, count * sizeof(Elf64_Sym), 8);
    uint64_t versions = elf->version_count ? elf_place(elf, count * sizeof(uint16_t), 2) : 0;
    for (unsigned i = 0; i < elf->symbol_count; i++) {
        const struct symbol *symbol = &elf->symbols[i];
        ((Elf64_Sym *)elf_at(elf, at))[symbol->place] = symbol->symbol;
        if (versions)
            ((uint16_t *)elf_at(elf, versions))[symbol->place] = symbol->version;
    }
    elf_dynamic(elf, DT_SYMTAB, at);
    elf_dynamic(elf, DT_SYMENT, sizeof(Elf64_Sym));
    if (versions)
        elf_dynamic(elf, DT_VERSYM, versions);
    if (elf->options.gnu_hash)
        write_gnu_hash(elf, first);
    if (elf->options.sysv_hash)
        write_sysv_hash(elf);
}

static void write_version_definition(struct elf *elf, uint16_t number, const char *name,
                                     bool last) {
    uint64_t at = elf_place(elf, sizeof(Elf64_Verdef) + sizeof(Elf64_Verdaux), 4);
    Elf64_Verdef *definition = elf_at(elf, at);
    *definition = (Elf64_Verdef){
        .vd_version = 1,
        .vd_flags = number == 1 ? VER_FLG_BASE : 0,
        .vd_ndx = number,
        .vd_cnt = 1,
        .vd_hash = sysv_hash(name),
        .vd_aux = sizeof *definition,
        .vd_next = last ? 0 : sizeof *definition + sizeof(Elf64_Verdaux),
    };
    *(Elf64_Verdaux *)(definition + 1) = (Elf64_Verdaux){.vda_name = add_string(elf, name)};
}

static void write_version_definitions(struct elf *elf) {
    unsigned count = 0, written = 0;
    for (unsigned i = 0; i < elf->version_count; i++)
        count += !elf->versions[i].file;
    if (!count)
        return;
    elf_place(elf, 0, 8);
    elf_dynamic(elf, DT_VERDEF, elf_here(elf));
    elf_dynamic(elf, DT_VERDEFNUM, count + 1);
    write_version_definition(elf, 1, "base", false);
    for (unsigned i = 0; i < elf->version_count; i++)
        if (!elf->versions[i].file)
            write_version_definition(elf, (uint16_t)(FIRST_VERSION + i), elf->versions[i].name,
                                     ++written == count);
}

/* One entry a version: two versions of one file are two entries of that file. */
static void write_version_needs(struct elf *elf) {
    unsigned count = 0, written = 0;
    for (unsigned i = 0; i < elf->version_count; i++)
        count += elf->versions[i].file != NULL;
    if (!count)
        return;
    elf_place(elf, 0, 8);
    elf_dynamic(elf, DT_VERNEED, elf_here(elf));
    elf_dynamic(elf, DT_VERNEEDNUM, count);
    for (unsigned i = 0; i < elf->version_count; i++) {
        if (!elf->versions[i].file)
            continue;
        uint64_t at = elf_place(elf, sizeof(Elf64_Verneed) + sizeof(Elf64_Vernaux), 4);
        Elf64_Verneed *need = elf_at(elf, at);
        *need = (Elf64_Verneed){
            .vn_version = 1,
            .vn_cnt = 1,
            .vn_file = add_string(elf, elf->versions[i].file),
            .vn_aux = sizeof *need,
            .vn_next = ++written == count ? 0 : sizeof *need + sizeof(Elf64_Vernaux),
        };
        *(Elf64_Vernaux *)(need + 1) = (Elf64_Vernaux){
            .vna_hash = sysv_hash(elf->versions[i].name),
            .vna_other = (uint16_t)(FIRST_VERSION + i),
            .vna_name = add_string(elf, elf->versions[i].name),
        };
    }
}

static void write_one(struct elf *elf, Elf64_Rela *to, const struct relocation *from) {
    uint64_t symbol = from->symbol == ELF_NO_SYMBOL ? 0 : elf->symbols[from->symbol].place;
    *to = from->rela;
    to->r_info |= symbol << 32;
}

static void write_relocations(struct elf *elf, bool plt) {
    unsigned count = elf->relocation_count[plt], next = 0, relative;
    uint64_t at = elf_place(elf, count * sizeof(Elf64_Rela), 8);
    Elf64_Rela *table = elf_at(elf, at);
    const struct relocation *list = elf->relocations[plt];
    for (unsigned i = 0; i < count; i++)
        if (list[i].rela.r_info == MACHINE_RELATIVE)
            write_one(elf, &table[next++], &list[i]);
    relative = next;
    for (unsigned i = 0; i < count; i++)
        if (list[i].rela.r_info != MACHINE_RELATIVE)
            write_one(elf, &table[next++], &list[i]);
    if (!count)
        return;
    elf_dynamic(elf, plt ? DT_JMPREL : DT_RELA, at);
    elf_dynamic(elf, plt ? DT_PLTRELSZ : DT_RELASZ, count * sizeof(Elf64_Rela));
    elf_dynamic(elf, plt ? DT_PLTREL : DT_RELAENT, plt ? DT_RELA : sizeof(Elf64_Rela));
    if (!plt && relative && elf->options.count_relative)
        elf_dynamic(elf, DT_RELACOUNT, relative);
}

/* -- the file -- */

static void write_headers(struct elf *elf, uint64_t entry) {
    Elf64_Ehdr *header = (Elf64_Ehdr *)elf->bytes;
    *header = (Elf64_Ehdr){
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = elf->options.base ? ET_EXEC : ET_DYN,
        .e_machine = MACHINE,
        .e_version = EV_CURRENT,
        .e_entry = entry,
        .e_phoff = sizeof *header,
        .e_ehsize = sizeof *header,
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = (uint16_t)elf->header_count,
    };
    memcpy(header + 1, elf->headers, elf->header_count * sizeof elf->headers[0]);
}

static void save(const struct elf *elf, const char *path) {
    FILE *file = fopen(path, "w");
    if (!file || fwrite(elf->bytes, elf->size, 1, file) != 1 || fclose(file) || chmod(path, 0755))
        err(2, "%s", path);
}

static void release(struct elf *elf) {
    for (unsigned i = 0; i < elf->symbol_count; i++)
        free((char *)elf->symbols[i].name);
    for (unsigned i = 0; i < elf->version_count; i++) {
        free((char *)elf->versions[i].name);
        free((char *)elf->versions[i].file);
    }
    free(elf);
}

void elf_write(struct elf *elf, const char *path, uint64_t entry) {
    elf_segment(elf, PF_R);
    write_symbols(elf);
    write_version_definitions(elf);
    write_version_needs(elf);
    write_relocations(elf, false);
    write_relocations(elf, true);
    elf_dynamic(elf, DT_STRSZ, elf->string_size);
    uint64_t strings = elf_place(elf, elf->string_size, 1);
    elf_dynamic(elf, DT_STRTAB, strings);
    memcpy(elf_at(elf, strings), elf->strings, elf->string_size);
    memcpy(elf_at(elf, elf->dynamic_at), elf->dynamic, elf->dynamic_count * sizeof(Elf64_Dyn));
    end_segment(elf);
    write_headers(elf, entry);
    save(elf, path);
    release(elf);
}
