/* Events that take more than one call, or some work to find out what is to be told. Each does
 * nothing, cheaply, where nobody listens. */
#ifndef MYLD_TELL_H
#define MYLD_TELL_H

#include "event.h"
#include "symbol.h"

/* A new object: gives it its number; tells what file it is, where it lies, what its dynamic section
 * says. `name` is what it was asked for by, or NULL. */
void tell_object_slowly(struct linker *linker, struct object *object, const char *name);

static inline void tell_object(struct linker *linker, struct object *object, const char *name) {
    if (event_wanted(linker, EVENT_object) && !object->number)
        tell_object_slowly(linker, object, name);
}

/* Makes events of what linker->search finds. */
void tell_searches(struct linker *linker);

/* The search for `name` is over; `path`: what was found, or NULL. */
void tell_search_end(struct linker *linker, const char *name, const struct object *by,
                     const struct namespace *space, const char *path);

/* The group of a root. */
void tell_group(struct linker *linker, const struct object *root);

/* The scopes of the objects from `first` on. */
void tell_scopes(struct linker *linker, const struct object *first);

/* The TLS module of an object, if it has one; and the layout of the start. */
void tell_tls_module(struct linker *linker, const struct object *object);
void tell_tls_layout(struct linker *linker);

/* How much of an object's memory was written. */
void tell_pages(struct linker *linker, const struct object *object);

/* A reference that was bound. */
struct told_binding {
    const struct object *from;
    uint32_t symbol; /* its index in `from` */
    struct symbol_result to;
    uintptr_t place, value;
};

/* Bound by a relocation of the machine's type `type`. */
void tell_bind(struct linker *linker, const struct told_binding *binding, uint32_t type);

/* Bound by the first call through its PLT slot, relocation number `index`; told before the slot is
 * stored to, if it is (`stored`). */
void tell_slot(struct linker *linker, const struct told_binding *binding, size_t index,
               bool stored);

/* An object was asked for a symbol; `found` is its answer. */
void tell_candidate(struct linker *linker, const struct symbol_request *request,
                    const struct object *object, const Elf64_Sym *found);

/* "rwx" with '-' for what is not in `prot` (PROT_*). */
const char *tell_protection(int prot);

#endif
