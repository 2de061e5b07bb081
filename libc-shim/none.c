/* Programs without a libc: the loader itself makes the thread block that the psABI describes, and
 * nothing else.
 *
 * The search rules and messages are those of the system's usual loader, glibc's.
 */
#include "shim.h"

#include "arch.h"
#include "gnu_rules.h"
#include "gnu_tunables.h"
#include "loader/event.h"
#include "loader/linker.h"
#include "loader/lock.h"

/* In secure mode no tunables reach children: without glibc's table, none. */
static bool confirm(struct linker *linker, struct error *error) {
    (void)error;
    if (linker->process.secure)
        process_unset(&linker->process, GNU_TUNABLES);
    return true;
}

static size_t map_size(struct linker *linker) {
    (void)linker;
    return sizeof(struct link_map);
}

static void mirror(struct linker *linker, struct object *object) {
    (void)linker, (void)object;
}

static void nothing(struct linker *linker) {
    (void)linker;
}

static void lay_out_tls(struct linker *linker) {
    tls_lay_out(linker, 1664);
}

static bool before_relocation(struct linker *linker, struct error *error) {
    uintptr_t tp = tls_new_thread_area(linker, ARCH_TCB_SIZE, 16);
    if (!tp)
        return error_no_memory(error, "");
    arch_prepare_tcb(tp, linker->process.random);
    tls_door.dtv = ARCH_TCB_DTV;
    *(struct dtv_entry **)(tp + (uintptr_t)tls_door.dtv) = tls_new_dtv(linker, tp);
    arch_set_thread_pointer(tp);
    EVENT(linker, thread, .action = "first", .pointer = tp);
    return true;
}

static bool after_relocation(struct linker *linker, struct error *error) {
    (void)error;
    tls_initialise_block(linker, arch_thread_pointer(), true);
    return true;
}

static void each_thread(struct linker *linker, thread_visitor *visit, void *context) {
    visit(linker, arch_thread_pointer(), context);
}

static bool no_further_stacks(struct linker *linker) {
    (void)linker;
    return true;
}

void shim_none(struct libc_shim *shim) {
    shim->name = "none";
    gnu_set_rules(shim);
    shim->confirm = confirm;
    shim->map_size = map_size;
    shim->mirror = mirror;
    shim->objects_changed = nothing;
    shim->lay_out_tls = lay_out_tls;
    shim->before_relocation = before_relocation;
    shim->after_relocation = after_relocation;
    shim->before_constructors = nothing;
    shim->lock = lock_take;
    shim->unlock = lock_release;
    shim->make_stacks_executable = no_further_stacks;
    shim->each_thread = each_thread;
    shim->tls_changed = nothing;
}
