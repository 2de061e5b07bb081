/* What --step shows on command: memory map, GOT, symbols, objects. */
#ifndef EXPLAIN_SHOW_H
#define EXPLAIN_SHOW_H

#include "world.h"

/** The process's mappings, with the objects that lie in them. */
void show_maps(const struct world *world);

/** The words of an object's GOT that symbols fill, as they are now. `name` NULL: the program. */
void show_got(const struct world *world, const char *name);

/** A lookup of NAME or NAME@VERSION in the global scope, step by step. */
void show_symbol(const struct world *world, const char *name);

/** All that is known of an object; `name` NULL: a list of all. */
void show_object(const struct world *world, const char *name);

/** An event in one line. */
void show_event(const struct world *world, const struct event *event);

#endif
