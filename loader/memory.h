/* The loader's own memory: a lock-free allocator on pages of its own.
 *
 * The program's malloc is never used. Allocation takes no lock and makes no call that a signal
 * handler could not make, because __tls_get_addr allocates blocks from within signal handlers and
 * in threads that are being born.
 */
#ifndef MYLD_MEMORY_H
#define MYLD_MEMORY_H

#include "types.h"

/* Called once, before the first allocation; the allocator works without it, a little slower. */
void memory_start(void);

/* Returns `size` zeroed bytes aligned to 16, or NULL when the system has no memory. */
void *memory_alloc(size_t size);

/* As memory_alloc, aligned to `alignment` bytes (a power of two). Free it with memory_free. */
void *memory_alloc_aligned(size_t size, size_t alignment);

/* Gives back what memory_alloc or memory_alloc_aligned returned. NULL is allowed. */
void memory_free(void *block);

/* A copy of `text` in loader memory, or NULL. */
char *memory_copy_text(const char *text);

/* Grows an array that memory_alloc made so that it holds `count` elements of `element` bytes;
 * *capacity is its present room in elements. Returns the array (moved or not), or NULL with the old
 * one intact. */
void *memory_grow(void *array, size_t *capacity, size_t count, size_t element);

#endif
