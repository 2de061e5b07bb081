/* Counting of readers and the list of what waits for them; see retire.h. */
#include "retire.h"

#include "check.h"
#include "linker.h"
#include "memory.h"
#include <stdatomic.h>

struct retired {
    struct retired *next;
    void (*release)(void *item);
    void *item;
};

static _Atomic long readers;
static bool one_thread; /* nobody else changes the count */

/* With one thread, an addition in steps will do: what a signal handler adds in between it has taken
 * off again when it returns. */
static long add_readers(long more) {
    if (!one_thread)
        return atomic_fetch_add(&readers, more);
    long before = atomic_load_explicit(&readers, memory_order_relaxed);
    atomic_store_explicit(&readers, before + more, memory_order_relaxed);
    return before;
}

void reader_expect_one_thread(bool one) {
    one_thread = one;
}

void reader_enter(void) {
    (void)add_readers(1);
}

void reader_leave(void) {
    CHECKED(long before =) add_readers(-1);
    CHECKED(CHECK(before > 0);)
}

void reader_forget_others(void) {
    atomic_store(&readers, 0);
}

void retire(struct linker *linker, void (*release)(void *item), void *item) {
    if (!item)
        return;
    struct retired *entry = memory_alloc(sizeof *entry);
    if (!entry)
        return;
    *entry = (struct retired){linker->retired, release, item};
    linker->retired = entry;
}

void retire_sweep(struct linker *linker) {
    /* The items are unreachable already: seeing no reader once is enough, later ones cannot find
     * them. */
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load(&readers) != 0)
        return;
    struct retired *entry = linker->retired;
    linker->retired = NULL;
    while (entry) {
        struct retired *next = entry->next;
        entry->release(entry->item);
        memory_free(entry);
        entry = next;
    }
}
