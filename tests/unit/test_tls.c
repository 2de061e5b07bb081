/*
 * Thread-local storage (loader/tls.c): module ids, the layout of the static block for modules of
 * chance, its initial bytes, the surplus, and dtvs.
 */
#include "arch.h"
#include "loader/linker.h"
#include "loader/memory.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { MAX = 24, TCB = 64 };

static struct linker linker;
static struct object object[MAX];
static unsigned char image[MAX][64];

struct linker *linker_instance(void) {
    return &linker;
}

/* The first `count` objects: `size` bytes, of which the first are number i's own. */
static void add(size_t i, size_t size, size_t alignment, size_t misalignment) {
    struct error error;

    memset(image[i], (int)(0x40 + i), sizeof image[i]);
    object[i] = (struct object){.path = "module", .label = "module"};
    object[i].tls.image = image[i];
    object[i].tls.file_size = min_size(size, sizeof image[i]);
    object[i].tls.memory_size = size;
    object[i].tls.alignment = alignment;
    object[i].tls.misalignment = misalignment;
    cr_assert(tls_add_module(&linker, &object[i], &error));
}

/* Everything that holds of a layout, whatever the modules. */
static void expect_sound_layout(size_t count) {
    const struct tls *tls = &linker.tls;

    for (size_t i = 0; i < count; i++) {
        const struct object *module = &object[i];
        ptrdiff_t start = module->tls.offset, end = start + (ptrdiff_t)module->tls.memory_size;
        cr_assert(tls_is_static(module));
        cr_assert_eq((size_t)start & (module->tls.alignment - 1), module->tls.misalignment);
        cr_assert(module->tls.alignment <= tls->alignment);
        if (ARCH_TLS_BELOW_TP)
            cr_assert(start >= -(ptrdiff_t)tls->used && end <= 0);
        else
            cr_assert(start >= ARCH_TLS_GAP && end <= (ptrdiff_t)tls->used);
        cr_assert(end <= tls->slot || start >= tls->slot + (ptrdiff_t)sizeof(struct thread_slot));
        for (size_t j = 0; j < i; j++)
            cr_assert(end <= object[j].tls.offset ||
                      start >= object[j].tls.offset + (ptrdiff_t)object[j].tls.memory_size);
    }
    cr_assert_eq((size_t)tls->slot % _Alignof(struct thread_slot), 0);
}

Test(tls, module_ids) {
    struct error error;

    for (size_t i = 0; i < MAX; i++) {
        add(i, 16, 8, 0);
        cr_expect_eq(object[i].tls.module, i + 1);
    }
    size_t generation = tls_door.generation;
    tls_remove_module(&linker, &object[4]);
    cr_expect_eq(object[4].tls.module, 0);
    cr_expect_gt(tls_door.generation, generation);
    cr_expect_eq(linker.tls.highest, MAX);
    cr_assert(tls_add_module(&linker, &object[4], &error));
    cr_expect_eq(object[4].tls.module, 5, "ids are used again");
    for (size_t i = MAX; i-- > 1;)
        tls_remove_module(&linker, &object[i]);
    cr_expect_eq(linker.tls.highest, 1);
    tls_remove_module(&linker, &object[1]);
    cr_expect_eq(linker.tls.highest, 1, "removed already");
}

/* The offsets that the specification of variant II gives: each block ends where the last begins. */
Test(tls, offsets) {
    add(0, 4, 4, 0);
    add(1, 10, 16, 0);
    add(2, 1, 1, 0);
    add(3, 24, 16, 8);
    tls_lay_out(&linker, 100);
    if (ARCH_TLS_BELOW_TP) {
        cr_expect_eq(object[0].tls.offset, -4);
        cr_expect_eq(object[1].tls.offset, -16);
        cr_expect_eq(object[2].tls.offset, -17);
        cr_expect_eq(object[3].tls.offset, -56);
    } else {
        cr_expect_eq(object[0].tls.offset, ARCH_TLS_GAP);
    }
    expect_sound_layout(4);
    cr_expect_eq(linker.tls.size, linker.tls.used - sizeof(struct thread_slot) + 100);
}

Test(tls, layouts_of_chance) {
    uint64_t random = 1;

    for (int round = 0; round < 3000; round++) {
        size_t count = 1 + (size_t)round % MAX;
        linker = (struct linker){0};
        for (size_t i = 0; i < count; i++) {
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            size_t alignment = 1ULL << random % 13;
            add(i, 1 + random / 64 % 5000, alignment, random >> 32 & (alignment - 1));
        }
        tls_lay_out(&linker, 0);
        expect_sound_layout(count);
    }
}

Test(tls, initial_bytes) {
    for (size_t i = 0; i < MAX; i++)
        add(i, 20 + 13 * i, 1ULL << i % 8, 0);
    tls_lay_out(&linker, 512);
    uintptr_t tp = tls_new_thread_area(&linker, TCB, 64);
    cr_assert_eq(tp % max_size(linker.tls.alignment, 64), 0);
    for (int fresh = 1; fresh >= 0; fresh--) {
        tls_initialise_block(&linker, tp, fresh);
        cr_expect_eq(tls_slot(&linker, tp)->magic, THREAD_SLOT_MAGIC);
        for (size_t i = 0; i < MAX; i++) {
            unsigned char *block = (unsigned char *)tp + object[i].tls.offset;
            for (size_t j = 0; j < object[i].tls.memory_size; j++)
                cr_assert_eq(block[j], j < object[i].tls.file_size ? 0x40 + i : 0);
            memset(block, 0xff, object[i].tls.memory_size); /* as a thread that has ended */
        }
    }
}

Test(tls, surplus) {
    struct error error;

    add(0, 16, 16, 0);
    tls_lay_out(&linker, 300);
    size_t before = linker.tls.used;
    for (size_t i = 1; i <= 4; i++) {
        add(i, 64, 16, 0);
        cr_expect(tls_make_static(&linker, &object[i], &error));
    }
    expect_sound_layout(5);
    cr_expect(linker.tls.used <= linker.tls.size && linker.tls.used > before);
    size_t used = linker.tls.used;
    add(5, 200, 8, 0);
    cr_expect_not(tls_make_static(&linker, &object[5], &error), "no room");
    cr_expect_str_eq(error.text, "cannot allocate memory in static TLS block");
    add(6, 8, 4096, 0);
    cr_expect_not(tls_make_static(&linker, &object[6], &error), "threads are aligned to less");
    cr_expect_eq(linker.tls.used, used, "failures take nothing");
    cr_expect(tls_make_static(&linker, &object[0], &error), "it is");
}

Test(tls, dtv_of_a_new_thread) {
    add(0, 16, 16, 0);
    add(1, 16, 16, 0);
    tls_lay_out(&linker, 0);
    add(2, 16, 16, 0); /* later, not static */
    uintptr_t tp = tls_new_thread_area(&linker, TCB, 64);
    struct dtv_entry *dtv = tls_new_dtv(&linker, tp);
    cr_assert_not_null(dtv);
    cr_expect_eq(dtv[0].value, tls_door.generation);
    cr_expect_eq(dtv[1].value, tp + (uintptr_t)object[0].tls.offset);
    cr_expect_eq(dtv[2].value, tp + (uintptr_t)object[1].tls.offset);
    cr_expect_eq(dtv[3].value, TLS_UNALLOCATED);
    cr_expect(dtv[-1].value >= 3);
    dtv[1].value = dtv[3].value = 77;
    tls_reset_dtv(&linker, dtv, tp);
    cr_expect_eq(dtv[1].value, tp + (uintptr_t)object[0].tls.offset);
    cr_expect_eq(dtv[3].value, TLS_UNALLOCATED);
    tls_free_dtv(dtv);
    tls_free_dtv(NULL);
}

/* A block that cannot be had. */
Test(tls, more_than_there_is) {
    add(0, 1ULL << 46, 16, 0);
    add(1, 1ULL << 46, 16, 0);
    object[0].tls.file_size = object[1].tls.file_size = 0;
    tls_lay_out(&linker, 0);
    expect_sound_layout(2);
    cr_expect_eq(tls_new_thread_area(&linker, TCB, 64), 0);
}
