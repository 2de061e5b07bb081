/* What the user wants glibc to believe of an aarch64 processor. */
#ifndef MYLD_GLIBC_CPU_SETTINGS_H
#define MYLD_GLIBC_CPU_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

struct linker;

/* How memory is tagged: glibc's bits. */
enum {
    TAGGING_MALLOC = 1,   /* malloc tags what it gives out */
    TAGGING_AT_ONCE = 2,  /* a wrong access faults at once, not later */
    TAGGING_PREFERRED = 4 /* whichever of the two the processor does better */
};

struct glibc_cpu_settings {
    uint64_t model;  /* MIDR of the processor to believe in; CPU_MODEL_UNKNOWN: the one there is */
    uint8_t tagging; /* TAGGING_… ; 0: no tags, or the processor has none */
};

/* Reads the tunables of the processor. Returns false where no tunable at all is set. */
bool glibc_read_cpu_settings(struct linker *linker, struct glibc_cpu_settings *settings);

/* Has the kernel check accesses by their tags, as the settings say. */
void glibc_start_tagging(const struct glibc_cpu_settings *settings);

#endif
