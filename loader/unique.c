/* The table of unique symbols; see unique.h. */
#include "unique.h"

#include "memory.h"
#include <string.h>

/* A hash table that only grows: an entry is published with one exchange, so that lazy binding needs
 * no lock. */
struct unique {
    struct unique *next;
    const char *name;
    struct symbol_result definition;
};

#define BUCKETS 64
static _Atomic(struct unique *) table[BUCKETS];

struct symbol_result unique_definition(struct symbol_result found,
                                       const struct symbol_request *request) {
    _Atomic(struct unique *) *bucket = &table[request->gnu_hash % BUCKETS];
    struct unique *fresh = NULL;
    struct unique *head = atomic_load_explicit(bucket, memory_order_acquire);
    for (;;) {
        for (struct unique *entry = head; entry; entry = entry->next)
            if (entry->definition.object->space == found.object->space &&
                strcmp(entry->name, request->name) == 0) {
                memory_free(fresh);
                return entry->definition;
            }
        if (!fresh && !(fresh = memory_alloc(sizeof *fresh)))
            return found;
        *fresh = (struct unique){head, found.object->strings + found.symbol->st_name, found};
        /* The name and the definition are the object's own memory: it stays. */
        ((struct object *)found.object)->never_unload = true;
        if (atomic_compare_exchange_strong(bucket, &head, fresh))
            return found;
    }
}

void unique_forget(const struct object *object) {
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct unique *entry = table[i]; entry; entry = entry->next)
            if (entry->definition.object == object)
                __atomic_store_n(&entry->name, "", __ATOMIC_RELEASE); /* no symbol's name */
}
