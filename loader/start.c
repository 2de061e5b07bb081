/* Helpers of main.c; see start.h. */
#include "start.h"

#include "dynamic.h"
#include "event.h"
#include "facts.h"
#include "load.h"
#include "memory.h"
#include "program.h"
#include "reloc.h"
#include "rendezvous.h"
#include "report.h"
#include "scope.h"
#include "sys.h"
#include "tell.h"
#include "text.h"
#include "version.h"
#include <errno.h>
#include <string.h>

#define PR_SET_NAME 15

_Noreturn void start_usage(struct linker *linker, const char *wrong) {
    const char *command = linker->process.argv[0];
    const char *word = linker->options.wrong_word;
    print_text(2, "%s: %s%s%s%s\nTry '%s --help' for more information.\n", command, wrong,
               word ? " '" : "", word ? word : "", word ? "'" : "", command);
    sys_exit(1);
}

_Noreturn void start_explain(struct linker *linker) {
    static const char suffix[] = "-explain";
    char path[SEARCH_PATH_MAX];
    long length = sys_readlink("/proc/self/exe", path, sizeof path - sizeof suffix);
    long result = length;
    if (length > 0) {
        memcpy(path + length, suffix, sizeof suffix);
        result =
            sys3(SYS_execve, (long)path, (long)linker->process.argv, (long)linker->process.envp);
    }
    print_text(2, "%s: cannot execute %s: %s\n", linker->process.argv[0],
               length > 0 ? path : suffix, error_number_text((int)-result));
    sys_exit(127);
}

void start_prepare(struct linker *linker, const Elf64_Ehdr *self) {
    const Elf64_Phdr *phdr = (const Elf64_Phdr *)((const char *)self + self->e_phoff);
    memory_start();
    linker->shim = shim_use(shim_none); /* words for errors before the program is known */
    linker->search.facts = facts_here();
    linker->search.library_path = linker->options.library_path;
    if (linker->options.mode == MODE_TUNABLES || linker->options.mode == MODE_DIAGNOSTICS)
        linker->options.program = linker->search.facts->glibc_libc; /* these are about the libc */
    linker->search.inhibit_cache = linker->options.inhibit_cache;
    if (!linker->process.secure)
        linker->search.inhibit_rpath = linker->options.inhibit_rpath;
    linker->search.secure = linker->process.secure;
    linker->search.origin_path = linker->options.origin_path;
    linker->self = object_new(OBJECT_LOADER, linker->search.facts->glibc_interpreter);
    if (!linker->self ||
        !image_adopt(linker->self, phdr, self->e_phnum, (uintptr_t)self, linker->process.page_size,
                     linker->error) ||
        !(linker->self->needed = object_list_new(0)))
        sys_exit(127);
    linker->self->soname = strrchr(linker->search.facts->glibc_interpreter, '/') + 1;
    linker->self->name_bits |= object_name_bits(linker->self->soname);
    linker->self->entry = (uintptr_t)_start;
    linker->self->relocated = true;
    linker->self->never_unload = true;
    linker->self->executable_stack = false;
    /* The kernel's own choice for mappings is directly below the loader: room for it, so that
     * images do not collide. */
    linker->map_hint = linker->self->map_start - (512UL << 10);
}

/* -- the program -- */

static bool needs_something(const struct object *program) {
    return dynamic_entry(program, DT_NEEDED) != NULL;
}

/* A static program is not for a loader, nor is another loader: the kernel starts it. */
OWN_FRAME static void execute_if_static(struct linker *linker, const char *path) {
    const struct object *program = linker->program;
    if (linker->interpreter || needs_something(program))
        return;
    EVENT(linker, execute, .path = path);
    event_write_out(linker);
    long result =
        sys3(SYS_execve, (long)path, (long)linker->process.argv, (long)linker->process.envp);
    struct error error;
    error_set(&error, ERROR_OPEN, (int)-result, path, "cannot execute");
    report_failure(linker, &error);
}

/* The stack as the kernel would have given it to the program. */
static void allow_code_on_stack(const struct process *process) {
    uintptr_t page = align_down((uintptr_t)process->stack, process->page_size);
    sys_mprotect(page, process->page_size, PROT_READ | PROT_WRITE | PROT_EXEC | PROT_GROWSDOWN);
}

/* Everything that the program can see of how it was started becomes what the kernel would have made
 * it. */
static void disguise(struct linker *linker) {
    struct process *process = &linker->process;
    const struct object *program = linker->program;
    const char *path = linker->options.program;
    const char *slash = strrchr(path, '/');
    process->phdr = program->phdr;
    process->phnum = program->phnum;
    process->entry = program->entry;
    process->executable = path;
    process->base = linker->interpreter ? linker->self->bias : 0;
    process_set_auxiliary(process, AT_PHDR, (uintptr_t)program->phdr);
    process_set_auxiliary(process, AT_PHNUM, program->phnum);
    process_set_auxiliary(process, AT_ENTRY, program->entry);
    process_set_auxiliary(process, AT_BASE, process->base);
    process_set_auxiliary(process, AT_EXECFN, (uintptr_t)path);
    if (program->executable_stack)
        allow_code_on_stack(process);
    sys2(SYS_prctl, PR_SET_NAME, (long)(slash ? slash + 1 : path));
}

bool start_load_program(struct linker *linker, struct error *error) {
    const char *path = linker->options.explicitly ? linker->options.program : NULL;
    bool loaded = program_load(linker, path, error);
    if (linker->options.mode == MODE_VERIFY)
        sys_exit(!loaded || !linker->program->dynamic ? 1 : linker->interpreter ? 0 : 2);
    if (!loaded)
        return false;
    /* Run as a command, myld is not the file that the program names; debuggers want the one that it
     * is. */
    const char *self =
        path && linker->options.mode == MODE_RUN ? linker->process.executable : linker->interpreter;
    if (self) {
        char *name = memory_copy_text(self);
        if (!name)
            return error_no_memory(error, "");
        memory_free((char *)linker->self->path);
        linker->self->path = linker->self->label = name;
        linker->self->name_bits |= object_name_bits(name);
    }
    if (linker->options.mode != MODE_RUN)
        return true;
    const char *soname = path ? linker->program->soname : NULL;
    if (soname && strcmp(soname, linker->self->soname) == 0)
        return error_set(error, ERROR_PLAIN, 0, soname, "loader cannot load itself");
    if (!object_has_code(linker->program, linker->program->entry))
        return error_set(error, ERROR_FILE, 0, linker->program->label,
                         "entry point is not code of the program");
    if (path) {
        execute_if_static(linker, path);
        disguise(linker);
    }
    return true;
}

/* -- preloading -- */

struct preload {
    struct linker *linker;
    struct object **item;
    size_t count, capacity;
};

OWN_FRAME static bool preload_one(struct preload *preload, const char *name, const char *source) {
    struct error error;
    struct linker *linker = preload->linker;
    /* In secure mode only set-user-ID libraries of the system's folders may be preloaded
     * (ld.so(8)). */
    if (linker->process.secure && strchr(name, '/'))
        return true;
    linker->search.set_user_id_only = linker->process.secure;
    struct object *requester = linker->shim->plain ? NULL : linker->program;
    struct object *object = load_library(linker, &linker->base, name, requester, &error);
    linker->search.set_user_id_only = false;
    EVENT(linker, preload, .name = name, .source = source, .object = object,
          .error = object ? NULL : error.text);
    if (!object) {
        if (linker->shim->preload_file)
            print_text(2, "ERROR: ld.so: object '%s' from %s cannot be preloaded (%s): ignored.\n",
                       name, source, error.text);
        return true;
    }
    struct object **grown =
        memory_grow(preload->item, &preload->capacity, preload->count + 1, sizeof *preload->item);
    if (!grown)
        return false;
    preload->item = grown;
    preload->item[preload->count++] = object;
    return true;
}

/* Preloads each name of a list that is separated by white space or colons. */
OWN_FRAME static bool preload_list(struct preload *preload, const char *text, const char *source) {
    char name[SEARCH_PATH_MAX];
    while (*text) {
        size_t length = 0;
        while (text[length] && !strchr(": \t\n", text[length]))
            length++;
        if (length && length < sizeof name) {
            memcpy(name, text, length);
            name[length] = 0;
            if (!preload_one(preload, name, source))
                return false;
        }
        text += length + (text[length] != 0);
    }
    return true;
}

/* The system's file: names separated by white space or colons, comments from '#' to the end of the
 * line. */
OWN_FRAME static bool preload_from(struct preload *preload, const char *path, int fd) {
    char text[SEARCH_PATH_MAX];
    long size = sys_pread(fd, text, sizeof text - 1, 0);
    bool comment = false;
    for (long i = 0; i < size; i++) {
        comment = text[i] == '#' || (comment && text[i] != '\n');
        if (comment)
            text[i] = ' ';
    }
    text[size < 0 ? 0 : size] = 0;
    return preload_list(preload, text, path);
}

static bool preload_file(struct preload *preload, const char *path) {
    int fd = path ? sys_open(path) : -1;
    if (fd < 0)
        return true;
    bool done = preload_from(preload, path, fd);
    sys_close(fd);
    return done;
}

struct object_list *start_preload(struct linker *linker, struct error *error) {
    struct preload preload = {linker, NULL, 0, 0};
    const struct options *options = &linker->options;
    bool done = (!options->preload || preload_list(&preload, options->preload, "LD_PRELOAD")) &&
                (!options->preload_option ||
                 preload_list(&preload, options->preload_option, "--preload")) &&
                preload_file(&preload, linker->shim->preload_file);
    struct object_list *list = done ? object_list_new(preload.count) : NULL;
    if (list && preload.count)
        memcpy(list->item, preload.item, preload.count * sizeof list->item[0]);
    memory_free(preload.item);
    if (!list)
        error_no_memory(error, "");
    return list;
}

/* -- scopes and versions -- */

bool start_complete_scope(struct linker *linker, struct error *error) {
    struct transaction start = {linker, &linker->base, NULL};
    if (!linker->self->space)
        load_append(linker, &linker->base, linker->self);
    for (struct object *object = linker->base.first; object; object = object->next)
        object->never_unload = object->at_start = true;
    if (!scope_extend(linker, &linker->base.global, linker->program->group.list))
        return error_no_memory(error, "");
    return scope_set_new(linker, &start, linker->program, false, error);
}

void start_report_version(void *context, const struct error *error) {
    struct linker *linker = context;
    if (options_is_question(&linker->options))
        return; /* the answer tells */
    char text[2048];
    linker->shim->describe_start(linker, error, text, sizeof text);
    print_text(2, "%s\n", text);
    EVENT(linker, error, .text = text);
}

bool start_first_thread(struct linker *linker, struct error *error) {
    if (linker->thread_made)
        return true;
    linker->thread_made = true;
    event_stage(linker, "tls");
    linker->shim->lay_out_tls(linker);
    tell_tls_layout(linker);
    event_stage(linker, "libc-before");
    return rendezvous_open(linker, error) && linker->shim->before_relocation(linker, error);
}
