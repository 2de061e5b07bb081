/*
 * One run of a program, measured from outside. A command comes in; times, faults or counts go out.
 */
#ifndef BENCH_PROCESS_H
#define BENCH_PROCESS_H

#include <stddef.h>
#include <stdint.h>

/** What is run: the file, its arguments (argv[0] is free) and its whole environment. */
struct command {
    const char *file;
    char **argv;
    char **envp;
};

/** What one undisturbed run cost. */
struct cost {
    double cpu;    /* user + system time, microseconds */
    double wall;   /* vfork to wait4, microseconds */
    double faults; /* minor page faults */
    int status;    /* as waitpid gives it */
};

/** What a run under ptrace shows: slow, hence never timed. */
struct counts {
    long syscalls;   /* by all its threads and children, after execve */
    long dirty_kib;  /* private dirty memory at exit of the first process, KiB; -1 unknown */
    size_t out_size; /* bytes written to standard output */
    uint64_t out;    /* FNV-1a hash of these bytes */
    int status;      /* as waitpid gives it */
};

/**
 * Runs the command with vfork, execve and wait4, standard input and output on /dev/null.
 * CPU time is rusage's user + system of the child: the sum (not its parts) has the scheduler's own
 * resolution. Status is 127 << 8 if execve fails.
 */
struct cost process_time(const struct command *command);

/** Runs the command under ptrace and counts. Status is 127 << 8 if execve fails. */
struct counts process_count(const struct command *command);

/**
 * Instructions of the command under `valgrind --tool=callgrind` (user space only; the first
 * process). Returns -1 if valgrind is missing or the command fails under it.
 */
long process_instructions(const struct command *command);

#endif
