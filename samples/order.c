/*
 * Prints the order of constructors and destructors. The program needs liborder_a and liborder_b,
 * which need others (liborder.c; samples.mk draws the graph). An argument chooses the end: `return`
 * (default), `exit`, `quick` (_exit), or a library to dlopen and dlclose before the end.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void preinit(void) {
    dprintf(1, "order: preinit\n");
}
__attribute__((section(".preinit_array"), used)) static void (*const preinit_entry)(void) = preinit;

static void at_exit(void) {
    dprintf(1, "order: atexit\n");
}

__attribute__((constructor)) static void construct(void) {
    dprintf(1, "order: constructor\n");
    if (getenv("ORDER_EXIT")) /* leave while the construction is still going on */
        exit(9);
}

__attribute__((destructor)) static void destruct(void) {
    dprintf(1, "order: destructor\n");
}

int main(int argc, char **argv) {
    const char *end = argc > 1 ? argv[1] : "return";

    dprintf(1, "order: main\n");
    atexit(at_exit);
    if (!strcmp(end, "exit"))
        exit(4);
    if (!strcmp(end, "quick"))
        _exit(5);
    for (int i = 1; i < argc && strchr(argv[i], '/'); i++) {
        void *library = dlopen(argv[i], RTLD_NOW);
        dprintf(1, "order: dlopen %s\n", library ? "done" : dlerror());
        if (library)
            dprintf(1, "order: dlclose %d\n", dlclose(library));
    }
    return 0;
}
