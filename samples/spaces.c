/*
 * A host for namespaces: a little language on the command line for dlmopen.
 *
 *   new=FILE     dlmopen(LM_ID_NEWLM), lazily; newnow=, newglobal=, newnoload= with other flags
 *   in=N:FILE    dlmopen into the namespace of handle number N; inglobal=N:FILE with RTLD_GLOBAL
 *   id=N:FILE    dlmopen into the namespace whose number is N
 *   base=FILE    dlmopen(LM_ID_BASE)
 *   open=FILE    dlopen
 *   many=N:FILE  N times new
 *   call=NAME    dlsym in the last handle and call it: int (void)
 *   with=NAME:X  the same, void (const char *)
 *   use=N        handle number N becomes the last one
 *   lmid         RTLD_DI_LMID of every handle
 *   map          the link map of the last handle, all names
 *   where=NAME   dladdr of a symbol of the last handle
 *   default=NAME dlsym(RTLD_DEFAULT) here
 *   set=X        setenv("SPACES", X)
 *   thread       the next step runs in another thread
 *   fork         the next step runs in a child
 *   mapped=FILE  how many mappings in /proc/self/maps
 *   close        dlclose of the last handle, close=N of handle number N
 *
 * After each step dlerror() is printed if it has something to say.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HANDLES = 64 };

static void *handles[HANDLES];
static int count, last;

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static void keep(const char *what, const char *file, void *handle) {
    printf("%s %s: %s\n", what, file ? file : "NULL", handle ? "done" : "failed");
    for (int i = 0; handle && i < count; i++)
        if (handles[i] == handle)
            printf("same handle as number %d\n", i);
    if (handle && count < HANDLES) {
        last = count;
        handles[count++] = handle;
    }
}

static Lmid_t space_of(void *handle) {
    Lmid_t id = -77;

    if (dlinfo(handle, RTLD_DI_LMID, &id) != 0)
        printf("dlinfo: %s\n", dlerror());
    return id;
}

static void open_in(const char *what, char *argument, int flags) {
    char *colon = strchr(argument, ':');
    Lmid_t id = atol(argument);

    if (strncmp(what, "in", 2) == 0)
        id = space_of(handles[id]);
    keep(what, colon + 1, dlmopen(id, colon + 1, flags));
}

static void many(char *argument) {
    char *colon = strchr(argument, ':');
    int wanted = atoi(argument), done = 0;

    while (done < wanted && dlmopen(LM_ID_NEWLM, colon + 1, RTLD_NOW))
        done++;
    printf("many %s: %d of %d\n", colon + 1, done, wanted);
}

static void show_map(void) {
    struct link_map *map = handles[last];

    while (map->l_prev)
        map = map->l_prev;
    for (; map; map = map->l_next)
        printf("  \"%s\"%s%s\n", base_name(map->l_name), map == handles[last] ? " *" : "",
               map->l_next && map->l_next->l_prev != map ? " broken" : "");
}

static void show_where(const char *name) {
    Dl_info info = {0};
    void *address = name ? dlsym(handles[last], name) : NULL;

    if (address && dladdr(address, &info))
        printf("%s: %s in %s\n", name, info.dli_sname, base_name(info.dli_fname));
    else
        printf("%s: nowhere\n", name);
}

static void call(const char *name) {
    int (*function)(void) = (int (*)(void))dlsym(handles[last], name);

    if (function)
        printf("%s() = %d\n", name, function());
}

static void call_with(char *argument) {
    char *colon = strchr(argument, ':');

    *colon = 0;
    void (*function)(const char *) = (void (*)(const char *))dlsym(handles[last], argument);
    if (function)
        function(colon + 1);
    *colon = ':';
}

static void mapped(const char *file) {
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[4096];
    int lines = 0;

    while (maps && fgets(line, sizeof line, maps))
        lines += strstr(line, file) && strstr(line, "r-xp");
    if (maps)
        fclose(maps);
    printf("%s: mapped %d times\n", file, lines);
}

static void default_symbol(const char *name) {
    printf("%s: %s\n", name, dlsym(RTLD_DEFAULT, name) ? "found" : "not found");
}

static void show_ids(void) {
    for (int i = 0; i < count; i++)
        if (handles[i])
            printf("number %d: namespace %ld\n", i, (long)space_of(handles[i]));
}

static void close_one(const char *argument) {
    int number = argument ? atoi(argument) : last;

    printf("close: %d\n", dlclose(handles[number]));
    handles[number] = NULL;
    while (last > 0 && !handles[last])
        last--;
}

static void step(const char *word, char *argument) {
    static const struct {
        const char *word;
        Lmid_t id;
        int flags;
    } opens[] = {
        {"new", LM_ID_NEWLM, RTLD_LAZY},
        {"newnow", LM_ID_NEWLM, RTLD_NOW},
        {"newglobal", LM_ID_NEWLM, RTLD_NOW | RTLD_GLOBAL},
        {"newnoload", LM_ID_NEWLM, RTLD_NOW | RTLD_NOLOAD},
        {"newnodelete", LM_ID_NEWLM, RTLD_NOW | RTLD_NODELETE},
        {"newbad", LM_ID_NEWLM, 0},
        {"base", LM_ID_BASE, RTLD_LAZY},
    };

    for (size_t i = 0; i < sizeof opens / sizeof *opens; i++)
        if (!strcmp(word, opens[i].word))
            keep(word, argument, dlmopen(opens[i].id, argument, opens[i].flags));
    if (!strcmp(word, "in") || !strcmp(word, "id"))
        open_in(word, argument, RTLD_LAZY);
    else if (!strcmp(word, "inglobal"))
        open_in(word, argument, RTLD_LAZY | RTLD_GLOBAL);
    else if (!strcmp(word, "innoload"))
        open_in(word, argument, RTLD_LAZY | RTLD_NOLOAD);
    else if (!strcmp(word, "open"))
        keep(word, argument, dlopen(argument, RTLD_LAZY));
    else if (!strcmp(word, "many"))
        many(argument);
    else if (!strcmp(word, "call"))
        call(argument);
    else if (!strcmp(word, "with"))
        call_with(argument);
    else if (!strcmp(word, "use"))
        last = atoi(argument);
    else if (!strcmp(word, "lmid"))
        show_ids();
    else if (!strcmp(word, "map"))
        show_map();
    else if (!strcmp(word, "where"))
        show_where(argument);
    else if (!strcmp(word, "default"))
        default_symbol(argument);
    else if (!strcmp(word, "set"))
        setenv("SPACES", argument, 1);
    else if (!strcmp(word, "mapped"))
        mapped(argument);
    else if (!strcmp(word, "close"))
        close_one(argument);
}

/* One step with what dlerror says after it. */
static void *whole_step(void *text) {
    char *word = text, *argument = strchr(word, '=');
    const char *error;

    if (argument)
        *argument++ = 0;
    step(word, argument);
    error = dlerror();
    if (error)
        printf("dlerror: %s\n", error);
    fflush(stdout);
    return NULL;
}

static void in_thread(char *text) {
    pthread_t thread;

    if (pthread_create(&thread, NULL, whole_step, text) == 0)
        pthread_join(thread, NULL);
}

static void in_child(char *text) {
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        whole_step(text);
        exit(0);
    }
    waitpid(child, &status, 0);
    printf("child: %d\n", status);
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "thread") && i + 1 < argc)
            in_thread(argv[++i]);
        else if (!strcmp(argv[i], "fork") && i + 1 < argc)
            in_child(argv[++i]);
        else
            whole_step(argv[i]);
    }
    printf("end\n");
    fflush(stdout);
    return 0;
}
