/* Objects by address and by handle (loader/address.c). */
#include "loader/linker.h"
#include <criterion/criterion.h>

#define PAGE 4096

static struct linker linker;
static struct segment segments[40][3];
static struct object objects[40];
static struct link_map maps[40];

static void add(size_t number, uintptr_t start, size_t gap) {
    struct object *object = &objects[number];
    object->segments = segments[number];
    object->segment_count = 3;
    object->page_size = PAGE;
    object->map = &maps[number];
    segments[number][0] = (struct segment){start, start + 100, 4};
    segments[number][1] = (struct segment){start + PAGE + 8, start + PAGE + 50, 5};
    start += 2 * PAGE + gap;
    segments[number][2] = (struct segment){start + 16, start + 60, 6};
    object->prev = linker.base.last;
    *(linker.base.last ? &linker.base.last->next : &linker.base.first) = object;
    linker.base.last = object;
    linker.base.count++;
    address_index_objects(&linker);
}

static size_t number_at(uintptr_t address) {
    struct object *object = address_object(&linker, (void *)address);
    return object ? (size_t)(object - objects) : SIZE_MAX;
}

Test(address, finds_objects) {
    cr_expect_null(address_object(&linker, linker.base.first), "nothing is there yet");
    for (size_t i = 0; i < 40; i++) /* in no order, and more than a table holds at first */
        add(i, 0x100000 + (i * 7 % 40) * 16 * PAGE, 0);
    for (size_t i = 0; i < 40; i++) {
        uintptr_t start = segments[i][0].start;
        cr_expect_eq(number_at(start - 1), SIZE_MAX);
        cr_expect_eq(number_at(start), i);
        cr_expect_eq(number_at(start + 200), i, "between segments that are adjacent");
        cr_expect_eq(number_at(segments[i][2].end - 1), i);
        cr_expect_eq(number_at(segments[i][2].end), SIZE_MAX, "behind the last one");
        cr_expect_eq(address_find_handle(&linker, &maps[i]), &objects[i]);
    }
    cr_expect_null(address_find_handle(&linker, NULL));
    cr_expect_null(address_find_handle(&linker, &linker));
}

Test(address, knows_holes) {
    struct address_range range;
    add(0, 0x100000, 4 * PAGE);
    add(1, 0x100000 + 3 * PAGE, 9 * PAGE); /* begins in the hole */
    cr_expect_eq(number_at(0x100000 + 2 * PAGE), SIZE_MAX);
    cr_expect_eq(number_at(0x100000 + 3 * PAGE), 1);
    cr_expect_eq(number_at(0x100000 + 6 * PAGE + 20), 0);
    cr_assert(address_find(&linker, (void *)(0x100000UL + 50), &range));
    cr_expect_eq(range.start, 0x100000);
    cr_expect_eq(range.end, 0x100000 + PAGE + 50);
    cr_expect_eq(range.map, &maps[0]);
}

/* An entry that stands for an object of another namespace has a handle, but no address. */
Test(address, entries_without_address) {
    add(0, 0x100000, 0);
    objects[1].real = &objects[0];
    add(1, 0x200000, 0);
    cr_expect_eq(number_at(0x200000), SIZE_MAX);
    cr_expect_eq(address_find_handle(&linker, &maps[1]), &objects[1]);
    linker.base.last = &objects[0];
    objects[0].next = NULL;
    address_index_objects(&linker);
    cr_expect_null(address_find_handle(&linker, &maps[1]), "gone");
    cr_expect_eq(number_at(0x100000), 0);
}
