/* Objects without a file: functions of the loader that a libc's adapter gives to the program in the
 * place of libc's own. */
#ifndef MYLD_BUILTIN_H
#define MYLD_BUILTIN_H

#include "object.h"

struct linker;

/* An object with room for `count` functions. NULL: no memory. */
struct object *builtin_new(size_t count);

/* Defines a function in it, without version: any will do. The name is a constant of the loader. */
void builtin_define(struct object *object, const char *name, uintptr_t address);

/* Puts the object into a scope, in front of `before`. False: no memory. */
bool builtin_insert(struct linker *linker, struct scope *scope, struct object *builtin,
                    const struct object *before);

#endif
