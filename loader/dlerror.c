/* dlerror(3): what went wrong last, for each thread and each namespace.
 *
 * Each namespace has its own libc, and a failure that one copy's dlopen reports is not told by
 * another's dlerror.
 */
#include "dl.h"

#include "arch.h"
#include "event.h"
#include "memory.h"

/* One namespace's errors in one thread. */
struct thread_error {
    struct thread_error *next;
    const struct namespace *space;
    char *text;  /* what dlerror returns next; NULL: nothing */
    char *shown; /* what it returned last: the program may still look at it */
};

struct namespace *dl_caller_space(struct linker *linker, const void *caller) {
    struct object *object = dl_find_object(linker, caller);
    return object ? object->space : &linker->base;
}

/* The calling thread's record for the caller's namespace; NULL: there is none, or no memory to
 * `make` one. */
static struct thread_error *record_of(struct linker *linker, const void *caller, bool make) {
    const struct namespace *space = dl_caller_space(linker, caller);
    struct thread_slot *slot = tls_slot(linker, arch_thread_pointer());
    struct thread_error *record = slot->errors;
    while (record && record->space != space)
        record = record->next;
    if (record || !make || !(record = memory_alloc(sizeof *record)))
        return record;
    *record = (struct thread_error){slot->errors, space, NULL, NULL};
    slot->errors = record;
    return record;
}

void dl_set_error(struct linker *linker, const void *caller, const struct error *error) {
    char text[2048];
    struct thread_error *record = record_of(linker, caller, true);
    if (!record)
        return;
    linker->shim->describe_dlerror(linker, error, text, sizeof text);
    memory_free(record->text);
    record->text = memory_copy_text(text);
    EVENT(linker, error, .text = text);
}

void dl_clear_error(struct linker *linker, const void *caller) {
    dl_restore_error(linker, caller, NULL);
}

char *dl_hold_error(struct linker *linker, const void *caller) {
    struct thread_error *record = record_of(linker, caller, false);
    char *held = record ? record->text : NULL;
    if (record)
        record->text = NULL;
    return held;
}

void dl_restore_error(struct linker *linker, const void *caller, char *held) {
    if (!tls_slot(linker, arch_thread_pointer())->errors)
        return;
    struct thread_error *record = record_of(linker, caller, false);
    if (!record)
        return;
    memory_free(record->text);
    record->text = held;
}

char *dl_error(struct linker *linker, const void *caller) {
    struct thread_error *record = record_of(linker, caller, false);
    if (!record)
        return NULL;
    memory_free(record->shown);
    record->shown = record->text;
    record->text = NULL;
    return record->shown;
}

void dl_forget_errors(struct thread_slot *slot) {
    while (slot->errors) {
        struct thread_error *next = slot->errors->next;
        memory_free(slot->errors->text);
        memory_free(slot->errors->shown);
        memory_free(slot->errors);
        slot->errors = next;
    }
}
