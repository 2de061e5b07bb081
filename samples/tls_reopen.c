/*
 * Room in the static TLS block is used again: opens a library with initial-exec variables, reads
 * them and closes it, very often ($ROUNDS). A second library that cannot be loaded is tried in
 * between.
 */
#include "tls.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int tls_anchor;

int main(int argc, char **argv) {
    int rounds = getenv("ROUNDS") ? atoi(getenv("ROUNDS")) : 2000;

    for (int i = 0; i < rounds; i++) {
        void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
        struct tls_view (*view)(void) =
            library ? (struct tls_view(*)(void))dlsym(library, "tls_view_small") : NULL;
        if (!view) {
            printf("round %d: %s\n", i, dlerror());
            return 1;
        }
        struct tls_view seen = view();
        if (seen.shared != 1000 || seen.own != 7 || seen.zero != 0 || !seen.anchored) {
            printf("round %d: %d %d %ld\n", i, seen.shared, seen.own, seen.zero);
            return 1;
        }
        if (dlclose(library)) {
            printf("round %d: close: %s\n", i, dlerror());
            return 1;
        }
        if (argc > 2)
            dlopen(argv[2], RTLD_NOW);
    }
    printf("%d rounds\n", rounds);
    return 0;
}
