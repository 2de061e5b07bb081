/* The load–relocate transaction: bringing an object and all that it needs into memory, linked but
 * not yet constructed. The start of the program and dlopen are the same transaction; until it is
 * committed it can be rolled back, and nothing outside has seen it.
 *
 *     load_begin → program_load or load_library → load_group → scope_set_new → relocation …
 *                → rendezvous_publish, or at any failure load_roll_back
 */
#ifndef MYLD_LOAD_H
#define MYLD_LOAD_H

#include "error.h"
#include "image.h"
#include "object.h"

struct linker;

struct transaction {
    struct linker *linker;
    struct namespace *space;
    struct object *last_before; /* the last object of the namespace when it began; NULL: none */
};

struct transaction load_begin(struct linker *linker, struct namespace *space);

/* The first object that the transaction has added, or NULL. */
struct object *load_first_new(const struct transaction *transaction);

/* Finds, maps and reads the library `name` for `requester` (NULL: the command line or environment),
 * unless it is in the namespace already. Returns the object or NULL. */
struct object *load_library(struct linker *linker, struct namespace *space, const char *name,
                            struct object *requester, struct error *error);

/* The object of the namespace that `name` asks for, if it is loaded; NULL otherwise. */
struct object *load_find(struct namespace *space, const char *name);

/* Loads all that `root` and the `extra_count` objects of `extra` (preloaded ones) need, breadth
 * first, and makes root->group and root->order of it. */
bool load_group(struct linker *linker, struct object *root, struct object *const *extra,
                size_t extra_count, struct error *error);

/* The object of the namespace whose file the search for `name` finds; NULL: it is not loaded (no
 * error), or not found (*error). */
struct object *load_find_by_file(struct linker *linker, struct namespace *space, const char *name,
                                 struct object *requester, struct error *error);

/* Auditors hear that all objects that were to be added are there. */
void load_all_added(struct linker *linker, struct namespace *space);

/* Undoes the transaction: unmaps and forgets every object that it added. */
void load_roll_back(struct transaction *transaction);

/* An object's mapping is about to go: its place may be used again, if it was the last one. */
void load_free_place(struct linker *linker, const struct object *object);

/* Takes an object out of its namespace's list. */
void load_unlink(struct linker *linker, struct object *object);

/* Adds an object to the end of the namespace's list. */
void load_append(struct linker *linker, struct namespace *space, struct object *object);

#endif
