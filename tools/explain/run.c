/*
 * Runs the loader and reads its events.
 *
 * The loader opens the two pipes through /proc/PID/fd of this process for each line, so that the
 * program has no file open that it would not have otherwise; when this process is gone, it goes on
 * without. The program shares the terminal and the process group: what the terminal sends reaches
 * it by itself, and what others send to this process is passed on.
 */
#define _GNU_SOURCE
#include "run.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

struct run {
    pid_t child;
    int events[2], answers[2]; /* pipes; both ends stay open here, so that none ever ends */
    int signals;
    const struct listener *listener;
    char *bytes; /* of a line that is not complete */
    size_t length, room;
    int status;
};

static void answer(struct run *run) {
    char byte = run->listener->hold(run->listener->context);
    while (write(run->answers[1], &byte, 1) < 0 && errno == EINTR)
        ;
}

/* -- lines -- */

static void take_lines(struct run *run) {
    char *line = run->bytes;
    char *end;

    while ((end = memchr(line, '\n', run->length - (size_t)(line - run->bytes)))) {
        *end = 0;
        if (end == line)
            answer(run);
        else
            run->listener->line(run->listener->context, line, (size_t)(end - line));
        line = end + 1;
    }
    run->length -= (size_t)(line - run->bytes);
    memmove(run->bytes, line, run->length);
}

/* Reads what there is. */
static void read_events(struct run *run) {
    for (;;) {
        if (run->room - run->length < 65536) {
            run->room = run->room ? 2 * run->room : 131072;
            if (!(run->bytes = realloc(run->bytes, run->room)))
                abort();
        }
        ssize_t got = read(run->events[0], run->bytes + run->length, run->room - run->length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return;
        run->length += (size_t)got;
        take_lines(run);
    }
}

/* -- signals -- */

/* All but those by which a terminal or a shell stops and continues jobs, and what is our own fault.
 */
static void set_of_signals(sigset_t *set) {
    static const int left_out[] = {SIGTSTP, SIGTTIN, SIGTTOU, SIGSEGV, SIGBUS,
                                   SIGFPE,  SIGILL,  SIGTRAP, SIGABRT};
    sigfillset(set);
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
        sigdelset(set, left_out[i]);
}

/* The program has stopped, or is over. Returns true at its end. */
static bool child_changed(struct run *run) {
    int status;

    if (waitpid(run->child, &status, WNOHANG | WUNTRACED) != run->child)
        return false;
    if (WIFSTOPPED(status)) {
        raise(SIGSTOP); /* for the shell, which sees this process alone */
        kill(run->child, SIGCONT);
        return false;
    }
    run->status = status;
    return true;
}

static bool take_signals(struct run *run) {
    struct signalfd_siginfo info;
    bool over = false;

    while (read(run->signals, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGCHLD)
            over |= child_changed(run);
        else if (info.ssi_code <= 0 && (pid_t)info.ssi_pid != run->child &&
                 (pid_t)info.ssi_pid != getpid())
            kill(run->child, (int)info.ssi_signo);
    }
    return over;
}

/* -- starting -- */

static bool open_files(struct run *run) {
    return pipe2(run->events, O_CLOEXEC) == 0 && pipe2(run->answers, O_CLOEXEC) == 0 &&
           fcntl(run->events[0], F_SETFL, O_NONBLOCK) == 0;
}

/* The command with the options in their place. */
static char **complete(char *const *command, size_t at, const struct run *run) {
    static char options[2][64];
    size_t count = 0;

    while (command[count])
        count++;
    char **words = calloc(count + 5, sizeof *words);
    if (!words)
        abort();
    snprintf(options[0], sizeof options[0], "--trace=/proc/%d/fd/%d", getpid(), run->events[0]);
    snprintf(options[1], sizeof options[1], "--trace-hold=/proc/%d/fd/%d", getpid(),
             run->answers[1]);
    char *own[] = {options[0], options[1], "--trace-format=json", "--trace-detail=basic"};
    memcpy(words, command, at * sizeof *words);
    memcpy(words + at, own, sizeof own);
    memcpy(words + at + 4, command + at, (count - at) * sizeof *words);
    return words;
}

static void follow(struct run *run) {
    struct pollfd files[] = {{.fd = run->events[0], .events = POLLIN},
                             {.fd = run->signals, .events = POLLIN}};
    bool over = false;

    while (!over) {
        if (poll(files, 2, -1) < 0 && errno != EINTR)
            break;
        over = take_signals(run);
        read_events(run);
    }
}

int run_program(char *const *command, const char *file, size_t options_at,
                const struct listener *listener) {
    struct run run = {.listener = listener};
    sigset_t all;
    sigset_t before;

    if (!open_files(&run)) {
        fprintf(stderr, "%s: no pipes: %s\n", command[0], strerror(errno));
        return -1;
    }
    char **words = complete(command, options_at, &run);
    set_of_signals(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    run.signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
    run.child = fork();
    if (run.child == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        execvp(file, words);
        fprintf(stderr, "%s: cannot execute %s: %s\n", command[0], file, strerror(errno));
        _exit(127);
    }
    free(words);
    if (run.child < 0 || run.signals < 0) {
        fprintf(stderr, "%s: cannot start: %s\n", command[0], strerror(errno));
        return -1;
    }
    follow(&run);
    return run.status;
}

_Noreturn void run_end_like(int status) {
    sigset_t none;

    if (WIFSIGNALED(status)) {
        struct rlimit nothing = {0, 0}; /* a core of this process would take the other's place */
        setrlimit(RLIMIT_CORE, &nothing);
        signal(WTERMSIG(status), SIG_DFL);
        raise(WTERMSIG(status));
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
    }
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}
