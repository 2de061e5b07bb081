/*
 * A library whose constructor opens another one (the variable NESTED names it), and whose
 * destructor closes it: a load inside a load.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void *nested;

__attribute__((constructor)) static void begin(void) {
    const char *file = getenv("NESTED");

    nested = file ? dlopen(file, RTLD_NOW | RTLD_GLOBAL) : NULL;
    printf("nested: %s\n", nested ? "opened" : file ? dlerror() : "nothing to open");
}

__attribute__((destructor)) static void end(void) {
    if (nested)
        printf("nested: closed %d\n", dlclose(nested));
}
