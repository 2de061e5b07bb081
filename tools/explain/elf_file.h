/* A file of an object, read as the specifications describe it: gABI chapters 4 and 5, and the GNU
 * extensions. What lies in memory while the program runs began as this. */
#ifndef EXPLAIN_ELF_FILE_H
#define EXPLAIN_ELF_FILE_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_file {
    const unsigned char *bytes;
    size_t size;
    const Elf64_Ehdr *header;
    const Elf64_Phdr *phdr;
    unsigned phnum;
    const Elf64_Dyn *dynamic; /* NULL: none */
    size_t dynamic_count;
};

/** Opens a file for reading. NULL: it is no ELF file of 64 bits, or is not there. */
struct elf_file *elf_open(const char *path);

/** `size` bytes that will lie at the address `place` (load bias not added). NULL: not in the file.
 */
const void *elf_at(const struct elf_file *file, uint64_t place, size_t size);

/** Where in the file the bytes at `place` are; -1: nowhere. */
int64_t elf_offset(const struct elf_file *file, uint64_t place);

/** The first program header of this type; NULL: none. */
const Elf64_Phdr *elf_segment(const struct elf_file *file, uint32_t type);

/** The value of a dynamic tag; false: there is none. */
bool elf_dynamic(const struct elf_file *file, int64_t tag, uint64_t *value);

/** A string of DT_STRTAB; "" where it is outside. */
const char *elf_string(const struct elf_file *file, uint64_t offset);

/** A symbol of DT_SYMTAB; NULL: outside of the file. */
const Elf64_Sym *elf_symbol(const struct elf_file *file, uint32_t index);

/** The name of symbol number `index`. */
const char *elf_symbol_name(const struct elf_file *file, uint32_t index);

/**
 * The version of a symbol (DT_VERSYM, then DT_VERNEED or DT_VERDEF).
 *
 * @param hidden set when the definition is not the default one (name@version)
 * @return its name; "": none
 */
const char *elf_version_of(const struct elf_file *file, uint32_t index, bool *hidden);

/**
 * Finds the entry of DT_RELA or DT_JMPREL that fills a word.
 *
 * @param place  address of the word, load bias not added
 * @param offset set to where in the file the entry is
 * @param table  set to "DT_RELA" or "DT_JMPREL"
 * @param number set to its number in the table
 * @return NULL: no entry does
 */
const Elf64_Rela *elf_relocation_of(const struct elf_file *file, uint64_t place, int64_t *offset,
                                    const char **table, size_t *number);

/** Entry number `index` of DT_JMPREL; NULL: there is none. */
const Elf64_Rela *elf_slot(const struct elf_file *file, size_t index);

/** Entry number `index` of DT_RELA; NULL: there is none. */
const Elf64_Rela *elf_relocation(const struct elf_file *file, size_t index);

/** The first entry of DT_RELA whose type is `type`; NULL: none. */
const Elf64_Rela *elf_first_relocation(const struct elf_file *file, uint32_t type, int64_t *offset);

/**
 * The name of the function or variable at an address, from .symtab or DT_SYMTAB.
 *
 * @param place  load bias not added
 * @param beyond set to how many bytes after the symbol's beginning it is
 * @return NULL: no symbol covers it
 */
const char *elf_name_at(const struct elf_file *file, uint64_t place, uint64_t *beyond);

/** Number of entries of .dynsym; 0: the file does not tell. */
size_t elf_symbol_count(const struct elf_file *file);

#endif
