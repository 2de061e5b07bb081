/*
 * A library that is opened in several namespaces: every copy has its own variables and its own
 * libc. SPACE_NAME tells one build from the other.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int counter;
static __thread int mine = 40;
/* Defined in every build: which one does a copy see? */
int space_shared = SPACE_NUMBER;
int space_see_shared(void);

__attribute__((constructor)) static void begin(int argc, char **argv) {
    printf("%s: constructor, %s arguments, %s\n", SPACE_NAME, argc > 0 && argv[0] ? "with" : "no",
           getenv("SPACES") ? getenv("SPACES") : "not set");
    fflush(stdout);
}

__attribute__((destructor)) static void end(void) {
    printf("%s: destructor after %d\n", SPACE_NAME, counter);
    fflush(stdout);
}

/** Counts this copy's calls. */
int space_count(void) {
    return ++counter;
}

/** Counts this thread's calls of this copy. */
int space_tls(void) {
    return ++mine;
}

/** The number of the build whose space_shared this copy is bound to. */
int space_see_shared(void) {
    return space_shared;
}

/** A number that belongs to the libc: errno of this copy after a failed call. */
int space_errno(void) {
    errno = 0;
    fopen("/nowhere", "r");
    return errno;
}

/** Uses this copy's malloc. */
int space_malloc(void) {
    char *blocks[100];

    for (int i = 0; i < 100; i++)
        if (!(blocks[i] = malloc(1000 + (size_t)i * 1000)) || !memset(blocks[i], i, 1000))
            return -1;
    for (int i = 0; i < 100; i++)
        free(blocks[i]);
    return 100;
}

static int count_object(struct dl_phdr_info *info, size_t size, void *names) {
    const char *slash = strrchr(info->dlpi_name, '/');

    (void)size;
    if (names)
        printf("  \"%s\"\n", slash ? slash + 1 : info->dlpi_name);
    return 0;
}

/** Prints what dl_iterate_phdr tells this copy. */
int space_objects(void) {
    return dl_iterate_phdr(count_object, (void *)1);
}

/** Opens a file from here with dlopen. */
void space_open(const char *file) {
    void *object = dlopen(strcmp(file, "NULL") == 0 ? NULL : file, RTLD_LAZY);
    Lmid_t id = -1;

    if (object)
        dlinfo(object, RTLD_DI_LMID, &id);
    printf("%s: opened %s: %s, namespace %s\n", SPACE_NAME, file, object ? "done" : dlerror(),
           id == 0  ? "base"
           : id > 0 ? "mine"
                    : "none");
    fflush(stdout);
}

/** Opens a file from here with RTLD_GLOBAL. */
void space_global(const char *file) {
    void *object = dlopen(file, RTLD_LAZY | RTLD_GLOBAL);

    printf("%s: opened %s for all: %s\n", SPACE_NAME, file, object ? "done" : dlerror());
    fflush(stdout);
}

/** Fails here; what does dlerror say here, and later in the program? */
void space_fail(const char *file) {
    dlopen(file, RTLD_LAZY);
}

/** Prints this copy's dlerror. */
int space_error(void) {
    const char *error = dlerror();

    printf("%s: dlerror: %s\n", SPACE_NAME, error ? error : "none");
    fflush(stdout);
    return error != NULL;
}

/** Looks a symbol up from here. */
void space_default(const char *name) {
    Dl_info info = {0};
    void *address = dlsym(RTLD_DEFAULT, name);
    const char *slash = NULL;

    if (address && dladdr(address, &info))
        slash = strrchr(info.dli_fname, '/');
    printf("%s: %s is in %s\n", SPACE_NAME, name, slash ? slash + 1 : "nothing");
    fflush(stdout);
}

/** Looks the next symbol up from here. */
void space_next(const char *name) {
    Dl_info info = {0};
    void *address = dlsym(RTLD_NEXT, name);
    const char *slash = NULL;

    if (address && dladdr(address, &info))
        slash = strrchr(info.dli_fname, '/');
    printf("%s: next %s is in %s\n", SPACE_NAME, name, slash ? slash + 1 : "nothing");
    fflush(stdout);
}

/** The environment as this copy's libc sees it. */
void space_getenv(const char *name) {
    const char *value = getenv(name);

    printf("%s: %s=%s\n", SPACE_NAME, name, value ? value : "not set");
    fflush(stdout);
}

static void *count_in_thread(void *result) {
    *(int *)result = space_tls() + (space_malloc() == 100);
    return NULL;
}

/** Starts a thread with this copy's libc. */
int space_thread(void) {
    pthread_t thread;
    int result = 0;

    if (pthread_create(&thread, NULL, count_in_thread, &result) != 0)
        return -1;
    pthread_join(thread, NULL);
    return result;
}
