/* The adapter for musl programs: the table of what musl's libc.so expects from its loader (shim.h),
 * and the parts of it that are no more than a line or two. musl.h is the overview of the others. */
#include "musl.h"

#include "arch.h"
#include "loader/dl.h"
#include "loader/facts.h"
#include "loader/load.h"
#include "loader/lock.h"
#include "loader/memory.h"
#include "loader/symbol.h"
#include "loader/sys.h"
#include "loader/text.h"
#include <errno.h>
#include <string.h>

/* -- search and load -- */

#define PATH_FILE "/etc/ld-musl-%s.path"

/* The folder that holds the folder of musl's loader: "" for /lib/ld-musl-x86_64.so.1. */
static size_t prefix_length(const char *interpreter) {
    size_t last = 0, before = 0;
    for (size_t i = 0; interpreter[0] == '/' && interpreter[i]; i++)
        if (interpreter[i] == '/') {
            before = last;
            last = i;
        }
    return before;
}

/* Reads the list of folders that the system's administrator keeps for musl. Returns its length, or
 * -errno. */
static long read_path_file(const struct linker *linker, char *text, size_t size) {
    char path[SEARCH_PATH_MAX];
    const char *loader = linker->interpreter ? linker->interpreter : "";
    size_t prefix = min_size(prefix_length(loader), sizeof path / 2);
    memcpy(path, loader, prefix);
    format_text(path + prefix, sizeof path - prefix, PATH_FILE, linker->search.facts->musl_arch);
    int fd = sys_open(path);
    if (fd < 0)
        return fd;
    long length = sys_pread(fd, text, size - 1, 0);
    sys_close(fd);
    if (length >= 0)
        text[length] = 0;
    return length;
}

static const char *default_path(const struct search *search) {
    const struct linker *linker = CONTAINER_OF(search, struct linker, search);
    char text[SEARCH_PATH_MAX];
    long length = read_path_file(linker, text, sizeof text);
    const char *copy = length >= 0 ? memory_copy_text(text) : NULL;
    return copy ? copy : length == -ENOENT ? "/lib:/usr/local/lib:/usr/lib" : "";
}

static void set_search(struct linker *linker) {
    static const enum search_rule rules[] = {SEARCH_LIBRARY_PATH, SEARCH_ANY_CHAIN, SEARCH_DEFAULT,
                                             SEARCH_END};
    linker->program->by_name = true;
    linker->program->label = musl_program_name(linker);
    linker->search.rules = rules;
    linker->search.plain_paths = true;
    linker->search.default_path = default_path;
}

static char *find_libc(struct linker *linker, const char *name, struct image_file *file,
                       struct error *error) {
    char *path = musl_open_libc(linker, file, error);
    if (!path)
        error_set(error, ERROR_OTHER, ENOENT, name, "musl's libc.so is not found");
    return path;
}

uintptr_t musl_function(const struct linker *linker, const char *name) {
    struct symbol_request request = symbol_request_for(name, NULL);
    struct symbol_result found = {linker->base.libc, symbol_find_in(linker->base.libc, &request)};
    return found.symbol ? symbol_address(found) : 0;
}

/* libc.so relocates, protects and constructs itself. */
static void leave_to_itself(struct object *libc) {
    libc->relocated = true;
    libc->relro_end = libc->relro_start;
    libc->constructed = libc->destructed = true;
}

static bool confirm(struct linker *linker, struct error *error) {
    for (struct object *object = linker->base.first; object && !linker->base.libc;
         object = object->next)
        for (const struct name *name = object->names; name; name = name->next)
            if (object->kind == OBJECT_LIBRARY && musl_means_libc(name->text))
                linker->base.libc = object;
    if (!linker->base.libc)
        return error_set(error, ERROR_OTHER, 0, "",
                         "the program is built for musl, but needs no libc.so");
    if (!musl_function(linker, "__libc_start_main"))
        return error_set(error, ERROR_OTHER, 0, linker->base.libc->path,
                         "this is no libc.so of musl: it does not define __libc_start_main");
    linker->libc_state = memory_alloc(sizeof(struct musl));
    if (!linker->libc_state)
        return error_no_memory(error, "");
    leave_to_itself(linker->base.libc);
    return musl_add_functions(linker, error);
}

static bool arrays_only(const struct linker *linker) {
    return linker->search.facts->musl_arrays_only;
}

/* -- mirrors -- */

static size_t map_size(struct linker *linker) {
    (void)linker;
    return sizeof(struct musl_map);
}

static void mirror(struct linker *linker, struct object *object) {
    if (object->kind == OBJECT_PROGRAM)
        object->map->l_name = (char *)musl_program_name(linker);
    else if (object->kind == OBJECT_VDSO)
        object->map->l_name = "";
}

static void objects_changed(struct linker *linker) {
    address_index_objects(linker);
}

static void nothing(struct linker *linker) {
    (void)linker;
}

/* -- threads and start -- */

/* No surplus: as under ld-musl, a library that is opened later cannot insist on static thread-local
 * storage. */
static void lay_out_tls(struct linker *linker) {
    tls_lay_out(linker, 0);
    tls_door.dtv = linker->tls.slot + (ptrdiff_t)offsetof(struct thread_slot, dtv);
}

static bool before_relocation(struct linker *linker, struct error *error) {
    (void)linker, (void)error;
    return true;
}

/* libc.so is the loader as far as the program is concerned. */
static void before_constructors(struct linker *linker) {
    process_set_auxiliary(&linker->process, AT_BASE, linker->base.libc->bias);
    if (linker->tls.highest)
        musl_prepare_threads(linker);
}

/* -- later -- */

/* musl keeps its list of threads to itself. */
static void each_thread(struct linker *linker, thread_visitor *visit, void *context) {
    visit(linker, arch_thread_pointer(), context);
}

void shim_musl(struct libc_shim *shim) {
    shim->name = "musl";
    shim->set_search = set_search;
    shim->owns_name = musl_means_libc;
    shim->find_own = find_libc;
    shim->patient = true;
    shim->vdso_late = true;
    shim->plain = true;
    shim->tells_all = true;
    shim->arrays_only = arrays_only;
    shim->confirm = confirm;
    shim->map_size = map_size;
    shim->mirror = mirror;
    shim->objects_changed = objects_changed;
    shim->lay_out_tls = lay_out_tls;
    shim->before_relocation = before_relocation;
    shim->after_relocation = musl_run_libc;
    shim->copy_late = true;
    shim->before_constructors = before_constructors;
    shim->constructors_by_libc = true;
    shim->lock = lock_take;
    shim->unlock = lock_release;
    shim->construct = musl_construct;
    shim->watch_forks = musl_watch_forks;
    shim->each_thread = each_thread;
    shim->dtv_made = musl_note_thread;
    shim->tls_changed = nothing;
    shim->describe_start = musl_describe_start;
    shim->describe_dlerror = musl_describe_dlerror;
}
