/* Runs one program and measures it; the contract is in process.h. */
#include "process.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int null_fd(void) {
    static int fd = -1;
    if (fd < 0)
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        err(1, "/dev/null");
    return fd;
}

/* The child's side of vfork: it shares our memory and stack, so only system calls happen here. */
static void become(const struct command *command, int out, bool traced) {
    dup2(null_fd(), 0);
    dup2(out, 1);
    dup2(null_fd(), 2);
    if (traced)
        ptrace(PTRACE_TRACEME, 0, 0, 0);
    execve(command->file, command->argv, command->envp);
    _exit(127);
}

static pid_t start(const struct command *command, int out, bool traced) {
    null_fd();
    pid_t pid = vfork();
    if (pid == 0)
        become(command, out, traced);
    if (pid < 0)
        err(1, "vfork");
    return pid;
}

static double microseconds(struct timeval t) {
    return (double)t.tv_sec * 1e6 + (double)t.tv_usec;
}

struct cost process_time(const struct command *command) {
    struct timespec from, to;
    struct rusage usage;
    struct cost cost;
    clock_gettime(CLOCK_MONOTONIC, &from);
    pid_t pid = start(command, null_fd(), false);
    if (wait4(pid, &cost.status, 0, &usage) < 0)
        err(1, "wait4");
    clock_gettime(CLOCK_MONOTONIC, &to);
    cost.cpu = microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
    cost.wall = (double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3;
    cost.faults = (double)usage.ru_minflt;
    return cost;
}

/* Private dirty memory of a process whose address space still stands, in KiB. */
static long dirty_kib(pid_t pid) {
    char path[64], line[256];
    long kib = -1;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "re");
    while (file && kib < 0 && fgets(line, sizeof line, file))
        sscanf(line, "Private_Dirty: %ld", &kib);
    if (file)
        fclose(file);
    return kib;
}

static void digest(int fd, struct counts *counts) {
    unsigned char buffer[4096];
    ssize_t n;
    counts->out = 14695981039346656037u;
    for (off_t at = 0; (n = pread(fd, buffer, sizeof buffer, at)) > 0; at += n)
        for (ssize_t i = 0; i < n; i++)
            counts->out = (counts->out ^ buffer[i]) * 1099511628211u;
    counts->out_size = (size_t)lseek(fd, 0, SEEK_END);
}

/* One stop of one thread: counts it and returns the signal to hand on. */
static int stopped(pid_t pid, pid_t first, int status, struct counts *counts) {
    struct __ptrace_syscall_info info;
    int signal = WSTOPSIG(status), event = status >> 16;
    if (signal == (SIGTRAP | 0x80)) {
        if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, &info) > 0 &&
            info.op == PTRACE_SYSCALL_INFO_ENTRY)
            counts->syscalls++;
        return 0;
    }
    if (event == PTRACE_EVENT_EXIT && pid == first)
        counts->dirty_kib = dirty_kib(pid);
    /* Events, and the SIGSTOP that a new thread or child begins with, are not for the program. */
    return event || signal == SIGSTOP || signal == SIGTRAP ? 0 : signal;
}

struct counts process_count(const struct command *command) {
    struct counts counts = {.dirty_kib = -1};
    int out = memfd_create("output", MFD_CLOEXEC), status;
    if (out < 0)
        err(1, "memfd_create");
    pid_t first = start(command, out, true), pid;
    if (waitpid(first, &counts.status, 0) < 0)
        err(1, "waitpid");
    if (WIFSTOPPED(counts.status)) { /* by SIGTRAP, after execve */
        ptrace(PTRACE_SETOPTIONS, first, 0,
               (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXIT | PTRACE_O_TRACECLONE |
                        PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL));
        ptrace(PTRACE_SYSCALL, first, 0, 0);
        while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
            if (pid == first)
                counts.status = status;
            if (pid > 0 && WIFSTOPPED(status))
                ptrace(PTRACE_SYSCALL, pid, 0, (void *)(long)stopped(pid, first, status, &counts));
        }
    }
    digest(out, &counts);
    close(out);
    return counts;
}

long process_instructions(const struct command *command) {
    char *argv[40] = {"/usr/bin/valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                      "--log-fd=1", (char *)command->file};
    for (int i = 1, n = 5; command->argv[i] && n < 39; i++)
        argv[n++] = command->argv[i];
    struct command valgrind = {argv[0], argv, command->envp};
    int out = memfd_create("log", MFD_CLOEXEC), status;
    if (out < 0)
        err(1, "memfd_create");
    if (waitpid(start(&valgrind, out, false), &status, 0) < 0)
        err(1, "waitpid");
    long count = -1;
    char line[512];
    FILE *log = fdopen(out, "r");
    if (!log)
        err(1, "fdopen");
    rewind(log);
    while (status == 0 && fgets(line, sizeof line, log)) {
        const char *found = strstr(line, "== Collected : ");
        if (found)
            count = strtol(found + strlen("== Collected : "), NULL, 10);
    }
    fclose(log);
    return count;
}
