/*
 * Something for debuggers and tracers to look at: a stack that leads through libc and back, printed
 * by the program itself (backtrace), or left in a core file (abort) with a second thread that has
 * its own copy of a thread-local variable; or it waits to be looked at (wait), or is busy for a
 * while (spin).
 */
#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAMES_MAX = 32, DEPTH = 2, SPINS = 300000000 };

_Thread_local int mine = 40;
volatile unsigned long turns;

static void print_stack(void) {
    void *frames[FRAMES_MAX];
    int count = backtrace(frames, FRAMES_MAX);
    char **texts = backtrace_symbols(frames, count);

    for (int i = 0; texts && i < count; i++) {
        texts[i][strcspn(texts[i], "[")] = 0; /* the address differs each time */
        puts(texts[i]);
    }
    free(texts);
}

int compare_numbers(const void *left, const void *right);
int compare_numbers(const void *left, const void *right) {
    static int calls;

    if (!calls++)
        print_stack();
    return *(const int *)left - *(const int *)right;
}

void fall(int depth);
void fall(int depth) {
    mine++;
    if (depth)
        fall(depth - 1);
    else
        raise(SIGABRT);
    mine--; /* so that the call is not the last thing */
}

void spin(void);
void spin(void) {
    while (turns < SPINS)
        turns++;
}

static void *wait_for_ever(void *barrier) {
    mine = 5;
    pthread_barrier_wait(barrier);
    pause();
    return NULL;
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "backtrace";
    int numbers[] = {3, 1, 2};
    pthread_barrier_t barrier;
    pthread_t thread;

    if (strcmp(what, "abort") == 0) {
        pthread_barrier_init(&barrier, NULL, 2);
        pthread_create(&thread, NULL, wait_for_ever, &barrier);
        pthread_barrier_wait(&barrier);
        fall(DEPTH);
    } else if (strcmp(what, "wait") == 0) {
        pause();
    } else if (strcmp(what, "spin") == 0) {
        spin();
    } else {
        qsort(numbers, 3, sizeof numbers[0], compare_numbers);
    }
    return 0;
}
