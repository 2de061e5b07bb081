/* What debuggers see: the list of objects (SVR4's r_debug, <link.h>; gdb's solib-svr4.c documents
 * its use). */
#ifndef MYLD_RENDEZVOUS_H
#define MYLD_RENDEZVOUS_H

#include "error.h"
#include "object.h"

struct linker;

enum rendezvous_state { RENDEZVOUS_CONSISTENT, RENDEZVOUS_ADD, RENDEZVOUS_DELETE };

struct r_debug {
    int r_version;
    struct link_map *r_map;
    uintptr_t r_brk;
    int r_state;
    uintptr_t r_ldbase;
};

extern struct r_debug _r_debug;

/* Makes a mirror for each object that has none. Before RELRO is read-only: adapters may relocate
 * l_ld in place. */
bool rendezvous_mirror(struct linker *linker, struct error *error);

/* Links the new mirrors into the list, in the objects' order, and tells the adapter. */
void rendezvous_publish(struct linker *linker);

/* Takes the object's mirror out of the list. */
void rendezvous_remove(struct object *object);

/* The same for the first time, before RELRO is read-only: the program's DT_DEBUG points to the
 * rendezvous from now on. */
bool rendezvous_open(struct linker *linker, struct error *error);

/* Tells a debugger that the list is about to change or has changed. */
void rendezvous_announce(enum rendezvous_state state);

/* The object that a mirror stands for. */
struct object *rendezvous_object(const struct linker *linker, const struct link_map *map);

#endif
