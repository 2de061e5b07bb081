/* Scopes of objects; see scope.h. */
#include "scope.h"

#include "index.h"
#include "linker.h"
#include "memory.h"
#include "retire.h"
#include <string.h>

static bool set_scopes(struct linker *linker, struct object *object, struct object *root, bool deep,
                       struct error *error) {
    struct scope *wanted[3];
    size_t count = 0;
    bool last =
        object->kind == OBJECT_VDSO; /* its own scope comes behind the others, as in ld.so */
    if (last || (object->symbolic && !deep && !object->by_name)) {
        struct object_list *alone = object_list_new(1);
        if (!alone)
            return error_no_memory(error, object->path);
        alone->item[0] = object;
        object->alone.list = alone;
        if (!last)
            wanted[count++] = &object->alone;
    }
    if (root != linker->program && deep)
        wanted[count++] = &root->group;
    wanted[count++] = &object->space->global;
    if (root != linker->program && !deep)
        wanted[count++] = &root->group;
    if (last)
        wanted[count++] = &object->alone;
    struct scope_list *scopes = memory_alloc(sizeof *scopes + count * sizeof scopes->item[0]);
    if (!scopes)
        return error_no_memory(error, object->path);
    scopes->count = count;
    memcpy(scopes->item, wanted, count * sizeof wanted[0]);
    object->scopes = scopes;
    return true;
}

bool scope_set_new(struct linker *linker, struct transaction *transaction, struct object *root,
                   bool deep, struct error *error) {
    for (struct object *object = load_first_new(transaction); object; object = object->next)
        if (!object->scopes && !set_scopes(linker, object, root, deep, error))
            return false;
    return true;
}

/* Gives the scope another list. Readers see the old or the new one. */
static void replace_list(struct linker *linker, struct scope *scope, struct object_list *list) {
    struct object_list *old = scope->list;
    atomic_store_explicit(&scope->list, list, memory_order_release);
    if (old)
        index_drop(linker, old);
    retire(linker, memory_free, old);
}

bool scope_extend(struct linker *linker, struct scope *scope, const struct object_list *added) {
    struct object_list *old = scope->list;
    size_t count = old ? old->count : 0;
    struct object_list *list = object_list_new(count + added->count);
    if (!list)
        return false;
    list->count = count;
    if (old)
        memcpy(list->item, old->item, count * sizeof list->item[0]);
    for (size_t i = 0; i < added->count; i++)
        if (!added->item[i]->global) {
            added->item[i]->global = true;
            list->item[list->count++] = added->item[i];
        }
    replace_list(linker, scope, list);
    return true;
}

void scope_clear(struct linker *linker, struct scope *scope) {
    struct object_list *list = scope->list;
    for (size_t i = 0; list && i < list->count; i++)
        list->item[i]->global = false;
    atomic_store_explicit(&scope->list, NULL, memory_order_release);
    retire(linker, memory_free, list);
}

/* Replaces an object's scopes. Readers see the old or the new ones. */
static void publish_scopes(struct linker *linker, struct object *object,
                           struct scope_list *scopes) {
    struct scope_list *old = object->scopes;
    atomic_store_explicit(&object->scopes, scopes, memory_order_release);
    retire(linker, memory_free, old);
}

static struct scope_list *copy_scopes(const struct scope_list *scopes, size_t room) {
    struct scope_list *copy =
        memory_alloc(sizeof *copy + (scopes->count + room) * sizeof copy->item[0]);
    if (copy)
        memcpy(copy, scopes, sizeof *copy + scopes->count * sizeof copy->item[0]);
    return copy;
}

bool scope_add(struct linker *linker, struct object *object, struct scope *scope) {
    const struct scope_list *scopes = object->scopes;
    if (object->at_start || !scopes)
        return true;
    for (size_t i = 0; i < scopes->count; i++)
        if (scopes->item[i] == scope)
            return true;
    struct scope_list *grown = copy_scopes(scopes, 1);
    if (!grown)
        return false;
    grown->item[grown->count++] = scope;
    publish_scopes(linker, object, grown);
    return true;
}

static bool owns_scope(const struct object_list *list, const struct scope *scope) {
    for (size_t i = 0; i < list->count; i++)
        if (&list->item[i]->group == scope)
            return true;
    return false;
}

/* An object that came as a dependency gets a group of its own when a group that it is in goes:
 * itself and its direct needs (ld.so's rule; dlopen then takes it for one that was opened before).
 * Returns that group's scope if it is a new one, else NULL. */
static struct scope *make_own_group(struct object *object) {
    if (object->at_start || object->group.list)
        return NULL;
    size_t count = object->order ? object->order->count : 1;
    struct object_list *group = object_list_new(count);
    if (!group)
        return NULL;
    group->item[0] = object;
    for (size_t i = 1; i < count; i++)
        group->item[i] = object->order->item[i];
    atomic_store_explicit(&object->group.list, group, memory_order_release);
    return &object->group;
}

/* Takes scopes away whose owners go; in the place of the first one comes the object's own group, if
 * that is new. */
static void forget_scopes(struct linker *linker, struct object *object,
                          const struct object_list *list) {
    const struct scope_list *scopes = object->scopes;
    size_t kept = 0;
    for (size_t i = 0; scopes && i < scopes->count; i++)
        kept += !owns_scope(list, scopes->item[i]);
    if (!scopes || kept == scopes->count)
        return;
    struct scope_list *shorter = copy_scopes(scopes, 0);
    if (!shorter)
        return;
    struct scope *own = make_own_group(object);
    shorter->count = 0;
    for (size_t i = 0; i < scopes->count; i++) {
        bool goes = owns_scope(list, scopes->item[i]);
        if (!goes || own)
            shorter->item[shorter->count++] = goes ? own : scopes->item[i];
        if (goes)
            own = NULL;
    }
    publish_scopes(linker, object, shorter);
}

void scope_forget(struct linker *linker, const struct object_list *list) {
    struct namespace *space = list->item[0]->space;
    for (struct object *object = space->first; object; object = object->next)
        if (!object_list_has(list, object))
            forget_scopes(linker, object, list);
    struct object_list *global = space->global.list;
    struct object_list *shorter = object_list_new(global->count);
    if (!shorter)
        return;
    shorter->count = 0;
    for (size_t i = 0; i < global->count; i++)
        if (!object_list_has(list, global->item[i]))
            shorter->item[shorter->count++] = global->item[i];
    replace_list(linker, &space->global, shorter);
}
