/* The relocation types of x86_64 in generic terms (psABI 4.4.1, table 4.9). Only names:
 * loader/relocate.c has the one loop that serves every machine. */
#ifndef MYLD_ARCH_RELOC_H
#define MYLD_ARCH_RELOC_H

#include "loader/reloc_kind.h"

/* R_X86_64_RELATIVE64 is x32's; the values are the psABI's. */
static inline enum reloc_kind arch_reloc_kind(uint32_t type) {
    switch (type) {
    case R_X86_64_NONE:
        return RELOC_NONE;
    case R_X86_64_RELATIVE:
        return RELOC_RELATIVE;
    case R_X86_64_64:
        return RELOC_ABSOLUTE;
    case R_X86_64_GLOB_DAT:
        return RELOC_GLOB_DAT;
    case R_X86_64_JUMP_SLOT:
        return RELOC_JUMP_SLOT;
    case R_X86_64_COPY:
        return RELOC_COPY;
    case R_X86_64_IRELATIVE:
        return RELOC_IRELATIVE;
    case R_X86_64_DTPMOD64:
        return RELOC_DTPMOD;
    case R_X86_64_DTPOFF64:
        return RELOC_DTPREL;
    case R_X86_64_TPOFF64:
        return RELOC_TPREL;
    case R_X86_64_TLSDESC:
        return RELOC_TLSDESC;
    case R_X86_64_32:
        return RELOC_ABSOLUTE32;
    case R_X86_64_PC32:
        return RELOC_PC32;
    case R_X86_64_PC64:
        return RELOC_PC64;
    case R_X86_64_SIZE32:
        return RELOC_SIZE32;
    case R_X86_64_SIZE64:
        return RELOC_SIZE64;
    default:
        return RELOC_UNKNOWN;
    }
}

#endif
