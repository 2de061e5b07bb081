/* Facts about x86_64 systems. */
#include "loader/facts.h"

#include "reloc.h" /* of this folder, whatever machine the loader is built for */

/* The commonest first. */
const struct reloc_name reloc_names_x86_64[] = {
    {R_X86_64_GLOB_DAT, "R_X86_64_GLOB_DAT"},
    {R_X86_64_JUMP_SLOT, "R_X86_64_JUMP_SLOT"},
    {R_X86_64_64, "R_X86_64_64"},
    {R_X86_64_RELATIVE, "R_X86_64_RELATIVE"},
    {R_X86_64_COPY, "R_X86_64_COPY"},
    {R_X86_64_IRELATIVE, "R_X86_64_IRELATIVE"},
    {R_X86_64_DTPMOD64, "R_X86_64_DTPMOD64"},
    {R_X86_64_DTPOFF64, "R_X86_64_DTPOFF64"},
    {R_X86_64_TPOFF64, "R_X86_64_TPOFF64"},
    {R_X86_64_TLSDESC, "R_X86_64_TLSDESC"},
    {R_X86_64_32, "R_X86_64_32"},
    {R_X86_64_PC32, "R_X86_64_PC32"},
    {R_X86_64_PC64, "R_X86_64_PC64"},
    {R_X86_64_SIZE32, "R_X86_64_SIZE32"},
    {R_X86_64_SIZE64, "R_X86_64_SIZE64"},
    {R_X86_64_NONE, "R_X86_64_NONE"},
    {0, ""},
};

enum reloc_kind reloc_kind_x86_64(uint32_t type) {
    return arch_reloc_kind(type);
}

const struct machine_facts facts_x86_64 = {
    .machine = EM_X86_64,
    .name = "x86_64",
    .lib = "lib/x86_64-linux-gnu",
    .platform = "x86_64",
    .glibc_loader = "ld-linux-x86-64.so.2",
    .glibc_libc = "libc.so.6",
    .glibc_interpreter = "/lib64/ld-linux-x86-64.so.2",
    .default_path = "/lib/x86_64-linux-gnu/:/usr/lib/x86_64-linux-gnu/:/lib/:/usr/lib/",
    .hwcaps = "x86-64-v4:x86-64-v3:x86-64-v2",
    .cache_flags = 0x0303, /* FLAG_X8664_LIB64 | FLAG_ELF_LIBC6 */
    .vdso_clock = "__vdso_clock_gettime",
    .musl_arch = "x86_64",
};
