/* The table behind GLRO(dl_dlfcn_hook): with it libc.so.6 sends every dlopen, dlsym, dlerror … of
 * the program, and its own internal loading of NSS and gconv modules, to the loader (glibc's struct
 * dlfcn_hook, 2.34 and later). */
#include "glibc.h"

#include "loader/dl.h"
#include "loader/retire.h"
#include "loader/symbol.h"

/* libc jumps here from its own functions: the address that a call returns to tells who calls. */
#define CALLER __builtin_return_address(0)

/* As in glibc, a call that may fail forgets what an earlier one has left for dlerror. */
static struct linker *begin(const void *caller) {
    struct linker *linker = linker_instance();
    dl_clear_error(linker, caller);
    return linker;
}

static void *hook_dlopen(const char *file, int mode, void *caller) {
    return dl_open(begin(caller), NAMESPACE_CALLER, file, mode, caller);
}

static void *hook_dlmopen(long space, const char *file, int mode, void *caller) {
    return dl_open(begin(caller), space, file, mode, caller);
}

static int hook_dlclose(void *handle) {
    return dl_close(begin(CALLER), handle, CALLER);
}

static void *hook_dlsym(void *handle, const char *name, void *caller) {
    return dl_sym(begin(caller), handle, name, NULL, caller);
}

static void *hook_dlvsym(void *handle, const char *name, const char *version, void *caller) {
    return dl_sym(begin(caller), handle, name, version, caller);
}

/* glibc prints the text with %m, from errno, which keeps the number. */
static void set_errno(struct object *libc, int number) {
    struct symbol_request request = symbol_request_for("__errno_location", NULL);
    reader_enter(); /* a scope may be replaced meanwhile */
    struct symbol_result found = symbol_find(libc, &request);
    reader_leave();
    int *(*location)(void) = (int *(*)(void))symbol_address(found);
    *location() = number;
}

static char *hook_dlerror(void) {
    struct linker *linker = linker_instance();
    struct dl_message *message = dl_error(linker, CALLER);
    if (message && message->number)
        set_errno(address_object(linker, CALLER), message->number);
    return message ? message->text : NULL;
}

static int hook_dladdr(const void *address, struct dl_info *info) {
    return dl_addr(linker_instance(), address, info, NULL, 0);
}

static int hook_dladdr1(const void *address, struct dl_info *info, void **extra, int flags) {
    return dl_addr(linker_instance(), address, info, extra, flags);
}

static int hook_dlinfo(void *handle, int request, void *argument) {
    return dl_information(begin(CALLER), handle, request, argument, CALLER);
}

/* The internal ones report failure by NULL alone and leave dlerror as it is. */
static void *internal_dlopen(const char *file, int mode) {
    const void *caller = CALLER;
    struct dl_message *held = dl_hold_error(linker_instance(), caller);
    void *handle = dl_open(linker_instance(), NAMESPACE_CALLER, file, mode & INT32_MAX, caller);
    dl_restore_error(linker_instance(), caller, held);
    return handle;
}

static void *internal_dlsym(void *handle, const char *name) {
    const void *caller = CALLER;
    struct dl_message *held = dl_hold_error(linker_instance(), caller);
    void *address = dl_sym(linker_instance(), handle, name, NULL, caller);
    dl_restore_error(linker_instance(), caller, held);
    return address;
}

static void *internal_dlvsym(void *handle, const char *name, const char *version) {
    const void *caller = CALLER;
    struct dl_message *held = dl_hold_error(linker_instance(), caller);
    void *address = dl_sym(linker_instance(), handle, name, version, caller);
    dl_restore_error(linker_instance(), caller, held);
    return address;
}

static int internal_dlclose(void *handle) {
    const void *caller = CALLER;
    struct dl_message *held = dl_hold_error(linker_instance(), caller);
    int result = dl_close(linker_instance(), handle, caller);
    dl_restore_error(linker_instance(), caller, held);
    return result;
}

const uintptr_t *glibc_dlfcn_hook(void) {
    static uintptr_t hook[13];
    hook[0] = (uintptr_t)hook_dlopen;
    hook[1] = (uintptr_t)hook_dlclose;
    hook[2] = (uintptr_t)hook_dlsym;
    hook[3] = (uintptr_t)hook_dlvsym;
    hook[4] = (uintptr_t)hook_dlerror;
    hook[5] = (uintptr_t)hook_dladdr;
    hook[6] = (uintptr_t)hook_dladdr1;
    hook[7] = (uintptr_t)hook_dlinfo;
    hook[8] = (uintptr_t)hook_dlmopen;
    hook[9] = (uintptr_t)internal_dlopen;
    hook[10] = (uintptr_t)internal_dlsym;
    hook[11] = (uintptr_t)internal_dlvsym;
    hook[12] = (uintptr_t)internal_dlclose;
    return hook;
}
