/* What glibc's loader does only on aarch64: features of the processor, guards in variables, vdso
 * functions. */
#include "cpu_settings.h"
#include "libc-shim/glibc/cpu_features.h"
#include "libc-shim/glibc/glibc.h"

/* Where -fstack-protector and libc's longjmp look, for there is no such word in the thread block.
 */
EXPORT uintptr_t __stack_chk_guard, __pointer_chk_guard;

void glibc_machine_fill(struct linker *linker) {
    const struct glibc_layout *layout = glibc_of(linker)->layout;
    unsigned char *ro = glibc_global_ro;
    struct glibc_cpu_settings settings;
    bool set = glibc_read_cpu_settings(linker, &settings);
    glibc_fill_cpu_features(ro, layout, linker_cpu(linker), set ? &settings : NULL);
    if (set)
        glibc_start_tagging(&settings);
    static const struct {
        enum glibc_field field;
        char name[28];
    } functions[] = {
        {GLIBC_ro_vdso_clock_gettime64, "__kernel_clock_gettime"},
        {GLIBC_ro_vdso_gettimeofday, "__kernel_gettimeofday"},
        {GLIBC_ro_vdso_clock_getres_time64, "__kernel_clock_getres"},
    };
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        glibc_put_word(layout, ro, functions[i].field,
                       glibc_vdso_function(linker, functions[i].name, "LINUX_2.6.39"));
}

/* The dtv alone stands at the thread pointer; the loader's generic part stores it. */
void glibc_machine_set_header(const struct glibc_layout *layout, uintptr_t tp) {
    (void)layout, (void)tp;
}

ptrdiff_t glibc_machine_dtv(const struct glibc_layout *layout) {
    return layout->field[GLIBC_pt_header_dtv];
}

/* The stack guard's lowest byte is 0, so that an overflowing string cannot write it. */
void glibc_machine_set_guards(struct linker *linker, unsigned char *pthread) {
    const uintptr_t *random = (const uintptr_t *)linker->process.random;
    (void)pthread;
    if (!random)
        return;
    __stack_chk_guard = random[0] & ~(uintptr_t)0xff;
    __pointer_chk_guard = random[1];
}
