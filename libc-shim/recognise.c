/* Which libc was the program built for? Judged from the program alone, before any library is
 * loaded. */
#include "shim.h"

#include "loader/dynamic.h"
#include "loader/text.h"
#include <string.h>

const struct libc_shim *shim_use(shim_filler *fill) {
    static struct libc_shim shim;
    shim = (struct libc_shim){.name = NULL};
    fill(&shim);
    return &shim;
}

/* Calls a file name of DT_NEEDED what it is; NULL: says nothing. */
static shim_filler *by_library(const char *name) {
    if (strcmp(name, "libc.so.6") == 0 || starts_with(name, "ld-linux"))
        return shim_glibc;
    if (strcmp(name, "libc.so") == 0 || starts_with(name, "libc.musl-") ||
        starts_with(name, "ld-musl-"))
        return shim_musl;
    return NULL;
}

static bool needs_glibc_version(const struct object *program) {
    for (size_t i = 1; i < program->version_count; i++)
        if (program->versions[i].name && program->versions[i].file &&
            starts_with(program->versions[i].name, "GLIBC_"))
            return true;
    return false;
}

/* NT_GNU_ABI_TAG in a PT_NOTE: name "GNU", type 1, first word 0 for Linux. Link editors write it
 * for glibc. */
static bool has_gnu_abi_tag(const struct object *program) {
    for (size_t i = 0; i < program->phnum; i++) {
        const Elf64_Phdr *header = &program->phdr[i];
        uintptr_t at = program->bias + header->p_vaddr;
        if (header->p_type != PT_NOTE || at % 4 || !object_segment(program, at, header->p_filesz))
            continue;
        const char *note = (const char *)at, *end = note + header->p_filesz;
        while (end - note >= 16) {
            const uint32_t *words = (const uint32_t *)note;
            if (words[0] == 4 && words[2] == NT_GNU_ABI_TAG && memcmp(note + 12, "GNU", 4) == 0)
                return true;
            uint64_t size = 12 + align_up(words[0], 4) + align_up(words[1], 4);
            if (size > (uint64_t)(end - note))
                break;
            note += size;
        }
    }
    return false;
}

shim_filler *shim_recognise(const struct object *program, const char *interpreter) {
    if (needs_glibc_version(program))
        return shim_glibc;
    for (size_t i = 0; i < program->dynamic_count; i++) {
        if (program->dynamic[i].d_tag != DT_NEEDED)
            continue;
        shim_filler *shim = by_library(dynamic_string(program, program->dynamic[i].d_un.d_val));
        if (shim)
            return shim;
    }
    const char *base = interpreter ? strrchr(interpreter, '/') : NULL;
    if (base && starts_with(base + 1, "ld-musl-"))
        return shim_musl;
    return has_gnu_abi_tag(program) ? shim_glibc : shim_none;
}
