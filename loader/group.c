/* Groups: an object and all that it needs, breadth first, with filters behind what stands in for
 * them; see load.h.
 *
 * In:  an object that is mapped and read. Out: its dependencies loaded, its group – the order in
 * which symbols are looked for – and its order of construction.
 */
#include "dynamic.h"
#include "event.h"
#include "linker.h"
#include "load.h"
#include "memory.h"
#include "order.h"
#include "report.h"
#include <string.h>

/* Where libraries are only listed, one that is missing takes part as an empty object. */
static struct object *add_missing(struct linker *linker, struct namespace *space, const char *name,
                                  const struct error *error) {
    struct object *object = object_new(OBJECT_MISSING, name);
    bool asked = options_is_question(&linker->options); /* then what is broken counts, too */
    if (!object || (error->kind != ERROR_OPEN && !asked) || !(object->needed = object_list_new(0)))
        return NULL;
    if (error->kind != ERROR_OPEN) /* it was found, but does not serve */
        EVENT(linker, error, .text = error->text, .detail = error->object);
    object->relocated = true;
    load_append(linker, space, object);
    return object;
}

static bool is_filter(const struct linker *linker, int64_t tag) {
    return (tag == DT_FILTER || tag == DT_AUXILIARY) && !linker->shim->plain;
}

/* Loads one direct dependency. True with *loaded == NULL: one that need not be there is not. */
static bool load_dependency(struct linker *linker, struct object *object, const Elf64_Dyn *entry,
                            struct object **loaded, struct error *error) {
    const char *name = dynamic_string(object, entry->d_un.d_val);
    const struct object *last = object->space->last;
    *loaded = NULL;
    if (linker->search.secure && !linker->shim->plain && search_has_token(&linker->search, name))
        return error_set(error, ERROR_FILE, 0, name, "DST not allowed in SUID/SGID programs");
    *loaded = load_library(linker, object->space, name, object, error);
    bool may_lack = entry->d_tag == DT_AUXILIARY && linker->options.mode != MODE_TRACE;
    if (!*loaded && options_lists_all(&linker->options) && !may_lack)
        *loaded = add_missing(linker, object->space, name, error);
    if (!*loaded)
        return entry->d_tag == DT_AUXILIARY || report_and_go_on(linker, error);
    EVENT(linker, need, .by = object, .object = *loaded, .name = name,
          .again = last == object->space->last);
    return true;
}

/* Loads the direct dependencies of one object. */
static bool load_needed(struct linker *linker, struct object *object, struct error *error) {
    size_t count = 0, filters = 0;
    for (size_t i = 0; i < object->dynamic_count; i++) {
        count += object->dynamic[i].d_tag == DT_NEEDED;
        filters += is_filter(linker, object->dynamic[i].d_tag);
    }
    struct object_list *needed = object_list_new(count + filters);
    if (filters)
        object->filtees = object_list_new(filters);
    if (!needed || (filters && !object->filtees))
        return error_no_memory(error, object->path);
    needed->count = 0;
    if (filters)
        object->filtees->count = 0;
    for (size_t i = 0; i < object->dynamic_count; i++) {
        const Elf64_Dyn *entry = &object->dynamic[i];
        struct object *dependency;
        if (entry->d_tag != DT_NEEDED && !is_filter(linker, entry->d_tag))
            continue;
        if (!load_dependency(linker, object, entry, &dependency, error)) {
            memory_free(needed);
            return false;
        }
        if (dependency)
            needed->item[needed->count++] = dependency;
        if (dependency && entry->d_tag != DT_NEEDED)
            object->filtees->item[object->filtees->count++] = dependency;
    }
    object->needed = needed;
    return true;
}

/* What order.c walks for an object that is no root: itself, then its direct needs. */
static bool set_order(struct object *object, struct error *error) {
    if (object->order || !object->needed->count)
        return true;
    object->order = object_list_new(object->needed->count + 1);
    if (!object->order)
        return error_no_memory(error, object->path);
    object->order->item[0] = object;
    memcpy(&object->order->item[1], object->needed->item,
           object->needed->count * sizeof object->needed->item[0]);
    return true;
}

/* A queue of objects, each once. */
struct queue {
    struct object **item;
    size_t count, capacity;
};

static bool enqueue(struct queue *queue, struct object *object) {
    if (object->visited)
        return true;
    struct object **grown =
        memory_grow(queue->item, &queue->capacity, queue->count + 1, sizeof *queue->item);
    if (!grown)
        return false;
    queue->item = grown;
    queue->item[queue->count++] = object;
    object->visited = true;
    return true;
}

/* Puts a library before another one in the namespace's list, if it stands behind it. */
static void move_before(struct object *object, struct object *before) {
    const struct object *at = before;
    while (at && at != object)
        at = at->next;
    if (!at || at == before)
        return;
    object->prev->next = object->next;
    if (object->next)
        object->next->prev = object->prev;
    else
        object->space->last = object->prev;
    object->next = before;
    object->prev = before->prev;
    before->prev->next = object;
    before->prev = object;
}

/* Puts the libraries that stand in for the object at *at directly before it: its symbols are looked
 * for there first. *at follows the object. */
static void put_filtees(struct queue *queue, size_t *at) {
    struct object *object = queue->item[*at];
    for (size_t i = 0; object->filtees && i < object->filtees->count; i++) {
        struct object *filtee = object->filtees->item[i];
        size_t from = *at;
        while (from < queue->count && queue->item[from] != filtee)
            from++;
        if (from == queue->count || from == *at)
            continue;
        memmove(&queue->item[*at + 1], &queue->item[*at], (from - *at) * sizeof filtee);
        queue->item[(*at)++] = filtee;
        if (object->kind == OBJECT_LIBRARY)
            move_before(filtee, object);
    }
}

static bool fill_queue(struct linker *linker, struct queue *queue, struct error *error) {
    const struct object *root = queue->item[0];
    for (size_t i = 0; i < queue->count; i++) {
        struct object *object = queue->item[i];
        if (!object->needed && !load_needed(linker, object, error))
            return false;
        for (size_t j = 0; j < object->needed->count; j++)
            if (!enqueue(queue, object->needed->item[j]))
                return error_no_memory(error, object->path);
        if (object != root && !set_order(object, error))
            return false;
        size_t at = i;
        put_filtees(queue, &at);
        if (at > i) /* they are next, and see to their own needs */
            i--;
    }
    return true;
}

bool load_group(struct linker *linker, struct object *root, struct object *const *extra,
                size_t extra_count, struct error *error) {
    struct queue queue = {NULL, 0, 0};
    for (struct object *object = root->space->first; object; object = object->next)
        object->visited = false;
    bool done = enqueue(&queue, root);
    for (size_t i = 0; done && i < extra_count; i++)
        done = enqueue(&queue, extra[i]);
    done = done ? fill_queue(linker, &queue, error) : error_no_memory(error, root->path);
    struct object_list *group = done ? object_list_new(queue.count) : NULL;
    struct object_list *order = done ? object_list_new(queue.count) : NULL;
    if (done && group && order) {
        memcpy(group->item, queue.item, queue.count * sizeof queue.item[0]);
        memcpy(order->item, queue.item, queue.count * sizeof queue.item[0]);
    }
    memory_free(queue.item);
    if (!done)
        return false;
    if (!group || !order ||
        !(linker->shim->plain ? order_sort_plainly(order)
                              : order_sort(order, linker->order | ORDER_KEEP_FIRST)))
        return error_no_memory(error, root->path);
    root->group.list = group;
    root->order = order;
    return true;
}
