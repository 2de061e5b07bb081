/* Objects without a file: functions of the loader that a libc's adapter gives to the program in the
 * place of libc's own. */
#ifndef MYLD_BUILTIN_H
#define MYLD_BUILTIN_H

#include "object.h"

struct linker;

struct builtin_function {
    const char name[24];
    void *address;
};

/* An object that defines the functions, without version: any will do. NULL: no memory. */
struct object *builtin_new(const struct builtin_function *functions, size_t count);

/* Puts the object into a scope, in front of `before`. False: no memory. */
bool builtin_insert(struct linker *linker, struct scope *scope, struct object *builtin,
                    const struct object *before);

#endif
