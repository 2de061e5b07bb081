/* What the user wants glibc to believe of an x86-64 processor. */
#ifndef MYLD_GLIBC_CPU_SETTINGS_H
#define MYLD_GLIBC_CPU_SETTINGS_H

#include "../layout.h"

#include <stdbool.h>
#include <stdint.h>

struct cpu;
struct linker;

/* The bits of struct cpu_features' preferred: which of glibc's string functions suit a processor.
 */
enum preferred {
    FAST_REP_STRING = 1 << 0,
    FAST_COPY_BACKWARD = 1 << 1,
    SLOW_BSF = 1 << 2,
    FAST_UNALIGNED_LOAD = 1 << 3,
    PREFER_PMINUB = 1 << 4,
    FAST_UNALIGNED_COPY = 1 << 5,
    I586 = 1 << 6,
    I686 = 1 << 7,
    SLOW_SSE4_2 = 1 << 8,
    AVX_FAST_UNALIGNED_LOAD = 1 << 9,
    PREFER_NO_VZEROUPPER = 1 << 10,
    PREFER_ERMS = 1 << 11,
    PREFER_NO_AVX512_PROBING = 1 << 12,
    MATHVEC_PREFER_NO_AVX512 = 1 << 13,
    PREFER_FSRM = 1 << 14,
    AVOID_SHORT_DISTANCE_REP_MOVSB = 1 << 15,
};

struct glibc_cpu_settings {
    uint64_t data_cache, shared_cache;           /* bytes; 0: as the processor tells */
    uint64_t non_temporal, rep_movsb, rep_stosb; /* thresholds, bytes; 0: as computed */
    uint32_t preferred, not_preferred;           /* bits of enum preferred to set and to clear */
    bool has_words;                              /* features may have been taken away */
    bool without_xsavec;
};

/* Reads the tunables of the processor. Returns false where no tunable at all is set. */
bool glibc_read_cpu_settings(struct linker *linker, struct glibc_cpu_settings *settings);

/* The bounds that glibc gives to the tunable whose value is in `field`, for this processor. */
void glibc_cpu_bounds(enum glibc_field field, uint64_t *minimum, uint64_t *maximum);

#endif
