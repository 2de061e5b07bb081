/*
 * The kernel's initial stack (loader/process.c) and the options that are read from it
 * (loader/options.c), on stacks made by hand.
 */
#include "loader/options.h"
#include "loader/process.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* A stack: argc, arguments, 0, environment, 0, auxiliary vector; then a word that nobody may touch.
 */
static uintptr_t stack[128];
static size_t guard;

static const Elf64_auxv_t vector[] = {
    {AT_PAGESZ, {16384}}, {AT_PHDR, {0x400040}}, {AT_PHNUM, {13}},     {AT_ENTRY, {0x401000}},
    {AT_BASE, {0x7000}},  {AT_HWCAP, {0xabc}},   {AT_HWCAP2, {0xdef}}, {AT_MINSIGSTKSZ, {3632}},
    {AT_SECURE, {0}},     {AT_NULL, {0}},
};

static struct process make(const char *const *arguments, const char *const *environment) {
    struct process process;
    size_t at = 1;

    memset(stack, 0, sizeof stack);
    for (; arguments && *arguments; arguments++)
        stack[at++] = (uintptr_t)*arguments;
    stack[0] = at - 1;
    for (at++; environment && *environment; environment++)
        stack[at++] = (uintptr_t)*environment;
    at++;
    memcpy(&stack[at], vector, sizeof vector);
    guard = at + (sizeof vector) / (sizeof(uintptr_t));
    stack[guard] = 0x5a5a5a5a;
    process_read(&process, stack);
    return process;
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

/* The stack must read again as what the struct says. */
static void expect_whole(const struct process *process) {
    struct process again;

    process_read(&again, process->stack);
    cr_expect_eq(again.argc, process->argc);
    cr_expect_eq(again.argv, process->argv);
    cr_expect_eq(again.envp, process->envp);
    cr_expect_eq(again.auxv, process->auxv);
    cr_expect_eq(memcmp(again.auxv, vector, sizeof vector), 0);
    cr_expect_eq(stack[guard], 0x5a5a5a5a);
}

Test(process, all_of_it) {
    struct process process = make(LIST("prog", "one"), LIST("A=1", "B=", "C"));

    cr_expect_eq(process.argc, 2);
    cr_expect_str_eq(process.argv[1], "one");
    cr_expect_null(process.argv[2]);
    cr_expect_str_eq(process.envp[0], "A=1");
    cr_expect_eq(process.page_size, 16384);
    cr_expect_eq((uintptr_t)process.phdr, 0x400040);
    cr_expect_eq(process.phnum, 13);
    cr_expect_eq(process.entry, 0x401000);
    cr_expect_eq(process.base, 0x7000);
    cr_expect_eq(process.hwcap, 0xabc);
    cr_expect_eq(process.hwcap2, 0xdef);
    cr_expect_eq(process.minimum_signal_stack, 3632);
    cr_expect_not(process.secure);
    cr_expect_null(process.random);
}

Test(process, nothing_at_all) {
    struct process process = make(NULL, NULL);

    cr_expect_eq(process.argc, 0);
    cr_expect_null(process.argv[0]);
    cr_expect_null(process.envp[0]);
    cr_expect_eq(process.phnum, 13);
    process_unset(&process, "A");
    process_drop_arguments(&process, 0);
    expect_whole(&process);
}

Test(process, page_size_without_the_kernel) {
    uintptr_t bare[8] = {0};
    struct process process;

    process_read(&process, bare);
    cr_expect_eq(process.page_size, 4096);
    cr_expect_null(process.phdr);
}

Test(process, variables_go) {
    struct process process =
        make(LIST("prog"), LIST("A=1", "LD_X=1", "LD_XY=2", "LD_X=3", "B=2", "LD_X=4"));

    process_unset(&process, "LD_X");
    cr_expect_str_eq(process.envp[0], "A=1");
    cr_expect_str_eq(process.envp[1], "LD_XY=2");
    cr_expect_str_eq(process.envp[2], "B=2");
    cr_expect_null(process.envp[3]);
    expect_whole(&process);
    process_unset(&process, "nothing");
    expect_whole(&process);
}

Test(process, arguments_go) {
    for (int count = 0; count <= 3; count++) {
        struct process process = make(LIST("myld", "--list", "prog"), LIST("A=1", "B=2"));
        process_drop_arguments(&process, count);
        cr_expect_eq(process.argc, 3 - count);
        cr_expect_eq((void *)process.argv, &stack[1], "the stack pointer stays");
        cr_expect_str_eq(process.envp[1], "B=2");
        cr_expect_null(process.envp[2]);
        expect_whole(&process);
    }
}

Test(process, auxiliary_values) {
    struct process process = make(LIST("prog"), LIST("A=1"));

    process_set_auxiliary(&process, AT_ENTRY, 77);
    process_set_auxiliary(&process, AT_EXECFN, 78);
    cr_expect_eq(process.auxv[3].a_un.a_val, 77);
    cr_expect_eq(process.auxv[9].a_type, AT_NULL, "an entry that is not there is not added");
}

/* ---- options ---- */

Test(options, of_a_command) {
    struct process process =
        make(LIST("myld", "--library-path", "/a:/b", "--preload", "x.so", "--argv0", "other",
                  "--inhibit-cache", "--list", "prog", "--list", "arg"),
             LIST("A=1", "LD_LIBRARY_PATH=/env", "LD_BIND_NOW=1"));
    struct options options;

    cr_assert_null(options_read(&options, &process, true));
    cr_expect_eq(options.mode, MODE_LIST);
    cr_expect_str_eq(options.library_path, "/a:/b");
    cr_expect_str_eq(options.preload_option, "x.so");
    cr_expect(options.inhibit_cache && options.bind_now && options.explicitly);
    cr_expect_str_eq(options.program, "prog");
    cr_expect_eq(process.argc, 3);
    cr_expect_str_eq(process.argv[0], "other");
    cr_expect_str_eq(process.argv[1], "--list", "behind the program it is the program's");
    cr_expect_str_eq(process.argv[2], "arg");
    expect_whole(&process);
}

Test(options, wrong_ones) {
    static const struct {
        const char *arguments[4];
        const char *wrong;
    } rows[] = {
        {{NULL}, "missing program name"},
        {{"myld"}, "missing program name"},
        {{"myld", "--"}, "missing program name"},
        {{"myld", "--list"}, "missing program name"},
        {{"myld", "--library-path"}, "unrecognized option"},
        {{"myld", "--bogus", "prog"}, "unrecognized option"},
        {{"myld", "--help"}, NULL},
        {{"myld", "--version"}, NULL},
        {{"myld", "--", "--list"}, NULL},
        {{"myld", "-x"}, NULL}, /* a program's name */
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct process process = make(rows[i].arguments, NULL);
        struct options options;
        const char *wrong = options_read(&options, &process, true);
        cr_expect_eq(!wrong, !rows[i].wrong, "row %zu: %s", i, wrong ? wrong : "accepted");
        if (wrong && rows[i].wrong)
            cr_expect_eq(strncmp(wrong, rows[i].wrong, strlen(rows[i].wrong)), 0, "row %zu: %s", i,
                         wrong);
    }
}

Test(options, environment_of_an_interpreter) {
    struct process process =
        make(LIST("prog", "--list"), LIST("LD_LIBRARY_PATH=/env", "LD_PRELOAD=p.so",
                                          "LD_BIND_NOW=", "LD_TRACE_LOADED_OBJECTS=1"));
    struct options options;

    cr_assert_null(options_read(&options, &process, false));
    cr_expect_eq(options.mode, MODE_TRACE);
    cr_expect(!options.explicitly && !options.bind_now);
    cr_expect_str_eq(options.library_path, "/env");
    cr_expect_str_eq(options.preload, "p.so");
    cr_expect_eq(process.argc, 2, "arguments are the program's");
    cr_expect_null(options.program);
}

Test(options, secure_mode) {
    struct process process =
        make(LIST("prog"), LIST("LD_LIBRARY_PATH=/evil", "HOME=/h", "LD_PRELOAD=evil.so",
                                "LD_DEBUG=all", "GCONV_PATH=/evil", "PATH=/p"));
    struct options options;

    process.secure = true;
    cr_assert_null(options_read(&options, &process, false));
    cr_expect_null(options.library_path);
    cr_expect_str_eq(process.envp[0], "HOME=/h");
    cr_expect_str_eq(process.envp[1], "PATH=/p");
    cr_expect_null(process.envp[2]);
    expect_whole(&process);
}
