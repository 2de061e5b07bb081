/* The adapter for musl programs: what its files share.
 *
 * musl's libc.so is its own dynamic linker, and its hidden state is set only by its own entry
 * point. So libc.so initialises itself, on a tiny program that exists in memory alone (stub.c), and
 * the loader takes over where libc.so would have jumped to that program. No private offset of any
 * version of musl is used.
 */
#ifndef MYLD_MUSL_H
#define MYLD_MUSL_H

#include "libc-shim/shim.h"
#include "loader/linker.h"

/* -- find.c: libc.so by musl's rules, not by search -- */

/* True for the names that musl's loader takes for libc.so itself. */
bool musl_means_libc(const char *name);

/* Opens the first acceptable libc.so. Returns its path in loader memory, or NULL. *error is room
 * for what is wrong with the others. */
char *musl_open_libc(struct linker *linker, struct image_file *file, struct error *error);

/* Writes a line for each place that was looked at and what was wrong there. */
void musl_describe_places(struct linker *linker, char *text, size_t size);

/* -- messages.c: the words of musl's loader -- */
void musl_describe_start(struct linker *linker, const struct error *error, char *text, size_t size);
int musl_describe_dlerror(struct linker *linker, const struct error *error, char *text,
                          size_t size);

/* The program's name as musl's loader gives it where an object has a path. */
const char *musl_program_name(const struct linker *linker);

/* -- functions.c: what libc.so would answer about loading, answered by the loader -- */

/* Makes an object with the functions and puts it into the program's group directly before libc.so,
 * so that what stands before libc.so (LD_PRELOAD, a library with a dlsym of its own) stays there.
 */
bool musl_add_functions(struct linker *linker, struct error *error);

/* -- stub.c: libc.so's start on a program of its own -- */

/* Runs libc.so's entry point and comes back when libc.so is up. All other objects are relocated. */
bool musl_run_libc(struct linker *linker, struct error *error);

/* -- threads.c: what the loader keeps for a thread, given back at its end -- */

/* Asks libc.so for the key whose destructor does it. To be called before a thread can need it. */
void musl_prepare_threads(struct linker *linker);

/* The calling thread has something to give back at its end. */
void musl_note_thread(struct linker *linker);

/* Holds the load lock over each fork from now on. */
void musl_watch_forks(struct linker *linker);

/* -- life.c: constructors and destructors -- */

/* What libc.so runs as the only constructor and destructor of the stub. */
void musl_construct_all(void);
void musl_destruct_all(void);

/* For dlopen: struct libc_shim, construct. */
void musl_construct(struct linker *linker, struct object *root);

/* In the child of a fork: constructors that other threads were running will never end. */
void musl_strand_others(struct linker *linker);

/* An object of root's group whose constructors will never end; NULL: none. */
const struct object *musl_find_stranded(const struct object *root);

/* -- x86_64/, aarch64/ -- */

/* Enters libc.so at `entry` with a copy of `count` words on a stack of its own below the present
 * one. Returns when libc.so jumps to musl_continue. */
void musl_enter_libc(uintptr_t entry, const uintptr_t *words, size_t count);
extern const char musl_continue[];

/* The address of a function of libc.so; 0: there is none. */
uintptr_t musl_function(const struct linker *linker, const char *name);

/* An object's mirror. */
struct musl_map {
    struct link_map base;
    _Atomic uintptr_t visitor; /* life.c: the thread that runs its constructors; 0: none does */
};

/* The adapter's own part of struct linker. */
struct musl {
    char *image; /* stub.c: the thread-local block */
    int (*key_create)(unsigned *key,
                      void (*destructor)(void *)); /* threads.c; NULL: not asked yet */
    int (*set_specific)(unsigned key, const void *value);
    unsigned key;
    struct object *functions; /* functions.c: those of the loader */
    bool watches_forks;       /* threads.c */
    _Atomic size_t opened;    /* life.c: calls of dlopen that did it */
    _Atomic int turn;         /* life.c: how many objects are constructed; a futex */
    _Atomic int waiting;      /* life.c: how many threads wait for it */
    bool constructed;         /* life.c: all of the start */
    bool ending;              /* life.c: destructors run; nothing is opened any longer */
};

static inline struct musl *musl_of(const struct linker *linker) {
    return linker->libc_state;
}

#endif
