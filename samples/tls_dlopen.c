/*
 * TLS of a library that is opened when the threads already run: each of them gets its own copy on
 * first use, and the library can be closed and opened again. Arguments: the file, and the end of
 * its function's name (tls_view_…).
 */
#include "tls.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

enum { THREADS = 3, ROUNDS = 2 };

int tls_anchor;
static pthread_barrier_t barrier;
static struct tls_view (*view)(void);
static struct tls_view seen[THREADS + 1][ROUNDS];

static void look(struct tls_view *views) {
    for (int round = 0; round < ROUNDS; round++)
        views[round] = view();
}

static void *run(void *views) {
    pthread_barrier_wait(&barrier); /* all threads run */
    pthread_barrier_wait(&barrier); /* the library is open */
    look(views);
    pthread_barrier_wait(&barrier); /* all have looked */
    return NULL;
}

static void print(int number) {
    for (int i = 0; i < number; i++)
        for (int round = 0; round < ROUNDS; round++) {
            struct tls_view *now = &seen[i][round];
            printf("thread %d: %d %d %ld %c %d misaligned %d anchored %d\n", i, now->shared,
                   now->own, now->zero, now->line, now->page, now->misaligned, now->anchored);
        }
}

int main(int argc, char **argv) {
    pthread_t threads[THREADS];
    char name[64];
    void *library;

    if (argc < 3)
        return 2;
    pthread_barrier_init(&barrier, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, run, seen[i]))
            return 3;
    pthread_barrier_wait(&barrier);
    library = dlopen(argv[1], RTLD_NOW);
    if (!library) {
        printf("%s\n", dlerror());
        return 4;
    }
    snprintf(name, sizeof name, "tls_view_%s", argv[2]);
    view = (struct tls_view(*)(void))dlsym(library, name);
    if (!view)
        return 5;
    pthread_barrier_wait(&barrier);
    look(seen[THREADS]);
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    print(THREADS + 1);
    for (int again = 0; again < 3; again++) {
        printf("close %d\n", dlclose(library));
        library = dlopen(argv[1], RTLD_NOW);
        view = library ? (struct tls_view(*)(void))dlsym(library, name) : NULL;
        if (!view)
            return 6;
        look(seen[0]);
        print(1);
    }
    return 0;
}
