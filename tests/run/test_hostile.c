/*
 * Starts in poor circumstances: little memory, a small stack, closed standard files, no arguments,
 * an auxiliary vector with holes, system calls that are forbidden, no /proc, a damaged
 * /etc/ld.so.cache. Each program must run as it does natively, or be refused with status 127 and a
 * message; no process ends by a signal.
 */
#define _GNU_SOURCE
#include "support.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REFUSED = 127, NOT_STARTED = 99 };

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof *(array))

/* What happens in the new process before the program starts. */
typedef void circumstances(uint64_t value);

/* What a process left. */
struct left {
    int status; /* of waitpid */
    char text[4096];
};

static char *const no_environment[] = {NULL};

/* The child's side; `words` NULL: no arguments at all. */
static void become(const char *program, char *const *words, circumstances *set_up, uint64_t value,
                   int out) {
    static char *const nothing[] = {NULL};
    int null = open("/dev/null", O_RDONLY);

    dup2(null, 0);
    dup2(out, 1);
    dup2(out, 2);
    alarm(emulated() ? 60 : 10);
    if (chdir(samples()) == 0) {
        set_up(value);
        execve(program, words ? words : nothing, no_environment);
    }
    _exit(NOT_STARTED);
}

static struct left collect(pid_t child, int from) {
    struct left left = {0};
    size_t length = 0;
    ssize_t count;

    while (length < sizeof left.text - 1 &&
           (count = read(from, left.text + length, sizeof left.text - 1 - length)) > 0)
        length += (size_t)count;
    close(from);
    cr_assert(waitpid(child, &left.status, 0) == child);
    return left;
}

static struct left start(const char *program, char *const *words, circumstances *set_up,
                         uint64_t value) {
    int ends[2];

    if (!kernel_starts_programs())
        cr_skip_test("the kernel here starts no programs of that machine");
    cr_assert(pipe2(ends, O_CLOEXEC) == 0);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (!child)
        become(program, words, set_up, value, ends[1]);
    close(ends[1]);
    return collect(child, ends[0]);
}

/* Starts a sample under myld, as a command. */
static struct left start_sample(const char *sample, circumstances *set_up, uint64_t value) {
    char *words[] = {(char *)myld(), (char *)sample, NULL};

    return start(myld(), words, set_up, value);
}

static struct left start_native(const char *sample, circumstances *set_up, uint64_t value) {
    char *words[] = {(char *)sample, NULL};

    return start(sample, words, set_up, value);
}

/* Did it run as it should, or was it refused in words? */
static void expect_run_or_refusal(const struct left *left, const struct left *sound,
                                  const char *what, uint64_t value) {
    bool refused = WIFEXITED(left->status) && WEXITSTATUS(left->status) == REFUSED && *left->text;
    bool same = left->status == sound->status && !strcmp(left->text, sound->text);

    cr_expect(refused || same, "%s, %#llx: status %#x, %s", what, (unsigned long long)value,
              (unsigned)left->status, left->text);
}

static void expect_same(const struct left *left, const struct left *native, const char *what) {
    cr_expect_eq(left->status, native->status, "%s: status %#x, natively %#x", what,
                 (unsigned)left->status, (unsigned)native->status);
    cr_expect_str_eq(left->text, native->text, "%s: %s, natively %s", what, left->text,
                     native->text);
}

static void nothing_special(uint64_t value) {
    (void)value;
}

static const char *const programs[] = {"./hello",        "./tls",        "./catch",
                                       "./hello_nolibc", "./musl/hello", "./musl/tls"};

/* ---- memory ---- */

static void limit_memory(uint64_t bytes) {
    struct rlimit limit = {bytes, bytes};
    setrlimit(RLIMIT_AS, &limit);
}

/* Below one MiB the kernel itself fails to start the loader. */
Test(hostile, little_memory) {
    if (emulated())
        cr_skip_test("the limit is the emulator's, which needs much more");
    for (size_t i = 0; i < ARRAY_LENGTH(programs); i++) {
        if (strstr(programs[i], "catch"))
            continue; /* without memory for an exception the program ends itself */
        struct left sound = start_sample(programs[i], nothing_special, 0);
        int refused = 0;
        for (uint64_t size = 1 << 20; size <= 6 << 20; size += 96 << 10) {
            struct left left = start_sample(programs[i], limit_memory, size);
            cr_expect(!WIFSIGNALED(left.status), "%s, %llu KiB: signal %d", programs[i],
                      (unsigned long long)size >> 10, WTERMSIG(left.status));
            bool was_refused = WIFEXITED(left.status) && WEXITSTATUS(left.status) == REFUSED;
            cr_expect(!was_refused || *left.text, "%s: without a word", programs[i]);
            refused += was_refused;
        }
        cr_expect(refused || strstr(programs[i], "nolibc"), "%s: never refused", programs[i]);
        struct left enough = start_sample(programs[i], limit_memory, 1 << 30);
        expect_same(&enough, &sound, programs[i]);
    }
}

static void limit_stack(uint64_t bytes) {
    struct rlimit limit = {bytes, bytes};
    setrlimit(RLIMIT_STACK, &limit);
}

Test(hostile, small_stack) {
    for (size_t i = 0; i < ARRAY_LENGTH(programs); i++) {
        struct left native = start_native(programs[i], limit_stack, 128 << 10);
        struct left left = start_sample(programs[i], limit_stack, 128 << 10);
        expect_same(&left, &native, programs[i]);
    }
}

/* ---- standard files ---- */

static void close_files(uint64_t set) {
    for (int file = 0; file < 3; file++)
        if (set >> file & 1)
            close(file);
}

Test(hostile, closed_standard_files) {
    for (size_t i = 0; i < ARRAY_LENGTH(programs); i++)
        for (uint64_t set = 1; set < 8; set++) {
            struct left native = start_native(programs[i], close_files, set);
            struct left left = start_sample(programs[i], close_files, set);
            expect_same(&left, &native, programs[i]);
        }
    for (uint64_t set = 0; set < 8; set++) {
        struct left left = start_sample("./missing", close_files, set);
        cr_expect_eq(WEXITSTATUS(left.status), REFUSED);
    }
}

/* ---- arguments ---- */

Test(hostile, no_arguments) {
    struct left left = start(myld(), NULL, nothing_special, 0);

    cr_expect(WIFEXITED(left.status) && WEXITSTATUS(left.status), "status %#x",
              (unsigned)left.status);
    cr_expect_not_null(strstr(left.text, "missing program name"));
}

Test(hostile, many_options) {
    char *words[4 + 2 * 2000] = {(char *)myld()};
    size_t count = 1;

    while (count < 2001) {
        words[count++] = (char *)"--library-path";
        words[count++] = (char *)"/nowhere";
    }
    words[count++] = (char *)"--";
    words[count++] = (char *)"./hello";
    struct left native = start_native("./hello", nothing_special, 0);
    struct left left = start(myld(), words, nothing_special, 0);
    expect_same(&left, &native, "many options");
}

/* The longest list that the kernel lets through, of folders that are all different. */
Test(hostile, long_library_path) {
    static char list[128 << 10];
    char *words[] = {(char *)myld(), (char *)"--library-path", list, (char *)"./hello", NULL};
    size_t length = 0;

    for (unsigned i = 0; length < sizeof list - 5000 - 16; i++)
        length += (size_t)snprintf(list + length, 16, "/n%x:", i);
    memset(list + length, 'x', 5000); /* longer than any path */
    list[length] = '/';
    struct left native = start_native("./hello", nothing_special, 0);
    struct left left = start(myld(), words, nothing_special, 0);
    expect_same(&left, &native, "a long --library-path");
}

/* ---- forbidden system calls ---- */

static void forbid(uint64_t number) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {ARRAY_LENGTH(code), code};

    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        _exit(NOT_STARTED);
}

Test(hostile, forbidden_system_calls) {
    if (emulated())
        cr_skip_test("the filter is the emulator's, which makes other calls");
    static const struct {
        int number;
        bool must_run;
    } calls[] = {{SYS_rseq, true},
                 {SYS_set_robust_list, true},
                 {SYS_prctl, true},
                 {SYS_newfstatat, true},
                 {SYS_readlinkat, true},
                 {SYS_madvise, true},
                 {SYS_set_tid_address, true},
                 {SYS_mmap, false},
                 {SYS_mprotect, false},
                 {SYS_openat, false},
                 {SYS_pread64, false},
                 {SYS_fstat, false},
                 {SYS_munmap, true}};

    for (size_t i = 0; i < ARRAY_LENGTH(calls); i++)
        for (size_t j = 0; j < ARRAY_LENGTH(programs); j++) {
            if (strstr(programs[j], "tls") || strstr(programs[j], "catch"))
                continue; /* their own code needs more */
            struct left sound = start_sample(programs[j], nothing_special, 0);
            struct left left = start_sample(programs[j], forbid, (uint64_t)calls[i].number);
            if (calls[i].must_run)
                expect_same(&left, &sound,
                            text("%s without call %d", programs[j], calls[i].number));
            else
                expect_run_or_refusal(&left, &sound, programs[j], (uint64_t)calls[i].number);
        }
}

/* ---- the auxiliary vector ---- */

/* Starts a sample whose auxiliary vector lacks entries of one type. */
static struct left start_without(char *const *words, uint64_t type) {
    struct user_regs_struct registers;
    int ends[2];
    int status;

    cr_assert(pipe2(ends, O_CLOEXEC) == 0);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (!child) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        become(words[0], words, nothing_special, 0, ends[1]);
    }
    close(ends[1]);
    cr_assert(waitpid(child, &status, 0) == child && WIFSTOPPED(status));
    cr_assert(ptrace(PTRACE_GETREGS, child, NULL, &registers) == 0);
    uint64_t at = registers.rsp + sizeof(long);
    for (int ends_seen = 0; ends_seen < 2; at += sizeof(long)) /* arguments, environment */
        ends_seen += ptrace(PTRACE_PEEKDATA, child, (void *)at, NULL) == 0;
    for (uint64_t seen; (seen = (uint64_t)ptrace(PTRACE_PEEKDATA, child, (void *)at, NULL));
         at += sizeof(Elf64_auxv_t))
        if (seen == type)
            ptrace(PTRACE_POKEDATA, child, (void *)at, (void *)AT_IGNORE);
    cr_assert(ptrace(PTRACE_DETACH, child, NULL, NULL) == 0);
    return collect(child, ends[0]);
}

Test(hostile, auxiliary_vector_with_a_hole) {
    if (emulated())
        cr_skip_test("the tracer sees the emulator's stack, not the program's");
    static const uint64_t types[] = {
        AT_SYSINFO_EHDR, AT_HWCAP, AT_PAGESZ, AT_CLKTCK,   AT_PHDR,       AT_PHENT,
        AT_PHNUM,        AT_BASE,  AT_FLAGS,  AT_UID,      AT_SECURE,     AT_HWCAP2,
        AT_RANDOM,       AT_ENTRY, AT_EXECFN, AT_PLATFORM, AT_MINSIGSTKSZ};

    for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
        for (size_t j = 0; j < ARRAY_LENGTH(programs); j++) {
            char *words[] = {(char *)myld(), (char *)programs[j], NULL};
            struct left sound = start_sample(programs[j], nothing_special, 0);
            struct left left = start_without(words, types[i]);
            expect_run_or_refusal(&left, &sound, programs[j], types[i]);
        }
}

/* ---- files of the system ---- */

static void hide_proc(uint64_t value) {
    (void)value;
    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount("none", "/proc", "tmpfs", 0, NULL))
        _exit(NOT_STARTED);
}

/* Without /proc nobody knows $ORIGIN, natively neither: then the first line is the same. */
Test(hostile, no_proc) {
    if (!have_namespaces())
        cr_skip_test("no private mount namespaces");
    if (emulated())
        cr_skip_test("the emulator itself needs /proc");
    for (size_t i = 0; i < ARRAY_LENGTH(programs); i++) {
        struct left native = start_native(programs[i], hide_proc, 0);
        struct left left = start_sample(programs[i], hide_proc, 0);
        cr_expect_eq(left.status, native.status, "%s", programs[i]);
        cr_expect_str_eq(first_line(left.text), first_line(native.text), "%s", programs[i]);
    }
}

/* A damaged copy of the cache, of which each value makes another. */
static void damage_cache(uint64_t seed) {
    static char bytes[1 << 20];
    char name[] = "/tmp/cache-XXXXXX";
    int file = open("/etc/ld.so.cache", O_RDONLY);
    ssize_t size = read(file, bytes, sizeof bytes);
    uint64_t random = (seed + 1) * 0x9e3779b97f4a7c15ULL;

    for (uint64_t i = 0; i <= seed % 8; i++) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        bytes[random % (uint64_t)(seed % 2 ? size : 600)] = (char)(random >> 32);
    }
    if (seed % 5 == 0)
        size = (ssize_t)(random % (uint64_t)size);
    file = mkstemp(name);
    if (size < 0 || write(file, bytes, (size_t)size) != size || unshare(CLONE_NEWNS) ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount(name, "/etc/ld.so.cache", NULL, MS_BIND, NULL))
        _exit(NOT_STARTED);
    close(file);
    unlink(name);
}

Test(hostile, damaged_cache) {
    if (!have_namespaces())
        cr_skip_test("no private mount namespaces");
    struct left sound = start_sample("./catch", nothing_special, 0);
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct left left = start_sample("./catch", damage_cache, seed);
        expect_run_or_refusal(&left, &sound, "./catch", seed);
    }
}
