/*
 * Reads another process's memory through /proc/PID/mem (proc(5)): the process need not be stopped
 * or traced, and its parent may.
 */
#define _GNU_SOURCE
#include "peek.h"
#include <fcntl.h>
#include <unistd.h>

bool peek(int64_t pid, uint64_t address, void *bytes, size_t size) {
    char path[64];

    snprintf(path, sizeof path, "/proc/%jd/mem", (intmax_t)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got = pread(fd, bytes, size, (off_t)address);
    close(fd);
    return got == (ssize_t)size;
}

bool peek_word(int64_t pid, uint64_t address, uint64_t *word) {
    return peek(pid, address, word, sizeof *word);
}

FILE *peek_file(int64_t pid, const char *name) {
    char path[64];

    snprintf(path, sizeof path, "/proc/%jd/%s", (intmax_t)pid, name);
    return fopen(path, "re");
}
