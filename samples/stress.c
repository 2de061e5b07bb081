/*
 * Everything at once: threads open and close libraries, look symbols up, use thread-local variables
 * of an opened library, list the objects, fail on purpose and start further threads, while others
 * call a lazily bound function. The sums that come out are known.
 */
#define _GNU_SOURCE
#include "tls.h"
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 4, ROUNDS = 60 };

int tls_anchor;
int lazy_next(int number);
static char folder[4096]; /* of the program: the libraries lie beside it */

static int count_objects(struct dl_phdr_info *info, size_t size, void *count) {
    (void)size;
    *(int *)count += info->dlpi_phnum > 0;
    return 0;
}

static void *open_beside(const char *name) {
    char path[8192];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return dlopen(path, RTLD_NOW);
}

/* Opens, uses and closes; returns what went wrong. */
static long open_and_close(int round) {
    static const char *const models[] = {"gd", "ld", "desc"};
    const char *model = models[round % 3];
    char name[64];
    long wrong = 0;

    snprintf(name, sizeof name, "libtls_%s.so", model);
    void *library = open_beside(name);
    snprintf(name, sizeof name, "tls_view_%s", model);
    struct tls_view (*view)(void) = library ? (struct tls_view(*)(void))dlsym(library, name) : NULL;
    if (!view)
        return 1;
    int before = view().own;
    wrong += view().own != before + 1;
    wrong += dlsym(library, "nowhere") != NULL;
    wrong += strstr(dlerror(), "nowhere") == NULL;
    wrong += dlopen("nowhere.so", RTLD_NOW) != NULL;
    wrong += dlerror() == NULL;
    wrong += dlclose(library) != 0;
    return wrong;
}

static void *short_life(void *argument) {
    int objects = 0;

    dl_iterate_phdr(count_objects, &objects);
    return objects >= 2 ? argument : NULL;
}

static void *work(void *argument) {
    long wrong = 0;

    for (int round = 0; round < ROUNDS; round++) {
        pthread_t thread;
        void *result = NULL;
        wrong += open_and_close(round + (int)(long)argument);
        wrong += lazy_next(round) != round + 1;
        if (pthread_create(&thread, NULL, short_life, argument) == 0)
            pthread_join(thread, &result);
        wrong += result != argument;
    }
    return (void *)wrong;
}

int main(int argc, char **argv) {
    pthread_t threads[THREADS];
    long wrong = 0;

    (void)argc;
    snprintf(folder, sizeof folder, "%s", argv[0]);
    if (strrchr(folder, '/'))
        *strrchr(folder, '/') = 0;
    for (long i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, work, (void *)(i + 1)))
            return 1;
    for (int i = 0; i < THREADS; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        wrong += (long)result;
    }
    printf("%d threads, %d rounds, %ld wrong\n", THREADS, ROUNDS, wrong);
    return wrong != 0;
}
