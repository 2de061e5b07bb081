/* Constructors and destructors as musl runs them.
 *
 * libc.so runs them from __libc_start_main and exit, for the stub: one constructor and one
 * destructor stand for those of all objects. Destructors run at exit, in the reverse of the order
 * in which construction began, for objects whose construction is over; dlclose runs none.
 */
#include "musl.h"

#include "loader/init.h"

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
    while ((object = latest(linker)))
        init_run_destructors(object);
}

/* Registered with atexit before the first constructor: where a constructor calls exit, libc.so
 * leaves the stub's destructor out, as its construction is not over. */
static void destruct_if_unfinished(void) {
    if (!musl_of(linker_instance())->constructed)
        musl_destruct_all();
}

void musl_construct_all(void) {
    struct linker *linker = linker_instance();
    int (*at_exit)(void (*)(void)) = (int (*)(void (*)(void)))musl_function(linker, "atexit");
    if (at_exit)
        at_exit(destruct_if_unfinished);
    init_run(linker, linker->program->order, linker->process.envp);
    musl_of(linker)->constructed = true;
}
