/* Facts about aarch64 systems. */
#include "loader/facts.h"

#include "reloc.h" /* of this folder, whatever machine the loader is built for */

#ifndef R_AARCH64_IRELATIVE
#define R_AARCH64_IRELATIVE 1032
#endif

/* The commonest first. */
const struct reloc_name reloc_names_aarch64[] = {
    {R_AARCH64_GLOB_DAT, "R_AARCH64_GLOB_DAT"},
    {R_AARCH64_JUMP_SLOT, "R_AARCH64_JUMP_SLOT"},
    {R_AARCH64_ABS64, "R_AARCH64_ABS64"},
    {R_AARCH64_RELATIVE, "R_AARCH64_RELATIVE"},
    {R_AARCH64_COPY, "R_AARCH64_COPY"},
    {R_AARCH64_IRELATIVE, "R_AARCH64_IRELATIVE"},
    {R_AARCH64_TLS_DTPMOD, "R_AARCH64_TLS_DTPMOD64"},
    {R_AARCH64_TLS_DTPREL, "R_AARCH64_TLS_DTPREL64"},
    {R_AARCH64_TLS_TPREL, "R_AARCH64_TLS_TPREL64"},
    {R_AARCH64_TLSDESC, "R_AARCH64_TLSDESC"},
    {R_AARCH64_NONE, "R_AARCH64_NONE"},
    {0, ""},
};

enum reloc_kind reloc_kind_aarch64(uint32_t type) {
    return arch_reloc_kind(type);
}

const struct machine_facts facts_aarch64 = {
    .machine = EM_AARCH64,
    .name = "aarch64",
    .lib = "lib/aarch64-linux-gnu",
    .platform = "aarch64",
    .glibc_loader = "ld-linux-aarch64.so.1",
    .glibc_libc = "libc.so.6",
    .glibc_interpreter = "/lib/ld-linux-aarch64.so.1",
    .default_path = "/lib/aarch64-linux-gnu/:/usr/lib/aarch64-linux-gnu/:/lib/:/usr/lib/",
    .cache_flags = 0x0a03, /* FLAG_AARCH64_LIB64 | FLAG_ELF_LIBC6 */
    .vdso_clock = "__kernel_clock_gettime",
    .musl_arch = "aarch64",
    .musl_arrays_only = true,
};
