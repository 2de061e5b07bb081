/*
 * Writes an ELF file piece by piece (gABI chapters 4 and 5; versions: LSB 10.7; the GNU hash
 * table). Whatever link editors refuse or tidy up is possible here: circles of DT_NEEDED, several
 * versions of one symbol, references left open.
 *
 * A file's bytes lie at their addresses, less the base: file offset and address are the same thing.
 * Pieces are placed one behind the other, segment by segment; the tables come last.
 */
#ifndef TESTS_GRAPHS_WRITER_H
#define TESTS_GRAPHS_WRITER_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf;

/* What the file is as a whole. */
struct elf_options {
    uint64_t base;           /* first address; not 0: an ET_EXEC file */
    const char *interpreter; /* NULL: none */
    bool gnu_hash, sysv_hash;
    bool count_relative; /* DT_RELACOUNT */
};

struct elf *elf_new(struct elf_options options);

/* Ends the segment and begins one on a new page with these flags (PF_…). */
void elf_segment(struct elf *elf, uint32_t flags);

/* Room of `size` zero bytes in the present segment. Returns its address. */
uint64_t elf_place(struct elf *elf, uint64_t size, uint64_t alignment);

/* The next address to be placed at. */
uint64_t elf_here(const struct elf *elf);

/* The bytes of an address. */
void *elf_at(struct elf *elf, uint64_t address);

/* Places a text. Returns its address. */
uint64_t elf_text(struct elf *elf, const char *text);

/* Stores an address, with a RELATIVE relocation where the file can be moved. 0 stays 0. */
void elf_pointer(struct elf *elf, uint64_t at, uint64_t target);

/* A further program header. Ends with the address that is given. */
void elf_header(struct elf *elf, uint32_t type, uint32_t flags, uint64_t start, uint64_t file_size,
                uint64_t memory_size, uint64_t alignment);

/* A symbol; `version` is what goes into VERSYM. Returns a number for relocations. Defined means
 * that `section` is not SHN_UNDEF. */
unsigned elf_symbol(struct elf *elf, const char *name, unsigned char info, unsigned char other,
                    uint16_t section, uint64_t value, uint64_t size, uint16_t version);

/* A relocation with symbol number or ELF_NO_SYMBOL; `plt`: one of the PLT's. */
#define ELF_NO_SYMBOL UINT32_MAX
void elf_relocation(struct elf *elf, bool plt, uint32_t type, uint64_t at, unsigned symbol,
                    int64_t addend);

/* How many relocations the PLT has so far. */
uint32_t elf_plt_count(const struct elf *elf);

/* Entries of the dynamic section, and one whose value is a text. */
void elf_dynamic(struct elf *elf, int64_t tag, uint64_t value);
void elf_dynamic_text(struct elf *elf, int64_t tag, const char *text);

/* Room for the dynamic section, here in the present segment. */
void elf_place_dynamic(struct elf *elf);

/* A version that the file defines, or needs of a file. Returns its number. */
uint16_t elf_define_version(struct elf *elf, const char *name);
uint16_t elf_need_version(struct elf *elf, const char *file, const char *name);

/* Adds the tables in a segment of their own, writes the file and frees everything. */
void elf_write(struct elf *elf, const char *path, uint64_t entry);

#endif
