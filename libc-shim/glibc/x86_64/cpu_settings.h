/* What the user wants glibc to believe of an x86-64 processor. */
#ifndef MYLD_GLIBC_CPU_SETTINGS_H
#define MYLD_GLIBC_CPU_SETTINGS_H

#include "../layout.h"

#include <stdbool.h>
#include <stdint.h>

struct cpu;
struct linker;

struct glibc_cpu_settings {
    uint64_t data_cache, shared_cache;           /* bytes; 0: as the processor tells */
    uint64_t non_temporal, rep_movsb, rep_stosb; /* thresholds, bytes; 0: as computed */
    uint32_t preferred, not_preferred;           /* bits of preferred.h to set and to clear */
    bool has_words;                              /* features may have been taken away */
    bool without_xsavec;
};

/* Reads the tunables of the processor. Returns false where no tunable at all is set. */
bool glibc_read_cpu_settings(struct linker *linker, struct glibc_cpu_settings *settings);

/* The bounds that glibc gives to the tunable whose value is in `field`, for this processor. */
void glibc_cpu_bounds(enum glibc_field field, uint64_t *minimum, uint64_t *maximum);

#endif
