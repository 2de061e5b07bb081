/*
 * Every view of every kind of program: trace, report, story and questions of a small program of the
 * system, a large one, one with 300,000 bindings, one of musl's and one of another machine. What
 * the program writes and how it ends is what it is natively; the views are whole.
 */
#include "support.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PYTHON "/usr/bin/python3 -I "
#define OTHER SOURCE_FOLDER "/build/aarch64"
#define OTHER_ROOT OTHER "/root"
#define EMULATION "qemu-aarch64-static -L " OTHER_ROOT

enum program { LS, PYTHON3, INKSCAPE, MUSL, AARCH64 };

static const struct {
    const char *file, *arguments;
    const char *symbol, *library; /* to ask about */
    const char *emulator;
    const char *options; /* for questions, which this machine's loader answers */
} programs[] = {
    [LS] = {"/bin/ls", "-go /usr /nowhere", "malloc", "libc.so.6", "", ""},
    [PYTHON3] = {"/usr/bin/python3", "-I -c 'import ctypes, ssl\nprint(6 * 7); exit(3)'", "memcpy",
                 "libm.so.6", "", ""},
    [INKSCAPE] = {"/usr/bin/inkscape", "--version", "main", "libgtk-3.so.0", "", ""},
    [MUSL] = {"./musl/greet", "a b", "printf", "libgreet.so", "", ""},
    [AARCH64] = {OTHER "/samples/greet", "a b", "printf", "libgreet.so", EMULATION,
                 "--library-path " OTHER_ROOT "/lib/aarch64-linux-gnu"},
};

/* -- the views -- */

static struct result run_native(enum program number) {
    return runf("%s %s %s", programs[number].emulator, programs[number].file,
                programs[number].arguments);
}

static struct result run_loader(enum program number, const char *options) {
    const char *emulator = programs[number].emulator;

    return runf("%s %s %s %s %s %s", *emulator ? "MYLD_EXPLAIN_EMULATOR='" EMULATION "'" : "",
                emulator, *emulator ? OTHER "/myld" : myld(), options, programs[number].file,
                programs[number].arguments);
}

/* Runs the program with the options; it must not notice. */
static void watch(enum program number, const char *options) {
    struct result native = run_native(number);
    struct result got = run_loader(number, options);

    compare_results(&native, &got, COMPARE_ERROR, options, programs[number].file);
}

static void expect_success(const char *command) {
    struct result got = run(command);

    cr_expect_eq(got.exit, 0, "%s: %s%s", command, got.out, got.error);
}

static void trace(enum program number) {
    const char *file = text("%s/t.json", scratch());

    watch(number, text("--trace=%s", file));
    expect_success(
        text(PYTHON SOURCE_FOLDER "/tools/check-trace " SOURCE_FOLDER "/docs/events.md %s", file));
}

static void perfetto(enum program number) {
    const char *file = text("%s/t.json", scratch());

    watch(number, text("--trace=%s --trace-format=perfetto", file));
    expect_success(text(PYTHON SOURCE_FOLDER "/tests/run/check_perfetto.py %s", file));
}

static void report(enum program number) {
    const char *folder = scratch();

    watch(number, text("--trace=%s/t.json", folder));
    expect_success(text(BUILD_FOLDER "/myld-report %s/t.json -o %s/page.html", folder, folder));
    expect_success(text(PYTHON SOURCE_FOLDER "/tests/run/check_page.py %s/page.html %s/t.json",
                        folder, folder));
}

static void explain(enum program number) {
    const char *file = text("%s/story", scratch());

    watch(number, text("--explain=%s", file));
    expect_success(
        text("grep -q 'The process ended with status %d[.]' %s", run_native(number).exit, file));
    expect_success(text("grep -q ' The program runs ' %s", file));
}

/* Without an answer to "next" there is none left: it goes on, event by event at first. */
static void step(enum program number) {
    const char *folder = scratch();

    expect_success(
        text("sh -c 'printf \"next\\nnext\\nshow maps\\nwhere\\nstage\\nshow object\\ncontinue"
             "\\n\" >%s/commands'",
             folder));
    watch(number, text("--explain=%s/story --step=%s/commands", folder, folder));
    expect_success(text("grep -q 'step> continue' %s/story", folder));
}

/* The question in words and as JSON; nothing of the program runs. */
static void ask(enum program number, const char *question) {
    const char *line = text("%s %s %s %s", question, programs[number].options,
                            programs[number].file, programs[number].arguments);
    const char *answer = text("%s/answer", scratch());
    struct result native = run_native(number);
    struct result words = runf("%s %s", myld(), line);
    struct result json = runf("sh -c '%s --json %s %s %s >%s'", myld(), question,
                              programs[number].options, programs[number].file, answer);

    cr_expect(words.exit == 0 && *words.out && !*words.error, "%s: %d %s", line, words.exit,
              words.error);
    cr_expect(!*native.out || !strstr(words.out, native.out), "%s: %s", line, words.out);
    cr_expect(json.exit == 0 && !*json.error, "%s: %s", line, json.error);
    expect_success(text(PYTHON "-m json.tool %s", answer));
}

static void why(enum program number) {
    ask(number, text("--why %s", programs[number].symbol));
}

static void why_lib(enum program number) {
    ask(number, text("--why-lib %s", programs[number].library));
}

static void tree(enum program number) {
    ask(number, "--tree");
}

static void check(enum program number) {
    ask(number, "--check");
}

/* -- all of them -- */

#define VIEWS(program)                                                                             \
    {program, trace}, {program, perfetto}, {program, report}, {program, explain}, {program, step}, \
        {program, why}, {program, why_lib}, {program, tree}, {                                     \
        program, check                                                                             \
    }

static const struct {
    enum program program;
    void (*view)(enum program number);
} rows[] = {VIEWS(LS), VIEWS(PYTHON3), VIEWS(INKSCAPE), VIEWS(MUSL), VIEWS(AARCH64)};

/* The other machine's loader and samples; false: they cannot be had here. */
static bool build_other(void) {
    if (run("aarch64-linux-gnu-gcc --version").exit || run("qemu-aarch64-static --version").exit)
        return false;
    return system("cd " SOURCE_FOLDER " && unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES && "
                  "exec flock build/aarch64.lock make ARCH=aarch64 all samples >/dev/null 2>&1") ==
           0;
}

TABLE_TEST(views, whole_and_unnoticed, rows) {
    if (emulated())
        cr_skip_test("the views of a program in an emulator are among those of this machine");
    if (row->program == AARCH64 && !build_other())
        cr_skip_test("nothing to build or run programs for aarch64 with");
    if (programs[row->program].file[0] == '/' && access(programs[row->program].file, X_OK))
        cr_skip_test("%s is not installed", programs[row->program].file);
    row->view(row->program);
}
