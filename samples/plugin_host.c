/*
 * A plug-in host: a little language on the command line for the dl* functions.
 *
 *   open=FILE  now=FILE  global=FILE  deep=FILE  noload=FILE  nodelete=FILE  self   dlopen with
 * flags call=NAME      dlsym in the last opened object and call it (int (void) prints its result)
 *   text=NAME      the same for const char *(void)
 *   default=NAME   dlsym(RTLD_DEFAULT), next=NAME dlsym(RTLD_NEXT): tells which object has it
 *   version=NAME@V dlvsym in the last opened object (int (void))
 *   mapped=FILE    is it in /proc/self/maps?
 *   close          dlclose of the last opened object
 *
 * After each step dlerror() is printed if it has something to say.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { OPEN_MAX_OBJECTS = 32 };

const char *host_name = "the host";
static void *objects[OPEN_MAX_OBJECTS];
static int count;

static void open_object(const char *file, int flags) {
    void *object = dlopen(file, flags);

    printf("open %s: %s\n", file ? file : "self", object ? "done" : "failed");
    for (int i = 0; object && i < count; i++)
        if (objects[i] == object)
            printf("same handle as number %d\n", i);
    if (object && count < OPEN_MAX_OBJECTS)
        objects[count++] = object;
}

static void *last(void) {
    return count ? objects[count - 1] : RTLD_DEFAULT;
}

static void call(void *function, const char *name, int text) {
    if (!function)
        printf("%s: not found\n", name);
    else if (text)
        printf("%s() = %s\n", name, ((const char *(*)(void))function)());
    else
        printf("%s() = %d\n", name, ((int (*)(void))function)());
}

static void owner(void *address, const char *name) {
    Dl_info info = {0};
    const char *slash = NULL;

    if (address && dladdr(address, &info))
        slash = strrchr(info.dli_fname, '/');
    printf("%s: %s\n", name, slash ? slash + 1 : info.dli_fname ? info.dli_fname : "not found");
}

static void mapped(const char *file) {
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[4096];
    int lines = 0;

    while (maps && fgets(line, sizeof line, maps))
        lines += strstr(line, file) != NULL;
    if (maps)
        fclose(maps);
    printf("%s: %s\n", file, lines ? "mapped" : "not mapped");
}

static void versioned(char *argument) {
#ifdef __GLIBC__
    char *at = strchr(argument, '@');

    if (at) {
        *at = 0;
        call(dlvsym(last(), argument, at + 1), argument, 0);
        *at = '@';
    }
#else
    printf("%s: no dlvsym\n", argument);
#endif
}

static void step(const char *word, char *argument) {
    static const struct {
        const char *word;
        int flags;
    } opens[] = {
        {"open", RTLD_LAZY},
        {"now", RTLD_NOW},
        {"global", RTLD_LAZY | RTLD_GLOBAL},
        {"noload", RTLD_LAZY | RTLD_NOLOAD},
        {"nodelete", RTLD_LAZY | RTLD_NODELETE},
        {"self", RTLD_LAZY},
#ifdef RTLD_DEEPBIND
        {"deep", RTLD_LAZY | RTLD_DEEPBIND},
#endif
        {"badflags", 0x40000000},
    };

    for (size_t i = 0; i < sizeof opens / sizeof *opens; i++)
        if (!strcmp(word, opens[i].word))
            open_object(argument, opens[i].flags);
    if (!strcmp(word, "call") || !strcmp(word, "text"))
        call(dlsym(last(), argument), argument, *word == 't');
    else if (!strcmp(word, "default"))
        owner(dlsym(RTLD_DEFAULT, argument), argument);
    else if (!strcmp(word, "next"))
        owner(dlsym(RTLD_NEXT, argument), argument);
    else if (!strcmp(word, "version"))
        versioned(argument);
    else if (!strcmp(word, "mapped"))
        mapped(argument);
    else if (!strcmp(word, "close") && count)
        printf("close: %d\n", dlclose(objects[--count]));
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        char *argument = strchr(argv[i], '=');
        const char *error;

        if (argument)
            *argument++ = 0;
        step(argv[i], argument);
        errno = 0;
        error = dlerror();
        if (error)
            printf(errno ? "dlerror, errno %2$d: %1$s\n" : "dlerror: %1$s\n", error, errno);
    }
    printf("dlerror at the end: %s\n", dlerror() ? "set" : "none");
    return 0;
}
