/*
 * What a dlopen that fails leaves behind: nothing.
 *
 *   failed [STEP=FILE]…
 *
 * lazy, now, global, deep, nodelete: dlopen with these flags, which should fail; space: dlmopen
 * into a namespace of its own. The process is looked at before and after: memory mappings, the list
 * of objects and what each has open, the counters of dl_iterate_phdr, open files, the thread's
 * errno. Every failing call is made twice before: the first ones may cost memory for the loader
 * itself.
 *
 *   keep=FILE   dlopen that should work, and stays     tls=FILE   the same, and its TLS module
 *   drop        closes what was kept last              symbol=X   whether X is found by default
 *   hard        the kernel refuses memory that becomes executable later on
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#ifndef RTLD_DEEPBIND
#define RTLD_DEEPBIND 0
#endif

enum { LISTING_SIZE = 1 << 16, KEPT_MAX = 8, SET_MDWE = 65 /* PR_SET_MDWE */ };

struct state {
    char maps[LISTING_SIZE];    /* without the heap */
    char objects[LISTING_SIZE]; /* of the link map */
    char headers[LISTING_SIZE]; /* of dl_iterate_phdr */
    unsigned long long adds, subs;
    int files;
};

int tls_anchor; /* for libtls.c */
static struct state before, after;
static void *kept[KEPT_MAX];
static int kept_count;

static void append(char *listing, const char *text) {
    size_t length = strlen(listing);
    snprintf(listing + length, LISTING_SIZE - length, "%s", text);
}

static void read_maps(char *listing) {
    char line[4096];
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof line, maps))
        if (!strstr(line, "[heap]"))
            append(listing, line);
    if (maps)
        fclose(maps);
}

static int visit(struct dl_phdr_info *info, size_t size, void *argument) {
    struct state *state = argument;
    char line[4096];
    (void)size;
    snprintf(line, sizeof line, "%s %lx %d tls %zu\n", info->dlpi_name,
             (unsigned long)info->dlpi_addr, info->dlpi_phnum, info->dlpi_tls_modid);
    append(state->headers, line);
    state->adds = info->dlpi_adds;
    state->subs = info->dlpi_subs;
    return 0;
}

static int count_files(void) {
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

static void look(struct state *state) {
    state->maps[0] = state->objects[0] = state->headers[0] = 0;
    const struct link_map *map = dlopen(NULL, RTLD_LAZY);
    for (; map; map = map->l_next) {
        append(state->objects, map->l_name);
        append(state->objects, "\n");
    }
    dl_iterate_phdr(visit, state);
    state->files = count_files();
    read_maps(state->maps);
}

static void *open_as(const char *step, const char *file) {
    static const struct {
        const char *step;
        int mode;
    } modes[] = {
        {"lazy", RTLD_LAZY},
        {"now", RTLD_NOW},
        {"keep", RTLD_NOW},
        {"tls", RTLD_NOW},
        {"global", RTLD_NOW | RTLD_GLOBAL},
        {"deep", RTLD_NOW | RTLD_DEEPBIND},
        {"nodelete", RTLD_NOW | RTLD_NODELETE},
        {"noload", RTLD_NOW | RTLD_NOLOAD},
    };
#ifdef LM_ID_NEWLM
    if (!strcmp(step, "space"))
        return dlmopen(LM_ID_NEWLM, file, RTLD_NOW);
#endif
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (!strcmp(step, modes[i].step))
            return dlopen(file, modes[i].mode);
    exit(2);
}

static void compare(const char *what, const char *first, const char *second) {
    if (!strcmp(first, second))
        printf("  %s: the same\n", what);
    else
        printf("  %s: differ\n--- before\n%s--- after\n%s", what, first, second);
}

static void fail(const char *step, const char *file) {
    for (int i = 0; i < 2; i++)
        if (open_as(step, file))
            printf("does not fail\n");
    look(&before);
    errno = 0;
    void *handle = open_as(step, file);
    int number = errno;
    const char *text = handle ? "opened" : dlerror();
    printf("%s: errno %d, %s\n", step, number, text ? text : "nothing said");
    look(&after);
    compare("mappings", before.maps, after.maps);
    compare("objects", before.objects, after.objects);
    compare("headers", before.headers, after.headers);
    printf("  adds %+lld subs %+lld files %+d\n", (long long)(after.adds - before.adds),
           (long long)(after.subs - before.subs), after.files - before.files);
}

static void keep(const char *step, const char *file) {
    size_t module = 0;
    void *handle = open_as(step, file);
    printf("%s %s: %s\n", step, file, handle ? "open" : dlerror());
    if (handle && kept_count < KEPT_MAX)
        kept[kept_count++] = handle;
#ifdef LM_ID_NEWLM
    if (handle && !strcmp(step, "tls") && !dlinfo(handle, RTLD_DI_TLS_MODID, &module))
        printf("  module %zu\n", module);
#else
    (void)module;
#endif
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        char *file = strchr(argv[i], '=');
        if (file)
            *file++ = 0;
        if (!strcmp(argv[i], "hard"))
            printf("hard: %d\n", prctl(SET_MDWE, 1, 0, 0, 0));
        else if (!strcmp(argv[i], "drop") && kept_count)
            printf("drop: %d\n", dlclose(kept[--kept_count]));
        else if (!strcmp(argv[i], "symbol"))
            printf("%s: %sfound\n", file, dlsym(RTLD_DEFAULT, file) ? "" : "not ");
        else if (!strcmp(argv[i], "keep") || !strcmp(argv[i], "tls"))
            keep(argv[i], file);
        else
            fail(argv[i], file);
    }
    return 0;
}
