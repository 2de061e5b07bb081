/*
 * inside: what a running program asks of its loader, timed from within.
 *
 *   inside FOLDER        (made by inside.sh: small.so, large.so, tls.so, throw1.so … throw10.so,
 *                        filler1.so … filler100.so)
 *
 * Out: a line "NAME NANOSECONDS" for each operation, the median of several passes. Run once under
 * each loader and once more, in turns, by inside.sh; compare the two, not two runs of it.
 */
#include <dlfcn.h>
#include <err.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PASSES = 15, CALLS = 256, THROWERS = 10 };

static const char *folder;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int compare(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void *open_library(const char *name, int mode) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    void *handle = dlopen(path, mode);
    if (!handle)
        errx(1, "%s", dlerror());
    return handle;
}

static void *find(void *handle, const char *name) {
    void *address = dlsym(handle, name);
    if (!address)
        errx(1, "%s", dlerror());
    return address;
}

/* -- operations: each returns the nanoseconds of one -- */

static double open_close(const char *name, int times) {
    double start = now();
    for (int i = 0; i < times; i++)
        dlclose(open_library(name, RTLD_NOW));
    return (now() - start) / times;
}

static double open_small(void) {
    return open_close("small.so", 50);
}

static double open_large(void) {
    return open_close("large.so", 3);
}

/* lazy.so calls 256 functions of the program's libraries, each through a PLT slot of its own. */
static double first_calls(void) {
    void *handle = open_library("lazy.so", RTLD_LAZY);
    void (*call_all)(void) = (void (*)(void))find(handle, "call_all");
    double start = now();
    call_all();
    double time = now() - start;
    start = now();
    call_all(); /* bound by now: what the calls themselves cost */
    time -= now() - start;
    dlclose(handle);
    return time / CALLS;
}

/* dlopen of what is open already, and its dlclose: counting. */
static double open_again(void) {
    void *handle = open_library("small.so", RTLD_NOW);
    double time = open_close("small.so", 500);
    dlclose(handle);
    return time;
}

enum { LOOKUPS = 2000 };

static double look_up(void *handle, const char *name) {
    double start = now();
    for (int i = 0; i < LOOKUPS; i++)
        (void)dlsym(handle, name);
    double time = (now() - start) / LOOKUPS;
    (void)dlerror();
    return time;
}

static double dlsym_default(void) {
    return look_up(RTLD_DEFAULT, "qsort");
}

static double dlsym_next(void) {
    return look_up(RTLD_NEXT, "qsort");
}

static double dlsym_handle(void) {
    void *handle = open_library("small.so", RTLD_NOW);
    double time = look_up(handle, "small");
    dlclose(handle);
    return time;
}

static double dlsym_miss(void) {
    return look_up(RTLD_DEFAULT, "there_is_no_such_symbol");
}

/* The same, and what was wrong is read each time. */
static double dlsym_miss_told(void) {
    double start = now();
    for (int i = 0; i < LOOKUPS; i++) {
        (void)dlsym(RTLD_DEFAULT, "there_is_no_such_symbol");
        if (!dlerror())
            errx(1, "dlerror says nothing");
    }
    return (now() - start) / LOOKUPS;
}

static double dlvsym_hit(void) {
    const char *version = "GLIBC_2.2.5"; /* glibc's first one on x86_64 */
    if (!dlvsym(RTLD_DEFAULT, "qsort", version))
        version = "GLIBC_2.17"; /* on aarch64 */
    double start = now();
    for (int i = 0; i < LOOKUPS; i++)
        (void)dlvsym(RTLD_DEFAULT, "qsort", version);
    return (now() - start) / LOOKUPS;
}

static double dladdr_libc(void) {
    enum { TIMES = 50 };
    Dl_info info;
    double start = now();
    for (int i = 0; i < TIMES; i++)
        if (!dladdr((void *)qsort, &info))
            errx(1, "dladdr does not know qsort");
    return (now() - start) / TIMES;
}

static int count_object(struct dl_phdr_info *info, size_t size, void *count) {
    (void)info, (void)size;
    ++*(int *)count;
    return 0;
}

/* Opens fillers until there are so many objects. */
static void fill_up(int wanted) {
    static int fillers;
    for (int count = 0;; count = 0) {
        dl_iterate_phdr(count_object, &count);
        if (count >= wanted)
            return;
        char name[32];
        snprintf(name, sizeof name, "filler%d.so", ++fillers);
        open_library(name, RTLD_NOW);
    }
}

static double iterate(int objects) {
    enum { TIMES = 500 };
    int count = 0;
    fill_up(objects);
    double start = now();
    for (int i = 0; i < TIMES; i++)
        dl_iterate_phdr(count_object, &count);
    return (now() - start) / TIMES;
}

static double iterate_10(void) {
    return iterate(10);
}

static double iterate_100(void) {
    return iterate(100);
}

static double tls_fast(void) {
    static void *handle;
    if (!handle)
        handle = open_library("tls.so", RTLD_NOW);
    double (*touch)(int) = (double (*)(int))find(handle, "touch");
    enum { TIMES = 200000 };
    touch(1);
    double start = now();
    touch(TIMES);
    return (now() - start) / TIMES;
}

static double throw_through(void) {
    static int (*first)(void);
    if (!first) {
        for (int i = THROWERS; i > 0; i--) {
            char name[32];
            snprintf(name, sizeof name, "throw%d.so", i);
            first = (int (*)(void))find(open_library(name, RTLD_NOW | RTLD_GLOBAL), "catch_it");
        }
    }
    enum { TIMES = 200 };
    double start = now();
    for (int i = 0; i < TIMES; i++)
        first();
    return (now() - start) / TIMES;
}

static double throw_among_100(void) {
    fill_up(100);
    return throw_through();
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        double (*run)(void);
    } operations[] = {
        {"dlopen+dlclose-small", open_small},
        {"dlopen+dlclose-large", open_large},
        {"dlopen+dlclose-again", open_again},
        {"first-lazy-call", first_calls},
        {"dlsym-default", dlsym_default},
        {"dlsym-next", dlsym_next},
        {"dlsym-handle", dlsym_handle},
        {"dlsym-miss", dlsym_miss},
        {"dlsym-miss+dlerror", dlsym_miss_told},
        {"dlvsym", dlvsym_hit},
        {"dladdr", dladdr_libc},
        {"dl_iterate_phdr-10", iterate_10},
        {"tls-get-addr", tls_fast},
        {"throw-through-10", throw_through},
        {"dl_iterate_phdr-100", iterate_100},
        {"throw-among-100", throw_among_100},
    };
    if (argc != 2)
        errx(2, "usage: inside FOLDER");
    folder = argv[1];
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        double times[PASSES];
        for (int pass = 0; pass < PASSES; pass++)
            times[pass] = operations[i].run();
        qsort(times, PASSES, sizeof times[0], compare);
        printf("%s %.1f\n", operations[i].name, times[PASSES / 2]);
    }
    return 0;
}
