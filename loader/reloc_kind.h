/* Relocation types in generic terms. S: the symbol's address, A: the addend, B: the load bias, P:
 * the place. arch/<machine>/reloc.h maps the machine's own numbers to these. */
#ifndef MYLD_RELOC_KIND_H
#define MYLD_RELOC_KIND_H

#include <elf.h>
#include <stdint.h>

enum reloc_kind {
    RELOC_UNKNOWN,
    RELOC_NONE,
    RELOC_RELATIVE,   /* B + A */
    RELOC_ABSOLUTE,   /* S + A, a full word */
    RELOC_GLOB_DAT,   /* S: a GOT entry */
    RELOC_JUMP_SLOT,  /* S: a PLT's GOT entry */
    RELOC_COPY,       /* st_size bytes from the symbol's definition in a library */
    RELOC_IRELATIVE,  /* what the resolver at B + A returns */
    RELOC_DTPMOD,     /* TLS module id of the symbol's object */
    RELOC_DTPREL,     /* offset of the symbol in its TLS block */
    RELOC_TPREL,      /* offset of the symbol from the thread pointer */
    RELOC_TLSDESC,    /* two words: entry point and argument of a TLS descriptor */
    RELOC_ABSOLUTE32, /* S + A, 32 bits, must fit */
    RELOC_PC32,       /* S + A - P, 32 bits, must fit */
    RELOC_PC64,       /* S + A - P */
    RELOC_SIZE32,     /* st_size + A, 32 bits, must fit */
    RELOC_SIZE64,     /* st_size + A */
};

#endif
