/* The bits of struct cpu_features' preferred: which of glibc's string functions suit a processor.
 */
#ifndef MYLD_GLIBC_PREFERRED_H
#define MYLD_GLIBC_PREFERRED_H

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

#endif
