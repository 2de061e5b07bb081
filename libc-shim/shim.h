/* What a program's libc expects from its loader, as one interface. The generic loader calls the
 * adapter of the libc that the program was built for and knows no libc's name.
 *
 * The calls come in the order in which they stand here.
 */
#ifndef MYLD_SHIM_H
#define MYLD_SHIM_H

#include "loader/error.h"
#include "loader/object.h"
#include "loader/search.h"

struct linker;
struct namespace;

/* Called for each thread that exists, with its thread pointer. */
typedef void thread_visitor(struct linker *linker, uintptr_t thread_pointer, void *context);

struct libc_shim {
    const char *name;

    /* -- search and load -- */
    /* Sets search->rules and search->default_path. */
    void (*set_search)(struct linker *linker);
    /* True when the DT_NEEDED name means a library that is not searched for, but found by rules of
     * the adapter's (musl's libc.so). NULL: there is none. */
    bool (*owns_name)(const char *name);
    /* Opens the library of such a name. Returns its path in loader memory, or NULL. */
    char *(*find_own)(struct linker *linker, const char *name, struct image_file *file,
                      struct error *error);
    const char *preload_file; /* names libraries to preload for every program; NULL: none */
    bool checks_versions; /* needed versions are checked at load, and bind references; else names
                             alone do (struct object, by_name) */
    bool debug_variable;  /* its own loader has LD_DEBUG */
    bool lazy;            /* PLT slots may be bound at their first call */
    bool patient;   /* dlopen with RTLD_LAZY leaves GOT entries of undefined symbols for later */
    bool unloads;   /* dlclose takes libraries out of memory */
    bool vdso_late; /* only who asks for all objects meets the vdso, behind those of the start: the
                       adapter adds it then (dl_add_vdso) */
    bool global_after_constructors; /* dlopen adds to the global scope once constructors have run */
    bool plain;     /* the order of loading decides: constructors run as a depth-first walk along
                       DT_NEEDED meets the objects, RTLD_DEFAULT means the global scope alone, RTLD_NEXT
                       the next one loaded and what follows it in that scope; nobody's DT_RPATH counts
                       for LD_PRELOAD; dladdr takes the nearest symbol; no DF_1_INITFIRST, no
                       DT_PREINIT_ARRAY, no DF_1_NOOPEN and no filters */
    bool tells_all; /* a start that fails goes on to tell of every library and symbol that is
                       missing */
    bool (*arrays_only)(const struct linker *linker); /* true: DT_INIT and DT_FINI are not run, the
                                                         arrays alone. NULL: they are */
    bool runs_program_init; /* libc itself runs the program's DT_INIT and DT_INIT_ARRAY */
    /* All libraries of the program are loaded: finds libc among them and learns what depends on its
     * version. False: this libc is not supported; *error names it. */
    bool (*confirm)(struct linker *linker, struct error *error);

    /* -- mirrors -- */
    /* Bytes of this libc's struct link_map. */
    size_t (*map_size)(struct linker *linker);
    /* Writes the private part of object->map from the object's fields. */
    void (*mirror)(struct linker *linker, struct object *object);
    /* The list of objects or their count has changed. */
    void (*objects_changed)(struct linker *linker);

    /* -- threads and start -- */
    /* Places the TLS modules of the start (tls_lay_out) with this libc's surplus. */
    void (*lay_out_tls)(struct linker *linker);
    /* Before relocation: whatever relocation and its IFUNC resolvers need. */
    bool (*before_relocation)(struct linker *linker, struct error *error);
    /* After relocation of everything but COPY relocations of the program where copy_late is set:
     * brings the libc up so far that constructors can run. */
    bool (*after_relocation)(struct linker *linker, struct error *error);
    bool copy_late; /* COPY relocations wait until after_relocation has returned */
    /* RELRO is in place, debuggers know all objects: what remains before constructors run. */
    void (*before_constructors)(struct linker *linker);
    /* True when the constructors are run by a call back from libc and not by the loader before it
     * enters the program. */
    bool constructors_by_libc;

    /* -- later -- */
    /* The load lock, recursive: libc's own where it has one. */
    void (*lock)(struct linker *linker);
    void (*unlock)(struct linker *linker);
    /* Runs the constructors that an object which dlopen has found or loaded still lacks, and those
     * of what it needs. The load lock is held once, as by dlopen; it may be given up meanwhile.
     * NULL: init_run does, for what was loaded now. */
    void (*construct)(struct linker *linker, struct object *root);
    /* Excludes libc's readers of the list of objects (dl_iterate_phdr) while it changes. NULL:
     * there are none. */
    void (*list_lock)(struct linker *linker);
    void (*list_unlock)(struct linker *linker);
    /* Puts its locks in order in each child of fork from now on. NULL: it cannot be done. */
    void (*watch_forks)(struct linker *linker);
    /* True when the libc forbids to unload the object: it still has to call into it. NULL: it never
     * does. */
    bool (*is_pinned)(struct linker *linker, const struct object *object);
    /* Makes the stacks of all threads but the first one executable, now and in future, because
     * `object` wants it. NULL: this libc's loader ignores such wishes. */
    bool (*make_stacks_executable)(struct linker *linker);
    void (*each_thread)(struct linker *linker, thread_visitor *visit, void *context);
    /* The calling thread has got its first dtv from the loader (tls_door.dtv was NULL); signals are
     * blocked. NULL: does not happen. */
    void (*dtv_made)(struct linker *linker);
    /* The generation or the modules of TLS have changed. */
    void (*tls_changed)(struct linker *linker);

    /* Prints what --list-tunables or --list-diagnostics asks for (options.mode): the libc is
     * loaded, nothing more. NULL: there is nothing of the kind. */
    void (*diagnose)(struct linker *linker);

    /* -- other namespaces -- */
    /* Finds in a new group, where the namespace has no libc yet, its copy of the libc, if it brings
     * one: sets space->libc. False: that libc does not fit; *error names it. NULL: this libc knows
     * no namespaces. */
    bool (*find_libc)(struct linker *linker, struct object *root, struct error *error);
    /* Brings a copy of the libc up so far that constructors can run. */
    void (*start_libc)(struct linker *linker, struct namespace *space);
    /* The environment as the namespace's libc has it now: constructors of libraries that it opens
     * get it. NULL: they get the start's. */
    char **(*environment)(struct linker *linker, const struct namespace *space);

    /* -- messages -- */
    /* The first line that the native loader prints when the start fails, without newline. */
    void (*describe_start)(struct linker *linker, const struct error *error, char *text,
                           size_t size);
    /* What dlerror returns. Returns what it leaves in errno, 0: nothing. */
    int (*describe_dlerror)(struct linker *linker, const struct error *error, char *text,
                            size_t size);
};

/* What fills an empty table. (A constant one would need relocations.) */
typedef void shim_filler(struct libc_shim *shim);
shim_filler shim_glibc, shim_musl, shim_none;

/* Which libc the program was built for, judged from the program alone. */
shim_filler *shim_recognise(const struct object *program, const char *interpreter);

/* Fills the one table that there is. */
const struct libc_shim *shim_use(shim_filler *fill);

#endif
