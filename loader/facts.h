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
    uint16_t machine;                   /* e_machine */
    const char *name;                   /* as people write it: "x86_64" */
    const char *lib;                    /* what $LIB stands for (Debian) */
    const char *platform;               /* $PLATFORM where the kernel names none */
    const char *glibc_loader;           /* soname of glibc's loader */
    const char *glibc_libc;             /* soname of glibc itself */
    const char *glibc_interpreter;      /* the path that programs name in PT_INTERP */
    const char *const *default_folders; /* glibc's, each ending in '/', NULL at the end */
    const char *const *hwcaps;          /* glibc-hwcaps folders, best first, NULL at the end */
    int32_t cache_flags;                /* of this machine's libraries in ld.so.cache */
    const char *vdso_clock;             /* clock_gettime in the vdso */
    enum reloc_kind (*reloc_kind)(uint32_t type); /* what a dynamic relocation means */
    const struct reloc_name *reloc_names; /* of dynamic relocations; the last one is empty */
    const char *musl_arch;                /* "x86_64" in ld-musl-x86_64.so.1 */
    bool musl_arrays_only; /* musl runs DT_INIT_ARRAY and DT_FINI_ARRAY, but no DT_INIT and DT_FINI
                            */
};

extern const struct machine_facts facts_x86_64;
extern const struct machine_facts facts_aarch64;

/* The facts of the machine that this loader runs on. */
const struct machine_facts *facts_here(void);

/* The facts of the machine with this e_machine; NULL: it is not known. */
const struct machine_facts *facts_find(uint16_t machine);

/* The name of a dynamic relocation's type; "?" for one that is not known. */
const char *facts_reloc_name(const struct machine_facts *facts, uint32_t type);

#endif
