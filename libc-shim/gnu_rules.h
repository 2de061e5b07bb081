/* What glibc programs and programs without libc have in common: search rules and messages of
 * ld.so(8). */
#ifndef MYLD_GNU_RULES_H
#define MYLD_GNU_RULES_H

#include "shim.h"

void gnu_set_search(struct linker *linker);

/* glibc's first line for a start that fails. */
void gnu_describe_start(struct linker *linker, const struct error *error, char *text, size_t size);

/* glibc's text of dlerror; returns the number of which the text speaks, or 0. */
int gnu_describe_dlerror(struct linker *linker, const struct error *error, char *text, size_t size);

#endif
