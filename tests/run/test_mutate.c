/*
 * Thousands of damaged ELF files: a seeded mutator changes fields of headers, program headers,
 * dynamic section, and of the hash, symbol, string, version and relocation tables of libraries and
 * programs, and starts each under myld.
 *
 * Each start must end within a second of processor time, in the program's own run (which may crash
 * on its own account: its relocations are wrong) or in a refusal: exit 127, or 1 for a missing
 * version, with a message. What must never happen is a signal while the loader's own code runs; a
 * tracer looks where the program counter stands (ptrace(2), proc(5): /proc/PID/syscall and maps). A
 * file that fails is kept in the build folder, under mutants/.
 */
#define _GNU_SOURCE
#include "support.h"
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FILES_EACH = 50, FIELDS_MAX = 3, WALL_SECONDS = 10, REFUSED = 127, NO_VERSION = 1 };

/* What is damaged, and the sample that then is started. */
struct victim {
    const char *file;
    const char *program; /* NULL: the file is the program */
};

static const struct victim victims[] = {
    {"libgreet.so", "greet"},
    {"libgreet.so", "greet"},
    {"sysv/libgreet.so", "sysv/greet"},
    {"liblazy.so", "lazy_now"},
    {"libcopy.so", "copy"},
    {"libifunc.so", "ifunc"},
    {"libtls_gd.so", "tls"},
    {"libtls_ie.so", "tls"},
    {"version_3/libversion.so", "version_3/version"},
    {"liborder_a.so", "order"},
    {"libscope_a.so", "scope"},
    {"libnolibc.so", "user_nolibc"},
    {"greet", NULL},
    {"hello_exec", NULL},
    {"hello_nolibc", NULL},
    {"relr", NULL},
    {"copy", NULL},
    {"tls", NULL},
    {"musl/libgreet.so", "musl/greet"},
    {"musl/greet", NULL},
};

/* A file in memory. */
struct image {
    unsigned char *bytes;
    size_t size;
};

static uint64_t random_state;

/* xorshift64*: the same numbers on every machine. */
static uint64_t random_number(void) {
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * 2685821657736338717ULL;
}

static size_t below(size_t limit) {
    return limit ? (size_t)(random_number() % limit) : 0;
}

static struct image read_image(const char *path) {
    struct image image = {NULL, 0};
    struct stat info;
    int file = open(path, O_RDONLY);

    cr_assert(file >= 0 && !fstat(file, &info), "%s", path);
    image.size = (size_t)info.st_size;
    image.bytes = malloc(image.size);
    cr_assert(read(file, image.bytes, image.size) == (ssize_t)image.size);
    close(file);
    return image;
}

static void write_image(const char *path, const struct image *image) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);

    cr_assert(file >= 0 && write(file, image->bytes, image->size) == (ssize_t)image->size, "%s",
              path);
    close(file);
}

/* ---- where the tables are: the section headers tell, which no loader reads ---- */

static const char *const sections[] = {
    ".dynamic",       ".dynamic",     ".hash",       ".gnu.hash", ".dynsym",
    ".dynstr",        ".gnu.version", ".rela.dyn",   ".rela.plt", ".gnu.version_r",
    ".gnu.version_d", ".relr.dyn",    ".init_array", ".interp",   ".note.ABI-tag",
};

/* Finds a section's place in the file; length 0 when there is none. */
static size_t find_section(const struct image *image, const char *name, size_t *length) {
    const ElfW(Ehdr) *header = (const void *)image->bytes;
    const ElfW(Shdr) *section = (const void *)(image->bytes + header->e_shoff);
    const char *names = (const char *)image->bytes + section[header->e_shstrndx].sh_offset;

    for (unsigned i = 0; i < header->e_shnum; i++)
        if (!strcmp(names + section[i].sh_name, name)) {
            *length = section[i].sh_size;
            return section[i].sh_offset;
        }
    *length = 0;
    return 0;
}

/* Chooses a region: ELF header, program headers, or a table. */
static size_t choose_region(const struct image *image, size_t *length) {
    const ElfW(Ehdr) *header = (const void *)image->bytes;
    size_t choice = below(4);

    *length = sizeof *header;
    if (choice == 0)
        return 0;
    *length = (size_t)header->e_phnum * header->e_phentsize;
    if (choice == 1)
        return header->e_phoff;
    for (;;) {
        size_t start =
            find_section(image, sections[below(sizeof sections / sizeof *sections)], length);
        if (*length)
            return start;
    }
}

/* ---- damage ---- */

/* A value that loaders stumble over. */
static uint64_t nasty(uint64_t old) {
    static const uint64_t values[] = {0,
                                      1,
                                      2,
                                      7,
                                      0x7f,
                                      0xff,
                                      0x1000,
                                      0xfff,
                                      0x7fffffff,
                                      0x80000000,
                                      0xffffffff,
                                      0x7fffffffffffffff,
                                      0x8000000000000000,
                                      ~0ULL,
                                      ~0xfffULL};

    switch (below(4)) {
    case 0:
        return values[below(sizeof values / sizeof *values)];
    case 1:
        return old ^ 1ULL << below(64);
    case 2:
        return old + below(64) - 32;
    default:
        return random_number() >> below(64);
    }
}

/* Changes one to three fields of the original; says what in the text. */
static char *damage(struct image *image, const struct image *original) {
    size_t fields = 1 + below(FIELDS_MAX);
    char *told = text("%s", "");

    for (size_t i = 0; i < fields; i++) {
        size_t length;
        size_t start = choose_region(original, &length);
        size_t width = 1ULL << below(4);
        size_t at = start + below(length) / width * width;
        uint64_t value = 0;

        if (at + width > image->size)
            continue;
        memcpy(&value, image->bytes + at, width);
        uint64_t changed = nasty(value);
        memcpy(image->bytes + at, &changed, width);
        told = text("%s %#zx/%zu: %#llx -> %#llx", told, at, width, (unsigned long long)value,
                    (unsigned long long)changed);
    }
    return told;
}

/* ---- running under a tracer ---- */

/* How a start ended. */
struct ending {
    int status;       /* as of waitpid */
    bool hung;        /* too long */
    bool message;     /* something on standard error */
    bool loader;      /* a signal came while the loader's code ran */
    unsigned long pc; /* where */
};

static void limit(int what, rlim_t value) {
    struct rlimit both = {value, value};
    setrlimit(what, &both);
}

static void start(const char *folder, const char *file, const char *error) {
    int null = open("/dev/null", O_RDWR);
    int out = open(error, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    dup2(null, 0);
    dup2(null, 1);
    dup2(out, 2);
    limit(RLIMIT_CPU, 1);
    limit(RLIMIT_AS, 4UL << 30);
    limit(RLIMIT_FSIZE, 1 << 20);
    limit(RLIMIT_CORE, 0);
    if (*folder)
        setenv("LD_LIBRARY_PATH", folder, 1);
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    execl(myld(), myld(), file, (char *)NULL);
    _exit(99);
}

/* Is the stopped process's program counter in the loader's file? */
static bool in_loader(pid_t child, unsigned long *pc) {
    struct stat loader;
    char line[1024] = "";
    bool inside = false;
    FILE *file = fopen(text("/proc/%d/syscall", child), "r");

    if (file && fgets(line, sizeof line, file) && strrchr(line, ' '))
        *pc = strtoul(strrchr(line, ' '), NULL, 16);
    if (file)
        fclose(file);
    cr_assert(stat(myld(), &loader) == 0);
    file = fopen(text("/proc/%d/maps", child), "r");
    while (file && fgets(line, sizeof line, file)) {
        unsigned long from;
        unsigned long to;
        unsigned long inode;
        if (sscanf(line, "%lx-%lx %*s %*s %*s %lu", &from, &to, &inode) == 3 && *pc >= from &&
            *pc < to)
            inside = inode == loader.st_ino;
    }
    if (file)
        fclose(file);
    return inside;
}

/* Waits for the next event of the child; false when it takes too long. */
static bool wait_event(pid_t child, int *status) {
    struct timespec patience = {.tv_sec = WALL_SECONDS};
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    for (;;) {
        pid_t seen = waitpid(child, status, WNOHANG);
        if (seen == child)
            return true;
        if (seen < 0 || sigtimedwait(&set, NULL, &patience) < 0)
            return waitpid(child, status, WNOHANG) == child;
    }
}

static struct ending watch(pid_t child) {
    struct ending ending = {0};

    while (wait_event(child, &ending.status)) {
        if (!WIFSTOPPED(ending.status))
            return ending;
        int number = WSTOPSIG(ending.status);
        if (number == SIGTRAP) /* the exec, or a breakpoint instruction that the damage led to */
            number = 0;
        if (number == SIGSEGV || number == SIGBUS || number == SIGILL || number == SIGFPE ||
            number == SIGABRT)
            ending.loader = ending.loader || in_loader(child, &ending.pc);
        if (number == SIGXCPU || number == SIGKILL)
            ending.hung = in_loader(child, &ending.pc);
        ptrace(PTRACE_CONT, child, NULL, (void *)(intptr_t)number);
    }
    ending.hung = true;
    kill(child, SIGKILL);
    waitpid(child, &ending.status, 0);
    return ending;
}

static struct ending run_traced(const char *folder, const char *file, const char *error) {
    struct stat info;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (!child) {
        sigprocmask(SIG_UNBLOCK, &set, NULL);
        start(folder, file, error);
    }
    struct ending ending = watch(child);
    ending.message = !stat(error, &info) && info.st_size > 0;
    return ending;
}

/* ---- the test ---- */

static const char *fault(const struct ending *ending) {
    int code = WIFEXITED(ending->status) ? WEXITSTATUS(ending->status) : -1;

    if (ending->hung)
        return "hung";
    if (ending->loader)
        return "a signal in the loader";
    if ((code == REFUSED || code == NO_VERSION) && !ending->message)
        return "refused without a message";
    return code == 99 ? "the loader could not be started" : NULL;
}

static void keep(const char *name, unsigned seed, int number, const struct image *image) {
    runf("mkdir -p %s/tests/mutants", BUILD_FOLDER);
    char *slash = strrchr(name, '/');
    write_image(
        text("%s/tests/mutants/%u-%d-%s", BUILD_FOLDER, seed, number, slash ? slash + 1 : name),
        image);
}

/* The start without damage: it must be the program's own run. */
static int undamaged(const char *folder, const char *started, const char *error) {
    struct ending ending = run_traced(folder, started, error);

    cr_assert(WIFEXITED(ending.status) && !fault(&ending), "%s does not run even undamaged",
              started);
    return WEXITSTATUS(ending.status);
}

static void torment(const struct victim *victim, unsigned seed) {
    const struct image original = read_image(text("%s/%s", samples(), victim->file));
    const char *folder = scratch();
    const char *slash = strrchr(victim->file, '/');
    char *damaged = text("%s/%s", folder, slash ? slash + 1 : victim->file);
    char *started = victim->program ? text("%s/%s", samples(), victim->program) : damaged;
    char *error = text("%s/error", scratch());
    char *home = text("%s/%s", samples(), victim->file);
    char *path = text("%s:%.*s:%s", folder, (int)(strrchr(home, '/') - home), home, samples());
    int refused = 0;
    int ran = 0;

    write_image(damaged, &original);
    cr_expect_eq(undamaged(path, started, error),
                 run(text("LD_LIBRARY_PATH=%s %s", path, started)).exit);
    random_state = 0x9e3779b97f4a7c15ULL * (seed + 1);
    for (int i = 0; i < FILES_EACH; i++) {
        struct image image = {malloc(original.size), original.size};
        memcpy(image.bytes, original.bytes, original.size);
        char *told = damage(&image, &original);
        unlink(damaged);
        write_image(damaged, &image);
        struct ending ending = run_traced(path, started, error);
        const char *wrong = fault(&ending);
        if (wrong)
            keep(victim->file, seed, i, &image);
        cr_expect(!wrong, "%s, seed %u, file %d:%s: %s, status %#x, pc %#lx", victim->file, seed, i,
                  told, wrong, (unsigned)ending.status, ending.pc);
        refused += WIFEXITED(ending.status) && WEXITSTATUS(ending.status) == REFUSED;
        ran += !(WIFEXITED(ending.status) && WEXITSTATUS(ending.status) == REFUSED);
        free(image.bytes);
    }
    cr_expect(refused > 0 && ran > 0, "%s: %d refused, %d ran: nothing was tried", victim->file,
              refused, ran);
}

/* Each victim in two rounds with different seeds: 2,000 files in all. */
ParameterizedTestParameters(mutate, survives) {
    static unsigned seeds[2 * sizeof victims / sizeof *victims];

    for (unsigned i = 0; i < sizeof seeds / sizeof *seeds; i++)
        seeds[i] = i;
    return cr_make_param_array(unsigned, seeds, sizeof seeds / sizeof *seeds);
}

ParameterizedTest(unsigned *seed, mutate, survives) {
    torment(&victims[*seed / 2], *seed);
}
