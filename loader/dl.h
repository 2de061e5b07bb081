/* What a program can ask of the loader while it runs: dlopen(3) and its family. The libc's adapter
 * gives these to the program under the names and calling conventions of its libc.
 *
 * dlopen is the transaction of load.h, run later: find and map, versions, TLS, relocate, publish,
 * construct; if a step before the constructors fails, all is undone and dlerror says why.
 */
#ifndef MYLD_DL_H
#define MYLD_DL_H

#include "error.h"
#include "object.h"
#include "tls.h"

struct linker;
struct namespace;

/* <dlfcn.h>'s Dl_info. */
struct dl_info {
    const char *dli_fname;
    void *dli_fbase;
    const char *dli_sname;
    void *dli_saddr;
};

/* <link.h>'s struct dl_phdr_info. */
struct dl_phdr_info {
    uintptr_t dlpi_addr;
    const char *dlpi_name;
    const Elf64_Phdr *dlpi_phdr;
    uint16_t dlpi_phnum;
    unsigned long long dlpi_adds, dlpi_subs;
    size_t dlpi_tls_modid;
    void *dlpi_tls_data;
};

/* dlmopen into the namespace `id` (Lmid_t); NAMESPACE_CALLER: dlopen. `file` NULL is the program
 * itself. `caller`, here and below, is an address in the object that calls. Returns a handle (the
 * object's mirror, struct link_map *), or NULL with dlerror set. NULL without dlerror: RTLD_NOLOAD,
 * not loaded. */
void *dl_open(struct linker *linker, long id, const char *file, int mode, const void *caller);

/* For auditors, before the program is there: loads, links and constructs `file` and its needs in an
 * empty namespace. In secure mode the file must be set-user-ID, not what it needs. NULL: *error,
 * and nothing has changed. */
struct object *dl_load(struct linker *linker, struct namespace *space, const char *file,
                       struct object *requester, struct error *error);

/* Undoes dl_load: destructs and unloads. */
void dl_unload(struct linker *linker, struct object *object);

/* dlclose. Returns 0, or -1 with dlerror set. */
int dl_close(struct linker *linker, void *handle, const void *caller);

/* dlsym and dlvsym (`version` NULL: dlsym). Returns the address, or NULL with dlerror set. */
void *dl_sym(struct linker *linker, void *handle, const char *name, const char *version,
             const void *caller);

/* What dlerror returns. */
struct dl_message {
    int number; /* what it leaves in errno; 0: errno stays as it is */
    char text[];
};

/* dlerror: what the last call of this thread in the caller's namespace that failed has left, once;
 * or NULL. It lives until this thread's next failure is asked for. */
struct dl_message *dl_error(struct linker *linker, const void *caller);

/* Adds the vdso to the base namespace's objects if it is not there: struct libc_shim, vdso_late. */
void dl_add_vdso(struct linker *linker);

/* dladdr, dladdr1: `extra` receives the link_map (flags 2) or the symbol (flags 1); NULL: plain
 * dladdr. */
int dl_addr(struct linker *linker, const void *address, struct dl_info *info, void **extra,
            int flags);

/* dlinfo. Returns 0, or -1 with dlerror set. */
int dl_information(struct linker *linker, void *handle, int request, void *argument,
                   const void *caller);

/* dl_iterate_phdr over the caller's namespace, where the libc's own does not serve. No lock is held
 * while the callback runs. */
int dl_iterate(struct linker *linker, const void *caller,
               int (*callback)(struct dl_phdr_info *info, size_t size, void *data), void *data);

/* Sets the calling thread's dlerror in the caller's namespace. */
void dl_set_error(struct linker *linker, const void *caller, const struct error *error);

/* The same, for a symbol that `object` does not find: there are programs that ask for many. The
 * names are copied. */
void dl_set_undefined(struct linker *linker, const void *caller, const char *object,
                      const char *name, const char *version);

/* Forgets what dlerror would return. */
void dl_clear_error(struct linker *linker, const void *caller);

/* Takes out what dlerror would return, and puts it back in the place of what has come since. */
struct dl_message *dl_hold_error(struct linker *linker, const void *caller);
void dl_restore_error(struct linker *linker, const void *caller, struct dl_message *held);

/* The calling thread ends: forgets its errors. */
void dl_forget_errors(struct thread_slot *slot);

/* The namespace of the code that calls; the base one where nobody knows the code. */
struct namespace *dl_caller_space(struct linker *linker, const void *caller);

/* In the child of a fork: constructors and destructors that other threads were running will never
 * end. */
void dl_forget_others(struct linker *linker);

#endif
