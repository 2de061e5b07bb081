/* Text output and formatting, without libc (musl's snprintf reads the stack guard, so it is not
 * used). */
#ifndef MYLD_TEXT_H
#define MYLD_TEXT_H

#include "types.h"
#include <stdarg.h>

/* Formats into `buffer` of `size` bytes, always NUL-terminated. Knows %s %c %d %u %lu %x %lx %%, a
 * width with or without leading zero. Returns the length that was written, without the NUL. */
size_t format_text(char *buffer, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
size_t format_text_list(char *buffer, size_t size, const char *format, va_list arguments);

/* Formats and writes one piece of text (at most 4 KiB) to a file descriptor. */
void print_text(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reads a decimal number from the start of `text`; *end points behind it. */
uint64_t parse_number(const char *text, const char **end);

/* The strerror text of an errno value, as glibc has it; "Unknown error" for others. */
const char *error_number_text(int number);

/* Takes the next word of a list with colons between its words; empty ones are passed over. Moves
 * *list on; returns the word, not ended by NUL, and its length; NULL: there are no more. */
const char *next_word(const char **list, size_t *length);

/* True when `text` starts with `prefix`. */
bool starts_with(const char *text, const char *prefix);

#endif
