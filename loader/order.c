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

bool order_sort(struct object_list *list, bool keep_first, bool for_end) {
    size_t count = list->count;
    if (count < 2)
        return true;
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
