/* The functions of libc.so that would ask its own loader, which knows only the stub: dlopen(3) and
 * its family, dl_iterate_phdr(3) and __tls_get_addr. The program's calls go to the ones below.
 *
 * They form an object without a file (loader/builtin.h).
 * musl's meaning of the return values and its words for errors differ from glibc's; <dlfcn.h> is
 * the same.
 */
#include "musl.h"

#include "arch.h"
#include "loader/builtin.h"
#include "loader/dl.h"
#include "loader/symbol.h"
#include "loader/text.h"
#include <string.h>

#define MODE_LAZY 1
#define MODE_NOW 2
#define MODE_NOLOAD 4
#define MODES (MODE_LAZY | MODE_NOW | MODE_NOLOAD | 0x100 | 0x1000) /* no RTLD_DEEPBIND */
#define INFORMATION_LINK_MAP 2                                      /* RTLD_DI_LINKMAP */

/* Sets dlerror to a sentence of musl's. The text is a format. */
static void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void fail(const char *format, ...) {
    struct linker *linker = linker_instance();
    struct error error;
    error_set(&error, ERROR_OTHER, 0, "", " ");
    va_list arguments;
    va_start(arguments, format);
    format_text_list(error.text, sizeof error.text, format, arguments);
    va_end(arguments);
    dl_set_error(linker, NULL, &error);
    musl_note_thread(linker);
}

static bool is_handle(struct linker *linker, const void *handle) {
    for (const struct object *object = linker->base.first; object; object = object->next)
        if (object->map == handle && object->map)
            return true;
    fail("Invalid library handle 0x%lx", (unsigned long)handle);
    return false;
}

/* For who asks for all objects. */
static struct linker *linker_with_vdso(void) {
    struct linker *linker = linker_instance();
    if (!linker->vdso && linker->process.vdso)
        dl_add_vdso(linker);
    return linker;
}

static const struct object *find_stranded(struct linker *linker, const void *handle) {
    const struct object *root = address_find_handle(linker, handle);
    return root == linker->program ? NULL : musl_find_stranded(root);
}

static void *musl_dlopen(const char *file, int mode) {
    struct linker *linker = linker_with_vdso();
    struct thread_slot *slot = tls_slot(linker, arch_thread_pointer());
    void *outer = slot->catcher;
    if (file && musl_of(linker)->ending) {
        fail("Cannot dlopen while program is exiting.");
        return NULL;
    }
    musl_prepare_threads(linker);
    mode &= MODES;
    mode = mode & MODE_LAZY ? mode & ~MODE_NOW : mode | MODE_NOW;
    slot->catcher = (void *)file; /* for messages.c */
    /* Whoever calls: it is the program that asks, and its DT_RPATH counts. */
    void *handle = dl_open(linker, NAMESPACE_CALLER, file, mode, (void *)linker->program->entry);
    slot->catcher = outer;
    const struct object *stranded = handle ? find_stranded(linker, handle) : NULL;
    if (stranded) {
        fail("State of %s is inconsistent due to multithreaded fork\n", stranded->path);
        return NULL;
    }
    if (!handle && mode & MODE_NOLOAD)
        fail("Library %s is not already loaded", file);
    else if (!handle)
        musl_note_thread(linker);
    return handle;
}

static int musl_dlclose(void *handle) {
    struct linker *linker = linker_instance();
    return is_handle(linker, handle) ? 0 : 1; /* nothing is ever unloaded */
}

static char *musl_dlerror(void) {
    struct dl_message *message = dl_error(linker_instance(), NULL);
    return message ? message->text : NULL;
}

static void *own_function(const struct linker *linker, void *address, const char *name);

static void *musl_dlsym(void *restrict handle, const char *restrict name) {
    bool is_next = handle == (void *)-1,
         is_pseudo = !handle || is_next; /* RTLD_NEXT, RTLD_DEFAULT */
    struct linker *linker = is_next ? linker_with_vdso() : linker_instance();
    if (!is_pseudo && !is_handle(linker, handle))
        return NULL;
    void *address = dl_sym(linker, handle, name, NULL, __builtin_return_address(0));
    if (!address) {
        fail("Symbol not found: %s", name);
        return NULL;
    }
    return own_function(linker, address, name);
}

static int musl_dladdr(const void *address, struct dl_info *info) {
    struct linker *linker = linker_with_vdso();
    int found = dl_addr(linker, address, info, NULL, 0);
    if (found && info->dli_fbase == (void *)linker->program->map_start)
        info->dli_fname = musl_program_name(linker);
    else if (found && info->dli_fbase == linker->process.vdso)
        info->dli_fname = "";
    return found;
}

static int musl_dlinfo(void *handle, int request, void *result) {
    struct linker *linker = linker_instance();
    if (!is_handle(linker, handle))
        return -1;
    if (request != INFORMATION_LINK_MAP) {
        fail("Unsupported request %d", request);
        return -1;
    }
    *(void **)result = handle;
    return 0;
}

/* -- dl_iterate_phdr -- */

typedef int phdr_visitor(struct dl_phdr_info *info, size_t size, void *data);

struct iteration {
    phdr_visitor *visit;
    void *data;
};

/* Objects as musl tells of them: the program has a name, the vdso none, and the loader is libc.so.
 */
static int visit_renamed(struct dl_phdr_info *info, size_t size, void *data) {
    const struct iteration *iteration = data;
    const struct linker *linker = linker_instance();
    if (info->dlpi_phdr == linker->self->phdr)
        return 0;
    if (info->dlpi_phdr == linker->program->phdr)
        info->dlpi_name = musl_program_name(linker);
    else if (linker->vdso && info->dlpi_phdr == linker->vdso->phdr)
        info->dlpi_name = "";
    info->dlpi_adds = musl_of(linker)->opened;
    info->dlpi_subs = 0;
    return iteration->visit(info, size, iteration->data);
}

static int musl_dl_iterate_phdr(phdr_visitor *visit, void *data) {
    struct iteration iteration = {visit, data};
    return dl_iterate(linker_with_vdso(), NULL, visit_renamed, &iteration);
}

/* -- the object -- */

/* dlsym in a group where libc.so stands and the object of functions does not. */
static void *own_function(const struct linker *linker, void *address, const char *name) {
    struct symbol_request request = symbol_request_for(name, NULL);
    const Elf64_Sym *own = symbol_find_in(musl_of(linker)->functions, &request);
    return own && (uintptr_t)address == musl_function(linker, name) ? (void *)own->st_value
                                                                    : address;
}

bool musl_add_functions(struct linker *linker, struct error *error) {
    struct object *object = builtin_new(8);
    if (!object)
        return error_no_memory(error, "");
    builtin_define(object, "dlopen", (uintptr_t)musl_dlopen);
    builtin_define(object, "dlclose", (uintptr_t)musl_dlclose);
    builtin_define(object, "dlsym", (uintptr_t)musl_dlsym);
    builtin_define(object, "dlerror", (uintptr_t)musl_dlerror);
    builtin_define(object, "dladdr", (uintptr_t)musl_dladdr);
    builtin_define(object, "dlinfo", (uintptr_t)musl_dlinfo);
    builtin_define(object, "__tls_get_addr", (uintptr_t)tls_get_addr);
    builtin_define(object, "dl_iterate_phdr", (uintptr_t)musl_dl_iterate_phdr);
    musl_of(linker)->functions = object;
    return builtin_insert(linker, &linker->program->group, object, linker->base.libc) ||
           error_no_memory(error, "");
}
