/* Threads: struct pthread of the first one, and the static TLS blocks and dtvs of those that libc
 * creates.
 *
 * libc.so.6 allocates the memory of a thread (its size is in _rtld_global_ro) and asks the loader
 * to fill it: _dl_allocate_tls for new memory, _dl_allocate_tls_init for a stack that is used
 * again.
 */
#include "glibc.h"

#include "loader/dl.h"
#include "loader/event.h"
#include "loader/memory.h"
#include "loader/retire.h"
#include "loader/sys.h"
#include <string.h>

/* How the process began. */
EXPORT void *__libc_stack_end;
EXPORT char **_dl_argv;
EXPORT int __libc_enable_secure; /* secure_getenv and others obey it */
EXPORT unsigned int __rseq_size;
EXPORT ptrdiff_t __rseq_offset;
EXPORT const unsigned int __rseq_flags = 0;

#define RSEQ_SIGNATURE ARCH_RSEQ_SIGNATURE
#define RSEQ_AREA_SIZE 32
#define RSEQ_USED_SIZE 20 /* the members of its first version: what programs may count on */
#define RSEQ_REGISTRATION_FAILED (-2)

/* -- the first thread -- */

/* struct rseq (linux/rseq.h): two processor numbers first. */
static void register_rseq(struct linker *linker, unsigned char *pthread, uintptr_t tp) {
    const struct glibc_layout *layout = glibc_of(linker)->layout;
    int32_t *area = glibc_member(layout, pthread, GLIBC_pt_rseq_area);
    if (!area)
        return;
    __rseq_offset = (ptrdiff_t)((uintptr_t)area - tp);
    area[1] = -1;
    if (glibc_tunable(linker, "glibc.pthread.rseq", 1) &&
        sys4(SYS_rseq, (long)area, RSEQ_AREA_SIZE, 0, RSEQ_SIGNATURE) == 0)
        __rseq_size = RSEQ_USED_SIZE;
    else
        area[1] = RSEQ_REGISTRATION_FAILED;
}

/* What the kernel must know of the thread: where to clear the id at its end, its robust mutexes. */
static void register_with_kernel(const struct glibc_layout *layout, unsigned char *pthread) {
    int32_t *tid = glibc_member(layout, pthread, GLIBC_pt_tid);
    *tid = (int32_t)sys1(SYS_set_tid_address, (long)tid);
    uintptr_t *robust = glibc_member(layout, pthread, GLIBC_pt_robust_head);
    robust[0] = (uintptr_t)robust;
    robust[1] = (uintptr_t)((intptr_t)layout->field[GLIBC_mutex_lock] -
                            (intptr_t)layout->field[GLIBC_mutex_list]);
    glibc_put_word(layout, pthread, GLIBC_pt_robust_prev, (uintptr_t)robust);
    sys2(SYS_set_robust_list, (long)robust, 3 * sizeof(uintptr_t));
}

static void add_to_list(struct glibc_list *list, struct glibc_list *node) {
    *node = (struct glibc_list){list->next, list};
    list->next->previous = node;
    list->next = node;
}

static void fill_pthread(struct linker *linker, unsigned char *pthread, uintptr_t tp) {
    const struct glibc_layout *layout = glibc_of(linker)->layout;
    glibc_put_word(layout, pthread, GLIBC_pt_specific,
                   (uintptr_t)glibc_member(layout, pthread, GLIBC_pt_specific_1stblock));
    unsigned char *user_stack = glibc_member(layout, pthread, GLIBC_pt_user_stack);
    if (user_stack)
        *user_stack = 1;
    /* The end of the stack is known, its start is not: glibc stores the end as the size. */
    glibc_put_word(layout, pthread, GLIBC_pt_stackblock_size, (uintptr_t)__libc_stack_end);
    add_to_list(glibc_member(layout, glibc_global, GLIBC_gl_stack_user),
                glibc_member(layout, pthread, GLIBC_pt_list));
    register_with_kernel(layout, pthread);
    register_rseq(linker, pthread, tp);
}

bool glibc_make_first_thread(struct linker *linker, struct error *error) {
    const struct glibc_layout *layout = glibc_of(linker)->layout;
    uintptr_t tp = tls_new_thread_area(linker, glibc_size(layout, GLIBC_pt_size),
                                       glibc_size(layout, GLIBC_pt_alignment));
    if (!tp)
        return error_no_memory(error, "");
    reader_expect_one_thread(true);
    unsigned char *pthread = glibc_pthread(layout, tp);
    __libc_stack_end = linker->process.stack;
    _dl_argv = linker->process.argv;
    if (linker->process.secure)
        __libc_enable_secure = 1;
    glibc_machine_set_header(layout, tp);
    glibc_machine_set_guards(linker, pthread);
    struct dtv_entry *dtv = tls_new_dtv(linker, tp);
    if (!dtv)
        return error_no_memory(error, "");
    tls_door.dtv = glibc_machine_dtv(layout);
    *(struct dtv_entry **)(tp + (uintptr_t)tls_door.dtv) = dtv;
    glibc_put_word(layout, glibc_global, GLIBC_gl_initial_dtv, (uintptr_t)dtv);
    int result = arch_set_thread_pointer(tp);
    if (result < 0)
        return error_set(error, ERROR_OTHER, -result, "", "cannot set up thread-local storage");
    fill_pthread(linker, pthread, tp);
    EVENT(linker, thread, .action = "first", .pointer = tp);
    return true;
}

/* -- threads that libc creates -- */

static struct dtv_entry **dtv_of(uintptr_t thread_pointer) {
    return (struct dtv_entry **)(thread_pointer + (uintptr_t)tls_door.dtv);
}

EXPORT void *_dl_allocate_tls_init(void *block, bool main_thread);
EXPORT void *_dl_allocate_tls(void *block);
EXPORT void _dl_deallocate_tls(void *block, bool free_block);
EXPORT void _dl_get_tls_static_info(size_t *size, size_t *alignment);
EXPORT int __nptl_change_stack_perm(unsigned char *pthread);

/* A thread block that is used again: its dtv and its TLS become as new. The flag's meaning changed
 * over time; all is always initialised. */
void *_dl_allocate_tls_init(void *block, bool main_thread) {
    (void)main_thread;
    struct linker *linker = linker_instance();
    uintptr_t tp = (uintptr_t)block;
    if (!block)
        return NULL;
    tls_reset_dtv(linker, *dtv_of(tp), tp);
    tls_initialise_block(linker, tp, false);
    EVENT(linker, thread, .action = "again", .pointer = tp);
    return block;
}

/* A new thread block, zero but for what libc has set in struct pthread. NULL: no memory. */
void *_dl_allocate_tls(void *block) {
    struct linker *linker = linker_instance();
    uintptr_t tp = (uintptr_t)block;
    if (!block)
        return NULL;
    reader_expect_one_thread(false);
    struct dtv_entry *dtv = tls_new_dtv(linker, tp);
    if (!dtv)
        return NULL;
    *dtv_of(tp) = dtv;
    tls_initialise_block(linker, tp, false);
    EVENT(linker, thread, .action = "new", .pointer = tp);
    return block;
}

/* A thread block whose memory is given back; libc never asks to free it with the flag, for it is
 * its own memory. */
void _dl_deallocate_tls(void *block, bool free_block) {
    (void)free_block;
    struct linker *linker = linker_instance();
    struct thread_slot *slot = tls_slot(linker, (uintptr_t)block);
    EVENT(linker, thread, .action = "end", .pointer = (uintptr_t)block);
    dl_forget_errors(slot);
    tls_free_dtv(*dtv_of((uintptr_t)block));
    *dtv_of((uintptr_t)block) = NULL;
}

/* Sanitizers ask for the size of the static block. */
void _dl_get_tls_static_info(size_t *size, size_t *alignment) {
    const struct glibc_layout *layout = glibc_of(linker_instance())->layout;
    *size = *(size_t *)glibc_member(layout, glibc_global_ro, GLIBC_ro_tls_static_size);
    *alignment = *(size_t *)glibc_member(layout, glibc_global_ro, GLIBC_ro_tls_static_align);
}

/* Makes a thread's stack executable: a library that wants this was opened after libc made the
 * stack. */
int __nptl_change_stack_perm(unsigned char *pthread) {
    const struct glibc_layout *layout = glibc_of(linker_instance())->layout;
    uintptr_t stack = *(uintptr_t *)glibc_member(layout, pthread, GLIBC_pt_stackblock);
    size_t size = *(size_t *)glibc_member(layout, pthread, GLIBC_pt_stackblock_size);
    size_t guard = *(size_t *)glibc_member(layout, pthread, GLIBC_pt_guardsize);
    return (int)-sys_mprotect(stack + guard, size - guard, PROT_READ | PROT_WRITE | PROT_EXEC);
}

/* -- all threads -- */

/* glibc's low-level lock (lowlevellock.h): 0 free, 1 held, 2 held and waited for. */
static void lock_stacks(_Atomic int *lock) {
    int expected = 0;
    if (atomic_compare_exchange_strong(lock, &expected, 1))
        return;
    while (atomic_exchange(lock, 2) != 0)
        sys4(SYS_futex, (long)lock, 128 /* FUTEX_WAIT | FUTEX_PRIVATE_FLAG */, 2, 0);
}

static void unlock_stacks(_Atomic int *lock) {
    if (atomic_exchange(lock, 0) == 2)
        sys3(SYS_futex, (long)lock, 129 /* FUTEX_WAKE | FUTEX_PRIVATE_FLAG */, 1);
}

static void visit_list(struct linker *linker, enum glibc_field field, thread_visitor *visit,
                       void *context) {
    const struct glibc_layout *layout = glibc_of(linker)->layout;
    struct glibc_list *list = glibc_member(layout, glibc_global, field);
    for (struct glibc_list *node = list->next; node != list; node = node->next) {
        unsigned char *pthread = (unsigned char *)node - layout->field[GLIBC_pt_list];
        visit(linker,
              (uintptr_t)pthread + (ARCH_TLS_BELOW_TP ? 0 : glibc_size(layout, GLIBC_pt_size)),
              context);
    }
}

static void make_stack_executable(struct linker *linker, uintptr_t tp, void *failed) {
    const struct glibc_layout *layout = glibc_of(linker)->layout;
    unsigned char *pthread = glibc_pthread(layout, tp);
    const unsigned char *user_stack = glibc_member(layout, pthread, GLIBC_pt_user_stack);
    if (!(user_stack && *user_stack) && __nptl_change_stack_perm(pthread) != 0)
        *(bool *)failed = true;
}

bool glibc_make_stacks_executable(struct linker *linker) {
    bool failed = false;
    const struct glibc_layout *layout = glibc_of(linker)->layout;
    glibc_put_int(layout, glibc_global, GLIBC_gl_stack_flags, PF_R | PF_W | PF_X);
    glibc_each_thread(linker, make_stack_executable, &failed);
    return !failed;
}

void glibc_each_thread(struct linker *linker, thread_visitor *visit, void *context) {
    _Atomic int *lock =
        glibc_member(glibc_of(linker)->layout, glibc_global, GLIBC_gl_stack_cache_lock);
    lock_stacks(lock);
    visit_list(linker, GLIBC_gl_stack_used, visit, context);
    visit_list(linker, GLIBC_gl_stack_user, visit, context);
    unlock_stacks(lock);
}
