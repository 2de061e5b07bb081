/*
 * Is the stack executable? Built with and without -z execstack; an argument is a library to open,
 * which may ask for an executable stack later.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static void show(const char *when) {
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[4096];
    char modes[5];

    while (maps && fgets(line, sizeof line, maps))
        if (strstr(line, "[stack]") && sscanf(line, "%*s %4s", modes) == 1)
            printf("%s: stack %s\n", when, modes);
    if (maps)
        fclose(maps);
}

static void *quiet(void *argument) {
    return argument;
}

int main(int argc, char **argv) {
    pthread_t thread;

    show("start");
    if (argc > 1) {
        void *library = dlopen(argv[1], RTLD_NOW);
        printf("%s\n", library ? "opened" : dlerror());
        show("after dlopen");
    }
    if (pthread_create(&thread, NULL, quiet, NULL) == 0)
        pthread_join(thread, NULL);
    return 0;
}
