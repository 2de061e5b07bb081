/* Relocation of a whole group, at the start and in dlopen: dependencies before those who need them.
 *
 * In: the root of a group whose objects are loaded and have their scopes; root->order is set. Out:
 * all of it is relocated. Where so many symbols are looked up that it pays, the scopes get an index
 * for that time (index.h).
 */
#include "index.h"
#include "linker.h"
#include "relocate.h"
#include "retire.h"

/* How many symbols will be looked up, about: as many as relocations name one. */
static size_t count_lookups(const struct object_list *order, bool lazy) {
    size_t lookups = 0;
    for (size_t i = 0; i < order->count; i++) {
        const struct object *object = order->item[i];
        if (object->relocated)
            continue;
        lookups += object->rela_count - object->relative_count;
        if (!lazy || object->bind_now)
            lookups += object->plt_rela_count;
    }
    return lookups;
}

static void build_indexes(const struct scope_list *scopes, size_t lookups) {
    for (size_t i = 0; i < scopes->count; i++)
        if (index_pays(scopes->item[i]->list, lookups))
            index_build(scopes->item[i]->list);
}

static void drop_indexes(struct linker *linker, const struct scope_list *scopes) {
    for (size_t i = 0; i < scopes->count; i++)
        index_drop(linker, scopes->item[i]->list);
    retire_sweep(linker);
}

/* Where IFUNCs do not exist any order will do, and only errors show it: that of loading, but the
 * program, which may have copies, last. */
static bool relocate_all(struct linker *linker, const struct object *root,
                         struct relocate_options options, struct error *error) {
    bool plain = linker->shim->plain;
    const struct object_list *list = plain ? root->group.list : root->order;
    size_t last = plain && root != linker->program ? list->count - 1 : 0;
    for (size_t i = 0; i < list->count; i++) {
        struct object *object =
            list->item[plain ? (last + 1 + i) % list->count : list->count - 1 - i];
        struct relocate_options its = options;
        its.patient &= !object->bind_now;
        if (!object->relocated && !relocate_object(linker, object, its, error))
            return false;
    }
    return true;
}

bool relocate_group(struct linker *linker, const struct object *root,
                    struct relocate_options options, struct error *error) {
    const struct scope_list *scopes = root->scopes;
    build_indexes(scopes, count_lookups(root->order, options.lazy));
    bool done = relocate_all(linker, root, options, error);
    drop_indexes(linker, scopes);
    return done;
}
