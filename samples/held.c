/*
 * Memory that only a thread-local variable of an opened library points to, in two threads: not
 * lost, for a leak checker that asks the loader where these variables are. With a second argument
 * the pointers of the first thread are dropped: its blocks are lost.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void (*hold)(void);
static pthread_barrier_t barrier;

static void *hold_and_wait(void *argument) {
    char over_old_stack[4096];

    hold();
    memset(over_old_stack, 0, sizeof over_old_stack);
    __asm__ volatile("" : : "r"(over_old_stack) : "memory");
    pthread_barrier_wait(&barrier);
    pause();
    return argument;
}

int main(int argc, char **argv) {
    void *library = dlopen(argv[1], RTLD_NOW);
    pthread_t thread;

    if (!library)
        return puts(dlerror());
    hold = (void (*)(void))dlsym(library, "held_hold");
    hold();
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&thread, NULL, hold_and_wait, NULL);
    pthread_barrier_wait(&barrier);
    if (argc > 2)
        ((void (*)(void))dlsym(library, "held_drop"))();
    return 0;
}
