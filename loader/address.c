/* The index of objects by address; see address.h. */
#include "address.h"

#include "linker.h"
#include "memory.h"
#include <string.h>

/* What the table has of each range. */
enum column { START, END, OBJECT, MAP, EH_FRAME_HEADER, COLUMNS };

struct row {
    _Atomic uintptr_t cell[COLUMNS];
};

/* Ranges by start; objects that have a handle and no address stand at the end. */
struct address_table {
    size_t capacity;
    _Atomic size_t count;
    struct row row[];
};

static inline uintptr_t get(const struct row *row, enum column column) {
    return atomic_load_explicit(&((struct row *)row)->cell[column], memory_order_relaxed);
}

static inline size_t count_of(struct address_table *table) {
    return atomic_load_explicit(&table->count, memory_order_relaxed);
}

/* -- writing -- */

static void set(struct row *row, const uintptr_t *value) {
    for (enum column column = 0; column < COLUMNS; column++)
        atomic_store_explicit(&row->cell[column], value[column], memory_order_relaxed);
}

static struct address_table *new_table(size_t capacity) {
    struct address_table *table = memory_alloc(sizeof *table + capacity * sizeof table->row[0]);
    if (table)
        table->capacity = capacity;
    return table;
}

/* False: the table is full. */
COLD static bool insert(struct address_table *table, uintptr_t start, uintptr_t end,
                        const struct object *object) {
    const uintptr_t value[COLUMNS] = {start, end, (uintptr_t)object, (uintptr_t)object->map,
                                      object->eh_frame_header};
    size_t at = count_of(table);
    if (at == table->capacity)
        return false;
    atomic_store_explicit(&table->count, at + 1, memory_order_relaxed);
    for (; at > 0 && get(&table->row[at - 1], START) > start; at--)
        set(&table->row[at], (const uintptr_t *)&table->row[at - 1]);
    set(&table->row[at], value);
    return true;
}

COLD static bool insert_object(struct address_table *table, const struct object *object) {
    const struct segment *segment = object->segments, *end = segment + object->segment_count;
    if (object->real || segment == end)
        return insert(table, UINTPTR_MAX, UINTPTR_MAX, object);
    uint64_t page = object->page_size;
    while (segment < end) {
        uintptr_t start = align_down(segment->start, page);
        do
            segment++;
        while (segment < end &&
               align_down(segment->start, page) <= align_up(segment[-1].end, page));
        if (!insert(table, start, segment[-1].end, object))
            return false;
    }
    return true;
}

/* The latest ones first: they have the lowest addresses. */
COLD static bool fill(struct linker *linker, struct address_table *table) {
    atomic_store_explicit(&table->count, 0, memory_order_relaxed);
    for (const struct namespace *space = &linker->base; space; space = space->next)
        for (const struct object *object = space->last; object; object = object->prev)
            if (!insert_object(table, object))
                return false;
    return true;
}

COLD void address_index_objects(struct linker *linker) {
    struct address_index *index = &linker->addresses;
    size_t version = index->version + 1;
    _Atomic(struct address_table *) *place = &index->table[version % 2];
    struct address_table *table = *place;
    /* Whoever reads a cell that is written from now on also sees that the table was invalid. */
    atomic_thread_fence(memory_order_release);
    while (!table || !fill(linker, table))
        if (!(table = new_table(table ? 2 * table->capacity : 6)))
            return;
    atomic_store_explicit(place, table, memory_order_release);
    atomic_store_explicit(&index->version, version, memory_order_release);
}

/* -- reading -- */

/* The valid table and its version; NULL: there is none yet. */
static struct address_table *begin(const struct address_index *index, size_t *version) {
    struct address_index *mutable = (struct address_index *)index;
    *version = atomic_load_explicit(&mutable->version, memory_order_acquire);
    return atomic_load_explicit(&mutable->table[*version % 2], memory_order_acquire);
}

/* True when what was read since begin() is of one version. */
static bool is_valid(const struct address_index *index, size_t version) {
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(&((struct address_index *)index)->version, memory_order_relaxed) ==
           version;
}

/* The last range that starts at or below the address; NULL: none does. */
static inline const struct row *find_row(struct address_table *table, uintptr_t address) {
    size_t low = 0, high = count_of(table);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (get(&table->row[middle], START) <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? &table->row[low - 1] : NULL;
}

bool address_find(struct linker *linker, const void *address, struct address_range *found) {
    const struct address_index *index = &linker->addresses;
    const struct row *row;
    size_t version;
    do {
        struct address_table *table = begin(index, &version);
        row = table ? find_row(table, (uintptr_t)address) : NULL;
        if (!row)
            continue;
        found->start = get(row, START);
        found->end = get(row, END);
        found->object = (struct object *)get(row, OBJECT);
        found->map = (struct link_map *)get(row, MAP);
        found->eh_frame_header = get(row, EH_FRAME_HEADER);
    } while (!is_valid(index, version));
    return row && (uintptr_t)address < found->end;
}

struct object *address_object(struct linker *linker, const void *address) {
    struct address_range found;
    return address_find(linker, address, &found) ? found.object : NULL;
}

struct object *address_find_handle(struct linker *linker, const void *handle) {
    const struct address_index *index = &linker->addresses;
    const struct object *found;
    size_t version;
    do {
        struct address_table *table = begin(index, &version);
        size_t count = table ? count_of(table) : 0;
        found = NULL;
        for (size_t i = 0; handle && !found && i < count; i++)
            if (get(&table->row[i], MAP) == (uintptr_t)handle)
                found = (const struct object *)get(&table->row[i], OBJECT);
    } while (!is_valid(index, version));
    return (struct object *)found;
}
