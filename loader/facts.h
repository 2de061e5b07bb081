/* What is known of each machine as pure data. All machines' facts are compiled in, so that
 * questions about a file of another machine can be answered. */
#ifndef MYLD_FACTS_H
#define MYLD_FACTS_H

#include "reloc_kind.h"
#include "types.h"

struct reloc_name {
    uint32_t type;
    char name[28]; /* "R_X86_64_COPY" */
};

struct machine_facts {
    uint16_t machine;           /* e_machine */
    char name[8];               /* as people write it: "x86_64" */
    char lib[24];               /* what $LIB stands for (Debian) */
    char platform[8];           /* $PLATFORM where the kernel names none */
    char glibc_loader[24];      /* soname of glibc's loader */
    char glibc_libc[10];        /* soname of glibc itself */
    char glibc_interpreter[32]; /* the path that programs name in PT_INTERP */
    char default_path[72];      /* glibc's folders, each ending in '/', colons between them */
    char hwcaps[32];            /* glibc-hwcaps folders, best first, colons between them */
    int32_t cache_flags;        /* of this machine's libraries in ld.so.cache */
    char vdso_clock[24];        /* clock_gettime in the vdso */
    char musl_arch[8];          /* "x86_64" in ld-musl-x86_64.so.1 */
    bool musl_arrays_only;      /* musl runs DT_INIT_ARRAY and DT_FINI_ARRAY, but no DT_INIT and
                                   DT_FINI */
};

extern const struct machine_facts facts_x86_64, facts_aarch64;
extern const struct reloc_name reloc_names_x86_64[], reloc_names_aarch64[]; /* the last is empty */
enum reloc_kind reloc_kind_x86_64(uint32_t type);
enum reloc_kind reloc_kind_aarch64(uint32_t type);

/* The facts of the machine that this loader runs on. */
const struct machine_facts *facts_here(void);

/* The facts of the machine with this e_machine; NULL: it is not known. */
const struct machine_facts *facts_find(uint16_t machine);

/* What a dynamic relocation of this machine means. */
enum reloc_kind facts_reloc_kind(const struct machine_facts *facts, uint32_t type);

/* The name of a dynamic relocation's type; "?" for one that is not known. */
const char *facts_reloc_name(const struct machine_facts *facts, uint32_t type);

#endif
