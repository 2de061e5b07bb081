/* --list-tunables and --list-diagnostics on aarch64: glibc 2.36 tells nothing more there. */
#include "libc-shim/glibc/diagnostics.h"

void glibc_machine_bound(struct linker *linker, const char *name, struct glibc_bounds *now) {
    (void)linker, (void)name, (void)now;
}

void glibc_machine_diagnose(struct linker *linker) {
    (void)linker;
}
