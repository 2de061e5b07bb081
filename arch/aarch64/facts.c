/* Facts about aarch64 systems. */
#include "loader/facts.h"

static const char *const folders[] = {"/lib/aarch64-linux-gnu/", "/usr/lib/aarch64-linux-gnu/",
                                      "/lib/", "/usr/lib/", NULL};

static const char *const hwcaps[] = {NULL};

const struct machine_facts facts_aarch64 = {
    .machine = EM_AARCH64,
    .name = "aarch64",
    .lib = "lib/aarch64-linux-gnu",
    .platform = "aarch64",
    .glibc_loader = "ld-linux-aarch64.so.1",
    .glibc_interpreter = "/lib/ld-linux-aarch64.so.1",
    .default_folders = folders,
    .hwcaps = hwcaps,
    .cache_flags = 0x0a03, /* FLAG_AARCH64_LIB64 | FLAG_ELF_LIBC6 */
    .musl_arch = "aarch64",
    .musl_arrays_only = true,
};
