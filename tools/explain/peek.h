/* The memory of the process that is explained. */
#ifndef EXPLAIN_PEEK_H
#define EXPLAIN_PEEK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * Reads memory of a process.
 *
 * @param pid     the process: a child of ours
 * @param address in its address space
 * @param bytes   where to
 * @param size    bytes
 * @return false: not all of it can be read
 */
bool peek(int64_t pid, uint64_t address, void *bytes, size_t size);

/** Reads a word of 8 bytes. */
bool peek_word(int64_t pid, uint64_t address, uint64_t *word);

/** A file of /proc/PID; NULL: it cannot be opened. */
FILE *peek_file(int64_t pid, const char *name);

#endif
