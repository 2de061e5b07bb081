/* glibc's idea of the processor, handed to its libc.so.6 and libm.so.6.
 *
 * In:  what arch/ found out about the processor, and the layout of the glibc at hand.
 * Out: the cpu_features part of _rtld_global_ro, as glibc's own loader computes it with no tunable
 * set.
 */
#ifndef MYLD_GLIBC_CPU_FEATURES_H
#define MYLD_GLIBC_CPU_FEATURES_H

#include "layout.h"

struct cpu;
struct glibc_cpu_settings;

/**
 * Fill struct cpu_features inside _rtld_global_ro. Must happen before libc.so.6 is relocated: its
 * IFUNC resolvers choose memcpy and the like by it and copy its thresholds.
 * @param rtld_global_ro the start of the program's _rtld_global_ro, at least the layout's ro_size
 * bytes
 * @param layout the layout of the program's glibc; a member it lacks is left out
 * @param cpu as cpu_identify filled it
 * @param settings what tunables say of the processor (<machine>/cpu_settings.h); NULL: nothing
 */
void glibc_fill_cpu_features(unsigned char *rtld_global_ro, const struct glibc_layout *layout,
                             const struct cpu *cpu, const struct glibc_cpu_settings *settings);

#endif
