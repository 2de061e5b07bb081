/* Objects by address: which one holds an address, and which one has a handle.
 *
 * The unwinder asks for each frame of each exception, in every thread: a reader neither waits nor
 * writes anything that others read (as in glibc's _dl_find_object). There are two tables; the
 * version's lowest bit says which one is valid. A writer fills the other one and raises the
 * version; a reader takes what it has read if the version is still the same. Tables become longer
 * and are never freed, so that reading one that has just become invalid does no harm.
 */
#ifndef MYLD_ADDRESS_H
#define MYLD_ADDRESS_H

#include "object.h"

struct linker;

/* Adjacent pages of an object: all of it, where it has no holes. */
struct address_range {
    uintptr_t start, end; /* the end is the last segment's, not rounded to pages */
    struct object *object;
    struct link_map *map;      /* its mirror, the handle; NULL: it has none yet */
    uintptr_t eh_frame_header; /* the object's; 0: none */
};

struct address_index {
    _Atomic size_t version;
    _Atomic(struct address_table *) table[2];
};

/* Writes the index anew, after objects came or went. Needs the load lock. Without memory it stays
 * as it was. */
void address_index_objects(struct linker *linker);

/* Finds the range that holds `address`. Lock-free. */
bool address_find(struct linker *linker, const void *address, struct address_range *found);

/* The object that holds `address`, or NULL. Lock-free. */
struct object *address_object(struct linker *linker, const void *address);

/* The object whose handle this is, or NULL: a handle may be anything. Lock-free. */
struct object *address_find_handle(struct linker *linker, const void *handle);

#endif
