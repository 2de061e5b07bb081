/* dlopen, dlclose and what belongs to them: loading and unloading while the program runs; see dl.h.
 */
#include "dl.h"

#include "arch.h"
#include "audit.h"
#include "check.h"
#include "event.h"
#include "init.h"
#include "level.h"
#include "load.h"
#include "memory.h"
#include "order.h"
#include "program.h"
#include "relocate.h"
#include "rendezvous.h"
#include "retire.h"
#include "scope.h"
#include "stack.h"
#include "start.h"
#include "sys.h"
#include "tell.h"
#include "text.h"
#include "version.h"
#include <errno.h>
#include <string.h>

/* Modes of dlopen (<dlfcn.h>, the same in glibc and musl). */
#define MODE_LAZY 0x1
#define MODE_NOW 0x2
#define MODE_NOLOAD 0x4
#define MODE_DEEPBIND 0x8
#define MODE_GLOBAL 0x100
#define MODE_NODELETE 0x1000
#define MODE_SET_USER_ID 0x04000000 /* the file itself must have that mode bit */

/* -- dlopen -- */

static void remember_version(void *context, const struct error *error) {
    struct error *first = context;
    if (first->kind == ERROR_NONE)
        *first = *error;
}

static bool check_versions(struct transaction *transaction, struct error *error) {
    error->kind = ERROR_NONE;
    for (struct object *object = load_first_new(transaction); object; object = object->next)
        if (transaction->linker->shim->checks_versions &&
            !version_check(object, transaction->space, false, remember_version, error))
            return false;
    return true;
}

static bool relocate_new(struct transaction *transaction, const struct object *root, int mode,
                         struct error *error) {
    struct linker *linker = transaction->linker;
    struct relocate_options options = {
        .lazy = linker->shim->lazy && !(mode & MODE_NOW) && !linker->options.bind_now,
        .copies = true,
        .patient = linker->shim->patient && !(mode & MODE_NOW),
    };
    return relocate_group(linker, root, options, error) && init_check(linker, root->order, error) &&
           stack_permit(linker, load_first_new(transaction), error);
}

/* Modules that found room in the static block: their bytes go into the blocks of all threads that
 * exist. */
static void initialise_static_tls(struct transaction *transaction) {
    struct linker *linker = transaction->linker;
    for (struct object *object = load_first_new(transaction); object; object = object->next) {
        tell_tls_module(linker, object);
        if (object->tls.module && tls_is_static(object))
            tls_initialise_threads(linker, object);
    }
}

/* Makes the new objects visible: to debuggers, to libc's dl_iterate_phdr, to the unwinder. */
static void publish(struct transaction *transaction) {
    struct linker *linker = transaction->linker;
    if (!load_first_new(transaction))
        return;
    rendezvous_announce(transaction->space, RENDEZVOUS_ADD);
    if (linker->shim->list_lock)
        linker->shim->list_lock(linker);
    rendezvous_publish(linker, transaction->space);
    if (linker->shim->list_lock)
        linker->shim->list_unlock(linker);
    linker->shim->tls_changed(linker);
    rendezvous_announce(transaction->space, RENDEZVOUS_CONSISTENT);
}

void dl_add_vdso(struct linker *linker) {
    linker->shim->lock(linker);
    struct transaction transaction = load_begin(linker, &linker->base);
    struct error error;
    if (!linker->vdso && program_add_vdso(linker, &error) &&
        scope_set_new(linker, &transaction, linker->program, false, &error) &&
        rendezvous_mirror(linker, &linker->base, &error))
        publish(&transaction);
    linker->shim->unlock(linker);
}

/* A namespace begins with its first group: that is its global scope, and brings its libc. */
static bool begin_space(struct transaction *transaction, struct object *root, struct error *error) {
    struct linker *linker = transaction->linker;
    struct namespace *space = transaction->space;
    if (space == &linker->base)
        return true;
    if (linker->shim->find_libc && !linker->shim->find_libc(linker, root, error))
        return false;
    return transaction->last_before || scope_extend(linker, &space->global, root->group.list) ||
           error_no_memory(error, root->path);
}

/* All objects are there. Those of the first auditor find no thread yet. */
static bool begin_relocation(struct transaction *transaction, struct error *error) {
    struct linker *linker = transaction->linker;
    load_all_added(linker, transaction->space);
    if (linker->thread_made)
        return true;
    if (!start_first_thread(linker, error))
        return false;
    tls_initialise_block(linker, arch_thread_pointer(), true);
    return true;
}

/* The object that dlopen means, found or mapped, without what it needs. NULL: *error, or
 * RTLD_NOLOAD and it is not there. */
static struct object *find_root(struct transaction *transaction, const char *file, int mode,
                                struct object *caller, struct error *error) {
    struct linker *linker = transaction->linker;
    struct namespace *space = transaction->space;
    event_stage(linker, "load");
    if (mode & MODE_NOLOAD) {
        struct object *root = load_find(space, file);
        return root ? root : load_find_by_file(linker, space, file, caller, error);
    }
    linker->search.set_user_id_only = mode & MODE_SET_USER_ID;
    struct object *root = load_library(linker, space, file, caller, error);
    linker->search.set_user_id_only = false; /* not for what it needs */
    if (!root && error->kind == ERROR_OPEN)  /* as it was asked for, $ORIGIN and all */
        format_text(error->object, sizeof error->object, "%s", file);
    /* What the caller's DT_RPATH says helps to find the root, but not what the root needs, unless
     * paths are plain. */
    if (root && root == load_first_new(transaction) && !linker->search.plain_paths)
        root->requester = NULL;
    return root;
}

/* From a root to a group of relocated objects. False: *error; nothing is visible yet. */
static bool link_group(struct transaction *transaction, struct object *root, int mode,
                       struct error *error) {
    struct linker *linker = transaction->linker;
    if (!load_group(linker, root, NULL, 0, error) || !begin_space(transaction, root, error) ||
        !scope_set_new(linker, transaction, root, mode & MODE_DEEPBIND, error))
        return false;
    tell_group(linker, root);
    event_stage(linker, "versions");
    if (!check_versions(transaction, error) ||
        !level_check(linker, load_first_new(transaction), error))
        return false;
    tell_scopes(linker, load_first_new(transaction));
    if (!begin_relocation(transaction, error))
        return false;
    event_stage(linker, "relocate");
    if (!relocate_new(transaction, root, mode, error))
        return false;
    event_stage(linker, "protect");
    return rendezvous_mirror(linker, transaction->space, error) &&
           relocate_protect(load_first_new(transaction), error);
}

/* Members of the group that were there before may use all of it from now on; but not those whose
 * constructors have yet to run, nor those of the start (ld.so's rule). */
static bool join_group(struct linker *linker, struct object *root, struct error *error) {
    for (size_t i = 0; i < root->group.list->count; i++)
        if (root->group.list->item[i]->constructed &&
            !scope_add(linker, root->group.list->item[i], &root->group))
            return error_no_memory(error, root->path);
    return true;
}

/* *linked: the root's group was put together just now, and its constructors are to run. */
static struct object *open_locked(struct linker *linker, struct namespace *space, const char *file,
                                  int mode, struct object *caller, bool *linked,
                                  struct error *error) {
    struct transaction transaction = load_begin(linker, space);
    const struct object *libc = space->libc;
    error->kind = ERROR_NONE;
    struct object *root = find_root(&transaction, file, mode, caller, error);
    if (!root || root->group.list)
        return root;
    bool stayed = root->never_unload;
    /* Now: whoever binds to it need not be noted. */
    root->never_unload |= (mode & MODE_NODELETE) != 0;
    if (!link_group(&transaction, root, mode, error) || !join_group(linker, root, error)) {
        root->never_unload = stayed;
        load_roll_back(&transaction);
        return NULL;
    }
    event_stage(linker, "announce");
    initialise_static_tls(&transaction);
    publish(&transaction);
    if (space->libc != libc)
        linker->shim->start_libc(linker, space);
    *linked = true;
    return root;
}

/* Definitions that others have waited for may be there now. */
static void complete_all(struct linker *linker, const struct namespace *space) {
    struct error error; /* what stays undefined waits on */
    for (struct object *object = space->first; object; object = object->next)
        if (object->incomplete)
            relocate_missing(linker, object, &error);
}

/* Constructors run with the load lock held where the libc holds it, too: the lock is recursive. */
static void construct(struct linker *linker, struct object *root, bool linked,
                      const struct namespace *caller) {
    char **envp = linker->shim->environment ? linker->shim->environment(linker, caller)
                                            : linker->process.envp;
    event_stage(linker, "init");
    event_write_out(linker);
    linker->outside = true;
    if (linker->shim->construct)
        linker->shim->construct(linker, root);
    else if (linked)
        init_run(linker, root->order, envp);
    linker->outside = false;
}

/* What dlopen does with what is open now. */
static void finish_open(struct linker *linker, struct object *root, int mode, bool linked,
                        const struct namespace *caller) {
    bool late = linker->shim->global_after_constructors;
    struct scope *global = mode & MODE_GLOBAL ? &root->space->global : NULL;
    root->open_count++;
    if (mode & MODE_NODELETE)
        root->never_unload = true;
    if (global && !late)
        scope_extend(linker, global, root->group.list);
    complete_all(linker, root->space);
    construct(linker, root, linked, caller);
    if (global && late)
        scope_extend(linker, global, root->group.list);
}

/* Whether there can be such a call at all. */
static bool is_valid(long id, const char *file, int mode, struct error *error) {
    bool elsewhere = id != 0 && id != NAMESPACE_CALLER;
    if (elsewhere && !file)
        return error_set(error, ERROR_OTHER, EINVAL, "", "invalid namespace");
    if (elsewhere && mode & MODE_GLOBAL)
        return error_set(error, ERROR_OTHER, EINVAL, "", "invalid mode");
    return mode & (MODE_LAZY | MODE_NOW) ||
           error_set(error, ERROR_OTHER, EINVAL, file ? file : "", "invalid mode for dlopen()");
}

static struct namespace *target(struct linker *linker, long id, const char *file,
                                struct namespace *caller, struct error *error) {
    struct namespace *space = id == NAMESPACE_CALLER ? caller
                              : id == NAMESPACE_NEW  ? namespace_new(linker)
                                                     : namespace_find(linker, id);
    if (!space && id == NAMESPACE_NEW) {
        error_no_memory(error, file);
    } else if (!space || (space->audits && id != NAMESPACE_CALLER)) {
        error_set(error, ERROR_OTHER, EINVAL, file, "invalid target namespace in dlmopen()");
        return NULL;
    }
    return space;
}

/* A call of dlopen or dlclose begins and ends, perhaps from a constructor: meanwhile the loader
 * itself is at work again. */
static bool enter(struct linker *linker) {
    linker->shim->lock(linker);
    bool outside = linker->outside;
    linker->outside = false;
    return outside;
}

static void leave(struct linker *linker, bool outside) {
    CHECKED(check_linker(linker);)
    linker->outside = outside;
    linker->shim->unlock(linker);
}

void *dl_open(struct linker *linker, long id, const char *file, int mode, const void *caller) {
    struct error error;
    error.kind = ERROR_NONE; /* it is large: no more of it is set than need be */
    if (!is_valid(id, file, mode, &error)) {
        dl_set_error(linker, caller, &error);
        return NULL;
    }
    struct object *asking = address_object(linker, caller);
    asking = asking ? asking : linker->program;
    EVENT(linker, dlopen, .state = "begin", .file = file, .mode = (unsigned)mode, .by = asking);
    bool outside = enter(linker);
    if (linker->shim->watch_forks)
        linker->shim->watch_forks(linker);
    event_collect(linker);
    const char *outer = event_enter_stages(linker);
    struct namespace *space =
        file ? target(linker, id, file, asking->space, &error) : &linker->base;
    struct object *root = NULL;
    bool program = !file || (!file[0] && space == &linker->base), linked = false;
    /* A path for a certain namespace is nobody's request. */
    bool is_path = file && id != NAMESPACE_CALLER && strchr(file, '/') && !strchr(file, '$');
    if (space && !program)
        root = open_locked(linker, space, file, mode, is_path ? NULL : asking, &linked, &error);
    if (root)
        finish_open(linker, root, mode, linked, asking->space);
    retire_sweep(linker);
    cache_close(&linker->search.cache); /* the next dlopen sees what ldconfig has written since */
    event_leave_stages(linker, outer);
    if (program) {
        root = linker->program;
        root->open_count++;
    }
    EVENT(linker, dlopen, .state = "end", .file = file, .mode = (unsigned)mode, .by = asking,
          .object = root, .open_count = root ? root->open_count : 0,
          .error = root || error.kind == ERROR_NONE ? NULL : error.text);
    event_write_out(linker);
    leave(linker, outside);
    if (!root && error.kind != ERROR_NONE)
        dl_set_error(linker, caller, &error);
    return root ? root->map : NULL;
}

/* -- dlclose -- */

/* Marks all that an object needs, itself included, as in use. */
static void mark_in_use(struct object *object) {
    if (object->in_use)
        return;
    object->in_use = true;
    for (size_t i = 0; object->needed && i < object->needed->count; i++)
        mark_in_use(object->needed->item[i]);
    for (const struct binding *binding = object->bound_to; binding; binding = binding->next)
        mark_in_use(binding->object);
}

static void mark_all(struct linker *linker, const struct namespace *space) {
    for (struct object *object = space->first; object; object = object->next)
        object->in_use = false;
    for (struct object *object = space->first; object; object = object->next)
        if (object->open_count || object->never_unload ||
            (linker->shim->is_pinned && linker->shim->is_pinned(linker, object)))
            mark_in_use(object);
}

/* The objects that nothing needs any longer, in the order of their destruction. NULL: none, or no
 * memory. */
static struct object_list *collect_unused(const struct linker *linker,
                                          const struct namespace *space) {
    struct object_list *list = object_list_new(space->count);
    if (!list)
        return NULL;
    size_t count = 0;
    for (struct object *object = space->first; object; object = object->next)
        list->item[count++] = object;
    list->count = count;
    order_sort(list, linker->order | ORDER_FOR_END);
    size_t unused = 0;
    for (size_t i = 0; i < count; i++)
        if (!list->item[i]->in_use)
            list->item[unused++] = list->item[i];
    list->count = unused;
    if (unused)
        return list;
    memory_free(list);
    return NULL;
}

static void release_object(void *object) {
    object_free(object);
}

/* Takes the objects out of everything that can reach them, then out of memory. */
static void unload(struct linker *linker, struct namespace *space, struct object_list *list) {
    rendezvous_announce(space, RENDEZVOUS_DELETE);
    for (size_t i = 0; i < list->count; i++)
        EVENT(linker, unload, .object = list->item[i]);
    scope_forget(linker, list);
    if (linker->shim->list_lock)
        linker->shim->list_lock(linker);
    for (size_t i = 0; i < list->count; i++) {
        if (list->item[i]->published)
            rendezvous_remove(list->item[i]);
        load_unlink(linker, list->item[i]);
        tls_remove_module(linker, list->item[i]);
    }
    linker->shim->objects_changed(linker);
    if (linker->shim->list_lock)
        linker->shim->list_unlock(linker);
    linker->shim->tls_changed(linker);
    for (size_t i = 0; i < list->count; i++) {
        load_free_place(linker, list->item[i]);
        retire(linker, release_object, list->item[i]);
    }
    rendezvous_announce(space, RENDEZVOUS_CONSISTENT);
    retire_sweep(linker);
}

/* A destructor may have opened one of the objects again: it stays, destructed. So does one that
 * dlsym has found meanwhile. From now on it either sees the mark, or its note is seen here. */
static void keep_what_is_used_again(struct linker *linker, struct namespace *space,
                                    struct object_list *list) {
    size_t unused = 0;
    for (size_t i = 0; i < list->count; i++)
        list->item[i]->leaving = true;
    mark_all(linker, space);
    for (size_t i = 0; i < list->count; i++) {
        list->item[i]->leaving = !list->item[i]->in_use;
        if (!list->item[i]->in_use)
            list->item[unused++] = list->item[i];
    }
    list->count = unused;
}

/* Destructs and unloads what is unused. Destructors may open and close libraries: then the question
 * is asked again. */
static void collect(struct linker *linker, struct namespace *space) {
    if (space->closing) { /* a destructor that closes: the loop below sees to it */
        space->close_again = true;
        return;
    }
    space->closing = true;
    do {
        space->close_again = false;
        mark_all(linker, space);
        struct object_list *list = collect_unused(linker, space);
        if (!list)
            break;
        for (size_t i = 0; i < list->count; i++) {
            linker->outside = true;
            init_run_destructors(list->item[i]);
            linker->outside = false;
            if (!list->item[i]->real)
                audit_closed(linker, list->item[i]);
        }
        audit_activity(linker, space, AUDIT_DELETE);
        keep_what_is_used_again(linker, space, list);
        unload(linker, space, list);
        audit_activity(linker, space, AUDIT_CONSISTENT);
        memory_free(list);
    } while (space->close_again);
    space->closing = false;
}

struct object *dl_load(struct linker *linker, struct namespace *space, const char *file,
                       struct object *requester, struct error *error) {
    int mode = MODE_LAZY | (linker->process.secure ? MODE_SET_USER_ID : 0);
    bool linked = false;
    struct object *root = open_locked(linker, space, file, mode, requester, &linked, error);
    if (!root)
        return NULL;
    root->open_count++;
    init_run(linker, root->order, linker->process.envp);
    return root;
}

void dl_unload(struct linker *linker, struct object *object) {
    object->open_count--;
    collect(linker, object->space);
}

int dl_close(struct linker *linker, void *handle, const void *caller) {
    struct error error;
    bool outside = enter(linker);
    struct object *object = address_find_handle(linker, handle);
    int result = 0;
    EVENT(linker, dlclose, .state = "begin", .object = object,
          .open_count = object ? object->open_count : 0);
    if (!object || (object->kind != OBJECT_PROGRAM && !object->open_count)) {
        error_set(&error, ERROR_OTHER, 0, object ? object->path : "", "shared object not open");
        result = -1;
    } else if (object->kind == OBJECT_PROGRAM) {
        object->open_count -= object->open_count > 1;
    } else {
        object->open_count--;
        if (linker->shim->unloads && !object->open_count)
            collect(linker, object->space);
    }
    EVENT(linker, dlclose, .state = "end");
    leave(linker, outside);
    if (result)
        dl_set_error(linker, caller, &error);
    return result;
}

void dl_forget_others(struct linker *linker) {
    linker->outside = false;
    for (struct namespace *space = &linker->base; space; space = space->next)
        space->closing = false;
}
