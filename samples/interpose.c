/*
 * Interposition: preloaded (LD_PRELOAD or --preload) before libgreet.so, this library's greet() is
 * found first; it calls the next one in the scope.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int greet(const char *greeting);
int greet(const char *greeting) {
    int (*next)(const char *) = (int (*)(const char *))dlsym(RTLD_NEXT, "greet");

    printf("interposed \"%s\"\n", greeting);
    return next ? 10 + next(greeting) : 99;
}
