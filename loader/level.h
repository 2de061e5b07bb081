/* Levels of the processor: code that was built for a newer one (psABI, "Micro-Architecture Levels")
 * says so in its property note, and is not to run on an older one. */
#ifndef MYLD_LEVEL_H
#define MYLD_LEVEL_H

#include "linker.h"

/* False, and *error, where the object `first` or one behind it in its namespace's list needs what
 * this processor does not have. */
bool level_check(struct linker *linker, const struct object *first, struct error *error);

#endif
