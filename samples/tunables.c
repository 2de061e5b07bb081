/*
 * What tunables change, as far as a program can see it: the environment that is left, malloc's
 * filling bytes, restartable sequences, room for static thread-local storage, sizes of caches,
 * which of its string functions libc has chosen, whether memory is tagged (aarch64).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { GET_TAGGED_ADDRESS_CONTROL = 56 }; /* not in every <sys/prctl.h> */

extern char **environ;
extern const unsigned int __rseq_size;

typedef void static_info(size_t *size, size_t *alignment);

/* Which of several functions of libc the name means, as an offset in libc. */
static void show_choice(const char *name) {
    char *function = dlsym(RTLD_DEFAULT, name);
    Dl_info info = {0};

    if (function && dladdr(function, &info))
        printf("%s at %#tx\n", name, function - (char *)info.dli_fbase);
}

int main(void) {
    static_info *info = (static_info *)dlsym(RTLD_DEFAULT, "_dl_get_tls_static_info");
    size_t size = 0, alignment = 0;

    for (char **variable = environ; *variable; variable++)
        if (!strncmp(*variable, "GLIBC_", 6) || !strncmp(*variable, "MALLOC_", 7) ||
            !strncmp(*variable, "LD_", 3))
            puts(*variable);
    volatile unsigned char *volatile bytes = malloc(3000);
    printf("secure %lu, fresh memory begins with %02x %02x\n", getauxval(AT_SECURE), bytes[100],
           bytes[2000]);
    printf("memory is%s tagged, control word %#x\n", (uintptr_t)bytes >> 56 ? "" : " not",
           prctl(GET_TAGGED_ADDRESS_CONTROL, 0, 0, 0, 0));
    free((void *)bytes);
    if (info)
        info(&size, &alignment);
    printf("static TLS of %zu bytes, rseq area of %u\n", size, __rseq_size);
    printf("caches %ld %ld\n", sysconf(_SC_LEVEL1_DCACHE_SIZE), sysconf(_SC_LEVEL3_CACHE_SIZE));
    show_choice("memcpy");
    show_choice("memset");
    return 0;
}
