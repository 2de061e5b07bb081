/* The program itself, and the objects that are there without a search.
 *
 * In:  what the kernel mapped, or a path of the command line. Out: linker->program, linker->vdso.
 */
#ifndef MYLD_PROGRAM_H
#define MYLD_PROGRAM_H

#include "error.h"

struct linker;

/* Adds the program, the loader itself and the vdso to the empty namespace: `program` was mapped by
 * the kernel, or (phdr NULL) `path` is opened. Fills linker->program and linker->interpreter. */
bool program_load(struct linker *linker, const char *path, struct error *error);

/* Adds the objects that need not be searched for: the loader (not yet in the list) and the vdso. */
bool program_add_vdso(struct linker *linker, struct error *error);

#endif
