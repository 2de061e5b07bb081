/*
 * Many libraries with TLS, opened while a thread runs whose table of modules (DTV) is shorter than
 * that. Arguments: copies of libtls_gd.so. The thread and main look at each of them twice.
 */
#include "tls.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

enum { FILES = 64 };

int tls_anchor;
static pthread_barrier_t barrier;
static struct tls_view (*views[FILES])(void);
static int count;

static void look(const char *who) {
    for (int i = 0; i < count; i++) {
        struct tls_view first = views[i]();
        struct tls_view second = views[i]();
        printf("%s %d: %d %d %ld, %d %d %ld misaligned %d anchored %d\n", who, i, first.shared,
               first.own, first.zero, second.shared, second.own, second.zero, second.misaligned,
               second.anchored);
    }
}

static void *run(void *who) {
    pthread_barrier_wait(&barrier); /* the thread runs */
    pthread_barrier_wait(&barrier); /* the libraries are open */
    look(who);
    return NULL;
}

int main(int argc, char **argv) {
    pthread_t thread;

    pthread_barrier_init(&barrier, NULL, 2);
    if (pthread_create(&thread, NULL, run, "thread"))
        return 3;
    pthread_barrier_wait(&barrier);
    for (int i = 1; i < argc && count < FILES; i++) {
        void *library = dlopen(argv[i], RTLD_NOW);
        views[count] = library ? (struct tls_view(*)(void))dlsym(library, "tls_view_gd") : NULL;
        if (!views[count++])
            return 4;
    }
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
    look("main");
    return 0;
}
