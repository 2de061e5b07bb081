/* Executable stacks: old objects, and those with nested functions, ask for them by PT_GNU_STACK or
 * by having none. */
#ifndef MYLD_STACK_H
#define MYLD_STACK_H

#include "error.h"
#include "object.h"

struct linker;

/* Makes the stacks executable if one of the objects from `first` on wants that. False: it cannot be
 * done; *error says so. */
bool stack_permit(struct linker *linker, const struct object *first, struct error *error);

#endif
