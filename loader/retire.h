/* Safe freeing of what other threads read without a lock.
 *
 * Lazy binding, __tls_get_addr and dlsym read objects, scopes and tables without the load
 * lock. A writer (who holds the load lock) first unlinks or replaces what they can reach, with
 * release stores, and then retires the old memory: it is freed as soon as no reader is inside a
 * door. Readers never wait, writers neither: what cannot be freed now is freed by a later writer.
 */
#ifndef MYLD_RETIRE_H
#define MYLD_RETIRE_H

#include "types.h"

struct linker;

/* A reader comes in or leaves. May nest, also through signal handlers. */
void reader_enter(void);
void reader_leave(void);

/* From an adapter that is told of each thread before it begins: there is one thread, which makes
 * coming in and leaving cheaper; false: there will be more. */
void reader_expect_one_thread(bool one);

/* After fork(2), in the child: readers of threads that are gone do not count. Not for a thread that
 * is inside itself. */
void reader_forget_others(void);

/* Calls release(item) once no reader that came in before now can still be inside. Needs the load
 * lock. Where there is no memory to remember the item, it is leaked: that is safe. */
void retire(struct linker *linker, void (*release)(void *item), void *item);

/* Frees what can be freed by now. Needs the load lock. */
void retire_sweep(struct linker *linker);

#endif
