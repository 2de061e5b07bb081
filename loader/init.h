/* Constructors and destructors (gABI chapter 5, "Initialization and Termination Functions"). */
#ifndef MYLD_INIT_H
#define MYLD_INIT_H

#include "error.h"
#include "object.h"

struct linker;

/* Checks that the objects' constructors and destructors are code. Called after relocation, before
 * anything runs. */
bool init_check(struct linker *linker, const struct object_list *order, struct error *error);

/* Runs the constructors of the objects in `order`, last to first, of those that have not had
 * theirs. Before them, an object with DF_1_INITFIRST and, at the start, the program's
 * DT_PREINIT_ARRAY. */
void init_run(struct linker *linker, const struct object_list *order, char **envp);

/* Runs the constructors of one object, unless they have begun to run before. */
void init_construct(struct linker *linker, struct object *object, char **envp);

/* Runs the destructors of one object that was constructed. */
void init_run_destructors(struct object *object);

/* Runs all destructors at the end of the process. The function that a program registers with
 * atexit. */
void init_finish_process(void);

#endif
