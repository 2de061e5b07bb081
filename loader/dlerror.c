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
    struct object *object = linker->base.next ? address_object(linker, caller) : NULL;
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

/* Gives `message` away as what dlerror returns next. */
static void set_message(struct linker *linker, const void *caller, struct dl_message *message) {
    struct thread_error *record = record_of(linker, caller, true);
    struct dl_message **place = record ? &record->message : &message;
    memory_free(*place);
    *place = message;
}

static struct dl_message *put_in_words(struct linker *linker, const struct error *error) {
    char text[2048];
    int number = linker->shim->describe_dlerror(linker, error, text, sizeof text);
    size_t size = strlen(text) + 1;
    struct dl_message *message = memory_alloc(sizeof *message + size);
    if (message) {
        message->number = number;
        memcpy(message->text, text, size);
    }
    EVENT(linker, error, .text = text);
    return message;
}

void dl_set_error(struct linker *linker, const void *caller, const struct error *error) {
    set_message(linker, caller, put_in_words(linker, error));
}

/* Symbols that programs only try for are the most frequent error by far, and few of these are ever
 * read: in the place of the text stand the names of object, symbol and version, each with its 0,
 * and in that of the number one of these. */
enum { UNDEFINED = -1, UNDEFINED_VERSION = -2 };

/* An undefined symbol in words. */
static struct dl_message *describe_undefined(struct linker *linker, struct dl_message *message) {
    struct error error;
    const char *name = strchr(message->text, 0) + 1, *version = strchr(name, 0) + 1;
    error_set_symbol(&error, message->text, name,
                     message->number == UNDEFINED_VERSION ? version : NULL);
    memory_free(message);
    return put_in_words(linker, &error);
}

void dl_set_undefined(struct linker *linker, const void *caller, const char *object,
                      const char *name, const char *version) {
    size_t size = strlen(object) + strlen(name) + (version ? strlen(version) : 0) + 3;
    struct dl_message *message = memory_alloc(sizeof *message + size);
    if (message) {
        message->number = version ? UNDEFINED_VERSION : UNDEFINED;
        char *end = stpcpy(stpcpy(message->text, object) + 1, name) + 1;
        stpcpy(end, version ? version : "");
    }
    if (message && event_wanted(linker, EVENT_error))
        message = describe_undefined(linker, message);
    set_message(linker, caller, message);
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
    struct dl_message *message = record->message;
    record->message = NULL;
    if (message && message->number < 0)
        message = describe_undefined(linker, message);
    return record->shown = message;
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
