/* Thread-local storage (Drepper, "ELF Handling For Thread-Local Storage"; psABI 3.4.2).
 *
 * Every object with PT_TLS is a module. Modules that are there at the start, and later ones that
 * insist on it (initial-exec), lie in each thread's static block at a fixed offset from the thread
 * pointer. The blocks of other modules are made when a thread first touches them, through its dtv.
 *
 * __tls_get_addr and TLS descriptors run in any thread, in signal handlers and at any time: they
 * take no lock and allocate from memory.c alone.
 */
#ifndef MYLD_TLS_H
#define MYLD_TLS_H

#include "error.h"
#include "object.h"

struct linker;
struct namespace;

/* What the loader keeps for each thread, in the thread's static TLS block. */
struct thread_slot {
    uint64_t magic; /* THREAD_SLOT_MAGIC once the image has been copied: checks the libc's layout */
    void *dtv;      /* for libcs that keep none of ours in their thread block */
    struct thread_error *errors; /* dlerror.c */
    void *catcher;               /* the adapter's: the innermost catch of loader errors */
};

#define THREAD_SLOT_MAGIC 0x6d796c64746c7331ULL

/* One entry of a dtv: `value` is the module's block in this thread, TLS_UNALLOCATED before it is
 * made. Entry 0 holds the generation instead, entry -1 the number of entries. */
struct dtv_entry {
    uintptr_t value;
    void *to_free; /* libc's field; always NULL here */
};

#define TLS_UNALLOCATED UINTPTR_MAX

/* The table of modules, indexed by module id; readers take it as a whole. */
struct tls_module {
    _Atomic(struct object *) object; /* NULL: the id is free */
    _Atomic size_t generation;       /* when it was last filled */
};

struct tls_table {
    size_t count; /* entries, 0 unused */
    struct tls_module item[];
};

struct tls {
    _Atomic(struct tls_table *) table;
    size_t highest; /* largest module id in use */
    size_t used;    /* bytes of the static block in use, counted from the thread pointer */
    size_t size; /* bytes of the static block with its surplus; grows while there is one thread */
    size_t room; /* bytes that the first thread's block may grow to; less than size: fixed */
    size_t alignment; /* of the static block, bytes */
    size_t surplus;   /* bytes reserved for static TLS of libraries that are opened later */
    size_t auditors;  /* that are named: each is to have a namespace of libraries */
    size_t optional;  /* bytes of the surplus that may go to modules that need not be there */
    ptrdiff_t slot;   /* of struct thread_slot from the thread pointer */
};

/* Read by the assembly fast paths (arch/<machine>/tls.S): keep the order. */
struct tls_door {
    ptrdiff_t dtv;             /* where a thread keeps its dtv pointer, from its thread pointer */
    _Atomic size_t generation; /* of the module table; raised when modules come or go */
};

extern struct tls_door tls_door;

/* Gives a module id to an object that has PT_TLS. Returns false when there is no memory. */
bool tls_add_module(struct linker *linker, struct object *object, struct error *error);

/* Takes the object's module id back. */
void tls_remove_module(struct linker *linker, struct object *object);

/* Lays out the static block for all modules of the start: offsets, size, alignment. The loader's
 * own slot is the first to take of the surplus, so that the block has the size that libc's own
 * loader would give it. */
void tls_lay_out(struct linker *linker, size_t surplus);

/* Finds room in the surplus of the static block for a module that insists on it. False: there is
 * none, *error says so in the native words. */
bool tls_make_static(struct linker *linker, struct object *object, struct error *error);

/* Places a module that would only be faster in the static block, if some of tls->optional is left.
 * True: it lies there. */
bool tls_may_be_static(struct linker *linker, struct object *object);

/* Zeroed memory for the first thread's static block and a thread control block of `tcb_size` bytes:
 * at the thread pointer (variant II) or directly below it (variant I). Returns the thread pointer,
 * 0: no memory. */
uintptr_t tls_new_thread_area(struct linker *linker, size_t tcb_size, size_t tcb_alignment);

/* Writes the initial bytes of all static modules into the static block around `thread_pointer`, and
 * the loader's slot. `fresh` memory is zero already. */
void tls_initialise_block(struct linker *linker, uintptr_t thread_pointer, bool fresh);

/* The same for the modules of one namespace alone, whose objects are relocated only now. `fresh`:
 * their memory is zero already. */
void tls_initialise_space(struct linker *linker, const struct namespace *space,
                          uintptr_t thread_pointer, bool fresh);

/* The initial bytes of one static module in one thread. */
void tls_initialise_module(const struct object *object, uintptr_t thread_pointer);

/* The same in all threads that exist. */
void tls_initialise_threads(struct linker *linker, struct object *object);

/* True for a module that lies in every thread's static block. */
static inline bool tls_is_static(const struct object *object) {
    return atomic_load_explicit(&((struct object *)object)->tls.placement, memory_order_acquire) ==
           TLS_STATIC;
}

/* A dtv for a new thread, its static modules filled in; entry 0 is returned. NULL: no memory. */
struct dtv_entry *tls_new_dtv(struct linker *linker, uintptr_t thread_pointer);

/* Gives back a thread's dtv and the blocks that it points to. `dtv` may be NULL. */
void tls_free_dtv(struct dtv_entry *dtv);

/* Makes a thread's dtv as new, for a thread whose stack is used again. */
void tls_reset_dtv(struct linker *linker, struct dtv_entry *dtv, uintptr_t thread_pointer);

/* The slot of a thread. */
struct thread_slot *tls_slot(const struct linker *linker, uintptr_t thread_pointer);

/* The address of the object's block in the calling thread, or NULL when the thread has not touched
 * it yet. */
void *tls_block_if_any(struct linker *linker, const struct object *object);

/* The argument of __tls_get_addr. */
struct tls_index {
    size_t module, offset;
};

/* What a dynamic TLS descriptor's second word points to; the assembly reads the index, which stands
 * first. */
struct tls_descriptor {
    struct tls_index index;
    struct tls_descriptor *next; /* of the same object */
};

/* The slow path of __tls_get_addr. Ends the process when there is no memory. */
void *tls_get_addr_slow(struct tls_index *index);

/* Exported as __tls_get_addr. */
void *tls_get_addr(struct tls_index *index);

#endif
