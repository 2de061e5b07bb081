/* Scopes: which objects a reference is looked up in, and in which order (ld.so's rules).
 *
 * A scope is a list of objects behind an atomic pointer; readers take no lock, so lists are never
 * changed: a new one takes the place of the old, which is retired.
 */
#ifndef MYLD_SCOPE_H
#define MYLD_SCOPE_H

#include "error.h"
#include "load.h"
#include "object.h"

struct linker;

/* Makes the new objects' scopes: the global one and the group of `root`, the group first where
 * `deep`. */
bool scope_set_new(struct linker *linker, struct transaction *transaction, struct object *root,
                   bool deep, struct error *error);

/* Adds a scope to those of an object that was opened while the program ran, if it lacks it. */
bool scope_add(struct linker *linker, struct object *object, struct scope *scope);

/* Adds a list of objects to the end of a scope. Readers see the old or the new list. */
bool scope_extend(struct linker *linker, struct scope *scope, const struct object_list *added);

/* Empties a scope that nobody has used yet. */
void scope_clear(struct linker *linker, struct scope *scope);

/* Takes the objects of `list`, all of one namespace, and scopes of theirs, out of all other
 * objects' scopes. */
void scope_forget(struct linker *linker, const struct object_list *list);

#endif
