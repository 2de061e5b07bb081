/* GLIBC_TUNABLES, as far as it can be read before the libc is known: names and values are text
 * there. What a tunable means and whether a value is allowed, the libc's own table says
 * (glibc/tunables.c). */
#ifndef MYLD_GNU_TUNABLES_H
#define MYLD_GNU_TUNABLES_H

#include "loader/process.h"

#define GNU_TUNABLES "GLIBC_TUNABLES"

/* One name=value of the variable's text. */
struct gnu_tunable {
    const char *name, *value; /* neither ends in NUL */
    size_t name_length, value_length;
};

/* Takes the next pair from *text, which moves on; false: there is none. What is no pair is passed
 * over. */
bool gnu_tunable_next(const char **text, struct gnu_tunable *tunable);

/* The last value that the environment gives to the tunable `name`; *length bytes of text. NULL:
 * none, or the process is in secure mode. */
const char *gnu_tunable_text(const struct process *process, const char *name, size_t *length);

/* The value of the environment's variable, or NULL: the definition is of another one. */
const char *gnu_variable_value(const char *definition, const char *name);

/* A number as C writes it: decimal, 0… octal, 0x… hexadecimal, with a sign; the greatest number
 * where it is too large, 0 where there is none. Ends at the first other character. */
uint64_t gnu_tunable_number(const char *text);

#endif
