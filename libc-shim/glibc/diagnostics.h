/* Lists for people: the tunables, and everything that decides how the loader works here. */
#ifndef MYLD_GLIBC_DIAGNOSTICS_H
#define MYLD_GLIBC_DIAGNOSTICS_H

#include "glibc.h"

#include "loader/text.h"

#define PRINT(...) print_text(1, __VA_ARGS__)

/* Prints what --list-tunables and --list-diagnostics ask for. */
void glibc_list_tunables(struct linker *linker);
void glibc_list_diagnostics(struct linker *linker);

/* The value of a tunable and its bounds. */
struct glibc_bounds {
    uint64_t value, minimum, maximum;
};

/* <machine>/diagnostics.c */
/* Corrects what the machine knows better: values that were computed, bounds that it sets. */
void glibc_machine_bound(struct linker *linker, const char *name, struct glibc_bounds *now);
/* Prints the machine's own part of --list-diagnostics. */
void glibc_machine_diagnose(struct linker *linker);

#endif
