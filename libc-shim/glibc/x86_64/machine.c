/* What glibc's loader does only on x86_64: features of the processor, the thread control block,
 * vdso functions. */
#include "cpu_settings.h"
#include "libc-shim/glibc/cpu_features.h"
#include "libc-shim/glibc/glibc.h"

EXPORT const void *_dl_x86_get_cpu_features(unsigned int max);

/* glibc's control word of the x87 unit at the start: all exceptions masked, extended precision. */
#define FPU_CONTROL 0x37f

void glibc_machine_fill(struct linker *linker) {
    const struct glibc_layout *layout = glibc_of(linker)->layout;
    const struct cpu *cpu = linker_cpu(linker);
    unsigned char *ro = glibc_global_ro;
    struct glibc_cpu_settings settings;
    glibc_fill_cpu_features(ro, layout, cpu,
                            glibc_read_cpu_settings(linker, &settings) ? &settings : NULL);
    *(uint16_t *)glibc_member(layout, ro, GLIBC_ro_fpu_control) = FPU_CONTROL;
    glibc_put_word(layout, ro, GLIBC_ro_hwcap, cpu_hwcap(cpu));
    static const struct {
        enum glibc_field field;
        char name[28];
    } functions[] = {
        {GLIBC_ro_vdso_clock_gettime64, "__vdso_clock_gettime"},
        {GLIBC_ro_vdso_gettimeofday, "__vdso_gettimeofday"},
        {GLIBC_ro_vdso_time, "__vdso_time"},
        {GLIBC_ro_vdso_getcpu, "__vdso_getcpu"},
        {GLIBC_ro_vdso_clock_getres_time64, "__vdso_clock_getres"},
    };
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        glibc_put_word(layout, ro, functions[i].field,
                       glibc_vdso_function(linker, functions[i].name, "LINUX_2.6"));
}

void glibc_machine_set_header(const struct glibc_layout *layout, uintptr_t tp) {
    void *header = (void *)tp;
    glibc_put_word(layout, header, GLIBC_pt_header_tcb, tp);
    glibc_put_word(layout, header, GLIBC_pt_header_self, tp);
}

ptrdiff_t glibc_machine_dtv(const struct glibc_layout *layout) {
    return layout->field[GLIBC_pt_header_dtv];
}

/* The stack guard's lowest byte is 0, so that an overflowing string cannot write it. */
void glibc_machine_set_guards(struct linker *linker, unsigned char *pthread) {
    const struct glibc_layout *layout = glibc_of(linker)->layout;
    const uintptr_t *random = (const uintptr_t *)linker->process.random;
    if (!random)
        return;
    glibc_put_word(layout, pthread, GLIBC_pt_stack_guard, random[0] & ~(uintptr_t)0xff);
    glibc_put_word(layout, pthread, GLIBC_pt_pointer_guard, random[1]);
}

/* libc and libm read the features through this. */
const void *_dl_x86_get_cpu_features(unsigned int max) {
    (void)max; /* the number of leaves that the caller knows: they are all there */
    return glibc_member(glibc_of(linker_instance())->layout, glibc_global_ro,
                        GLIBC_ro_cpu_features);
}
