/* The system calls that the loader makes, typed. Each returns its result or -errno (Linux
 * convention); nothing here sets errno, for the loader has none. */
#ifndef MYLD_SYS_H
#define MYLD_SYS_H

#include "types.h"

#include "arch.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

static inline long sys1(long n, long a) {
    return arch_syscall(n, a, 0, 0, 0, 0, 0);
}

static inline long sys2(long n, long a, long b) {
    return arch_syscall(n, a, b, 0, 0, 0, 0);
}

static inline long sys3(long n, long a, long b, long c) {
    return arch_syscall(n, a, b, c, 0, 0, 0);
}

static inline long sys4(long n, long a, long b, long c, long d) {
    return arch_syscall(n, a, b, c, d, 0, 0);
}

static inline int sys_open(const char *path) {
    return (int)sys4(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0);
}

static inline void sys_close(int fd) {
    sys1(SYS_close, fd);
}

static inline long sys_write(int fd, const void *data, size_t size) {
    return sys3(SYS_write, fd, (long)data, (long)size);
}

/* Reads up to `size` bytes at file offset `offset`. */
static inline long sys_pread(int fd, void *data, size_t size, uint64_t offset) {
    return sys4(SYS_pread64, fd, (long)data, (long)size, (long)offset);
}

static inline long sys_fstat(int fd, struct stat *status) {
    return sys2(SYS_fstat, fd, (long)status);
}

static inline long sys_stat(const char *path, struct stat *status) {
    return sys4(SYS_newfstatat, AT_FDCWD, (long)path, (long)status, 0);
}

/* Returns the address, or -errno as a value in the last page of the address space. */
static inline uintptr_t sys_mmap(uintptr_t address, size_t size, int prot, int flags, int fd,
                                 uint64_t offset) {
    return (uintptr_t)arch_syscall(SYS_mmap, (long)address, (long)size, prot, flags, fd,
                                   (long)offset);
}

static inline bool sys_failed(uintptr_t result) {
    return result > -4096UL;
}

static inline long sys_munmap(uintptr_t address, size_t size) {
    return sys2(SYS_munmap, (long)address, (long)size);
}

static inline long sys_mprotect(uintptr_t address, size_t size, int prot) {
    return sys3(SYS_mprotect, (long)address, (long)size, prot);
}

static inline long sys_readlink(const char *path, char *buffer, size_t size) {
    return sys4(SYS_readlinkat, AT_FDCWD, (long)path, (long)buffer, (long)size);
}

#define SYS_PROBE_SIZE 16 /* bytes */

/* True when the SYS_PROBE_SIZE bytes at `address` can be read. The kernel tries it, where the
 * loader would get a signal: it reads the new limit before it finds that there is no such resource.
 * (rt_sigprocmask takes half the time, but valgrind writes of each such call.) */
static inline bool sys_can_read(const void *address) {
    return sys4(SYS_prlimit64, 0, UINT32_MAX, (long)address, 0) != -EFAULT;
}

static inline int sys_getpid(void) {
    return (int)sys1(SYS_getpid, 0);
}

_Noreturn static inline void sys_exit(int status) {
    for (;;)
        sys1(SYS_exit_group, status);
}

#endif
