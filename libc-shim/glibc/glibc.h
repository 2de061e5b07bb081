/* The adapter for glibc: what its files share.
 *
 *   glibc.c     the adapter's table: recognising the libc, the order of its start
 *   shared.c    _rtld_global and _rtld_global_ro: the two structures that libc.so.6 reads and
 * writes mirror.c    struct link_map, as glibc lays it out threads.c   struct pthread of the first
 * thread; TLS of new threads functions.c the functions that libc.so.6 imports from its loader
 *   errors.c    _dl_signal_error and its family
 *   spaces.c    libc.so.6 in other namespaces
 *   dlfcn.c     the table through which libc.so.6 sends dlopen and the like to the loader
 *
 * No file outside this folder knows glibc's layouts, and in it all offsets come from layouts.c.
 */
#ifndef MYLD_GLIBC_H
#define MYLD_GLIBC_H

#include "layout.h"

#include "arch.h"
#include "loader/linker.h"

/* A tunable that was set: its number, or a string's address. */
struct glibc_tunable_value {
    uint64_t value;
    bool set;
};

/* The adapter's state: linker->libc_state. */
struct glibc {
    const struct glibc_layout *layout;
    struct glibc_tunable_value *tunables; /* by number; NULL: none is set */
    size_t slotinfo_capacity;             /* entries in the slotinfo list that libc and gdb read */
    int (*mutex_lock)(void *mutex),
        (*mutex_unlock)(void *mutex); /* libc's, from the first dlopen on */
    /* fork.c */
    int (*mutex_trylock)(void *mutex);
    bool watches_forks;
    uintptr_t forking; /* the thread that holds the load lock for its fork; 0: none */
};

/* Exported to libc.so.6: room for the largest known glibc; the layouts' own sizes are smaller. */
#define GLIBC_SHARED_ROOM 4608
#define GLIBC_SHARED_RO_ROOM 1024
extern unsigned char glibc_global[GLIBC_SHARED_ROOM], glibc_global_ro[GLIBC_SHARED_RO_ROOM];

static inline struct glibc *glibc_of(struct linker *linker) {
    return linker->libc_state;
}

/* Takes part in each fork from now on. Needs the load lock. */
void glibc_watch_forks(struct linker *linker);

/* A member of a structure of glibc's: its address; NULL when this glibc has no such member. */
static inline void *glibc_member(const struct glibc_layout *layout, void *structure,
                                 enum glibc_field field) {
    uint16_t offset = layout->field[field];
    return offset == GLIBC_ABSENT ? NULL : (unsigned char *)structure + offset;
}

static inline size_t glibc_size(const struct glibc_layout *layout, enum glibc_field field) {
    return layout->field[field];
}

/* Store a value into a member; a member that this glibc lacks is left out. */
static inline void glibc_put_word(const struct glibc_layout *layout, void *structure,
                                  enum glibc_field field, uintptr_t value) {
    uintptr_t *member = glibc_member(layout, structure, field);
    if (member)
        *member = value;
}

static inline void glibc_put_int(const struct glibc_layout *layout, void *structure,
                                 enum glibc_field field, uint32_t value) {
    uint32_t *member = glibc_member(layout, structure, field);
    if (member)
        *member = value;
}

/* A doubly linked list as glibc's list_t, empty. */
struct glibc_list {
    struct glibc_list *next, *previous;
};

/* shared.c */
void glibc_fill_shared(struct linker *linker);
void glibc_objects_changed(struct linker *linker);
void glibc_tls_changed(struct linker *linker);
uintptr_t glibc_vdso_function(struct linker *linker, const char *name, const char *version);

/* tunables.c */
/* Reads the tunables from the environment; in secure mode, takes out those that are not for
 * children. */
void glibc_read_tunables(struct linker *linker);
/* The number that the tunable is set to, a string's address; `otherwise` where it is not set. */
uint64_t glibc_tunable(struct linker *linker, const char *name, uint64_t otherwise);
/* Gives another number to a tunable that is set. */
void glibc_change_tunable(struct linker *linker, const char *name, uint64_t value);

/* mirror.c */
void glibc_mirror(struct linker *linker, struct object *object);

/* threads.c */
bool glibc_make_first_thread(struct linker *linker, struct error *error);
bool glibc_make_stacks_executable(struct linker *linker);
void glibc_each_thread(struct linker *linker, thread_visitor *visit, void *context);

/* errors.c, functions.c: what libc.so.6 also finds in _rtld_global_ro. */
int glibc_catch_error(const char **object, const char **text, bool *malloced,
                      void (*operate)(void *), void *arguments);
void glibc_count_call(uintptr_t from, uintptr_t to);

/* functions.c: the address of a function or variable of a libc.so.6, or 0. `version` NULL: any. */
uintptr_t glibc_symbol(const struct object *libc, const char *name, const char *version);

/* The same of the program's own. */
static inline uintptr_t glibc_libc_symbol(struct linker *linker, const char *name,
                                          const char *version) {
    return glibc_symbol(linker->base.libc, name, version);
}

/* glibc.c: is it libc.so.6? */
bool glibc_is_libc(const struct object *object);
/* Takes the libc's layouts for the process, or checks that it has those that were taken before. */
bool glibc_adopt(struct linker *linker, struct object *libc, struct error *error);

/* spaces.c */
bool glibc_find_libc(struct linker *linker, struct object *root, struct error *error);
void glibc_start_libc(struct linker *linker, struct namespace *space);
char **glibc_environment(struct linker *linker, const struct namespace *space);
/* How many namespaces _rtld_global has room for. */
size_t glibc_space_slots(const struct glibc_layout *layout);

/* What differs by machine: <machine>/machine.c */
/* Fills the machine's part of the two shared structures: features of the processor, vdso functions.
 */
void glibc_machine_fill(struct linker *linker);
/* The words at the thread pointer that the psABI and compilers know. */
void glibc_machine_set_header(const struct glibc_layout *layout, uintptr_t tp);
/* Where a thread keeps its dtv, from the thread pointer. */
ptrdiff_t glibc_machine_dtv(const struct glibc_layout *layout);
/* The thread control block of the first thread: guards against overflow, in the block or in
 * variables. */
void glibc_machine_set_guards(struct linker *linker, unsigned char *pthread);

/* Where struct pthread lies for a thread pointer: at it (variant II) or directly below it (variant
 * I). */
static inline unsigned char *glibc_pthread(const struct glibc_layout *layout, uintptr_t tp) {
    return (unsigned char *)tp - (ARCH_TLS_BELOW_TP ? 0 : glibc_size(layout, GLIBC_pt_size));
}

/* The function table of dlfcn.c. */
const uintptr_t *glibc_dlfcn_hook(void);

#endif
