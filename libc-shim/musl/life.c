/* Constructors and destructors as musl runs them.
 *
 * libc.so runs them from __libc_start_main and exit, for the stub: one constructor and one
 * destructor stand for those of all objects. Destructors run at exit, in the reverse of the order
 * in which construction began, for objects whose construction is over; dlclose runs none.
 *
 * No lock is held while a constructor runs, so that it may wait for a thread that opens libraries.
 * Another thread that needs the object waits until it is constructed.
 */
#include "musl.h"

#include "arch.h"
#include "loader/event.h"
#include "loader/init.h"
#include "loader/sys.h"
#include <limits.h>
#include <stdatomic.h>

/* -- destructors -- */

/* The object that was constructed last among those that have not been destructed. */
static struct object *latest(const struct linker *linker) {
    struct object *latest = NULL;
    for (struct object *object = linker->base.first; object; object = object->next)
        if (object->construction_over && !object->destructed &&
            (!latest || object->constructed > latest->constructed))
            latest = object;
    return latest;
}

void musl_destruct_all(void) {
    struct linker *linker = linker_instance();
    struct object *object;
    musl_of(linker)->ending = true;
    event_stage(linker, "fini");
    while ((object = latest(linker)))
        init_run_destructors(object);
    event_stage(linker, NULL);
}

/* Registered with atexit before the first constructor: where a constructor calls exit, libc.so
 * leaves the stub's destructor out, as its construction is not over. */
static void destruct_if_unfinished(void) {
    if (!musl_of(linker_instance())->constructed)
        musl_destruct_all();
}

/* -- constructors -- */

#define STRANDED UINTPTR_MAX /* the visitor was another thread of the process that forked */

static _Atomic uintptr_t *visitor_of(const struct object *object) {
    return &((struct musl_map *)object->map)->visitor;
}

static void end_visit(struct linker *linker, const struct object *object) {
    struct musl *musl = musl_of(linker);
    *visitor_of(object) = 0;
    musl->turn++;
    if (musl->waiting)
        sys3(SYS_futex, (long)&musl->turn, 129 /* FUTEX_WAKE | FUTEX_PRIVATE_FLAG */, INT_MAX);
}

/* Marks the object as being constructed by this thread, once others that do so are through with it.
 * False: this thread is at it further up, or nobody will ever end it. */
static bool begin_visit(struct linker *linker, const struct object *object) {
    struct musl *musl = musl_of(linker);
    for (;;) {
        int turn = musl->turn; /* before the visitor: it counts when that has gone */
        uintptr_t self = arch_thread_pointer(), visitor = 0;
        if (atomic_compare_exchange_strong(visitor_of(object), &visitor, self))
            return true;
        if (visitor == self || visitor == STRANDED)
            return false;
        musl->waiting++;
        sys4(SYS_futex, (long)&musl->turn, 128 /* FUTEX_WAIT | FUTEX_PRIVATE_FLAG */, turn, 0);
        musl->waiting--;
    }
}

static void construct_in_order(struct linker *linker, const struct object_list *order) {
    for (size_t i = order->count; i-- > 0;)
        if (begin_visit(linker, order->item[i])) {
            init_construct(linker, order->item[i], linker->process.envp);
            end_visit(linker, order->item[i]);
        }
}

/* dlopen holds the load lock; constructors run without it. */
void musl_construct(struct linker *linker, struct object *root) {
    musl_of(linker)->opened++;
    if (root->construction_over)
        return;
    linker->shim->unlock(linker);
    construct_in_order(linker, root->order);
    linker->shim->lock(linker);
}

void musl_strand_others(struct linker *linker) {
    for (struct object *object = linker->base.first; object; object = object->next)
        if (object->map && *visitor_of(object) && *visitor_of(object) != arch_thread_pointer())
            *visitor_of(object) = STRANDED;
}

const struct object *musl_find_stranded(const struct object *root) {
    for (size_t i = 0; root->order && i < root->order->count; i++)
        if (*visitor_of(root->order->item[i]) == STRANDED)
            return root->order->item[i];
    return NULL;
}

void musl_construct_all(void) {
    struct linker *linker = linker_instance();
    int (*at_exit)(void (*)(void)) = (int (*)(void (*)(void)))musl_function(linker, "atexit");
    if (at_exit)
        at_exit(destruct_if_unfinished);
    construct_in_order(linker, linker->program->order);
    musl_of(linker)->constructed = true;
}
