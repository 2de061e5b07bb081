/*
 * The order of objects (loader/order.c): graphs of chance, with and without cycles, and those that
 * show ld.so's choice among the orders that dependencies leave open.
 */
#include "loader/order.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX = 40 };

static struct object object[MAX];

/* Objects 0 … count-1, none of which needs another. */
static struct object_list *make(size_t count) {
    struct object_list *list = object_list_new(count);

    memset(object, 0, sizeof object);
    for (size_t i = 0; i < count; i++) {
        object[i].kind = i ? OBJECT_LIBRARY : OBJECT_PROGRAM;
        object[i].needed = object_list_new(MAX);
        object[i].needed->count = 0;
        object[i].order = object_list_new(MAX);
        object[i].order->count = 1;
        object[i].order->item[0] = &object[i];
        list->item[i] = &object[i];
    }
    return list;
}

static void need(size_t who, size_t whom) {
    object[who].needed->item[object[who].needed->count++] = &object[whom];
    object[who].order->item[object[who].order->count++] = &object[whom];
}

static size_t place_of(const struct object_list *list, size_t which) {
    size_t place = 0;

    while (place < list->count && list->item[place] != &object[which])
        place++;
    cr_assert_lt(place, list->count, "object %zu is lost", which);
    return place;
}

/* The list as a text of numbers. */
static const char *shown(const struct object_list *list) {
    static char text[256];

    text[0] = 0;
    for (size_t i = 0; i < list->count; i++)
        sprintf(text + strlen(text), "%s%td", i ? " " : "", list->item[i] - object);
    return text;
}

Test(order, a_chain) {
    struct object_list *list = make(4);

    need(0, 3), need(3, 1), need(1, 2);
    cr_assert(order_sort(list, ORDER_KEEP_FIRST));
    cr_expect_str_eq(shown(list), "0 3 1 2");
}

/* The program needs 1 and 2 in this order, 1 needs 3, 2 needs 3 and 4. */
Test(order, a_diamond) {
    struct object_list *list = make(5);

    need(0, 1), need(0, 2), need(1, 3), need(2, 3), need(2, 4);
    cr_assert(order_sort(list, ORDER_KEEP_FIRST));
    cr_expect_str_eq(shown(list), "0 1 2 3 4");
    list = make(5);
    need(0, 2), need(0, 1), need(1, 3), need(2, 3), need(3, 4);
    cr_assert(order_sort(list, ORDER_KEEP_FIRST));
    cr_expect(place_of(list, 3) < place_of(list, 4));
}

Test(order, a_cycle_keeps_all) {
    struct object_list *list = make(4);

    need(0, 1), need(1, 2), need(2, 3), need(3, 1);
    cr_assert(order_sort(list, ORDER_KEEP_FIRST));
    for (size_t i = 0; i < 4; i++)
        place_of(list, i);
    cr_expect_eq(list->item[0], &object[0]);
}

Test(order, first_stays_first) {
    struct object_list *list = make(3);

    object[0].kind = OBJECT_LIBRARY;
    need(1, 0); /* the root is needed by another */
    cr_assert(order_sort(list, ORDER_KEEP_FIRST));
    cr_expect_eq(list->item[0], &object[0]);
    list = make(3);
    object[0].kind = OBJECT_LIBRARY;
    need(1, 0);
    cr_assert(order_sort(list, 0));
    cr_expect(place_of(list, 1) < place_of(list, 0));
}

/* At the end, whoever is bound to a library is destructed before it, unless DT_NEEDED says else. */
Test(order, bindings_count_at_the_end) {
    struct object_list *list = make(4);
    struct binding binding = {NULL, &object[1]};

    object[3].bound_to = &binding;
    cr_assert(order_sort(list, ORDER_KEEP_FIRST));
    cr_expect(place_of(list, 1) < place_of(list, 3));
    list = make(4);
    object[3].bound_to = &binding;
    cr_assert(order_sort(list, ORDER_KEEP_FIRST | ORDER_FOR_END));
    cr_expect(place_of(list, 3) < place_of(list, 1));
    list = make(4);
    object[3].bound_to = &binding;
    need(1, 3);
    cr_assert(order_sort(list, ORDER_KEEP_FIRST | ORDER_FOR_END));
    cr_expect(place_of(list, 1) < place_of(list, 3), "true dependencies win");
}

/* Graphs without cycles: everybody comes before what it needs. */
Test(order, graphs_of_chance) {
    uint64_t random = 1;

    for (int round = 0; round < 2000; round++) {
        size_t count = 2 + (size_t)round % (MAX - 2);
        size_t rank[MAX];
        struct object_list *list = make(count);
        for (size_t i = 0; i < count; i++)
            rank[i] = i * 7919 % 1009; /* who may need whom */
        for (size_t edge = 0; edge < 2 * count; edge++) {
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            size_t who = random % count, whom = random / MAX % count;
            if (whom && (who == 0 || rank[who] < rank[whom]) && object[who].needed->count < MAX - 1)
                need(who, whom);
        }
        cr_assert(order_sort(list, ORDER_KEEP_FIRST | (round & 1 ? ORDER_FOR_END : 0)));
        for (size_t i = 0; i < count; i++)
            for (size_t j = 0; j < object[i].needed->count; j++)
                cr_assert(place_of(list, i) <
                          place_of(list, (size_t)(object[i].needed->item[j] - object)));
        for (size_t i = 0; i < count; i++)
            cr_assert(!object[i].sorted, "scratch is left clean");
    }
}

Test(order, cycles_of_chance) {
    uint64_t random = 2;

    for (int round = 0; round < 2000; round++) {
        size_t count = 2 + (size_t)round % (MAX - 2);
        struct object_list *list = make(count);
        for (size_t edge = 0; edge < 2 * count; edge++) {
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            size_t who = random % count;
            if (object[who].needed->count < MAX - 1)
                need(who, random / MAX % count);
        }
        cr_assert(order_sort(list, ORDER_KEEP_FIRST));
        for (size_t i = 0; i < count; i++)
            place_of(list, i);
    }
}

/* As before glibc 2.35: an object goes behind the last one that needs it, and no further. */
Test(order, old) {
    struct object_list *list = make(5);

    need(0, 1), need(0, 2), need(1, 3), need(2, 3), need(4, 1);
    cr_assert(order_sort(list, ORDER_OLD | ORDER_KEEP_FIRST));
    cr_expect_str_eq(shown(list), "0 2 4 1 3");
    list = make(5);
    need(0, 1), need(1, 2), need(2, 3), need(3, 1), need(3, 4); /* a circle */
    cr_assert(order_sort(list, ORDER_OLD | ORDER_KEEP_FIRST));
    for (size_t i = 0; i < 5; i++)
        place_of(list, i);
    cr_expect_eq(list->item[0], &object[0]);
}

/* Along DT_NEEDED: read from the end, what is needed comes first, in the order of DT_NEEDED. */
Test(order, plainly) {
    struct object_list *list = make(5);

    need(0, 1), need(0, 2), need(1, 3), need(2, 4), need(3, 1);
    cr_assert(order_sort_plainly(list));
    cr_expect_str_eq(shown(list), "0 2 4 1 3");
}
