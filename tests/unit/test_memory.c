/*
 * The loader's allocator (loader/memory.c): sizes, alignment, zeroed and reused blocks, and threads
 * that allocate, hand over and free at the same time, each block marked with its owner's pattern.
 */
#include "loader/memory.h"
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static bool is_filled(const unsigned char *bytes, size_t size, unsigned char with) {
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != with)
            return false;
    return true;
}

Test(memory, zeroed_and_aligned_for_all_sizes) {
    for (size_t size = 0; size < 70000; size += 1 + size / 16) {
        unsigned char *block = memory_alloc(size);
        cr_assert_not_null(block);
        cr_expect_eq((uintptr_t)block % 16, 0);
        cr_expect(is_filled(block, size, 0), "%zu", size);
        memset(block, 0xff, size);
        memory_free(block);
        unsigned char *again = memory_alloc(size);
        cr_expect(is_filled(again, size, 0), "%zu, used before", size);
        memset(again, 0xff, size);
        memory_free(again);
    }
}

Test(memory, blocks_do_not_overlap) {
    enum { COUNT = 4000 };
    static unsigned char *block[COUNT];

    for (size_t i = 0; i < COUNT; i++) {
        block[i] = memory_alloc(1 + i * 7 % 900);
        memset(block[i], (int)(i % 251), 1 + i * 7 % 900);
    }
    for (size_t i = 0; i < COUNT; i++) {
        cr_assert(is_filled(block[i], 1 + i * 7 % 900, (unsigned char)(i % 251)), "%zu", i);
        memory_free(block[i]);
    }
}

Test(memory, freed_blocks_are_used_again) {
    void *first = memory_alloc(100);

    memory_free(first);
    cr_expect_eq(memory_alloc(100), first);
    void *held[10];
    for (int round = 0; round < 10000; round++) {
        for (int i = 0; i < 10; i++)
            held[i] = memory_alloc(1000);
        for (int i = 0; i < 10; i++)
            memory_free(held[i]);
    }
    void *one = memory_alloc(1000);
    bool known = false;
    for (int i = 0; i < 10; i++)
        known |= one == held[i];
    cr_expect(known, "10,000 rounds need no more memory than one");
}

Test(memory, alignments) {
    for (size_t alignment = 1; alignment <= 1 << 20; alignment *= 2)
        for (size_t size = 1; size < 100000; size = size * 5 + 3) {
            unsigned char *block = memory_alloc_aligned(size, alignment);
            cr_assert_not_null(block);
            cr_expect_eq((uintptr_t)block % alignment, 0);
            cr_expect(is_filled(block, size, 0));
            memset(block, 0xff, size);
            memory_free(block);
        }
}

Test(memory, too_much) {
    cr_expect_null(memory_alloc(SIZE_MAX));
    cr_expect_null(memory_alloc(SIZE_MAX - 15));
    cr_expect_null(memory_alloc(SIZE_MAX / 2));
    cr_expect_null(memory_alloc_aligned(SIZE_MAX - 100, 4096));
    cr_expect_null(memory_alloc_aligned(1, 1ULL << 62));
    memory_free(NULL);
}

Test(memory, text_and_growing_arrays) {
    char *copy = memory_copy_text("copy me");
    size_t capacity = 0;
    int *array = NULL;

    cr_expect_str_eq(copy, "copy me");
    memory_free(copy);
    for (int i = 0; i < 10000; i++) {
        array = memory_grow(array, &capacity, (size_t)i + 1, sizeof *array);
        cr_assert(array && capacity > (size_t)i);
        array[i] = i;
    }
    for (int i = 0; i < 10000; i++)
        cr_assert_eq(array[i], i);
    cr_expect_eq(memory_grow(array, &capacity, 1, sizeof *array), array);
    memory_free(array);
}

/* ---- threads ---- */

enum { THREADS = 8, ROUNDS = 60000, SLOTS = 64 };

/* A block that travels between threads; it ends in a copy of its first bytes. */
struct parcel {
    uint64_t size, stamp;
};

static _Atomic(struct parcel *) slots[SLOTS];
static atomic_size_t broken;

static void seal(struct parcel *parcel, size_t size, uint64_t stamp) {
    *parcel = (struct parcel){size, stamp};
    memset(parcel + 1, (int)(stamp & 0xff), size - sizeof *parcel);
}

static void open_parcel(struct parcel *parcel) {
    broken += !is_filled((unsigned char *)(parcel + 1), parcel->size - sizeof *parcel,
                         (unsigned char)parcel->stamp);
    memory_free(parcel);
}

static void *work(void *seed) {
    uint64_t random = (uintptr_t)seed * 0x9e3779b97f4a7c15ULL;

    for (uint64_t i = 0; i < ROUNDS; i++) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        size_t size = sizeof(struct parcel) + random % (i % 64 ? 400 : 40000);
        struct parcel *parcel =
            random & 1 << 20 ? memory_alloc_aligned(size, 64) : memory_alloc(size);
        if (!parcel || parcel->size || parcel->stamp ||
            !is_filled((unsigned char *)(parcel + 1), size - sizeof *parcel, 0)) {
            broken++; /* not zero: somebody else has it, too */
            continue;
        }
        seal(parcel, size, random);
        struct parcel *other = atomic_exchange(&slots[random >> 32 & (SLOTS - 1)], parcel);
        if (other)
            open_parcel(other);
    }
    return NULL;
}

Test(memory, threads) {
    pthread_t thread[THREADS];

    for (uintptr_t i = 0; i < THREADS; i++)
        cr_assert(!pthread_create(&thread[i], NULL, work, (void *)(i + 1)));
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    for (size_t i = 0; i < SLOTS; i++)
        if (slots[i])
            open_parcel(slots[i]);
    cr_expect_eq(broken, 0, "%zu blocks had two owners", (size_t)broken);
}
