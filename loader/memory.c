/* A lock-free allocator: size classes with free lists, filled from chunks by a bump pointer.
 *
 * In front of each block stands a header of 16 bytes: the class of its size, or for large ones the
 * mapping that holds it. Free lists are Treiber stacks; the upper 16 bits of a list's head count
 * its changes, so that a block which was taken and put back in between is noticed (the ABA
 * problem). User addresses on both machines fit the 48 bits that are left, since the loader never
 * asks the kernel for addresses above.
 *
 * This is the one piece of state that is not passed: it belongs to the process, like the kernel's
 * own mmap.
 */
#include "memory.h"

#include "check.h"
#include "sys.h"
#include <stdatomic.h>
#include <string.h>

#define HEADER 16
#define CHUNK ((size_t)96 * 1024)
#define LARGE_CLASS UINT32_MAX
#define ADDRESS_MASK 0xffffffffffffULL

/* Block sizes without header: multiples of 16 bytes, from 128 on four to each power of two; a
 * larger request than the last gets a mapping of its own. */
#define CLASSES 40
#define LARGEST ((size_t)32 * 1024)

static inline size_t class_size(uint32_t size_class) {
    return size_class < 4 ? (size_t)16 * (size_class + 1)
                          : (size_t)16 * (size_class % 4 + 5) << (size_class / 4 - 1);
}

struct header {
    uint32_t size_class;
    uint32_t offset; /* from the block handed out back to the block's real start (alignment) */
    size_t mapping;  /* LARGE_CLASS: bytes mapped */
};

#define FREED SIZE_MAX /* debug builds: the mapping of a block that was freed */

struct free_block {
    struct free_block *next;
};

/* CHUNK bytes, all zero but for what has been handed out. */
struct chunk {
    _Alignas(HEADER) _Atomic size_t used; /* bytes of `room` handed out, may run past its size */
    _Alignas(HEADER) char room[CHUNK - HEADER];
};

/* The first chunk lies in .bss, behind the lists: a small program needs no further mapping, and few
 * pages. */
static struct {
    _Atomic(struct chunk *) current;
    _Atomic uint64_t free[CLASSES];
    struct chunk first;
} pool;

/* Reading the lists first would map the page of zeroes, writing them then a page of their own: a
 * store saves that fault. */
void memory_start(void) {
    atomic_store_explicit(&pool.current, NULL, memory_order_relaxed);
}

/* The smallest class whose blocks hold `size` bytes. */
static inline uint32_t class_of(size_t size) {
    if (size > LARGEST)
        return LARGE_CLASS;
    uint32_t last = size ? (uint32_t)(size - 1) / 16 : 0; /* the number of the last 16 bytes */
    if (last < 4)
        return last;
    uint32_t shift = 29 - (uint32_t)__builtin_clz(last);
    return 4 * shift + (last >> shift);
}

static void *map_pages(size_t size) {
    uintptr_t at = sys_mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return sys_failed(at) ? NULL : (void *)at;
}

/* Takes `size` fresh (zero) bytes from the current chunk, starting a new one where it is used up.
 */
static void *bump(size_t size) {
    for (;;) {
        struct chunk *chunk = atomic_load_explicit(&pool.current, memory_order_acquire);
        if (!chunk)
            chunk = &pool.first;
        size_t at = atomic_fetch_add_explicit(&chunk->used, size, memory_order_relaxed);
        if (range_fits(at, size, sizeof chunk->room))
            return chunk->room + at;
        struct chunk *fresh = map_pages(CHUNK);
        if (!fresh)
            return NULL;
        struct chunk *expected = chunk == &pool.first ? NULL : chunk;
        if (!atomic_compare_exchange_strong(&pool.current, &expected, fresh))
            sys_munmap((uintptr_t)fresh, CHUNK); /* another thread was first */
    }
}

static struct header *pop(uint32_t size_class) {
    _Atomic uint64_t *list = &pool.free[size_class];
    uint64_t head = atomic_load_explicit(list, memory_order_acquire);
    for (;;) {
        struct free_block *block = (struct free_block *)(uintptr_t)(head & ADDRESS_MASK);
        if (!block)
            return NULL;
        /* Blocks never leave the pool, so this read is of mapped memory even when another thread
         * has just taken the block; the count in the head then makes the exchange fail. */
        uint64_t next = (uint64_t)(uintptr_t)__atomic_load_n(&block->next, __ATOMIC_RELAXED);
        uint64_t replacement = next | ((head & ~ADDRESS_MASK) + (ADDRESS_MASK + 1));
        if (atomic_compare_exchange_weak(list, &head, replacement))
            return (struct header *)((char *)block - HEADER);
    }
}

static void push(struct header *header) {
    _Atomic uint64_t *list = &pool.free[header->size_class];
    struct free_block *block = (struct free_block *)((char *)header + HEADER);
    uint64_t head = atomic_load_explicit(list, memory_order_relaxed);
    uint64_t replacement;
    CHECK(header->size_class < CLASSES && header->mapping != FREED);
    CHECKED(header->mapping = FREED; memset(block, CHECK_POISON, class_size(header->size_class));)
    do {
        __atomic_store_n(&block->next, (struct free_block *)(uintptr_t)(head & ADDRESS_MASK),
                         __ATOMIC_RELAXED);
        replacement = (uint64_t)(uintptr_t)block | ((head & ~ADDRESS_MASK) + (ADDRESS_MASK + 1));
    } while (!atomic_compare_exchange_weak(list, &head, replacement));
}

static struct header *take(size_t size) {
    uint32_t size_class = class_of(size);
    if (size_class == LARGE_CLASS) {
        size_t mapping = align_up(size + HEADER, 4096);
        struct header *header = mapping < size ? NULL : map_pages(mapping);
        if (header)
            *header = (struct header){.size_class = LARGE_CLASS, .mapping = mapping};
        return header;
    }
    struct header *header = pop(size_class);
    if (header) {
        CHECK(header->mapping == FREED);
        CHECKED(header->mapping = 0;
                CHECK(check_is_poison((char *)header + HEADER + sizeof(struct free_block),
                                      class_size(size_class) - sizeof(struct free_block)));)
        memset((char *)header + HEADER, 0, class_size(size_class));
        return header;
    }
    header = bump(HEADER + class_size(size_class));
    if (header)
        *header = (struct header){.size_class = size_class};
    return header;
}

void *memory_alloc(size_t size) {
    struct header *header = take(size);
    return header ? (char *)header + HEADER : NULL;
}

void *memory_alloc_aligned(size_t size, size_t alignment) {
    if (alignment <= HEADER)
        return memory_alloc(size);
    if (size + alignment < size)
        return NULL;
    struct header *header = take(size + alignment);
    if (!header)
        return NULL;
    char *start = (char *)header + HEADER;
    char *aligned = (char *)align_up((uintptr_t)start, alignment);
    if (aligned != start) {
        /* A second header in front of the aligned block leads back to the first. */
        struct header *second = (struct header *)(aligned - HEADER);
        *second = *header;
        second->offset = (uint32_t)(aligned - start);
    }
    return aligned;
}

void memory_free(void *block) {
    if (!block)
        return;
    struct header *header = (struct header *)((char *)block - HEADER);
    if (header->offset)
        header = (struct header *)((char *)header - header->offset);
    if (header->size_class == LARGE_CLASS)
        sys_munmap((uintptr_t)header, header->mapping);
    else
        push(header);
}

char *memory_copy_text(const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = memory_alloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

void *memory_grow(void *array, size_t *capacity, size_t count, size_t element) {
    if (count <= *capacity)
        return array;
    size_t room = max_size(count, max_size(8, *capacity * 2));
    void *grown = memory_alloc(room * element);
    if (!grown)
        return NULL;
    if (array)
        memcpy(grown, array, *capacity * element);
    memory_free(array);
    *capacity = room;
    return grown;
}
