/*
 * A library whose constructor and destructor each start a thread and wait for its end. The variable
 * EAGER says what the thread does, one letter each: t uses the library's thread-local variables,
 * l lists the objects, a asks for an address, e has dlerror say something, o opens and closes
 * OTHER, s looks a symbol up, f forks a child and waits for it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static _Thread_local int own = 7;
static _Thread_local char page[5000] = "page"; /* too large for the static block */

static int count_one(struct dl_phdr_info *info, size_t size, void *count) {
    (void)info, (void)size;
    return ++*(int *)count, 0;
}

static void open_other(void) {
    void *library = dlopen(getenv("OTHER"), RTLD_NOW);
    printf("eager: %s\n", library ? "opened" : dlerror());
    if (library)
        printf("eager: closed %d\n", dlclose(library));
}

static void fork_one(void) {
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(3);
    printf("eager: child %d\n",
           waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

static void act(char what) {
    int count = 0;
    Dl_info info = {0};
    if (what == 't')
        printf("eager: own %d page %s\n", own++, page);
    else if (what == 'l')
        printf("eager: listed %d\n", dl_iterate_phdr(count_one, &count) == 0 && count > 2);
    else if (what == 'a')
        printf("eager: address %d\n", dladdr((void *)open_other, &info));
    else if (what == 'e')
        printf("eager: dlerror %d\n", dlerror() != NULL);
    else if (what == 'o')
        open_other();
    else if (what == 'f')
        fork_one();
    else if (what == 's')
        printf("eager: symbol %d\n", dlsym(RTLD_DEFAULT, "puts") != NULL);
}

static void *in_thread(void *what) {
    for (const char *letter = what; *letter; letter++)
        act(*letter);
    return NULL;
}

static void run(const char *when) {
    pthread_t thread;
    const char *what = getenv("EAGER");
    printf("eager: %s\n", when);
    if (what && pthread_create(&thread, NULL, in_thread, (void *)what) == 0)
        pthread_join(thread, NULL);
}

__attribute__((constructor)) static void begin(void) {
    run("constructor");
}

__attribute__((destructor)) static void end(void) {
    run("destructor");
}
