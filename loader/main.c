/* myld, from the first instruction to the program's entry point: the table of contents.
 *
 * arch/<machine>/start.S calls loader_start with the kernel's stack. Each stage below is one call;
 * the line after it says what holds from there on. The stages are the same for a program that the
 * kernel started with myld as its interpreter, for ./myld program, and for every libc.
 */
#include "audit.h"
#include "auxv.h"
#include "event.h"
#include "event_debug.h"
#include "facts.h"
#include "init.h"
#include "level.h"
#include "linker.h"
#include "list.h"
#include "load.h"
#include "program.h"
#include "question.h"
#include "relocate.h"
#include "rendezvous.h"
#include "report.h"
#include "stack.h"
#include "start.h"
#include "sys.h"
#include "tell.h"
#include "text.h"
#include "version.h"
#include <string.h>

static struct linker the_linker;

/* Too large for a lean stack, and hardly ever touched: a "common" symbol lies at the very end of
 * .bss, where it takes no room on the pages that every start needs. */
struct error start_error __attribute__((common));

struct linker *linker_instance(void) {
    return &the_linker;
}

const struct cpu *linker_cpu(struct linker *linker) {
    if (!linker->cpu_known)
        cpu_identify(&linker->cpu);
    linker->cpu_known = true;
    return &linker->cpu;
}

/* -- the stages -- */

/* Another machine's program is there to be asked about: its libc will not run here. */
static bool confirm(struct linker *linker, struct error *error) {
    return linker->search.facts != facts_here() || linker->shim->confirm(linker, error) ||
           question_goes_on(linker, error);
}

static bool load(struct linker *linker, struct error *error) {
    if (!start_load_program(linker, error))
        return false;
    linker->shim = shim_use(shim_recognise(linker->program, linker->interpreter));
    linker->shim->set_search(linker);
    if (UNLIKELY(linker->options.debug))
        event_debug_open(linker);
    tell_object(linker, linker->program, NULL);
    if ((!linker->shim->vdso_late && !program_add_vdso(linker, error)) ||
        !audit_start(linker, error))
        return false;
    struct object_list *preloaded = start_preload(linker, error);
    if (linker->vdso)
        audit_opened(linker, linker->vdso);
    if (!preloaded ||
        !load_group(linker, linker->program, preloaded->item, preloaded->count, error) ||
        !confirm(linker, error) || !start_complete_scope(linker, error))
        return false;
    EVENT(linker, libc, .libc = linker->shim->name, .object = linker->base.libc);
    tell_group(linker, linker->program);
    return true;
}

static bool check_versions(struct linker *linker) {
    bool complete = true;
    for (const struct object *object = linker->base.first; object; object = object->next)
        complete &= !linker->shim->checks_versions ||
                    version_check(object, &linker->base, true, start_report_version, linker);
    return complete;
}

static bool relocate(struct linker *linker, struct error *error) {
    struct relocate_options options = {
        .lazy = linker->shim->lazy && !linker->options.bind_now,
        .copies = !linker->shim->copy_late,
    };
    return relocate_group(linker, linker->program, options, error) && !linker->failed;
}

static bool protect(struct linker *linker, struct error *error) {
    if (linker->shim->copy_late && !relocate_copies(linker, linker->program, error))
        return false;
    return relocate_protect(linker->base.first, error) &&
           init_check(linker, linker->program->order, error) &&
           stack_permit(linker, linker->base.first, error);
}

static _Noreturn void run(struct linker *linker) {
    struct error *error = linker->error;

    event_stage(linker, "load");
    if (!load(linker, error))
        report_failure(linker, error);
    /* The program and all that it needs is mapped and read; the libc is known. */

    event_stage(linker, "versions");
    if (!check_versions(linker) && linker->options.mode == MODE_RUN)
        event_exit(linker, 1, NULL, NULL); /* ld.so's status for just this */
    tell_scopes(linker, linker->base.first);
    if (options_is_question(&linker->options))
        question_answer(linker);
    if (linker->options.mode != MODE_RUN)
        list_answer(linker);
    /* Every version that some object needs is defined. */

    if (!level_check(linker, linker->base.first, error) || !start_first_thread(linker, error) ||
        !rendezvous_open(linker, error))
        report_failure(linker, error);
    /* Each TLS module has its offset from the thread pointer; there is a thread. What IFUNC
     * resolvers read is there. */

    event_stage(linker, "relocate");
    if (!relocate(linker, error))
        report_failure(linker, error);
    /* Every address is in its place, but for PLT slots that are bound at their first call. */

    event_stage(linker, "libc-after");
    if (!linker->shim->after_relocation(linker, error))
        report_failure(linker, error);
    /* The libc is up. */

    event_stage(linker, "protect");
    if (!protect(linker, error))
        report_failure(linker, error);
    /* RELRO is read-only. */

    event_stage(linker, "announce");
    rendezvous_announce(&linker->base, RENDEZVOUS_ADD);
    rendezvous_announce(&linker->base, RENDEZVOUS_CONSISTENT);
    load_all_added(linker, &linker->base);
    /* A debugger knows all objects. */

    linker->shim->before_constructors(linker);
    event_stage(linker, "init");
    event_write_out(linker);
    linker->running = true;
    if (!linker->shim->constructors_by_libc)
        init_run(linker, linker->program->order, linker->process.envp);
    event_stage(linker, NULL);
    /* Every library is constructed. */

    cache_close(&linker->search.cache);
    EVENT(linker, enter, .object = linker->program, .entry = linker->program->entry,
          .stack = (uintptr_t)linker->process.stack);
    arch_enter(linker->program->entry, linker->process.stack,
               linker->shim->constructors_by_libc ? NULL : init_finish_process);
}

void loader_start(void *stack, const Elf64_Ehdr *self) {
    struct linker *linker = &the_linker;
    linker->error = &start_error;
    process_read(&linker->process, stack);
    const char *wrong = options_read(&linker->options, &linker->process,
                                     linker->process.entry == (uintptr_t)_start);
    if (linker->process.secure &&
        (linker->options.mode == MODE_TRACE || linker->options.mode == MODE_EXPLAIN))
        sys_exit(5); /* ld.so's status: strangers are not told what a privileged program loads */
    if (linker->options.mode == MODE_EXPLAIN)
        start_explain(linker);
    if (linker->options.show_auxv)
        auxv_show(&linker->process);
    if (linker->options.mode == MODE_HELP)
        report_help(linker->process.argv[0]);
    if (linker->options.mode == MODE_VERSION)
        report_version();
    if (wrong)
        start_usage(linker, wrong);
    /* What to do is known; the arguments are the program's. */

    start_prepare(linker, self);
    event_open(linker);
    if (options_is_question(&linker->options))
        question_open(linker);
    run(linker);
}
