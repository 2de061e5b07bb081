/* The order in which objects are relocated, constructed and destructed: a topological sort by
 * dependency. */
#ifndef MYLD_ORDER_H
#define MYLD_ORDER_H

#include "object.h"

/* Sorts `list` so that every object comes before those that it needs (as far as cycles allow).
 * Among the orders that satisfy this it is the one that ld.so has since 2.35: a depth-first search
 * from the last object to the first, along object->order. `how`: ORDER_…. Needs the load lock.
 * Returns false when there is no memory. */
bool order_sort(struct object_list *list, unsigned how);

enum {
    ORDER_KEEP_FIRST = 1, /* item 0 stays in front */
    ORDER_FOR_END = 2,    /* follows object->bound_to, too */
    ORDER_OLD = 4,        /* as ld.so before 2.35, and with the tunable glibc.rtld.dynamic_sort=1 */
};

/* Sorts a group (its root first, the others breadth first) for a libc that constructs along
 * DT_NEEDED: read from the last to the first, the list is the postorder of a depth-first walk from
 * the root. Needs the load lock. Returns false when there is no memory. */
bool order_sort_plainly(struct object_list *list);

#endif
