/*
 * faulty LIBRARY FAULT: opens libfaulty.so and has two threads make the fault, one after the other
 * but for a race; "none" makes none, but opens and closes the library many times. For sanitizers
 * and valgrind.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static int (*function)(int);

static void *make_fault(void *argument) {
    return function(*(int *)argument) ? argument : NULL;
}

static void in_threads(int value) {
    pthread_t first, second;
    if (pthread_create(&first, NULL, make_fault, &value))
        return;
    if (!pthread_create(&second, NULL, make_fault, &value))
        pthread_join(second, NULL);
    pthread_join(first, NULL);
}

static int find(void *library, const char *name) {
    function = (int (*)(int))(library ? dlsym(library, name) : NULL);
    if (!function)
        printf("%s\n", dlerror());
    return function != NULL;
}

static int without_fault(const char *file) {
    for (int i = 0; i < 20; i++) {
        void *library = dlopen(file, RTLD_NOW);
        if (!find(library, "fault_overflow"))
            return 1;
        in_threads(i % 8);
        dlclose(library);
    }
    printf("no fault\n");
    return 0;
}

int main(int argc, char **argv) {
    char name[64];
    if (argc < 3)
        return 2;
    if (!strcmp(argv[2], "none"))
        return without_fault(argv[1]);
    snprintf(name, sizeof name, "fault_%s", argv[2]);
    if (!find(dlopen(argv[1], RTLD_NOW), name))
        return 1;
    in_threads(!strcmp(argv[2], "race") ? 1 : 40);
    printf("end\n");
    return 0;
}
