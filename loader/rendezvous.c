/* The debugger's view of the objects; see rendezvous.h. */
#include "rendezvous.h"

#include "dynamic.h"
#include "linker.h"
#include "memory.h"
#include <string.h>

/* Exported, as is _r_debug (arch/<machine>/rendezvous.S): debuggers find both by name when there is
 * no DT_DEBUG yet. */
EXPORT void _dl_debug_state(void);

/* A debugger's breakpoint stands here. Its own section entry, never inlined. */
__attribute__((noinline)) void _dl_debug_state(void) {
    __asm__ volatile("" ::: "memory");
}

/* Where myld was run as a command, gdb takes the first entry for the file that it started, myld,
 * and knows the program only by the name of its entry, which libc wants empty: both get entries of
 * the list's own. */
static bool add_command_entries(struct linker *linker, struct link_map **first) {
    size_t size = linker->shim->map_size(linker);
    struct link_map *command = memory_alloc(size), *program = memory_alloc(size);
    if (!command || !program)
        return false;
    memcpy(command, linker->self->map, size);
    memcpy(program, *first, size);
    command->l_prev = NULL;
    command->l_next = program;
    program->l_prev = command;
    program->l_name = (char *)linker->options.program;
    if (program->l_next)
        program->l_next->l_prev = program;
    *first = command;
    return true;
}

bool rendezvous_mirror_one(struct linker *linker, struct object *object, struct error *error) {
    if (object->map)
        return true;
    size_t size = linker->shim->map_size(linker);
    /* The word behind the mirror leads back to the object. */
    object->map = memory_alloc(size + sizeof(void *));
    if (!object->map)
        return error_no_memory(error, object->path);
    *(struct object **)((char *)object->map + size) = object;
    object->map->l_addr = object->bias;
    object->map->l_name = (char *)object->path;
    object->map->l_ld = object->dynamic;
    linker->shim->mirror(linker, object);
    return true;
}

struct object *rendezvous_object(const struct linker *linker, const struct link_map *map) {
    return *(struct object **)((char *)map + linker->shim->map_size((struct linker *)linker));
}

bool rendezvous_mirror(struct linker *linker, struct namespace *space, struct error *error) {
    for (struct object *object = space->first; object; object = object->next)
        if (!rendezvous_mirror_one(linker, object, error))
            return false;
    if (space->debug)
        return true;
    space->debug = space == &linker->base ? &rendezvous_all : memory_alloc(sizeof *space->debug);
    return space->debug || error_no_memory(error, "");
}

/* The first objects of a namespace: debuggers find it behind the others from now on. */
static void add_to_all(struct r_debug_all *debug) {
    debug->base.r_version = 2;
    debug->base.r_brk = rendezvous_all.base.r_brk;
    debug->base.r_ldbase = rendezvous_all.base.r_ldbase;
    struct r_debug_all *last = &rendezvous_all;
    while (last->next)
        last = last->next;
    __atomic_store_n(&last->next, debug, __ATOMIC_RELEASE);
    __atomic_store_n(&rendezvous_all.base.r_version, 2, __ATOMIC_RELEASE);
}

void rendezvous_publish(struct linker *linker, struct namespace *space) {
    for (struct object *object = space->first; object; object = object->next) {
        if (object->published)
            continue;
        struct link_map *previous = object->prev ? object->prev->map : NULL;
        object->map->l_prev = previous;
        object->published = true;
        __atomic_store_n(previous ? &previous->l_next : &space->debug->base.r_map, object->map,
                         __ATOMIC_RELEASE);
    }
    linker->shim->objects_changed(linker);
}

void rendezvous_remove(struct object *object) {
    struct r_debug *debug = &object->space->debug->base;
    __atomic_store_n(object->map->l_prev ? &object->map->l_prev->l_next : &debug->r_map,
                     object->map->l_next, __ATOMIC_RELEASE);
    if (object->map->l_next)
        object->map->l_next->l_prev = object->map->l_prev;
}

bool rendezvous_open(struct linker *linker, struct error *error) {
    if (linker->base.last->published)
        return true;
    if (!rendezvous_mirror_one(linker, linker->self, error))
        return false;
    if (!rendezvous_mirror(linker, &linker->base, error))
        return false;
    rendezvous_publish(linker, &linker->base);
    if (rendezvous_all.base.r_brk)
        return true;
    struct link_map *first = linker->program->map;
    if (linker->options.explicitly && !add_command_entries(linker, &first))
        return error_no_memory(error, "");
    rendezvous_all.base = (struct r_debug){
        .r_version = 1,
        .r_map = first,
        .r_brk = (uintptr_t)_dl_debug_state,
        .r_state = RENDEZVOUS_CONSISTENT,
        .r_ldbase = linker->self->bias,
    };
    Elf64_Dyn *entry =
        linker->program->debug_entry ? dynamic_entry(linker->program, DT_DEBUG) : NULL;
    const struct segment *segment =
        entry ? object_segment(linker->program, (uintptr_t)entry, sizeof *entry) : NULL;
    if (segment && segment->prot & 2 /* PROT_WRITE */)
        entry->d_un.d_ptr = (uintptr_t)&rendezvous_all;
    return true;
}

void rendezvous_announce(struct namespace *space, enum rendezvous_state state) {
    if (!space->debug->base.r_brk)
        add_to_all(space->debug);
    space->debug->base.r_state = state;
    _dl_debug_state();
}
