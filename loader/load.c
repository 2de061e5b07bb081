/* Loading of objects and their dependencies; see load.h. */
#include "load.h"

#include "audit.h"
#include "dynamic.h"
#include "facts.h"
#include "linker.h"
#include "memory.h"
#include "order.h"
#include "rendezvous.h"
#include "retire.h"
#include "scope.h"
#include "symbol.h"
#include "sys.h"
#include "tell.h"
#include "text.h"
#include "unique.h"
#include "version.h"
#include <errno.h>
#include <string.h>

struct transaction load_begin(struct linker *linker, struct namespace *space) {
    return (struct transaction){linker, space, space->last};
}

struct object *load_first_new(const struct transaction *transaction) {
    return transaction->last_before ? transaction->last_before->next : transaction->space->first;
}

void load_append(struct linker *linker, struct namespace *space, struct object *object) {
    object->space = space;
    object->prev = space->last;
    if (space->last)
        space->last->next = object;
    else
        space->first = object;
    space->last = object;
    space->count++;
    linker->added++;
    if (object->kind != OBJECT_PROGRAM) /* that one is not mapped yet */
        tell_object(linker, object, NULL);
}

void load_unlink(struct linker *linker, struct object *object) {
    struct namespace *space = object->space;
    if (object->prev)
        object->prev->next = object->next;
    else
        space->first = object->next;
    if (object->next)
        object->next->prev = object->prev;
    else
        space->last = object->prev;
    if (space->libc == object)
        space->libc = NULL;
    space->count--;
    linker->removed++;
    if (linker->init_first == object)
        linker->init_first = NULL;
}

void load_free_place(struct linker *linker, const struct object *object) {
    if (object->owns_mapping && object->map_start == linker->map_hint)
        linker->map_hint = object->map_end;
}

void load_all_added(struct linker *linker, struct namespace *space) {
    if (space->adding)
        audit_activity(linker, space, AUDIT_CONSISTENT);
    space->adding = false;
}

/* Auditors hear that the objects they were told of go again. */
static void tell_failure(struct transaction *transaction) {
    struct linker *linker = transaction->linker;
    struct object *object = linker->audit ? load_first_new(transaction) : NULL;
    if (!object)
        return;
    for (; object; object = object->next)
        if (!object->real)
            audit_closed(linker, object);
    audit_activity(linker, transaction->space, AUDIT_DELETE);
    transaction->space->adding = true;
}

void load_roll_back(struct transaction *transaction) {
    struct linker *linker = transaction->linker;
    tell_failure(transaction);
    for (const struct object *object = load_first_new(transaction); object; object = object->next)
        EVENT(linker, unload, .object = object);
    while (transaction->space->last != transaction->last_before) {
        struct object *object = transaction->space->last;
        load_unlink(linker, object);
        if (object == linker->self)
            continue;
        tls_remove_module(linker, object);
        unique_forget(object);
        load_free_place(linker, object);
        retire(linker, (void (*)(void *))object_free, object);
    }
    if (!transaction->last_before)
        scope_clear(linker, &transaction->space->global);
    linker->shim->objects_changed(linker);
    load_all_added(linker, transaction->space);
    linker->shim->tls_changed(linker); /* the static block may have grown */
    retire_sweep(linker);
}

/* -- libraries -- */

struct object *load_find(struct namespace *space, const char *name) {
    uint64_t bits = object_name_bits(name);
    for (struct object *object = space->first; object; object = object->next) {
        if (bits & ~object->name_bits)
            continue;
        if (object_has_name(object, name))
            return object;
        if (object->soname && !object->by_name && strcmp(object->soname, name) == 0) {
            object_add_name(object, name);
            return object;
        }
    }
    return NULL;
}

/* myld answers to its own soname, which glibc's libraries name as a dependency. */
static bool means_loader(const struct linker *linker, const char *name) {
    return linker->self->soname && strcmp(name, linker->self->soname) == 0;
}

/* There is one loader: other namespaces have an entry that stands for it. Its symbols are read
 * here: only programs of some libcs ask for them. */
static struct object *add_loader(struct linker *linker, struct namespace *space,
                                 struct error *error) {
    struct object *self = linker->self;
    if (!self->symbols && (!dynamic_read(self, error) || !version_read(self, error)))
        return NULL;
    for (struct object *object = space->first; object; object = object->next)
        if (object->kind == OBJECT_LOADER)
            return object;
    struct object *entry = space == &linker->base ? self : object_new_entry(self);
    if (entry)
        load_append(linker, space, entry);
    else
        error_no_memory(error, self->path);
    return entry;
}

/* True for a file that must not be loaded as a library; *error says why. */
static bool is_unfit(const struct linker *linker, const struct object *object,
                     struct error *error) {
    const char *wrong = NULL;
    if (object->flags_1 & DF_1_PIE)
        wrong = "cannot dynamically load position-independent executable";
    else if (!object->dynamic)
        wrong = "object file has no dynamic section";
    else if (object->flags_1 & DF_1_NOOPEN && linker->running && !linker->shim->plain)
        wrong = "shared object cannot be dlopen()ed";
    return wrong && !error_set(error, ERROR_FILE, 0, object->label, "%s", wrong);
}

static bool is_executable(const struct image_file *file, const struct object *object,
                          struct error *error) {
    return file->header.e_type == ET_EXEC &&
           !error_set(error, ERROR_FILE, 0, object->label, "cannot dynamically load executable");
}

static struct object *find_file(struct namespace *space, const struct image_file *file) {
    for (struct object *object = space->first; object; object = object->next)
        if (object->inode == file->inode && object->device == file->device && object->inode)
            return object;
    return NULL;
}

/* Auditors hear of the object, and before the first one that objects are being added. */
static bool add_audited(struct linker *linker, struct object *object, struct error *error) {
    struct namespace *space = object->space;
    if (!rendezvous_mirror_one(linker, object, error))
        return false;
    if (!space->adding)
        audit_activity(linker, space, AUDIT_ADD);
    space->adding = true;
    audit_opened(linker, object);
    return true;
}

/* Maps and reads an opened library; `path` becomes the object's. */
static struct object *map_library(struct linker *linker, struct namespace *space,
                                  const struct image_file *file, const char *name, char *path,
                                  struct object *requester, struct error *error) {
    struct object *object = object_new_owning(OBJECT_LIBRARY, path);
    if (!object) {
        error_no_memory(error, name);
        return NULL;
    }
    object->requester = requester;
    object->by_name = !linker->shim->checks_versions;
    object->weak_last = linker->program->weak_last;
    object->guard = arch_guard(linker->process.hwcap2);
    object->label = name; /* until it is known to be sound, messages call it what it was asked for
                             by, as ld.so's */
    if (is_executable(file, object, error) ||
        !image_map(object, file, linker->process.page_size, &linker->map_hint, error) ||
        !dynamic_read(object, error) || is_unfit(linker, object, error) ||
        !version_read(object, error)) {
        object_free(object);
        return NULL;
    }
    object->label = object->path;
    if (object->soname && means_loader(linker, object->soname)) {
        /* The system's own loader, named by path: it must not come to life here. */
        object_free(object);
        return add_loader(linker, space, error);
    }
    if (path[0] != '/')
        search_origin(&linker->search, object); /* now: the current folder may change */
    object->never_unload = object->flags_1 & DF_1_NODELETE || !linker->shim->unloads;
    if (object->tls.memory_size && !tls_add_module(linker, object, error)) {
        object_free(object);
        return NULL;
    }
    if (!object_has_name(object, name) && !object_add_name(object, name)) {
        error_no_memory(error, path);
        object_free(object);
        return NULL;
    }
    object->space = space;
    tell_object(linker, object, name);
    load_append(linker, space, object);
    if (object->flags_1 & DF_1_INITFIRST) /* of several, ld.so keeps the last one */
        linker->init_first = object;
    if (!linker->audit || add_audited(linker, object, error))
        return object;
    return NULL;
}

/* In a frame of its own: the path takes no room on the stack while the library is mapped. */
OWN_FRAME static char *search_library(struct linker *linker, const char *name,
                                      struct object *requester, struct image_file *file,
                                      struct error *error) {
    char path[SEARCH_PATH_MAX];
    if (!search_open(&linker->search, name, requester, linker->program, file, path, error))
        return NULL;
    char *copy = memory_copy_text(path);
    if (!copy) {
        image_close(file);
        error_no_memory(error, name);
    }
    return copy;
}

/* Finds and opens the file: by the adapter's own rules, or by search. Returns its path in loader
 * memory, or NULL. */
static char *open_library(struct linker *linker, const char *name, struct object *requester,
                          struct image_file *file, struct error *error) {
    if (linker->shim->owns_name && linker->shim->owns_name(name))
        return linker->shim->find_own(linker, name, file, error);
    return search_library(linker, name, requester, file, error);
}

/* Who asked for what could not be loaded, and by which name. */
static void note_request(struct error *error, const char *name, const struct object *requester) {
    format_text(error->needed_by, sizeof error->needed_by, "%s", requester ? requester->label : "");
    format_text(error->wanted, sizeof error->wanted, "%s", name);
}

/* ld.so searches for itself in namespaces other than the base one, and auditors see it. */
OWN_FRAME static void tell_loader_search(struct linker *linker, const struct namespace *space,
                                         const char *name, struct object *requester) {
    struct image_file file;
    struct error error;
    if (space == &linker->base || (!linker->audit && !space->audits))
        return;
    requester = space->audits ? linker->program : requester;
    if (!space->audits)
        name = audit_search(linker, requester, name, AUDIT_SEARCH_NAME);
    char *path = name ? open_library(linker, name, requester, &file, &error) : NULL;
    if (path)
        image_close(&file);
    memory_free(path);
}

struct object *load_library(struct linker *linker, struct namespace *space, const char *name,
                            struct object *requester, struct error *error) {
    struct object *object = load_find(space, name);
    if (object)
        return object;
    if (means_loader(linker, name)) {
        tell_loader_search(linker, space, name, requester);
        return add_loader(linker, space, error);
    }
    struct image_file file;
    const char *wanted = name;
    if (linker->audit && !(name = audit_search(linker, requester, name, AUDIT_SEARCH_NAME))) {
        error_set(error, ERROR_OTHER, 0, "", "cannot open shared object file");
        note_request(error, wanted, requester);
        return NULL;
    }
    EVENT(linker, search, .state = "begin", .name = name, .by = requester,
          .space = (uint64_t)space->id);
    char *path = open_library(linker, name, requester, &file, error);
    tell_search_end(linker, name, requester, space, path);
    if (!path) {
        note_request(error, name, requester);
        return NULL;
    }
    object = find_file(space, &file);
    if (object)
        memory_free(path);
    else if (!(object = map_library(linker, space, &file, name, path, requester, error)))
        note_request(error, name, requester);
    image_close(&file);
    if (object && !object_has_name(object, name) && !object_add_name(object, name)) {
        error_no_memory(error, name);
        return NULL;
    }
    return object;
}

struct object *load_find_by_file(struct linker *linker, struct namespace *space, const char *name,
                                 struct object *requester, struct error *error) {
    struct image_file file;
    char *path = open_library(linker, name, requester, &file, error);
    if (!path)
        return NULL;
    memory_free(path);
    error->kind = ERROR_NONE;
    struct object *object = find_file(space, &file);
    image_close(&file);
    return object;
}
