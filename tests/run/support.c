/*
 * Runs processes for the tests: command lines in, status and output out (support.h). Linux and
 * POSIX only; the loader under test comes from the environment variable MYLD, else from the build.
 */
#define _GNU_SOURCE
#include "support.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Seconds: emulated programs are slower. */
enum { WORDS_MAX = 256, SECONDS_MAX = sizeof EMULATOR > 1 ? 60 : 20, NOT_STARTED = 126 };

const char *native_loader = NATIVE_LOADER;
const char *native_musl = NATIVE_MUSL;

bool emulated(void) {
    return *EMULATOR;
}

/* The variable is set by tests/run/machine.c. */
bool kernel_starts_programs(void) {
    return !emulated() || getenv("TEST_MACHINE");
}

__attribute__((constructor)) static void find_native_loaders(void) {
    if (emulated() && kernel_starts_programs()) {
        native_loader += strlen(EMULATOR_ROOT);
        native_musl += strlen(EMULATOR_ROOT);
    }
}

/* A command line taken apart. */
struct command {
    char *environment[WORDS_MAX]; /* NAME=value in front of the program */
    char *words[WORDS_MAX];       /* the program and its arguments; NULL at the end */
    const char *folder;
};

const char *myld(void) {
    const char *chosen = getenv("MYLD");
    return chosen && *chosen ? chosen : BUILD_FOLDER "/myld";
}

const char *samples(void) {
    return BUILD_FOLDER "/samples";
}

char *text(const char *format, ...) {
    char *result;
    va_list list;

    va_start(list, format);
    cr_assert(vasprintf(&result, format, list) >= 0);
    va_end(list);
    return result;
}

char *first_line(const char *all) {
    return text("%.*s", (int)strcspn(all, "\n"), all);
}

/* ---- taking a line apart ---- */

/* Cuts the next word off the text, in place; returns NULL at the end. */
static char *next_word(char **rest) {
    char *from = *rest + strspn(*rest, " ");
    char *to = from;
    char *word = from;
    bool quoted = false;

    if (!*from)
        return NULL;
    for (; *from && (quoted || *from != ' '); from++) {
        if (*from == '\'')
            quoted = !quoted;
        else
            *to++ = *from;
    }
    *rest = *from ? from + 1 : from;
    *to = 0;
    return word;
}

static struct command parse(const char *line) {
    struct command command = {.folder = samples()};
    char *rest = text("%s", line);
    char *word;
    int variables = 0;
    int words = 0;

    while ((word = next_word(&rest)) && words < WORDS_MAX - 1 && variables < WORDS_MAX - 1) {
        const char *equals = strchr(word, '=');
        const char *slash = strchr(word, '/');
        if (!words && equals && !(slash && slash < equals))
            command.environment[variables++] = word;
        else
            command.words[words++] = word;
    }
    cr_assert(words > 0, "no program in \"%s\"", line);
    return command;
}

/* Puts the words of the text in front of the command's. */
static void prepend(struct command *command, const char *front) {
    char *words[WORDS_MAX] = {NULL};
    char *rest = text("%s", front);
    char *word;
    int count = 0;

    while ((word = next_word(&rest)))
        words[count++] = word;
    for (int i = 0; command->words[i] && count < WORDS_MAX - 1; i++)
        words[count++] = command->words[i];
    memcpy(command->words, words, sizeof words);
}

/* ---- programs of another machine ---- */

/* True when the file is an ELF file for another machine than this test. */
static bool is_foreign(const char *folder, const char *path) {
    Elf64_Ehdr own = {0};
    Elf64_Ehdr other = {0};
    int file = open(*path == '/' ? path : text("%s/%s", folder, path), O_RDONLY | O_CLOEXEC);
    int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    bool read_both = read(file, &other, sizeof other) == sizeof other &&
                     read(self, &own, sizeof own) == sizeof own;

    close(file);
    close(self);
    return read_both && !memcmp(other.e_ident, ELFMAG, SELFMAG) && other.e_machine != own.e_machine;
}

/*
 * Has a program of another machine run by the emulator, which looks for each file under the root
 * first: the libraries of that machine are there. No effect where no emulator is set, where the
 * kernel knows the emulator, or for programs of this machine.
 */
static void emulate(struct command *command, const char *root) {
    if (kernel_starts_programs() || !strchr(command->words[0], '/'))
        return;
    if (is_foreign(command->folder, command->words[0]))
        prepend(command, text("%s -L %s", EMULATOR, root));
}

/* Programs of the system, and all that is started by a program, need the kernel to know the
 * emulator. */
static void need_kernel(const struct command *command, const struct result *result) {
    bool system = *command->words[0] == '/' && !is_foreign(command->folder, command->words[0]);

    if (kernel_starts_programs())
        return;
    if (result ? strstr(result->error, "Exec format error") ||
                     strstr(result->error, "cannot execute: Error 8")
               : system)
        cr_skip_test("the kernel here starts no programs of that machine");
}

/* ---- one process ---- */

static void become(const struct command *command, int out, int error) {
    int in = open("/dev/null", O_RDONLY);

    setpgid(0, 0);
    dup2(in, 0);
    dup2(out, 1);
    dup2(error, 2);
    for (int i = 0; command->environment[i]; i++)
        putenv(command->environment[i]);
    setenv("LC_ALL", "C", 1);
    if (chdir(command->folder))
        dprintf(2, "no folder %s\n", command->folder);
    execvp(command->words[0], command->words);
    dprintf(2, "exec of %s: %s\n", command->words[0], strerror(errno));
    _exit(NOT_STARTED);
}

/* Text that grows. */
struct buffer {
    char *bytes;
    size_t length;
};

/* Reads what there is. Returns false at the end of the file. */
static bool drain(int file, struct buffer *buffer) {
    char bytes[4096];
    ssize_t count = read(file, bytes, sizeof bytes);

    if (count <= 0)
        return false;
    buffer->bytes = realloc(buffer->bytes, buffer->length + (size_t)count + 1);
    memcpy(buffer->bytes + buffer->length, bytes, (size_t)count);
    buffer->length += (size_t)count;
    buffer->bytes[buffer->length] = 0;
    return true;
}

static int milliseconds_left(const struct timespec *begin) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    long passed = (now.tv_sec - begin->tv_sec) * 1000L + (now.tv_nsec - begin->tv_nsec) / 1000000;
    return passed >= SECONDS_MAX * 1000L ? 0 : (int)(SECONDS_MAX * 1000L - passed);
}

/* Collects both outputs until they are closed. Returns false when the time is up. */
static bool collect(int out, int error, struct buffer *buffers) {
    struct pollfd files[2] = {{.fd = out, .events = POLLIN}, {.fd = error, .events = POLLIN}};
    struct timespec begin;
    int open_files = 2;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    while (open_files) {
        int left = milliseconds_left(&begin);
        if (!left || poll(files, 2, left) == 0)
            return false;
        for (int i = 0; i < 2; i++)
            if (files[i].revents && !drain(files[i].fd, &buffers[i])) {
                files[i].fd = -1;
                open_files--;
            }
    }
    return true;
}

static struct result run_command(const struct command *command) {
    struct result result = {.exit = -1};
    struct buffer buffers[2] = {{text("%s", ""), 0}, {text("%s", ""), 0}};
    int out[2];
    int error[2];
    int status = 0;

    cr_assert(pipe2(out, O_CLOEXEC) == 0 && pipe2(error, O_CLOEXEC) == 0);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (!child)
        become(command, out[1], error[1]);
    close(out[1]);
    close(error[1]);
    result.late = !collect(out[0], error[0], buffers);
    if (result.late)
        kill(-child, SIGKILL);
    waitpid(child, &status, 0);
    close(out[0]);
    close(error[0]);
    if (WIFEXITED(status))
        result.exit = WEXITSTATUS(status);
    else
        result.signal = WTERMSIG(status);
    result.out = buffers[0].bytes;
    result.error = buffers[1].bytes;
    need_kernel(command, &result);
    return result;
}

struct result run(const char *line) {
    struct command command = parse(line);
    emulate(&command, EMULATOR_ROOT);
    return run_command(&command);
}

struct result runf(const char *format, ...) {
    char *line;
    va_list list;

    va_start(list, format);
    cr_assert(vasprintf(&line, format, list) >= 0);
    va_end(list);
    return run(line);
}

/* ---- scratch folders ---- */

static char *scratch_path; /* of this test's process; NULL until one is asked for */

static void remove_scratch(void) {
    if (scratch_path)
        runf("rm -rf %s", scratch_path);
    scratch_path = NULL;
}

const char *scratch(void) {
    static int count;
    char *path;

    if (!scratch_path) {
        scratch_path = text("%s/scratch-XXXXXX", BUILD_FOLDER "/tests");
        cr_assert(mkdtemp(scratch_path), "mkdtemp %s", scratch_path);
        chmod(scratch_path, 0755);
        atexit(remove_scratch);
    }
    path = text("%s/%d", scratch_path, count++);
    cr_assert(mkdir(path, 0755) == 0);
    return path;
}

/* ---- the three ways ---- */

/* The interpreter that a program asks for; NULL for none. */
static char *interpreter(const char *folder, const char *program) {
    char *path = *program == '/' ? text("%s", program) : text("%s/%s", folder, program);
    struct result printed = runf("patchelf --print-interpreter %s", path);

    return printed.exit == 0 ? first_line(printed.out) : NULL;
}

/*
 * Makes a folder that looks like the samples', but in which the program is a copy with another
 * interpreter. The native loader's path is padded with slashes to the length of the other's, so
 * that both copies are laid out alike.
 */
static const char *patched_folder(const char *program, const char *loader, size_t length) {
    const char *folder = scratch();

    cr_assert(program[0] == '.' && program[1] == '/', "INTERP needs a sample: %s", program);
    while (strlen(loader) < length)
        loader = text("/%s", loader);
    struct result made =
        runf("sh -c 'set %s %s %s %s; cp -rs $1/. $2 && rm $2/$3 && cp $1/$3 $2/$3 && "
             "patchelf --set-interpreter $4 $2/$3'",
             samples(), folder, program, loader);
    cr_assert(made.exit == 0, "patchelf: %s", made.error);
    return folder;
}

/* Replaces each occurrence of the folder by the samples' folder, to compare outputs. */
static char *normalise(const char *from, const char *folder) {
    char *result = text("%s", "");
    const char *found;

    while ((found = strstr(from, folder))) {
        result = text("%s%.*s%s", result, (int)(found - from), from, samples());
        from = found + strlen(folder);
    }
    return text("%s%s", result, from);
}

static struct result run_patched(struct command *command, const char *loader, size_t length) {
    command->folder = patched_folder(command->words[0], loader, length);
    emulate(command, EMULATOR_ROOT);
    struct result result = run_command(command);

    result.out = normalise(result.out, command->folder);
    result.error = normalise(result.error, command->folder);
    return result;
}

/* Under an emulator nothing needs to be mounted: a second root has myld in the loaders' place. */
static struct result run_bound(struct command *command) {
    if (!kernel_starts_programs()) {
        emulate(command, EMULATOR_ROOT "-in-place");
        return run_command(command);
    }
    prepend(command,
            text("%s %s:%s %s", BUILD_FOLDER "/tests/bind", native_loader, native_musl, myld()));
    return run_command(command);
}

bool have_namespaces(void) {
    static int answer = -1;

    if (answer < 0)
        answer =
            !kernel_starts_programs() ||
            runf(BUILD_FOLDER "/tests/bind %s %s true", native_loader, native_loader).exit == 0;
    return answer;
}

struct result run_myld(enum way way, const char *options, const char *line) {
    struct command command = parse(line);

    need_kernel(&command, NULL);
    if (way == BIND && !have_namespaces())
        cr_skip_test("no mount namespaces here");
    if (way == BIND)
        return run_bound(&command);
    if (way == INTERP)
        return run_patched(&command, myld(), 0);
    prepend(&command, text("%s %s", myld(), options ? options : ""));
    emulate(&command, EMULATOR_ROOT);
    return run_command(&command);
}

/* ---- comparing ---- */

/* What a difference in the output looks like: the lines from the first one that differs. */
static char *difference(const char *expected, const char *got) {
    size_t line = 0;

    for (size_t i = 0; expected[i] && expected[i] == got[i]; i++)
        if (expected[i] == '\n')
            line = i + 1;
    return text("expected …%.250s\ngot …%.250s", expected + line, got + line);
}

void compare_results(const struct result *expected, const struct result *got, int what,
                     const char *way, const char *line) {
    cr_expect(!got->late, "%s \"%s\": not done after %d s", way, line, SECONDS_MAX);
    cr_expect(got->exit == expected->exit && got->signal == expected->signal,
              "%s \"%s\": expected exit %d signal %d, got exit %d signal %d: %.300s", way, line,
              expected->exit, expected->signal, got->exit, got->signal, got->error);
    cr_expect(!strcmp(expected->out, got->out), "%s \"%s\": standard output\n%s", way, line,
              difference(expected->out, got->out));
    const char *wanted = what & COMPARE_FIRST_LINE ? first_line(expected->error) : expected->error;
    const char *seen = what & COMPARE_FIRST_LINE ? first_line(got->error) : got->error;
    if (what)
        cr_expect(!strcmp(wanted, seen), "%s \"%s\": standard error\n%s", way, line,
                  difference(wanted, seen));
}

void compare(unsigned ways, int what, const char *line) {
    static const char *const names[] = {"explicit", "interpreter", "bind"};
    const char *only = getenv("TEST_WAY"); /* one of the names: a short form of the tests */
    struct result native = run(line);

    cr_assert(native.exit != NOT_STARTED, "\"%s\" does not start: %s", line, native.error);
    if (ways == WAY(BIND) && !have_namespaces())
        cr_skip_test("no mount namespaces here");
    for (enum way way = EXPLICIT; way <= BIND; way++) {
        struct result expected = native;
        if (!(ways & WAY(way)) || (way == BIND && !have_namespaces()) ||
            (only && strcmp(only, names[way])))
            continue;
        if (way == INTERP) {
            struct command command = parse(line);
            char *loader = interpreter(command.folder, command.words[0]);
            if (!loader) /* a static program has none to replace */
                continue;
            expected = run_patched(&command, loader, strlen(myld()));
        }
        struct result got = run_myld(way, NULL, line);
        compare_results(&expected, &got, what, names[way], line);
    }
}
