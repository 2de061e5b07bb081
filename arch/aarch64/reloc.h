/* The relocation types of aarch64 in generic terms (aaelf64, table 5-12, "Dynamic relocations").
 * Only names: loader/relocate.c has the one loop that serves every machine. */
#ifndef MYLD_ARCH_RELOC_H
#define MYLD_ARCH_RELOC_H

#include "loader/reloc_kind.h"

#ifndef R_AARCH64_IRELATIVE
#define R_AARCH64_IRELATIVE 1032
#endif

static inline enum reloc_kind arch_reloc_kind(uint32_t type) {
    switch (type) {
    case R_AARCH64_NONE:
        return RELOC_NONE;
    case R_AARCH64_RELATIVE:
        return RELOC_RELATIVE;
    case R_AARCH64_ABS64:
        return RELOC_ABSOLUTE;
    case R_AARCH64_GLOB_DAT:
        return RELOC_GLOB_DAT;
    case R_AARCH64_JUMP_SLOT:
        return RELOC_JUMP_SLOT;
    case R_AARCH64_COPY:
        return RELOC_COPY;
    case R_AARCH64_IRELATIVE:
        return RELOC_IRELATIVE;
    case R_AARCH64_TLS_DTPMOD:
        return RELOC_DTPMOD;
    case R_AARCH64_TLS_DTPREL:
        return RELOC_DTPREL;
    case R_AARCH64_TLS_TPREL:
        return RELOC_TPREL;
    case R_AARCH64_TLSDESC:
        return RELOC_TLSDESC;
    default:
        return RELOC_UNKNOWN;
    }
}

#endif
