/*
 * The texts of all traces, each kept once: a trace names the same few thousand symbols and files in
 * a hundred thousand lines, and the page carries numbers in their place.
 *
 * In: texts. Out: numbers.
 */
#include "strings.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *need_memory(void *old, size_t size) {
    void *memory = realloc(old, size);

    if (!memory) {
        fprintf(stderr, "myld-report: out of memory\n");
        exit(1);
    }
    return memory;
}

/* FNV-1a */
static uint64_t hash_of(const char *bytes, size_t length) {
    uint64_t hash = 0xcbf29ce484222325;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3;
    return hash;
}

/* The slot that holds the text, or the free one where it belongs. */
static uint32_t *slot_of(const struct strings *strings, const struct string *wanted) {
    uint32_t mask = strings->slot_count - 1;

    for (uint32_t i = (uint32_t)wanted->hash & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &strings->slots[i];
        const struct string *there = &strings->list[*slot ? *slot - 1 : 0];
        if (!*slot || (there->hash == wanted->hash && there->length == wanted->length &&
                       !memcmp(there->bytes, wanted->bytes, wanted->length)))
            return slot;
    }
}

static uint32_t append(struct strings *strings, const struct string *text) {
    if (strings->count == strings->room) {
        strings->room = strings->room ? 2 * strings->room : 1024;
        strings->list = need_memory(strings->list, strings->room * sizeof *strings->list);
    }
    strings->list[strings->count] = *text;
    strings->list[strings->count].bytes = need_memory(NULL, text->length + 1);
    memcpy(strings->list[strings->count].bytes, text->bytes, text->length);
    return strings->count++;
}

/* Twice the slots, and no more than half of them in use. */
static void grow(struct strings *strings) {
    strings->slot_count = strings->slot_count ? 2 * strings->slot_count : 4096;
    strings->slots = need_memory(strings->slots, strings->slot_count * sizeof *strings->slots);
    memset(strings->slots, 0, strings->slot_count * sizeof *strings->slots);
    for (uint32_t i = 0; i < strings->count; i++)
        *slot_of(strings, &strings->list[i]) = i + 1;
}

uint32_t strings_add(struct strings *strings, const char *bytes, size_t length) {
    struct string text = {(char *)bytes, length, hash_of(bytes, length)};

    if (!strings->count)
        append(strings, &(struct string){"", 0, hash_of("", 0)});
    if (2 * strings->count >= strings->slot_count)
        grow(strings);
    uint32_t *slot = slot_of(strings, &text);
    if (!*slot)
        *slot = append(strings, &text) + 1;
    return *slot - 1;
}
