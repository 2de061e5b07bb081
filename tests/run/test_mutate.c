/*
 * Thousands of damaged ELF files: a seeded mutator (damage.h) changes fields of headers, program
 * headers, dynamic section, and of the hash, symbol, string, version and relocation tables of
 * libraries and programs, or cuts the file short, and starts each under myld.
 *
 * Each start must end within a second of processor time, in the program's own run (which may crash
 * on its own account: its relocations are wrong) or in a refusal: exit 127, or 1 for a missing
 * version, with a message. What must never happen is a signal while the loader's own code runs; a
 * tracer looks where the program counter stands (ptrace(2), proc(5): /proc/PID/syscall and maps; in
 * an emulator its stub for gdb, stub.h).
 * The functions through which a program reaches its thread-local data are its own in this respect:
 * they read where its relocated words point. A file that fails is kept in the build folder, under
 * mutants/.
 *
 * MUTATE_SEED=n in the environment makes 2,000 other files; `make test` has those of 0.
 */
#define _GNU_SOURCE
#include "damage.h"
#include "stub.h"
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

enum { FILES_EACH = 50, WALL_SECONDS = 10, EMULATOR_SECONDS = 10, REFUSED = 127 };
enum { NOT_STARTED = 99 };

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof *(array))

/* What is damaged, and the sample that then is started, with its arguments. */
struct victim {
    const char *file;
    const char *words[4]; /* words[0] NULL: the file is the program */
    bool by_kernel;       /* the program names myld in PT_INTERP, the kernel maps both */
};

#define LIBRARY(library, ...)                                                                      \
    {                                                                                              \
        .file = (library), .words = { __VA_ARGS__ }                                                \
    }
#define PROGRAM(program)                                                                           \
    { .file = (program) }
#define BY_KERNEL(program)                                                                         \
    { .file = (program), .by_kernel = true }

static const struct victim victims[] = {
    LIBRARY("libgreet.so", "greet"),
    LIBRARY("sysv/libgreet.so", "sysv/greet"),
    LIBRARY("liblazy.so", "lazy"),
    LIBRARY("liblazy.so", "lazy_now"),
    LIBRARY("libcopy.so", "copy"),
    LIBRARY("libcopy.so", "copy_pie"),
    LIBRARY("libifunc.so", "ifunc"),
    LIBRARY("libifunc.so", "ifunc_now"),
    LIBRARY("libtls_gd.so", "tls"),
    LIBRARY("libtls_ie.so", "tls"),
    LIBRARY("libtls_desc.so", "tls"),
    LIBRARY("version_3/libversion.so", "version_3/version"),
    LIBRARY("liborder_a.so", "order"),
    LIBRARY("libscope_a.so", "scope"),
    LIBRARY("libthrow.so", "catch"),
    LIBRARY("libnolibc.so", "user_nolibc"),
    LIBRARY("libchecksum.so", "checksum_opened", "libchecksum.so", "checksum_adler32", "words"),
    LIBRARY("libtls_gd.so", "tls_dlopen", "libtls_gd.so", "gd"),
    LIBRARY("musl/libgreet.so", "musl/greet"),
    LIBRARY("musl/libcopy.so", "musl/copy"),
    LIBRARY("musl/libtls_gd.so", "musl/tls"),
    LIBRARY("musl/libchecksum.so", "musl/checksum_opened", "libchecksum.so", "checksum_adler32",
            "words"),
    PROGRAM("greet"),
    PROGRAM("hello_exec"),
    PROGRAM("hello_nolibc"),
    PROGRAM("relr"),
    PROGRAM("copy"),
    PROGRAM("tls"),
    PROGRAM("version_3/version"),
    PROGRAM("musl/greet"),
    PROGRAM("musl/tls"),
    BY_KERNEL("greet"),
    BY_KERNEL("hello_exec"),
    BY_KERNEL("hello_nolibc"),
    BY_KERNEL("relr"),
    BY_KERNEL("copy"),
    BY_KERNEL("tls"),
    BY_KERNEL("lazy"),
    BY_KERNEL("musl/greet"),
    BY_KERNEL("musl/copy"),
};

/* ---- running under a tracer ---- */

/* How a start ended. */
struct ending {
    int status;       /* as of waitpid */
    bool hung;        /* too long */
    bool message;     /* something was written */
    bool loader;      /* a signal came while the loader's code ran */
    unsigned long pc; /* where: offset in the loader's file */
};

static void limit(int what, rlim_t value) {
    struct rlimit both = {value, value};
    setrlimit(what, &both);
}

/* What to start. */
struct command {
    const char *folders; /* LD_LIBRARY_PATH */
    const char *program;
    const struct victim *victim;
    const char *error; /* file for the output */
    const char *stub;  /* the emulator's socket; NULL without emulator */
};

static void become(const struct command *command) {
    enum { EMULATOR_WORDS = 3 };
    char *words[EMULATOR_WORDS + ARRAY_LENGTH(command->victim->words) + 2] = {
        EMULATOR, "-g", (char *)command->stub, (char *)myld(), (char *)command->program};
    char **first = words + EMULATOR_WORDS;
    int null = open("/dev/null", O_RDWR);
    int out = open(command->error, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    dup2(null, 0);
    dup2(out, 1);
    dup2(out, 2);
    limit(RLIMIT_CPU, command->stub ? EMULATOR_SECONDS : 1);
    limit(RLIMIT_AS, (command->stub ? 16UL : 4UL) << 30);
    limit(RLIMIT_FSIZE, 1 << 20);
    limit(RLIMIT_CORE, 0);
    setenv("LD_LIBRARY_PATH", command->folders, 1);
    for (size_t i = 1; i < ARRAY_LENGTH(command->victim->words); i++)
        first[i + 1] = (char *)command->victim->words[i];
    if (command->victim->by_kernel) /* maps the loader itself */
        memmove(first, first + 1, ARRAY_LENGTH(command->victim->words) * sizeof *first);
    if (command->stub) {
        execvp(words[0], words);
    } else {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        execv(first[0], first);
    }
    _exit(NOT_STARTED);
}

/* Is the address, as in the loader's file, in a function that reads what the program hands over? */
static bool reads_for_program(unsigned long address) {
    struct result symbols = runf("nm -S %s", myld());
    char *rest = symbols.out;

    for (char *line; (line = strsep(&rest, "\n"));) {
        unsigned long start;
        unsigned long size;
        char name[64];
        if (sscanf(line, "%lx %lx %*c %63s", &start, &size, name) == 3 && address - start < size &&
            (!strcmp(name, "__tls_get_addr") || !strncmp(name, "arch_tlsdesc", 12)))
            return true;
    }
    return false;
}

static unsigned long program_counter(pid_t child) {
    char line[1024] = "";
    unsigned long pc = 0;
    FILE *file = fopen(text("/proc/%d/syscall", child), "r");

    if (file && fgets(line, sizeof line, file) && strrchr(line, ' '))
        pc = strtoul(strrchr(line, ' '), NULL, 16);
    if (file)
        fclose(file);
    return pc;
}

/* Is the stopped process's program counter in the loader's own code? It becomes an offset in the
 * file. The emulator has the program's memory at the same addresses, but does not execute it. */
static bool in_loader(pid_t child, unsigned long *pc) {
    struct stat loader;
    char line[1024] = "";
    bool inside = false;

    cr_assert(stat(myld(), &loader) == 0);
    FILE *file = fopen(text("/proc/%d/maps", child), "r");
    while (file && fgets(line, sizeof line, file)) {
        unsigned long from;
        unsigned long to;
        unsigned long offset;
        unsigned long inode;
        char rights[8];
        if (sscanf(line, "%lx-%lx %7s %lx %*s %lu", &from, &to, rights, &offset, &inode) != 5 ||
            (!emulated() && !strchr(rights, 'x')) || *pc < from || *pc >= to ||
            inode != loader.st_ino)
            continue;
        *pc += offset - from;
        inside = !reads_for_program(*pc);
        break;
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

static bool at_fault(pid_t child, unsigned long pc, struct ending *ending) {
    ending->pc = pc;
    return in_loader(child, &ending->pc);
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
            ending.loader = ending.loader || at_fault(child, program_counter(child), &ending);
        if (number == SIGXCPU || number == SIGKILL)
            ending.hung = at_fault(child, program_counter(child), &ending);
        ptrace(PTRACE_CONT, child, NULL, (void *)(intptr_t)number);
    }
    /* asleep there; the program's own may be long */
    ending.hung = at_fault(child, program_counter(child), &ending);
    kill(child, SIGKILL);
    waitpid(child, &ending.status, 0);
    return ending;
}

/* The same in an emulator. */
static struct ending watch_emulated(pid_t child, const char *path) {
    struct ending ending = {0};
    int stub = stub_connect(path, child);
    int number = stub < 0 ? 0 : stub_continue(stub, 0, EMULATOR_SECONDS);

    for (; number > 0; number = stub_continue(stub, number, EMULATOR_SECONDS)) {
        bool fault = number == SIGSEGV || number == STUB_SIGBUS || number == SIGILL ||
                     number == SIGFPE || number == SIGABRT;
        if (fault)
            ending.loader = ending.loader || at_fault(child, stub_program_counter(stub), &ending);
        if (number == SIGTRAP)
            number = 0;
    }
    if (number < 0 && stub_interrupt(stub, EMULATOR_SECONDS) > 0)
        ending.hung = at_fault(child, stub_program_counter(stub), &ending);
    if (number < 0)
        kill(child, SIGKILL);
    if (stub >= 0)
        close(stub);
    waitpid(child, &ending.status, 0);
    return ending;
}

static struct ending run_traced(const struct command *command) {
    struct stat info;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (!child) {
        sigprocmask(SIG_UNBLOCK, &set, NULL);
        become(command);
    }
    struct ending ending = command->stub ? watch_emulated(child, command->stub) : watch(child);
    if (command->stub)
        unlink(command->stub);
    ending.message = !stat(command->error, &info) && info.st_size > 0;
    return ending;
}

/* ---- the test ---- */

static const char *fault(const struct ending *ending, bool by_kernel) {
    int code = WIFEXITED(ending->status) ? WEXITSTATUS(ending->status) : -1;

    if (ending->hung)
        return "hung";
    if (ending->loader)
        return "a signal in the loader";
    if (code == REFUSED && !ending->message)
        return "refused without a message";
    /* The kernel has its own reasons to refuse a damaged program. */
    return code == NOT_STARTED && !by_kernel ? "the loader could not be started" : NULL;
}

/* What a text says of a path behind its last slash. */
static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void keep(const char *name, unsigned seed, int number, const struct image *image) {
    runf("mkdir -p %s/tests/mutants", BUILD_FOLDER);
    image_write(text("%s/tests/mutants/%u-%d-%s", BUILD_FOLDER, seed, number, base_name(name)),
                image);
}

/* The undamaged file in a folder of its own, ready to be started or linked with. */
static char *place(const struct victim *victim) {
    char *copy = text("%s/%s", scratch(), base_name(victim->file));
    struct result made = runf("cp %s/%s %s", samples(), victim->file, copy);

    if (made.exit == 0 && victim->by_kernel)
        made = runf("patchelf --set-interpreter %s %s", myld(), copy);
    cr_assert(made.exit == 0, "%s", made.error);
    return copy;
}

/* The start without damage: it must be the program's own run, as natively. Returns its status. */
static int expect_sound(const struct command *command, const struct victim *victim) {
    struct ending ending = run_traced(command);
    char *line = text("LD_LIBRARY_PATH=%s %s/%s", command->folders, samples(),
                      victim->words[0] ? victim->words[0] : victim->file);

    for (size_t i = 1; i < ARRAY_LENGTH(victim->words) && victim->words[i]; i++)
        line = text("%s %s", line, victim->words[i]);
    struct result native = run(line);
    cr_assert(WIFEXITED(ending.status) && !fault(&ending, victim->by_kernel),
              "%s does not run even undamaged", line);
    cr_assert_eq(WEXITSTATUS(ending.status), native.exit);
    return ending.status;
}

static void torment(const struct victim *victim, unsigned seed) {
    if (!kernel_starts_programs())
        cr_skip_test("the kernel here starts no programs of that machine");

    char *damaged = place(victim);
    const struct image original = image_read(damaged);
    struct command command = {.victim = victim, .error = text("%s/error", scratch())};
    if (emulated())
        command.stub = text("%s/stub", scratch());
    char *home = text("%s/%s", samples(), victim->file);
    int refused = 0;
    int differ = 0;

    command.program = victim->words[0] ? text("%s/%s", samples(), victim->words[0]) : damaged;
    command.folders = text("%.*s:%.*s:%s", (int)(strrchr(damaged, '/') - damaged), damaged,
                           (int)(strrchr(home, '/') - home), home, samples());
    int sound = expect_sound(&command, victim);
    damage_seed(seed);
    for (int i = 0; i < FILES_EACH; i++) {
        struct image image = {malloc(original.size), original.size};
        memcpy(image.bytes, original.bytes, original.size);
        char *told = damage(&image, &original);
        damage_undo_code(&image, &original);
        unlink(damaged);
        image_write(damaged, &image);
        struct ending ending = run_traced(&command);
        const char *wrong = fault(&ending, victim->by_kernel);
        if (wrong)
            keep(victim->file, seed, i, &image);
        cr_expect(!wrong, "%s, seed %u, file %d:%s: %s, status %#x, pc %#lx", victim->file, seed, i,
                  told, wrong, (unsigned)ending.status, ending.pc);
        refused += WIFEXITED(ending.status) && WEXITSTATUS(ending.status) == REFUSED;
        differ += ending.status != sound;
        free(image.bytes);
    }
    cr_expect(refused < FILES_EACH && differ > 0, "%s: %d refused, %d not as the undamaged one",
              victim->file, refused, differ);
}

/* Each victim with a seed of its own: 2,000 files in all. */
ParameterizedTestParameters(mutate, survives) {
    static unsigned seeds[ARRAY_LENGTH(victims)];
    const char *chosen = getenv("MUTATE_SEED");

    for (unsigned i = 0; i < ARRAY_LENGTH(seeds); i++)
        seeds[i] = i + (chosen ? (unsigned)atoi(chosen) : 0) * (unsigned)ARRAY_LENGTH(seeds);
    return cr_make_param_array(unsigned, seeds, ARRAY_LENGTH(seeds));
}

ParameterizedTest(unsigned *seed, mutate, survives) {
    torment(&victims[*seed % ARRAY_LENGTH(victims)], *seed);
}
