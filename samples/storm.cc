/*
 * storm SECONDS THREADS: everything at once, for long. Threads open, use and close libraries, fail
 * on purpose, throw, fork children that throw and list the objects, start short threads, list the
 * objects, bind lazily, and are interrupted by signals whose handlers use thread-local variables of
 * opened libraries. Prints how many answers were wrong, and whether memory has stayed bounded; an
 * alarm ends it where it hangs.
 */
extern "C" {
#include "tls.h"
int lazy_next(int number);
}
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {
int tls_anchor;
}

namespace {
enum { THREADS_MAX = 64, CHILD_SECONDS = 30, SLACK_SECONDS = 60 };

std::atomic<long> wrong;
std::atomic<bool> over;
pthread_t threads[THREADS_MAX];
long thread_count;
char folder[4000];
tls_view (*interrupted)(); // of a library that stays open

void expect(bool holds, const char *what) {
    if (holds)
        return;
    if (wrong++ < 10)
        fprintf(stderr, "storm: %s: %s\n", what, dlerror());
}

void *open_beside(const char *name) {
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return dlopen(path, RTLD_LAZY);
}

void use_gust_named(const char *name) {
    void *library = open_beside(name);
    auto gust = library ? reinterpret_cast<int (*)(int)>(dlsym(library, "gust")) : nullptr;
    expect(gust && gust(-1) == 0 && gust(-1) == 0, "gust");
    expect(!library || dlclose(library) == 0, "dlclose");
}

void use_gust(unsigned number) {
    static const char *const names[] = {"libgust_0.so", "libgust_1.so", "libgust_2.so"};
    use_gust_named(names[number % 3]);
}

void use_thread_locals(unsigned number) {
    static const char *const models[] = {"ld", "desc", "small"};
    const char *model = models[number % 3];
    char name[40];
    snprintf(name, sizeof name, "libtls_%s.so", model);
    void *library = open_beside(name);
    snprintf(name, sizeof name, "tls_view_%s", model);
    auto view = library ? reinterpret_cast<tls_view (*)()>(dlsym(library, name)) : nullptr;
    expect(view && view().own + 1 == view().own && view().anchored, model);
    expect(!library || dlclose(library) == 0, "dlclose");
}

// dlerror's text is the thread's own.
void fail_on_purpose(unsigned number) {
    char name[40];
    snprintf(name, sizeof name, "nowhere_%u.so", number);
    expect(!dlopen(name, RTLD_NOW), name);
    const char *text = dlerror();
    expect(text && strstr(text, name), "dlerror of dlopen");
    expect(!dlsym(RTLD_DEFAULT, name), name);
    text = dlerror();
    expect(text && strstr(text, name), "dlerror of dlsym");
    expect(!dlerror(), "no dlerror");
}

void throw_here(unsigned number) {
    try {
        throw number;
    } catch (unsigned caught) {
        expect(caught == number, "throw");
    }
}

int count_object(dl_phdr_info *, size_t, void *count) {
    return ++*static_cast<int *>(count), 0;
}

void list_objects(unsigned) {
    int count = 0;
    dl_iterate_phdr(count_object, &count);
    expect(count >= 5, "dl_iterate_phdr");
}

void *short_life(void *) {
    expect(interrupted().own >= 7, "thread-local variable");
    expect(lazy_next(1) == 2, "lazy binding");
    return nullptr;
}

void start_thread(unsigned) {
    pthread_t thread;
    if (pthread_create(&thread, nullptr, short_life, nullptr) == 0)
        pthread_join(thread, nullptr);
}

void interrupt(unsigned number) {
    pthread_kill(threads[number % static_cast<unsigned long>(thread_count)], SIGUSR1);
}

void handle(int) {
    interrupted();
}

void fork_child(unsigned number) {
    pid_t child = fork();
    if (child == 0) {
        alarm(CHILD_SECONDS);
        wrong = 0;
        throw_here(number);
        list_objects(number);
        short_life(nullptr);
        _exit(wrong != 0);
    }
    int status = -1;
    expect(child > 0 && waitpid(child, &status, 0) == child && status == 0, "child");
    if (status)
        fprintf(stderr, "storm: child's status 0x%x\n", static_cast<unsigned>(status));
}

void *work(void *argument) {
    static void (*const deeds[])(unsigned) = {
        use_gust,   use_gust,        use_gust,     use_thread_locals, use_thread_locals,
        throw_here, fail_on_purpose, list_objects, start_thread,      interrupt,
    };
    unsigned seed = static_cast<unsigned>(reinterpret_cast<long>(argument));
    for (unsigned round = seed; !over; round++) {
        unsigned number = static_cast<unsigned>(rand_r(&seed));
        deeds[number % 10](number / 10);
        if (round % 64 == 0)
            fork_child(number / 10);
    }
    return nullptr;
}

long kilobytes() {
    long total = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%ld %ld", &total, &resident) != 2)
        resident = 0;
    if (file)
        fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}
} // namespace

int main(int argc, char **argv) {
    unsigned seconds = argc > 1 ? static_cast<unsigned>(atoi(argv[1])) : 5;
    thread_count = argc > 2 ? atoi(argv[2]) : 32;
    snprintf(folder, sizeof folder, "%s", argv[0]);
    if (strrchr(folder, '/'))
        *strrchr(folder, '/') = 0;
    alarm(seconds + SLACK_SECONDS);
    struct sigaction action = {};
    action.sa_handler = handle;
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &action, nullptr);
    void *library = open_beside("libtls_gd.so");
    interrupted =
        library ? reinterpret_cast<tls_view (*)()>(dlsym(library, "tls_view_gd")) : nullptr;
    if (!interrupted || thread_count < 1 || thread_count > THREADS_MAX)
        return 2;
    sigset_t signals, before;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &signals, &before); // until all threads are in the array
    for (long i = 0; i < thread_count; i++)
        threads[i] = pthread_self();
    for (long i = 0; i < thread_count; i++) {
        pthread_t thread;
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        if (pthread_create(&thread, nullptr, work, reinterpret_cast<void *>(i + 1)))
            return 3;
        threads[i] = thread;
    }
    usleep(seconds * 250000);
    long early = kilobytes();
    usleep(seconds * 750000);
    long late = kilobytes();
    over = true;
    for (long i = 0; i < thread_count; i++)
        pthread_join(threads[i], nullptr);
    bool bounded = late < early + early / 2 + 16384;
    printf("storm: %ld wrong, memory %s\n", wrong.load(), bounded ? "bounded" : "grows");
    if (!bounded)
        fprintf(stderr, "storm: %ld kB, then %ld kB\n", early, late);
    return wrong != 0 || !bounded;
}
