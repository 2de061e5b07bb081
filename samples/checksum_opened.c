/* The checksum of the third argument by the function (second) of a library (first) opened at run
 * time. */
#include "checksum.h"
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
    if (argc < 4)
        return 2;
    void *library = dlopen(argv[1], RTLD_LAZY);
    uint32_t (*sum)(const uint8_t *, size_t) =
        library ? (uint32_t(*)(const uint8_t *, size_t))dlsym(library, argv[2]) : NULL;
    if (!sum) {
        printf("%s\n", dlerror());
        return 1;
    }
    printf("%08x\n", sum((const uint8_t *)argv[3], strlen(argv[3])));
    return dlclose(library);
}
