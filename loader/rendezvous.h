/* What debuggers see: the list of objects (SVR4's r_debug, <link.h>; gdb's solib-svr4.c documents
 * its use). */
#ifndef MYLD_RENDEZVOUS_H
#define MYLD_RENDEZVOUS_H

#include "error.h"
#include "object.h"

struct linker;
struct namespace;

enum rendezvous_state { RENDEZVOUS_CONSISTENT, RENDEZVOUS_ADD, RENDEZVOUS_DELETE };

struct r_debug {
    int r_version;
    struct link_map *r_map;
    uintptr_t r_brk;
    int r_state;
    uintptr_t r_ldbase;
};

/* With what debuggers of version 2 see: one for each namespace (glibc's struct r_debug_extended).
 */
struct r_debug_all {
    struct r_debug base;
    struct r_debug_all *next; /* of another namespace; none is ever taken out */
};

/* Of the base namespace: the head of the list (arch/<machine>/rendezvous.S). */
extern struct r_debug_all rendezvous_all;
_Static_assert(sizeof(struct r_debug) == 40 && sizeof(struct r_debug_all) == 48,
               "the sizes in rendezvous.S");

/* Makes a mirror for one object that has none. */
bool rendezvous_mirror_one(struct linker *linker, struct object *object, struct error *error);

/* Makes a mirror for each object of the namespace that has none. Before RELRO is read-only:
 * adapters may relocate l_ld in place. */
bool rendezvous_mirror(struct linker *linker, struct namespace *space, struct error *error);

/* Links the new mirrors into the namespace's list, in the objects' order, and tells the adapter. */
void rendezvous_publish(struct linker *linker, struct namespace *space);

/* Takes the object's mirror out of its list. */
void rendezvous_remove(struct object *object);

/* Both for the base namespace, before RELRO is read-only: the program's DT_DEBUG points to the
 * rendezvous from the first time on. */
bool rendezvous_open(struct linker *linker, struct error *error);

/* Tells a debugger that the namespace's list is about to change or has changed. */
void rendezvous_announce(struct namespace *space, enum rendezvous_state state);

/* The object that a mirror stands for. */
struct object *rendezvous_object(const struct linker *linker, const struct link_map *map);

#endif
