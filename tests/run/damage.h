/*
 * Damage to ELF files: fields of headers and tables are changed, by numbers of chance that are the
 * same on every machine.
 */
#ifndef TESTS_DAMAGE_H
#define TESTS_DAMAGE_H

#include <stddef.h>

/* A file in memory. */
struct image {
    unsigned char *bytes;
    size_t size;
};

/* Reads and writes files; a failure is the test's. */
struct image image_read(const char *path);
void image_write(const char *path, const struct image *image);

/* Begins the numbers of chance anew. */
void damage_seed(unsigned seed);

/* Changes one to three fields of the image, a copy of the original, and now and then its length;
 * says what in the text. */
char *damage(struct image *image, const struct image *original);

/* Puts back words that now lead into the middle of some function: what the program's own code then
 * does, to the loader's registers for one, is no matter of the loader. */
void damage_undo_code(struct image *image, const struct image *original);

#endif
