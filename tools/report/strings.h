/* A set of texts, each with a number: 0 is the empty text, then 1, 2 … in the order of appearance.
 */
#ifndef REPORT_STRINGS_H
#define REPORT_STRINGS_H

#include <stddef.h>
#include <stdint.h>

struct strings {
    struct string {
        char *bytes;
        size_t length;
        uint64_t hash;
    } * list;
    uint32_t count, room;
    uint32_t *slots;     /* open addressing: number + 1; 0 is free */
    uint32_t slot_count; /* a power of two */
};

/**
 * Finds or adds a text.
 *
 * @param bytes  any bytes, copied
 * @param length how many
 * @return its number
 */
uint32_t strings_add(struct strings *strings, const char *bytes, size_t length);

/** realloc that ends the program, with a message, where there is no memory. */
void *need_memory(void *old, size_t size);

#endif
