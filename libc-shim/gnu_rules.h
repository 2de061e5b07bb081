/* What glibc programs and programs without libc have in common: search rules and messages of
 * ld.so(8). */
#ifndef MYLD_GNU_RULES_H
#define MYLD_GNU_RULES_H

#include "shim.h"

/* Sets the members that are the same for both. */
void gnu_set_rules(struct libc_shim *shim);

#endif
