/* The list of namespaces; see namespace.h. */
#include "namespace.h"

#include "linker.h"
#include "memory.h"

struct namespace *namespace_find(struct linker *linker, long id) {
    for (struct namespace *space = &linker->base; space; space = space->next)
        if (space->id == id && space->first)
            return space;
    return NULL;
}

struct namespace *namespace_new(struct linker *linker) {
    struct namespace *space = &linker->base;
    while (space->next) {
        space = space->next;
        if (!space->first)
            return space;
    }
    struct namespace *fresh = memory_alloc(sizeof *fresh);
    if (!fresh)
        return NULL;
    fresh->id = space->id + 1;
    fresh->observer = linker->base.observer;
    __atomic_store_n(&space->next, fresh, __ATOMIC_RELEASE);
    return fresh;
}
