/* dlerror(3): what went wrong last, for each thread and each namespace.
 *
 * Each namespace has its own libc, and a failure that one copy's dlopen reports is not told by
 * another's dlerror.
 */
#include "dl.h"

#include "arch.h"
#include "event.h"
#include "memory.h"
#include <string.h>

/* One namespace's errors in one thread. */
struct thread_error {
    struct thread_error *next;
    const struct namespace *space;
    struct dl_message *message; /* what dlerror returns next; NULL: nothing */
    struct dl_message *shown;   /* what it returned last: the program may still look at it */
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
    int number = linker->shim->describe_dlerror(linker, error, text, sizeof text);
    size_t size = strlen(text) + 1;
    memory_free(record->message);
    if ((record->message = memory_alloc(sizeof *record->message + size))) {
        record->message->number = number;
        memcpy(record->message->text, text, size);
    }
    EVENT(linker, error, .text = text);
}

void dl_clear_error(struct linker *linker, const void *caller) {
    dl_restore_error(linker, caller, NULL);
}

struct dl_message *dl_hold_error(struct linker *linker, const void *caller) {
    struct thread_error *record = record_of(linker, caller, false);
    struct dl_message *held = record ? record->message : NULL;
    if (record)
        record->message = NULL;
    return held;
}

void dl_restore_error(struct linker *linker, const void *caller, struct dl_message *held) {
    if (!tls_slot(linker, arch_thread_pointer())->errors)
        return;
    struct thread_error *record = record_of(linker, caller, false);
    if (!record)
        return;
    memory_free(record->message);
    record->message = held;
}

struct dl_message *dl_error(struct linker *linker, const void *caller) {
    struct thread_error *record = record_of(linker, caller, false);
    if (!record)
        return NULL;
    memory_free(record->shown);
    record->shown = record->message;
    record->message = NULL;
    return record->shown;
}

void dl_forget_errors(struct thread_slot *slot) {
    while (slot->errors) {
        struct thread_error *next = slot->errors->next;
        memory_free(slot->errors->message);
        memory_free(slot->errors->shown);
        memory_free(slot->errors);
        slot->errors = next;
    }
}
