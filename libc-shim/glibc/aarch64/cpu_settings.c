/* What tunables say about the processor: whose string functions to use, whether memory is tagged
 * (glibc manual, "Hardware Capability Tunables" and "Memory Related Tunables"). See
 * ../cpu_features.h.
 *
 * In:  glibc.cpu.name and glibc.mem.tagging. Out: struct glibc_cpu_settings; a tunable that libc's
 * malloc may believe, for it would use instructions that a processor without tags does not have;
 * and the kernel's word (its Documentation/arm64/memory-tagging-extension.rst).
 */
#include "cpu_settings.h"

#include "arch/aarch64/cpu.h"
#include "libc-shim/glibc/glibc.h"
#include "loader/sys.h"

bool glibc_read_cpu_settings(struct linker *linker, struct glibc_cpu_settings *settings) {
    if (!glibc_of(linker)->tunables)
        return false;
    const char *name = (const char *)glibc_tunable(linker, "glibc.cpu.name", 0);
    uint64_t tagging = glibc_tunable(linker, "glibc.mem.tagging", 0);
    if (tagging && !cpu_tags_memory(linker->process.hwcap2))
        glibc_change_tunable(linker, "glibc.mem.tagging", tagging = 0);
    *settings = (struct glibc_cpu_settings){
        .model = name ? cpu_model_named(name) : CPU_MODEL_UNKNOWN,
        .tagging = (uint8_t)tagging,
    };
    return true;
}

void glibc_start_tagging(const struct glibc_cpu_settings *settings) {
    enum { SET_CONTROL = 55, ENABLE = 1, SYNC = 2, ASYNC = 4, ALL_TAGS_BUT_0 = 0xfffe << 3 };
    long how = settings->tagging & TAGGING_PREFERRED ? SYNC | ASYNC
               : settings->tagging & TAGGING_AT_ONCE ? SYNC
                                                     : ASYNC;
    if (settings->tagging)
        arch_syscall(SYS_prctl, SET_CONTROL, ENABLE | how | ALL_TAGS_BUT_0, 0, 0, 0, 0);
}
