/* The loader's part of fork(2): in the child, no lock is left held and nothing half-done.
 *
 * In: glibc runs the functions here around each fork, from the first dlopen on. libc makes its load
 * lock as new in the child; but what another thread was changing under it would stay as it was, for
 * ever. So a fork waits for dlopen and dlclose of other threads.
 */
#include "glibc.h"

#include "arch.h"
#include "loader/dl.h"
#include "loader/retire.h"
#include "loader/sys.h"
#include <string.h>

#define PATIENCE 200 /* moments, 20 ms or so */

/* Takes the load lock, but does not wait long for a constructor or destructor that runs under it,
 * for that one may be waiting for us. What the lock protects is whole then, too; but not, perhaps,
 * libc's own list of destructors, so that most are waited for. */
static void before_fork(void) {
    struct linker *linker = linker_instance();
    struct glibc *glibc = glibc_of(linker);
    static const struct timespec moment = {.tv_nsec = 50000};
    int waited = 0;
    while (glibc->mutex_trylock(glibc_member(glibc->layout, glibc_global, GLIBC_gl_load_lock))) {
        if (linker->outside && waited++ == PATIENCE)
            return;
        sys2(SYS_nanosleep, (long)&moment, 0);
    }
    glibc->forking = arch_thread_pointer();
}

static void after_fork(void) {
    struct linker *linker = linker_instance();
    struct glibc *glibc = glibc_of(linker);
    if (glibc->forking != arch_thread_pointer())
        return;
    glibc->forking = 0;
    linker->shim->unlock(linker);
}

/* The lock of the list is another one, which a thread may have held that lists the objects: the
 * words before its kind say by whom. */
static void after_fork_in_child(void) {
    struct linker *linker = linker_instance();
    struct glibc *glibc = glibc_of(linker);
    memset(glibc_member(glibc->layout, glibc_global, GLIBC_gl_load_write_lock), 0,
           glibc->layout->field[GLIBC_mutex_kind]);
    if (glibc->forking != arch_thread_pointer())
        dl_forget_others(linker);
    glibc->forking = 0;
    reader_forget_others();
}

typedef int register_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void),
                            void *library);

void glibc_watch_forks(struct linker *linker) {
    struct glibc *glibc = glibc_of(linker);
    if (glibc->watches_forks)
        return;
    glibc->watches_forks = true;
    register_atfork *add = (register_atfork *)glibc_libc_symbol(linker, "__register_atfork", NULL);
    glibc->mutex_trylock =
        (int (*)(void *))glibc_libc_symbol(linker, "pthread_mutex_trylock", NULL);
    bool can_try = glibc->mutex_trylock != NULL; /* before 2.34 it is in another library */
    if (add)
        add(can_try ? before_fork : NULL, can_try ? after_fork : NULL, after_fork_in_child, NULL);
}
