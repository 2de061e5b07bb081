/*
 * Reads ELF files. Any bytes may be in them: each access is checked against the file's size.
 *
 * Specifications: gABI chapters 4 and 5; "Symbol Versioning" of the LSB, 10.7.
 */
#include "elf_file.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const void *at_offset(const struct elf_file *file, uint64_t offset, uint64_t size) {
    return offset <= file->size && size <= file->size - offset ? file->bytes + offset : NULL;
}

static bool read_headers(struct elf_file *file) {
    file->header = at_offset(file, 0, sizeof *file->header);
    if (!file->header || memcmp(file->header->e_ident, ELFMAG, SELFMAG) != 0 ||
        file->header->e_ident[EI_CLASS] != ELFCLASS64)
        return false;
    file->phnum = file->header->e_phnum;
    file->phdr = at_offset(file, file->header->e_phoff, (uint64_t)file->phnum * sizeof *file->phdr);
    if (!file->phdr)
        file->phnum = 0;
    const Elf64_Phdr *dynamic = elf_segment(file, PT_DYNAMIC);
    if (dynamic && (file->dynamic = at_offset(file, dynamic->p_offset, dynamic->p_filesz)))
        file->dynamic_count = dynamic->p_filesz / sizeof *file->dynamic;
    return true;
}

struct elf_file *elf_open(const char *path) {
    struct elf_file *file = calloc(1, sizeof *file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    void *bytes = MAP_FAILED;

    if (fd >= 0 && fstat(fd, &status) == 0 && status.st_size > 0)
        bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (fd >= 0)
        close(fd);
    if (file && bytes != MAP_FAILED) {
        file->bytes = bytes;
        file->size = (size_t)status.st_size;
        if (read_headers(file))
            return file;
        munmap(bytes, file->size);
    }
    free(file);
    return NULL;
}

int64_t elf_offset(const struct elf_file *file, uint64_t place) {
    for (unsigned i = 0; i < file->phnum; i++)
        if (file->phdr[i].p_type == PT_LOAD && place >= file->phdr[i].p_vaddr &&
            place - file->phdr[i].p_vaddr < file->phdr[i].p_filesz)
            return (int64_t)(place - file->phdr[i].p_vaddr + file->phdr[i].p_offset);
    return -1;
}

const void *elf_at(const struct elf_file *file, uint64_t place, size_t size) {
    int64_t offset = elf_offset(file, place);
    return offset < 0 ? NULL : at_offset(file, (uint64_t)offset, size);
}

const Elf64_Phdr *elf_segment(const struct elf_file *file, uint32_t type) {
    for (unsigned i = 0; i < file->phnum; i++)
        if (file->phdr[i].p_type == type)
            return &file->phdr[i];
    return NULL;
}

bool elf_dynamic(const struct elf_file *file, int64_t tag, uint64_t *value) {
    for (size_t i = 0; i < file->dynamic_count && file->dynamic[i].d_tag != DT_NULL; i++)
        if (file->dynamic[i].d_tag == tag) {
            *value = file->dynamic[i].d_un.d_val;
            return true;
        }
    return false;
}

/* -- symbols -- */

/* Element `index` of the table at the address that the tag tells. */
static const void *element(const struct elf_file *file, int64_t tag, uint64_t index, size_t size) {
    uint64_t place;
    return elf_dynamic(file, tag, &place) ? elf_at(file, place + index * size, size) : NULL;
}

static const char *text_at(const struct elf_file *file, int64_t offset) {
    const char *text = offset < 0 ? NULL : at_offset(file, (uint64_t)offset, 1);
    return text && memchr(text, 0, file->size - (size_t)offset) ? text : "";
}

const char *elf_string(const struct elf_file *file, uint64_t offset) {
    uint64_t strings;
    return elf_dynamic(file, DT_STRTAB, &strings)
               ? text_at(file, elf_offset(file, strings + offset))
               : "";
}

const Elf64_Sym *elf_symbol(const struct elf_file *file, uint32_t index) {
    return element(file, DT_SYMTAB, index, sizeof(Elf64_Sym));
}

const char *elf_symbol_name(const struct elf_file *file, uint32_t index) {
    const Elf64_Sym *symbol = elf_symbol(file, index);
    return symbol ? elf_string(file, symbol->st_name) : "";
}

static const Elf64_Shdr *section_of(const struct elf_file *file, uint32_t type) {
    const Elf64_Ehdr *header = file->header;
    const Elf64_Shdr *sections =
        at_offset(file, header->e_shoff, (uint64_t)header->e_shnum * sizeof *sections);
    for (unsigned i = 0; sections && i < header->e_shnum; i++)
        if (sections[i].sh_type == type)
            return &sections[i];
    return NULL;
}

size_t elf_symbol_count(const struct elf_file *file) {
    const Elf64_Shdr *section = section_of(file, SHT_DYNSYM);
    return section ? section->sh_size / sizeof(Elf64_Sym) : 0;
}

static bool covers(const Elf64_Sym *symbol, uint64_t place) {
    unsigned type = ELF64_ST_TYPE(symbol->st_info);
    return symbol->st_shndx != SHN_UNDEF && type != STT_SECTION && type != STT_FILE &&
           type != STT_TLS && place >= symbol->st_value &&
           place - symbol->st_value < (symbol->st_size ? symbol->st_size : 1);
}

/* Names of .symtab: where strip has not removed them. */
static const char *local_name_at(const struct elf_file *file, uint64_t place, uint64_t *beyond) {
    const Elf64_Shdr *section = section_of(file, SHT_SYMTAB);
    const Elf64_Sym *symbols =
        section ? at_offset(file, section->sh_offset, section->sh_size) : NULL;
    const Elf64_Shdr *strings =
        section ? at_offset(file, file->header->e_shoff + section->sh_link * sizeof *strings,
                            sizeof *strings)
                : NULL;
    for (size_t i = 0; symbols && strings && i < section->sh_size / sizeof *symbols; i++)
        if (covers(&symbols[i], place)) {
            const char *name = text_at(file, (int64_t)(strings->sh_offset + symbols[i].st_name));
            *beyond = place - symbols[i].st_value;
            if (*name != '$') /* aarch64 marks where code begins so: AAELF64, "Mapping symbols" */
                return name;
        }
    return NULL;
}

const char *elf_name_at(const struct elf_file *file, uint64_t place, uint64_t *beyond) {
    const char *name = local_name_at(file, place, beyond);
    size_t count = name ? 0 : elf_symbol_count(file);
    for (uint32_t i = 1; i < count; i++) {
        const Elf64_Sym *symbol = elf_symbol(file, i);
        if (symbol && covers(symbol, place)) {
            *beyond = place - symbol->st_value;
            return elf_string(file, symbol->st_name);
        }
    }
    return name && *name ? name : NULL;
}

/* -- versions -- */

static const char *needed_version(const struct elf_file *file, unsigned index) {
    uint64_t place;
    if (!elf_dynamic(file, DT_VERNEED, &place))
        return "";
    const Elf64_Verneed *need;
    for (; (need = elf_at(file, place, sizeof *need)); place += need->vn_next) {
        uint64_t at = place + need->vn_aux;
        const Elf64_Vernaux *entry;
        for (unsigned i = 0; i < need->vn_cnt && (entry = elf_at(file, at, sizeof *entry)); i++) {
            if ((entry->vna_other & 0x7fff) == index)
                return elf_string(file, entry->vna_name);
            at += entry->vna_next;
        }
        if (!need->vn_next)
            break;
    }
    return "";
}

static const char *defined_version(const struct elf_file *file, unsigned index) {
    uint64_t place;
    if (!elf_dynamic(file, DT_VERDEF, &place))
        return "";
    const Elf64_Verdef *definition;
    for (; (definition = elf_at(file, place, sizeof *definition)); place += definition->vd_next) {
        const Elf64_Verdaux *name = elf_at(file, place + definition->vd_aux, sizeof *name);
        if (definition->vd_ndx == index && name)
            return elf_string(file, name->vda_name);
        if (!definition->vd_next)
            break;
    }
    return "";
}

const char *elf_version_of(const struct elf_file *file, uint32_t index, bool *hidden) {
    const uint16_t *version = element(file, DT_VERSYM, index, sizeof *version);
    *hidden = version && *version & 0x8000;
    unsigned number = version ? *version & 0x7fff : 0;
    if (number <= VER_NDX_GLOBAL)
        return "";
    const char *name = needed_version(file, number);
    return *name ? name : defined_version(file, number);
}

/* -- relocations -- */

/* Entries of the table; *place: where it lies. */
static size_t table_of(const struct elf_file *file, int64_t tag, int64_t size_tag,
                       uint64_t *place) {
    uint64_t size;
    return elf_dynamic(file, tag, place) && elf_dynamic(file, size_tag, &size)
               ? size / sizeof(Elf64_Rela)
               : 0;
}

static const Elf64_Rela *entry_of(const struct elf_file *file, uint64_t table, size_t number) {
    return elf_at(file, table + number * sizeof(Elf64_Rela), sizeof(Elf64_Rela));
}

const Elf64_Rela *elf_relocation_of(const struct elf_file *file, uint64_t place, int64_t *offset,
                                    const char **table, size_t *number) {
    static const struct {
        int64_t tag, size_tag;
        const char *name;
    } tables[] = {{DT_RELA, DT_RELASZ, "DT_RELA"}, {DT_JMPREL, DT_PLTRELSZ, "DT_JMPREL"}};

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        uint64_t at;
        size_t count = table_of(file, tables[i].tag, tables[i].size_tag, &at);
        *table = tables[i].name;
        for (*number = 0; *number < count; ++*number) {
            const Elf64_Rela *entry = entry_of(file, at, *number);
            *offset = elf_offset(file, at + *number * sizeof *entry);
            if (entry && entry->r_offset == place)
                return entry;
        }
    }
    return NULL;
}

const Elf64_Rela *elf_slot(const struct elf_file *file, size_t index) {
    uint64_t place;
    return index < table_of(file, DT_JMPREL, DT_PLTRELSZ, &place) ? entry_of(file, place, index)
                                                                  : NULL;
}

const Elf64_Rela *elf_relocation(const struct elf_file *file, size_t index) {
    uint64_t place;
    return index < table_of(file, DT_RELA, DT_RELASZ, &place) ? entry_of(file, place, index) : NULL;
}

const Elf64_Rela *elf_first_relocation(const struct elf_file *file, uint32_t type,
                                       int64_t *offset) {
    uint64_t place;
    size_t count = table_of(file, DT_RELA, DT_RELASZ, &place);
    for (size_t i = 0; i < count; i++) {
        const Elf64_Rela *entry = entry_of(file, place, i);
        *offset = elf_offset(file, place + i * sizeof *entry);
        if (entry && ELF64_R_TYPE(entry->r_info) == type)
            return entry;
    }
    return NULL;
}
