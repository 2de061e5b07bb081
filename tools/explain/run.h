/* The program under the loader, as a child of this process that is as like as can be to one that
 * the user started himself. */
#ifndef EXPLAIN_RUN_H
#define EXPLAIN_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Who is told what comes. */
struct listener {
    void *context;
    /* A line of the trace, without its newline; may be used up. */
    void (*line)(void *context, char *line, size_t length);
    /* The loader waits. Returns what it is answered: 's', or 'e' for each event by itself. */
    char (*hold)(void *context);
};

/**
 * Starts the loader and follows it to the end of its process.
 *
 * @param command   what to execute, an argument vector; `emulator` words may come first
 * @param file      its file
 * @param options_at where in `command` the options that make it write events are put in
 * @return the status of waitpid; -1: it could not be started (a message was written)
 */
int run_program(char *const *command, const char *file, size_t options_at,
                const struct listener *listener);

/** Ends this process as the status says that the other one ended. */
_Noreturn void run_end_like(int status);

#endif
