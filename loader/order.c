/* Sorting by dependency; see order.h. */
#include "order.h"

#include "memory.h"
#include <string.h>

struct sorter {
    struct object **head; /* filled from the back: reverse postorder */
    bool follow_bound;
    bool saw_bound;
};

static void visit(struct sorter *sorter, struct object *object) {
    if (object->visited)
        return;
    object->visited = true;
    for (size_t i = 0; object->order && i < object->order->count; i++) {
        struct object *dependency = object->order->item[i];
        if (dependency->kind != OBJECT_PROGRAM)
            visit(sorter, dependency);
    }
    for (const struct binding *binding = sorter->follow_bound ? object->bound_to : NULL; binding;
         binding = binding->next) {
        sorter->saw_bound = true;
        visit(sorter, binding->object);
    }
    if (object->sorted)
        *--sorter->head = object;
}

/* One depth-first pass over all objects of `from`, into `to`. */
static bool pass(struct object *const *from, struct object **to, size_t count, bool follow_bound) {
    struct sorter sorter = {to + count, follow_bound, false};
    for (size_t i = 0; i < count; i++)
        from[i]->visited = false;
    for (size_t i = count; i-- > 0;)
        visit(&sorter, from[i]);
    return sorter.saw_bound;
}

/* A symbol that `user` is bound to counts where DT_NEEDED does not say the contrary. */
static bool uses(const struct object *user, const struct object *object, bool for_end) {
    if (object_list_has(user->order, object))
        return true;
    const struct binding *binding = for_end ? user->bound_to : NULL;
    while (binding && binding->object != object)
        binding = binding->next;
    return binding && !object_list_has(object->order, user);
}

/* Moves each object behind the last one that uses it, whereupon another has its place. In a circle
 * this would go on for ever: one that comes to a place more often than objects are left stays. */
static bool sort_old(struct object **item, size_t count, bool for_end) {
    uint16_t *times = memory_alloc((count + 1) * sizeof *times);
    if (!times)
        return false;
    for (size_t at = 0; at < count;) {
        struct object *object = item[at];
        size_t last = for_end && object->real ? at : count - 1;
        uint16_t often = ++times[at];
        while (last > at && !uses(item[last], object, for_end))
            last--;
        memmove(&item[at], &item[at + 1], (last - at) * sizeof *item);
        item[last] = object;
        if (last == at || times[at + 1] > count - at) {
            at++;
            memset(&times[at], 0, (count - at) * sizeof *times);
        } else {
            memmove(&times[at], &times[at + 1], (last - at) * sizeof *times);
            times[last] = often;
        }
    }
    memory_free(times);
    return true;
}

bool order_sort(struct object_list *list, unsigned how) {
    bool keep_first = how & ORDER_KEEP_FIRST, for_end = how & ORDER_FOR_END;
    size_t count = list->count;
    if (count < 2)
        return true;
    if (how & ORDER_OLD)
        return sort_old(list->item + keep_first, count - keep_first, for_end);
    struct object *first = list->item[0];
    struct object **sorted = memory_alloc(2 * count * sizeof *sorted);
    if (!sorted)
        return false;
    for (size_t i = 0; i < count; i++)
        list->item[i]->sorted = true;
    /* Symbol bindings that go beyond DT_NEEDED may contradict it: the second pass, by DT_NEEDED
     * alone, starts from the first one's order, so that true dependencies win. */
    if (pass(list->item, sorted, count, for_end)) {
        memcpy(sorted + count, sorted, count * sizeof *sorted);
        pass(sorted + count, sorted, count, false);
    }
    for (size_t i = 0; i < count; i++)
        list->item[i]->sorted = false;
    memcpy(list->item, sorted, count * sizeof *sorted);
    memory_free(sorted);
    if (keep_first && list->item[0] != first) {
        size_t at = 0;
        while (list->item[at] != first)
            at++;
        memmove(&list->item[1], &list->item[0], at * sizeof list->item[0]);
        list->item[0] = first;
    }
    return true;
}

static void visit_needed(struct sorter *sorter, struct object *object) {
    if (object->visited)
        return;
    object->visited = true;
    for (size_t i = 0; i < object->needed->count; i++)
        visit_needed(sorter, object->needed->item[i]);
    *--sorter->head = object;
}

bool order_sort_plainly(struct object_list *list) {
    size_t count = list->count;
    struct object **sorted = memory_alloc(count * sizeof *sorted);
    if (!sorted)
        return false;
    struct sorter sorter = {sorted + count, false, false};
    for (size_t i = 1; i < count; i++)
        list->item[i]->visited = false;
    list->item[0]->visited = true; /* dependencies in a circle end here */
    for (size_t i = 1; i < count; i++)
        visit_needed(&sorter, list->item[i]);
    *--sorter.head = list->item[0];
    memcpy(list->item, sorted, count * sizeof *sorted);
    memory_free(sorted);
    return true;
}
