/*
 * The code of every generated library: prints to what the library's references are bound, and takes
 * its steps. No libc, no relocations, no data of its own: it is copied into each file as it is.
 */
#define _GNU_SOURCE
#include "engine.h"
#include "instructions.h"
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdbool.h>

typedef struct engine_library library;

/* -- lines -- */

struct line {
    size_t length;
    char text[1000];
};

static void add_text(struct line *line, const char *text) {
    while (*text && line->length < sizeof line->text - 1)
        line->text[line->length++] = *text++;
}

static void add_number(struct line *line, unsigned long number) {
    char digits[24];
    size_t at = sizeof digits - 1;
    digits[at] = 0;
    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    add_text(line, digits + at);
}

static void start_line(struct line *line, const library *self) {
    line->length = 0;
    add_text(line, self->name);
    add_text(line, " ");
}

static void end_line(struct line *line) {
    line->text[line->length++] = '\n';
    machine_write(1, line->text, line->length);
}

static void say(const library *self, const char *what) {
    struct line line;
    start_line(&line, self);
    add_text(&line, what);
    end_line(&line);
}

#define SERVICE(self, name) ((__typeof__(&(name)))(self)->services[SERVICE_##name])
void *__tls_get_addr(void *index);
int __cxa_thread_atexit_impl(void (*function)(void *), void *argument, void *object);
int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void *init,
                      void *fini, void *exit_hook, void *stack);
void exit(int status) __attribute__((noreturn));

static void add_failure(const library *self, struct line *line) {
    const char *text = SERVICE(self, dlerror)();
    add_text(line, " failed: ");
    add_text(line, text ? text : "(no text)");
}

/* -- references -- */

typedef const char *function(void);

static const char *thread_local_label(const library *self, const struct engine_import *import) {
    uintptr_t *slot = import->slot;
    switch (import->kind) {
    case REFERENCE_TLS_INITIAL:
        return *slot ? machine_thread_pointer() + *slot : NULL;
    case REFERENCE_TLS_DESCRIPTOR: {
        const char *thread_pointer = machine_thread_pointer();
        uintptr_t offset = machine_call_descriptor(slot);
        return offset + (uintptr_t)thread_pointer ? thread_pointer + offset : NULL;
    }
    default:
        return slot[0] ? SERVICE(self, __tls_get_addr)(slot) : NULL;
    }
}

static const char *label_of(const library *self, const struct engine_import *import) {
    uintptr_t *slot = import->slot;
    switch (import->kind) {
    case REFERENCE_CALL:
        return ((function *)import->slot)();
    case REFERENCE_POINTER:
    case REFERENCE_FUNCTION_WORD:
        return *slot ? ((function *)*slot)() : NULL;
    case REFERENCE_DATA:
        return (const char *)*slot;
    case REFERENCE_WORD: /* an undefined weak symbol is 0: the addend is left */
        return *slot > REFERENCE_ADDEND ? (const char *)*slot - REFERENCE_ADDEND : NULL;
    case REFERENCE_COPY:
        return import->slot;
    default:
        return thread_local_label(self, import);
    }
}

static bool is_thread_local(const struct engine_import *import) {
    return import->kind >= REFERENCE_TLS_GENERAL;
}

static void report_one(const library *self, const struct engine_import *import) {
    static const char kinds[] =
        "call\0\0\0\0pointer\0word\0\0\0\0data\0\0\0\0word+8\0\0copy\0\0\0\0"
        "general\0initial\0desc\0\0\0\0local";
    struct line line;
    start_line(&line, self);
    add_text(&line, import->name);
    add_text(&line, " ");
    add_text(&line, kinds + 8 * import->kind);
    add_text(&line, " -> ");
    const char *label = label_of(self, import);
    add_text(&line, label ? label : "none");
    if (label && is_thread_local(import)) { /* the same variable is counted up by all */
        add_text(&line, " ");
        add_number(&line, (unsigned long)++((char *)label)[LABEL_SIZE - 1]);
    } else if (label && label >= self->start && label < self->end) {
        add_text(&line, " own");
    }
    end_line(&line);
}

static void report(const library *self, bool thread_local_only) {
    for (size_t i = 0; i < self->import_count; i++)
        if (!thread_local_only || is_thread_local(&self->imports[i]))
            report_one(self, &self->imports[i]);
}

/* -- steps -- */

static void *handle_of(const library *self, const struct engine_step *step) {
    if (step->slot == SLOT_DEFAULT)
        return RTLD_DEFAULT;
    return step->slot == SLOT_NEXT ? RTLD_NEXT : self->handles[step->slot];
}

static void open_library(library *self, const struct engine_step *step) {
    struct line line;
    const char *file = step->text[0] ? step->text : NULL;
    void *handle = SERVICE(self, dlopen)(file, (int)step->number);
    self->handles[step->slot] = handle;
    start_line(&line, self);
    add_text(&line, "open ");
    add_text(&line, step->text);
    if (handle) {
        add_text(&line, " ok ");
        add_text(&line, ((struct link_map *)handle)->l_name);
    } else {
        add_failure(self, &line);
    }
    end_line(&line);
}

static void close_library(library *self, const struct engine_step *step) {
    struct line line;
    void *handle = self->handles[step->slot];
    self->handles[step->slot] = NULL;
    if (!handle)
        return;
    int result = SERVICE(self, dlclose)(handle);
    start_line(&line, self);
    add_text(&line, "close ");
    add_number(&line, (unsigned long)step->slot);
    if (result)
        add_failure(self, &line);
    end_line(&line);
}

static bool has_handle(const library *self, const struct engine_step *step) {
    return step->slot >= HANDLE_SLOTS || self->handles[step->slot];
}

/* The first letter says what the symbol is: a function (f, i), data (d) or thread-local (t). */
static void look_up(library *self, const struct engine_step *step) {
    struct line line;
    if (!has_handle(self, step) || (step->version && !SERVICE(self, dlvsym)))
        return;
    void *handle = handle_of(self, step);
    void *address = step->version ? SERVICE(self, dlvsym)(handle, step->text, step->version)
                                  : SERVICE(self, dlsym)(handle, step->text);
    start_line(&line, self);
    add_text(&line, "symbol ");
    add_text(&line, step->text);
    add_text(&line, step->slot == SLOT_NEXT      ? " next"
                    : step->slot == SLOT_DEFAULT ? " default"
                                                 : "");
    if (address) {
        add_text(&line, " -> ");
        add_text(&line, step->text[0] == 'f' || step->text[0] == 'i' ? ((function *)address)()
                                                                     : (const char *)address);
    } else {
        add_failure(self, &line);
    }
    end_line(&line);
}

static void act(library *self, const struct engine_step *step) {
    if (!has_handle(self, step))
        return;
    void (*other)(void) = (void (*)(void))SERVICE(self, dlsym)(handle_of(self, step), step->text);
    if (other)
        other();
}

static void ask(library *self, const struct engine_step *step) {
    struct line line;
    Lmid_t space = -7;
    size_t module = 99;
    struct link_map *map = NULL;
    void *handle = handle_of(self, step);
    char origin[900];
    if (!has_handle(self, step))
        return;
    start_line(&line, self);
    add_text(&line, "information");
    if (SERVICE(self, dlvsym)) { /* glibc's requests */
        if (SERVICE(self, dlinfo)(handle, RTLD_DI_LMID, &space) == 0)
            add_number(&line, (unsigned long)space);
        if (SERVICE(self, dlinfo)(handle, RTLD_DI_TLS_MODID, &module) == 0)
            add_text(&line, " module "), add_number(&line, module);
        if (SERVICE(self, dlinfo)(handle, RTLD_DI_ORIGIN, origin) == 0)
            add_text(&line, " origin "), add_text(&line, origin);
    }
    if (SERVICE(self, dlinfo)(handle, RTLD_DI_LINKMAP, &map) == 0)
        add_text(&line, " map "), add_text(&line, map->l_name);
    end_line(&line);
}

/* Names that mean the same under every loader: the graph's own. */
static bool is_ours(const char *name) {
    static const char ours[] = "libgraph";
    size_t same = 0;
    for (; *name && ours[same]; name++)
        same = *name == ours[same] ? same + 1 : *name == ours[0];
    return !ours[same];
}

struct listing {
    struct line line;
    bool numbers;
};

static int list_one(struct dl_phdr_info *info, size_t size, void *data) {
    struct listing *listing = data;
    (void)size;
    if (!listing->numbers) {
        add_number(&listing->line, info->dlpi_adds);
        add_text(&listing->line, "-");
        add_number(&listing->line, info->dlpi_subs);
        listing->numbers = true;
    }
    if (is_ours(info->dlpi_name)) {
        add_text(&listing->line, " ");
        add_text(&listing->line, info->dlpi_name);
        if (info->dlpi_tls_modid)
            add_text(&listing->line, ":"), add_number(&listing->line, info->dlpi_tls_modid);
    }
    return 0;
}

static void iterate(library *self) {
    struct listing listing;
    listing.numbers = false;
    start_line(&listing.line, self);
    add_text(&listing.line, "iterate ");
    SERVICE(self, dl_iterate_phdr)(list_one, &listing);
    end_line(&listing.line);
}

static void list_maps(library *self) {
    struct line line;
    start_line(&line, self);
    add_text(&line, "maps");
    for (struct link_map *map = SERVICE(self, dlopen)(NULL, RTLD_LAZY); map; map = map->l_next)
        if (is_ours(map->l_name))
            add_text(&line, " "), add_text(&line, map->l_name);
    end_line(&line);
}

static void ask_address(library *self) {
    struct line line;
    Dl_info info;
    start_line(&line, self);
    add_text(&line, "address ");
    if (SERVICE(self, dladdr)(self, &info)) {
        add_text(&line, info.dli_fname);
        add_text(&line,
                 (char *)info.dli_fbase + sizeof(ElfW(Ehdr)) == self->start ? " " : " elsewhere ");
        add_text(&line, info.dli_sname ? info.dli_sname : "no symbol");
    }
    end_line(&line);
}

static void *in_thread(void *argument) {
    report(argument, true);
    return NULL;
}

static void run_thread(library *self) {
    pthread_t thread;
    say(self, "thread");
    if (SERVICE(self, pthread_create) &&
        SERVICE(self, pthread_create)(&thread, NULL, in_thread, self) == 0)
        SERVICE(self, pthread_join)(thread, NULL);
}

static void at_thread_end(void *self) {
    say(self, "end of thread");
}

static void take_steps(library *self, const struct engine_step *step) {
    for (; step->operation != OPERATION_END; step++) {
        if (step->operation == OPERATION_REPORT)
            report(self, false);
        else if (step->operation == OPERATION_OPEN)
            open_library(self, step);
        else if (step->operation == OPERATION_CLOSE)
            close_library(self, step);
        else if (step->operation == OPERATION_SYMBOL || step->operation == OPERATION_VERSION)
            look_up(self, step);
        else if (step->operation == OPERATION_ACT)
            act(self, step);
        else if (step->operation == OPERATION_INFORMATION)
            ask(self, step);
        else if (step->operation == OPERATION_ITERATE)
            iterate(self);
        else if (step->operation == OPERATION_LIST)
            list_maps(self);
        else if (step->operation == OPERATION_ADDRESS)
            ask_address(self);
        else if (step->operation == OPERATION_THREAD)
            run_thread(self);
        else if (step->operation == OPERATION_AT_THREAD_END &&
                 SERVICE(self, __cxa_thread_atexit_impl))
            SERVICE(self, __cxa_thread_atexit_impl)(at_thread_end, self, self);
        else if (step->operation == OPERATION_EXIT)
            SERVICE(self, exit)((int)step->number);
    }
}

/* -- entries, called by machine_entries -- */

/* By way of the jumps at the engine's start; the fourth argument is the library. */
void engine_init(int argc, char **argv, char **envp, library *self);
void engine_construct(int argc, char **argv, char **envp, library *self);
void engine_destruct(long, long, long, library *self);
void engine_fini(long, long, long, library *self);
int engine_main(int argc, char **argv, char **envp, library *self);
void engine_act(long, long, long, library *self);
void engine_begin(void **stack, void *exit_hook, long, library *self);

/* Only glibc hands the arguments of main on. */
static bool are_odd(const library *self, int argc, char **argv, char **envp) {
    return SERVICE(self, dlvsym) && (argc != 1 || envp != argv + 2);
}

void engine_init(int argc, char **argv, char **envp, library *self) {
    say(self, are_odd(self, argc, argv, envp) ? "init with odd arguments" : "init");
}

void engine_construct(int argc, char **argv, char **envp, library *self) {
    say(self, are_odd(self, argc, argv, envp) ? "construct with odd arguments" : "construct");
    take_steps(self, self->constructor);
}

void engine_destruct(long a, long b, long c, library *self) {
    (void)a, (void)b, (void)c;
    say(self, "destruct");
    take_steps(self, self->destructor);
}

void engine_fini(long a, long b, long c, library *self) {
    (void)a, (void)b, (void)c;
    say(self, "fini");
}

int engine_main(int argc, char **argv, char **envp, library *self) {
    (void)argc, (void)argv, (void)envp;
    say(self, "main");
    take_steps(self, self->main);
    return 0;
}

void engine_act(long a, long b, long c, library *self) {
    (void)a, (void)b, (void)c;
    say(self, "act");
    take_steps(self, self->act);
}

void engine_begin(void **stack, void *exit_hook, long a, library *self) {
    (void)a;
    SERVICE(self, __libc_start_main)
    ((int (*)(int, char **, char **))self->main_entry, (int)(long)stack[0], (char **)(stack + 1),
     NULL, NULL, exit_hook, stack);
}
