/* What the loader keeps for each thread: its dtv with the thread-local blocks of opened libraries,
 * and dlerror's text. All of it hangs on the thread's slot and is given back when the thread ends,
 * by the destructor of a key (pthread_key_create).
 *
 * The key's value counts the rounds of destructors: destructors of the program's keys may use
 * thread-local variables, so the last round that POSIX grants is the one that frees.
 *
 * And the loader's own part of fork.
 */
#include "musl.h"

#include "arch.h"
#include "loader/dl.h"
#include "loader/lock.h"
#include "loader/memory.h"
#include "loader/retire.h"

#define ROUNDS 4 /* PTHREAD_DESTRUCTOR_ITERATIONS of musl */

static void release(void *value) {
    struct linker *linker = linker_instance();
    const struct musl *musl = musl_of(linker);
    uintptr_t round = (uintptr_t)value;
    if (round < ROUNDS && musl->set_specific(musl->key, (void *)(round + 1)) == 0)
        return;
    struct thread_slot *slot = tls_slot(linker, arch_thread_pointer());
    struct dtv_entry *dtv = slot->dtv;
    slot->dtv = NULL;
    tls_free_dtv(dtv);
    dl_forget_errors(slot);
}

void musl_prepare_threads(struct linker *linker) {
    struct musl *musl = musl_of(linker);
    if (musl->key_create)
        return;
    musl->key_create =
        (int (*)(unsigned *, void (*)(void *)))musl_function(linker, "pthread_key_create");
    musl->set_specific =
        (int (*)(unsigned, const void *))musl_function(linker, "pthread_setspecific");
    if (!musl->key_create || musl->key_create(&musl->key, release))
        musl->set_specific = NULL; /* no key is left: a thread's memory is lost at its end */
}

void musl_note_thread(struct linker *linker) {
    const struct musl *musl = musl_of(linker);
    if (musl->set_specific)
        musl->set_specific(musl->key, (void *)1);
}

/* -- fork -- */

/* What another thread was changing would stay half-done in the child for ever. No constructor waits
 * for this: they run without the lock. */
static void before_fork(void) {
    lock_take(linker_instance());
}

static void after_fork(void) {
    lock_release(linker_instance());
}

static void after_fork_in_child(void) {
    lock_adopt();
    reader_forget_others();
    musl_strand_others(linker_instance());
    lock_release(linker_instance());
}

typedef int register_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void));

void musl_watch_forks(struct linker *linker) {
    struct musl *musl = musl_of(linker);
    if (musl->watches_forks)
        return;
    musl->watches_forks = true;
    register_atfork *add = (register_atfork *)musl_function(linker, "pthread_atfork");
    if (add)
        add(before_fork, after_fork, after_fork_in_child);
}
