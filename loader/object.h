/* An object: the program, a library, the vdso or the loader itself, from its file's name to its
 * place in memory.
 *
 * The fields are grouped by the stage that fills them; once its stage is over a group does not
 * change, except where noted. Other threads read an object without a lock (lazy binding,
 * __tls_get_addr, dlsym), so it is freed only through retire.h.
 */
#ifndef MYLD_OBJECT_H
#define MYLD_OBJECT_H

#include "types.h"
#include <stdatomic.h>

struct namespace;

/* The part of struct link_map that is public (<link.h>): what debuggers and dlinfo see. The libc's
 * adapter may need a longer one; only it and rendezvous.c look inside. */
struct link_map {
    uintptr_t l_addr;
    char *l_name;
    Elf64_Dyn *l_ld;
    struct link_map *l_next, *l_prev;
};

/* A name by which DT_NEEDED or dlopen has asked for an object. */
struct name {
    struct name *next;
    char text[];
};

/* A list of objects in an order that matters: a search scope, a dependency list. Never changed once
 * other threads may see it; a longer one takes its place. */
struct object_list {
    _Atomic(struct symbol_index *) index; /* of its symbols, for a while; NULL: none: index.h */
    size_t count;
    struct object *item[];
};

/* Where symbols are looked for, in this order: each list is one scope (the global one, a dlopened
 * group's). The lists are reached through the object that owns them, since the global scope grows.
 */
struct scope {
    _Atomic(struct object_list *) list;
};

struct scope_list {
    size_t count;
    struct scope *item[];
};

/* A segment as it lies in memory: from a PT_LOAD header, addresses with the load bias added. */
struct segment {
    uintptr_t start, end; /* virtual addresses, not rounded to pages */
    int prot;             /* PROT_* */
};

/* A symbol version (gABI supplement "Symbol Versioning", LSB 10.7). Index into object.versions as
 * in VERSYM. */
struct version {
    const char *name; /* NULL: there is no version of this index */
    uint32_t hash;    /* SysV hash of the name, from the file */
    bool hidden;      /* the reference wants just this version (VER_NDX hidden bit in vna_other) */
    const char *file; /* VERNEED: the library that should have it; NULL for a definition */
};

/* A dependency that no DT_NEEDED states. */
struct binding {
    struct binding *next;
    struct object *object;
};

enum object_kind {
    OBJECT_PROGRAM,
    OBJECT_LIBRARY,
    OBJECT_LOADER,  /* myld itself */
    OBJECT_VDSO,    /* mapped by the kernel */
    OBJECT_MISSING, /* a library that is not there, where all are to be listed all the same */
    OBJECT_BUILTIN, /* has symbols, no file: functions that the adapter gives to the program */
};

/* Where the blocks of a TLS module lie. */
enum tls_placement {
    TLS_UNDECIDED, /* no thread has touched it */
    TLS_STATIC,    /* in every thread's static block */
    TLS_DYNAMIC,   /* some thread has a block of its own */
};

struct object {
    /* -- identity: load.c -- */
    enum object_kind kind;
    struct namespace *space;
    struct object *next, *prev; /* in the order of loading; changed under the load lock */
    uint64_t name_bits;         /* object_name_bits of each name, the path and the soname */
    uint64_t device, inode;
    struct link_map *map; /* mirror for debuggers and the libc; NULL until rendezvous.c adds it */
    const char *path;     /* the name it was opened by; "" for the program */
    const char *label;    /* what messages call it: the path, or the program's name */
    const char *origin;   /* folder of the real file, for $ORIGIN; NULL when unknown */
    struct name *names;   /* other names it was asked for by */
    struct object *real;  /* for another namespace's entry of the loader: the one that it stands
                             for, which owns all but the entry; NULL: this is no such entry */
    struct object *requester; /* whose DT_NEEDED (or dlopen) brought it; NULL for the program */
    uint32_t number;          /* what events call it; 0: none has told of it */
    bool published;           /* the mirror is in the debuggers' list */

    /* -- image: image.c -- */
    uintptr_t bias;               /* load bias: address in memory minus address in the file */
    uintptr_t map_start, map_end; /* of all segments, rounded to pages */
    const Elf64_Phdr *phdr;       /* in memory that stays */
    size_t phnum;
    uintptr_t entry; /* 0: none */
    struct segment *segments;
    size_t segment_count;
    size_t page_size; /* bytes; what the segments' mappings are rounded to */
    int guard; /* what code is mapped with besides PROT_EXEC, for checked branch targets; the caller
                  of image.c sets what the processor has, guard.c clears it */
    bool owns_mapping;                /* unmapped when the object goes */
    bool kernel_mapped;               /* the program, as the kernel's exec left it */
    bool executable_stack;            /* PT_GNU_STACK asks for it, or is missing */
    uintptr_t relro_start, relro_end; /* whole pages; equal when there is none */
    uintptr_t eh_frame_header;        /* PT_GNU_EH_FRAME, 0: none */

    /* -- dynamic section: dynamic.c -- */
    Elf64_Dyn *dynamic;   /* NULL: none */
    size_t dynamic_count; /* entries before DT_NULL */
    const char *soname;   /* NULL: none */
    const char *strings;  /* DT_STRTAB: NUL-terminated at strings_size - 1 */
    size_t strings_size;  /* bytes */
    const Elf64_Sym *symbols;
    size_t symbol_limit; /* no symbol index reaches this */
    struct {
        const uint64_t *bloom; /* NULL: no DT_GNU_HASH */
        uint32_t bloom_mask;   /* number of words - 1 */
        uint32_t bloom_shift;
        const uint32_t *buckets;
        uint32_t bucket_count;
        uint32_t counted;      /* its symbols + 1, once index.c has counted them; 0: not yet */
        const uint32_t *chain; /* chain[index of symbol - first] */
        uint32_t first;        /* first symbol that is hashed */
        uint32_t limit;        /* no symbol index reaches this in the chain */
    } gnu_hash;
    struct {
        const uint32_t *buckets; /* NULL: no DT_HASH */
        uint32_t bucket_count;
        const uint32_t *chain;
        uint32_t chain_count;
    } sysv_hash;
    const uint16_t *versym; /* NULL: no versions; one for each symbol below symbol_limit */
    const Elf64_Verneed *verneed;
    const Elf64_Verdef *verdef;
    const Elf64_Rela *rela;
    size_t rela_count;
    size_t relative_count; /* the first ones, all RELATIVE (DT_RELACOUNT) */
    const uint64_t *relr;
    size_t relr_count;
    const Elf64_Rela *plt_rela;
    size_t plt_rela_count;
    uintptr_t *plt_got;   /* DT_PLTGOT: GOT[0..2], NULL when there is none */
    uintptr_t init, fini; /* DT_INIT, DT_FINI; 0: none */
    uintptr_t *preinit_array, *init_array, *fini_array;
    size_t preinit_count, init_count, fini_count;
    const char *rpath, *runpath; /* NULL: none; rpath is NULL where there is a runpath */
    struct folder_list
        *path_folders;       /* rpath or runpath taken apart, once it was needed: search.c */
    uint32_t flags, flags_1; /* DT_FLAGS, DT_FLAGS_1 */
    bool symbolic, bind_now, text_relocations, static_tls;
    bool debug_entry; /* has DT_DEBUG */
    bool signed_plt;  /* the PLT checks signatures of its slots: ARCH_SIGNED_PLT_TAG */

    /* -- versions: version.c -- */
    bool weak_last; /* its references take a weak definition as the last resort alone */
    bool by_name;   /* references bind by name alone, to the default version, whatever visibility,
                       uniqueness and DF_SYMBOLIC say; and the object's own name is that of its file,
                       not DT_SONAME */
    struct version *versions;
    size_t version_count;

    /* -- thread-local storage: tls.c -- */
    struct {
        const void *image;                        /* initial bytes; NULL when memory_size is 0 */
        size_t file_size, memory_size, alignment; /* bytes; memory_size 0: no PT_TLS */
        size_t misalignment;                      /* p_vaddr modulo alignment */
        size_t module;                            /* module id from 1; 0: none */
        ptrdiff_t offset;                         /* from the thread pointer, where TLS_STATIC */
        _Atomic(enum tls_placement) placement;    /* leaves TLS_UNDECIDED once, by an exchange */
        size_t before,
            after; /* where tls_make_static placed it: bytes of the block in use before and after */
    } tls;

    /* -- graph: load.c, order.c -- */
    struct object_list *needed;  /* direct dependencies in the order of their tags */
    struct object_list *filtees; /* of them those that stand in for it (DT_FILTER, DT_AUXILIARY):
                                    searched before it; NULL: none */
    struct scope alone;          /* itself only: the first scope of a DF_SYMBOLIC object */
    struct scope group; /* with all that it needs, breadth first: what dlsym(handle) searches */
    _Atomic(struct scope_list *) scopes; /* what its own references are looked up in */
    struct object_list *order; /* what order.c walks: itself and its direct needs; for a root, its
                                  whole group, sorted */
    bool visited, sorted;      /* scratch of order.c and load.c, under the load lock */

    /* -- life: relocate.c, init.c, dl.c -- */
    bool relocated;
    bool lazy;             /* some PLT slots are bound at their first call */
    bool incomplete;       /* some GOT entries wait for their symbols to be defined */
    bool needs_text_write; /* text relocations: segments were made writable for a while */
    size_t
        constructed; /* constructors have begun to run, as the how-manyeth object's; 0: not yet */
    bool construction_over; /* and have returned */
    bool destructed;
    bool at_start;     /* loaded before the program was entered */
    bool global;       /* is in the global scope */
    bool never_unload; /* DF_1_NODELETE, RTLD_NODELETE, unique symbols; or such an object uses it */
    bool in_use;       /* scratch of dlclose: reachable */
    _Atomic bool leaving;               /* dlclose is about to unload it */
    size_t open_count;                  /* handles that dlopen has given out */
    _Atomic(struct binding *) bound_to; /* objects that a symbol was bound in and that could be
                                           unloaded, latest first; only grows */
    bool audit_any;                     /* audit_calls.c: some auditor wants its bindings */
    struct audit_state *audit_states;   /* one for each auditor; NULL: not audited */
    struct audit_slot *audit_slots;     /* one for each PLT slot; NULL: nobody watches them */
    struct tls_descriptor *descriptors; /* arguments of its dynamic TLS descriptors */
};

/* A new object in loader memory that was opened as `path`; NULL: no memory. */
struct object *object_new(enum object_kind kind, const char *path);

/* The same with a path in loader memory, which the object takes over (or which is freed, where
 * there is no memory). */
struct object *object_new_owning(enum object_kind kind, char *path);

/* An entry for another namespace that stands for `real`, which has no dependencies; NULL: no
 * memory. */
struct object *object_new_entry(struct object *real);

/* Frees an object and what it owns, its mapping included. No thread may be reading it. */
void object_free(struct object *object);

/* The bits that stand for a name: an object whose name_bits lack one of them does not answer to it,
 * which spares nearly all comparisons of names. */
uint64_t object_name_bits(const char *text);

/* Remembers that the object answers to `name`, too. Returns false when there is no memory. */
bool object_add_name(struct object *object, const char *name);

/* True when the object was opened or asked for by this name before (soname not considered). */
bool object_has_name(const struct object *object, const char *name);

/* The segment that holds all of [address, address + size), or NULL; one that may not be read holds
 * nothing. */
const struct segment *object_segment(const struct object *object, uintptr_t address, size_t size);

/* True when `address` lies in an executable segment of the object. */
bool object_has_code(const struct object *object, uintptr_t address);

/* True when `address` lies in one of the object's segments. */
bool object_contains(const struct object *object, uintptr_t address);

/* A list of `count` objects (room for them, to be filled), or NULL. */
struct object_list *object_list_new(size_t count);

/* True when the object is in the list; `list` NULL: it is empty. */
bool object_list_has(const struct object_list *list, const struct object *object);

#endif
