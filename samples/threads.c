/*
 * Threads against the loader, one thing at a time; each ends by itself or by an alarm.
 *
 *   threads churn ROUNDS FILE…   opens and closes libraries with thread-local variables (libtls.c),
 *                                while threads that run use each of them; memory must not grow
 *   threads slot ROUNDS FILE     opens FILE and has all threads call through one unbound slot of it
 *   threads signals ROUNDS FILE  opens FILE and has each thread use its thread-local variables for
 *                                the first time in a signal handler
 *   threads wait 1 FILE          all open FILE (libslow.c) at once: none has it before it is
 * constructed threads errors               what dlerror tells is the thread's own threads fork
 * ROUNDS FILE OTHER forks while threads are inside dlopen and dlclose of FILE; each child opens,
 * uses and closes both
 */
#include "tls.h"
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 8, SECONDS = 60, CHILD_SECONDS = 20, KILOBYTES = 2048 };

int tls_anchor;
static pthread_barrier_t barrier;
static pthread_t threads[THREADS];
static atomic_int wrong;
static atomic_bool over;
static const char *file;
static void *volatile function; /* what the threads are to call */

static void start(void *(*body)(void *)) {
    pthread_barrier_init(&barrier, NULL, THREADS + 1);
    for (long i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, body, (void *)i))
            exit(3);
}

static void join(void) {
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static void *find(void *library, const char *name) {
    void *found = library ? dlsym(library, name) : NULL;
    if (found)
        return found;
    printf("%s: %s\n", name, dlerror());
    exit(4);
}

/* Between the two barriers the threads use `function`; NULL: that was all. */
static void one_round(void *next) {
    function = next;
    pthread_barrier_wait(&barrier);
    if (next)
        pthread_barrier_wait(&barrier);
}

/* -- churn -- */

static void *look(void *number) {
    (void)number;
    for (;;) {
        pthread_barrier_wait(&barrier);
        struct tls_view (*view)(void) = (struct tls_view(*)(void))function;
        if (!view)
            return NULL;
        struct tls_view first = view(), second = view();
        wrong += first.own != 7 || second.own != 8 || first.shared != 1000 || second.zero != 1 ||
                 first.misaligned || !first.anchored;
        pthread_barrier_wait(&barrier);
    }
}

/* Resident memory in kilobytes. */
static long memory(void) {
    long size = 0, resident = 0;
    FILE *stream = fopen("/proc/self/statm", "r");
    if (!stream || fscanf(stream, "%ld %ld", &size, &resident) != 2)
        exit(5);
    fclose(stream);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* The model's name stands in the file's: libtls_gd.so. */
static void *view_of(void *library, const char *path) {
    char name[40];
    const char *model = strstr(path, "libtls_") + 7;
    snprintf(name, sizeof name, "tls_view_%.*s", (int)strcspn(model, ".-"), model);
    return find(library, name);
}

static void churn(int rounds, char **files) {
    long before = 0;
    start(look);
    for (int i = 0, at = 0; i < rounds; i++, at++) {
        if (!files[at])
            at = 0;
        void *library = dlopen(files[at], RTLD_NOW);
        one_round(view_of(library, files[at]));
        wrong += dlclose(library) != 0;
        if (i == rounds / 2)
            before = memory();
    }
    one_round(NULL);
    join();
    long grown = memory() - before;
    printf("%d rounds, %d wrong, memory %s\n", rounds, wrong,
           grown < KILOBYTES ? "bounded" : "has grown");
}

/* -- one slot -- */

static void *call(void *number) {
    for (;;) {
        pthread_barrier_wait(&barrier);
        int (*add)(int) = (int (*)(int))function;
        if (!add)
            return NULL;
        wrong += add((int)(long)number) != (int)(long)number + 1;
        pthread_barrier_wait(&barrier);
    }
}

static void share_slot(int rounds) {
    start(call);
    for (int i = 0; i < rounds; i++) {
        void *library = dlopen(file, RTLD_LAZY);
        one_round(find(library, "slot_add"));
        wrong += dlclose(library) != 0;
    }
    one_round(NULL);
    join();
    printf("%d rounds, %d wrong\n", rounds, wrong);
}

/* -- signals -- */

static _Thread_local volatile int handled; /* views in handlers that were right */

static void handle(int number) {
    struct tls_view (*view)(void) = (struct tls_view(*)(void))function;
    (void)number;
    if (!view)
        return;
    struct tls_view first = view(), second = view();
    handled += first.own == 7 && second.own == 8 && first.shared == 1000 && !first.misaligned;
}

/* Signals itself while it allocates and looks symbols up. */
static void *be_interrupted(void *number) {
    for (;;) {
        pthread_barrier_wait(&barrier);
        if (!function)
            return NULL;
        handled = 0;
        void *block = malloc(64 + (size_t)(long)number * 8);
        wrong += pthread_kill(pthread_self(), SIGUSR1) != 0 || !dlsym(RTLD_DEFAULT, "malloc");
        free(block);
        wrong += handled != 1;
        pthread_barrier_wait(&barrier);
    }
}

static void signal_all(int rounds) {
    struct sigaction action = {.sa_handler = handle};
    sigaction(SIGUSR1, &action, NULL);
    start(be_interrupted);
    for (int i = 0; i < rounds; i++) {
        void *library = dlopen(file, RTLD_NOW);
        one_round(view_of(library, file));
        wrong += dlclose(library) != 0;
    }
    one_round(NULL);
    join();
    printf("%d rounds, %d wrong\n", rounds, wrong);
}

/* -- dlerror -- */

static void *fail(void *number) {
    char name[40];
    snprintf(name, sizeof name, "nowhere_%ld.so", (long)number);
    for (int i = 0; i < 200; i++) {
        wrong += dlopen(name, RTLD_NOW) != NULL;
        pthread_barrier_wait(&barrier); /* all have failed */
        const char *text = dlerror();
        wrong += !text || !strstr(text, name) || dlerror();
    }
    return NULL;
}

static void ask_errors(void) {
    start(fail);
    for (int i = 0; i < 200; i++) {
        pthread_barrier_wait(&barrier);
        wrong += dlerror() != NULL;
    }
    join();
    printf("errors: %d wrong\n", wrong);
}

/* -- wait -- */

static void *open_slow(void *number) {
    (void)number;
    pthread_barrier_wait(&barrier);
    wrong += *(int *)find(dlopen(file, RTLD_NOW), "slow_is_ready") != 1;
    return NULL;
}

static void open_all_at_once(void) {
    start(open_slow);
    pthread_barrier_wait(&barrier);
    join();
    printf("wait: %d wrong\n", wrong);
}

/* -- fork -- */

static void *open_and_close(void *number) {
    (void)number;
    while (!over) {
        void *library = dlopen(file, RTLD_NOW);
        wrong += !library || dlclose(library);
    }
    return NULL;
}

static int in_child(const char *other) {
    alarm(CHILD_SECONDS);
    for (int i = 0; i < 2; i++) {
        void *first = dlopen(file, RTLD_NOW), *second = dlopen(other, RTLD_LAZY | RTLD_GLOBAL);
        if (!first || !second || !dlsym(RTLD_DEFAULT, "malloc"))
            return 1;
        if (dlclose(first) || dlclose(second))
            return 2;
    }
    return 0;
}

static void fork_often(int rounds, const char *other) {
    int status, fine = 0;
    void *first = dlopen(file, RTLD_NOW); /* from here on a loader may watch forks */
    wrong += !first || dlclose(first);
    start(open_and_close);
    for (int i = 0; i < rounds; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(in_child(other));
        if (child < 0 || waitpid(child, &status, 0) != child)
            exit(6);
        fine += WIFEXITED(status) && WEXITSTATUS(status) == 0;
        if (WIFSIGNALED(status))
            printf("a child died of signal %d\n", WTERMSIG(status));
    }
    over = true;
    join();
    printf("fork: %d of %d children fine, %d wrong\n", fine, rounds, wrong);
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    int rounds = argc > 2 ? atoi(argv[2]) : 0;
    file = argc > 3 ? argv[3] : NULL;
    alarm(SECONDS);
    if (!strcmp(what, "churn") && file)
        churn(rounds, argv + 3);
    else if (!strcmp(what, "slot") && file)
        share_slot(rounds);
    else if (!strcmp(what, "signals") && file)
        signal_all(rounds);
    else if (!strcmp(what, "wait") && file)
        open_all_at_once();
    else if (!strcmp(what, "errors"))
        ask_errors();
    else if (!strcmp(what, "fork") && argc > 4)
        fork_often(rounds, argv[4]);
    else
        return 2;
    return 0;
}
