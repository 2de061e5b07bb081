/*
 * Questions: --why, --why-lib, --tree and --check, held against what ldd, readelf and LD_DEBUG of
 * the system's loader say (questions.py), of glibc's and musl's programs, libraries, and programs
 * of the other machine; that nothing of the program runs; what bad input ends in.
 */
#include "support.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ASK "/usr/bin/python3 -I " SOURCE_FOLDER "/tests/run/questions.py %s "

/* Where ldd, its loader and the programs are those of the machine. */
static void need_machine(void) {
    if (!kernel_starts_programs())
        cr_skip_test("the kernel here starts no programs of that machine");
}

/* The subject that questions.py compares, and the file with its arguments. */
static const char *const comparisons[] = {
    "libraries /bin/ls",
    "libraries /usr/bin/python3",
    "libraries /usr/bin/git",
    "libraries ./greet",
    "libraries ./order_cycle",
    "libraries ./where_none",
    "libraries ./where_rpath",
    "libraries ./libscope_b.so",
    "libraries ./libplugin_two.so",
    "bindings /bin/ls",
    "bindings /usr/bin/python3 -c 1",
    "bindings /usr/bin/git --version",
    "bindings ./greet",
    "bindings ./scope",
    "bindings ./copy",
    "bindings ./order_cycle",
    "missing /bin/ls",
    "missing /usr/bin/python3",
    "missing ./where_none",
    "missing ./libplugin_bad.so",
    "missing ./libplugin_orphan.so",
    "missing ./version_3/version",
    "thread_locals /bin/ls",
    "thread_locals ./tls",
};

TABLE_TEST(questions, as_others_say, comparisons) {
    need_machine();
    struct result got = runf(ASK "%s", myld(), *row);

    cr_expect_eq(got.exit, 0, "%s: %s%s", *row, got.out, got.error);
}

static const char *const with_variable[] = {
    "LD_LIBRARY_PATH=version_0 missing ./version_1/version",
    "LD_LIBRARY_PATH=version_2 missing ./version_3/version",
    "LD_LIBRARY_PATH=where/lib:/nowhere places ./where_none libwhere.so",
};

TABLE_TEST(questions, with_library_path, with_variable) {
    need_machine();
    char *words = strchr(*row, ' ');
    struct result got = runf("%.*s " ASK "%s", (int)(words - *row), *row, myld(), words + 1);

    cr_expect_eq(got.exit, 0, "%s: %s%s", *row, got.out, got.error);
}

static const char *const searched[][2] = {
    {"greet", "libgreet.so"},      {"where_none", "libwhere.so"},    {"where_rpath", "libwhere.so"},
    {"where_list", "libwhere.so"}, {"where_runpath", "libwhere.so"},
};

TABLE_TEST(questions, places, searched) {
    need_machine();
    struct result got = runf(ASK "places %s/%s %s", myld(), samples(), (*row)[0], (*row)[1]);

    cr_expect_eq(got.exit, 0, "%s: %s%s", (*row)[0], got.out, got.error);
}

static struct result ask(const char *question) {
    return runf("%s %s", myld(), question);
}

static void expect_text(const struct result *got, int status, const char *part) {
    cr_expect_eq(got->exit, status, "%d: %s%s", got->exit, got->out, got->error);
    cr_expect(strstr(got->out, part), "\"%s\" is not in:\n%s%s", part, got->out, got->error);
}

/* Compiles C into a file of the scratch folder with the compiler of a machine. */
static char *compile(const char *compiler, const char *options, const char *name,
                     const char *source) {
    char *file = text("%s/%s", scratch(), name);
    FILE *stream = fopen(text("%s.c", file), "w");

    cr_assert(stream && fputs(source, stream) >= 0 && fclose(stream) == 0);
    struct result made = runf("%s %s -o %s %s.c", compiler, options, file, file);
    cr_assert_eq(made.exit, 0, "%s", made.error);
    return file;
}

#define SAYS(name)                                                                                 \
    "void " name "(void) { write(1, \"" name " ran\\n\", sizeof \"" name " ran\"); }\n"

/* Everything in it speaks when it runs. */
static const char loud[] =
    "#include <unistd.h>\n"
    "__attribute__((constructor)) " SAYS("constructor") "__attribute__((destructor)) " SAYS(
        "destructor") "static int one(void) { return 1; }\n"
                      "static void *resolve(void) { write(1, \"resolver ran\\n\", 13); return "
                      "(void *)one; }\n"
                      "int chosen(void) __attribute__((ifunc(\"resolve\")));\n"
                      "int (*volatile pointer)(void) = chosen;\n"
                      "int main(void) { return pointer() - 1; }\n";

static const char *const all_questions[] = {
    "--tree",
    "--check",
    "--why write",
    "--why chosen",
    "--why-lib libc.so.6",
    "--why-lib libm.so.6",
};

Test(questions, nothing_runs) {
    need_machine();
    const char *file = compile(TOOL_PREFIX "gcc", "-rdynamic -Wl,-z,now", "loud", loud);
    /* aarch64's ld.so runs this resolver before the PLT is there for its call, and crashes. */
    struct result started = run_myld(EXPLICIT, NULL, file);

    cr_assert(strstr(started.out, "resolver ran") && strstr(started.out, "constructor ran"), "%s",
              started.out);
    for (size_t i = 0; i < sizeof all_questions / sizeof *all_questions; i++) {
        struct result got = ask(text("%s %s", all_questions[i], file));
        cr_expect_eq(got.exit, 0, "%s: %s%s", all_questions[i], got.out, got.error);
        cr_expect(*got.out && !*got.error && !strstr(got.out, " ran"), "%s: %s%s", all_questions[i],
                  got.out, got.error);
    }
}

/* Auditors are code, too: a question starts none. */
Test(questions, no_auditors) {
    static const char audit[] = "AUDIT=b LD_AUDIT=./libaudit.so";
    cr_assert(strstr(runf("%s %s ./greet", audit, myld()).error, "objopen"), "no auditor");
    for (size_t i = 0; i < sizeof all_questions / sizeof *all_questions; i++) {
        struct result alone = runf("%s %s ./greet", myld(), all_questions[i]);
        struct result got = runf("%s %s %s ./greet", audit, myld(), all_questions[i]);
        compare_results(&alone, &got, COMPARE_ERROR, "with auditors", all_questions[i]);
    }
}

/* The same program for aarch64: its libraries, its relocations, its loader. */
Test(questions, other_machine) {
    if (strcmp(TEST_ARCH, "x86_64") != 0 || run("aarch64-linux-gnu-gcc --version").exit)
        cr_skip_test("no compiler for another machine");
    const char *file = compile("aarch64-linux-gnu-gcc", "-rdynamic", "loud", loud);
    const char *path = "--library-path /usr/aarch64-linux-gnu/lib";

    for (size_t i = 0; i < sizeof all_questions / sizeof *all_questions; i++) {
        struct result got = ask(text("%s %s %s", all_questions[i], path, file));
        cr_expect_eq(got.exit, 0, "%s: %s%s", all_questions[i], got.out, got.error);
        cr_expect(!strstr(got.out, " ran") && !*got.error, "%s%s", got.out, got.error);
    }
    struct result tree = ask(text("--json --tree %s %s", path, file));
    expect_text(&tree, 0, "\"machine\":\"aarch64\"");
    expect_text(&tree, 0,
                "\"object\":\"/usr/aarch64-linux-gnu/lib/libc.so.6\",\"again\":false,"
                "\"rule\":\"library-path\"");
    expect_text(&tree, 0, "/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1");
    struct result why = ask(text("--json --why write %s %s", path, file));
    expect_text(&why, 0, "\"relocation\":\"R_AARCH64_JUMP_SLOT\"");
    expect_text(&why, 0, "\"winner\":\"/usr/aarch64-linux-gnu/lib/libc.so.6\"");
    struct result check = ask(text("--check --inhibit-cache --library-path /nowhere %s", file));
    expect_text(&check, 1, "libc.so.6  needed by");
    /* A library of this machine does not serve it, and it itself does not run. */
    struct result wrong =
        ask(text("--why-lib libc.so.6 --library-path %s %s", "/lib/x86_64-linux-gnu", file));
    expect_text(&wrong, 1, "of another machine or class");
    cr_expect_eq(ask(file).exit, 127);
}

/* An allocator that is preloaded: it wins, libc's is shadowed. */
Test(questions, preloaded_allocator) {
    need_machine();
    const char *version = strcmp(TEST_ARCH, "x86_64") ? "GLIBC_2.17" : "GLIBC_2.2.5";
    const char *library = compile(TOOL_PREFIX "gcc", "-shared -fPIC", "liballoc.so",
                                  "void *malloc(unsigned long size) { return (void *)size; }\n");
    struct result got = ask(text("--why malloc --preload %s /bin/ls", library));

    expect_text(&got, 0, text("bound to %s: the first in the global scope", library));
    expect_text(&got, 0, text("shadowed: malloc@@%s, global function", version));
    struct result in =
        ask(text("--json --why malloc@%s --in libc.so.6 --preload %s /bin/ls", version, library));
    expect_text(&in, 0, text("\"winner\":\"%s\"", library));
    struct result tree = ask(text("--tree --preload %s /bin/ls", library));
    expect_text(&tree, 0, "named by its path, --preload");
    struct result native = runf("LD_DEBUG=bindings LD_BIND_NOW=1 LD_PRELOAD=%s /bin/true", library);
    cr_expect(strstr(native.error, text("to %s [0]: normal symbol `malloc'", library)), "%s",
              native.error);
}

static const struct {
    const char *question;
    int status;
    const char *part;
} answers[] = {
    {"--why printf ./musl/hello", 0, "bound to "},
    {"--tree ./musl/hello", 0, "musl's own rule for its libc"},
    {"--why-lib libc.so ./musl/hello", 0, "found: "},
    {"--check ./musl/hello", 0, "./musl/hello: complete"},
    {"--why nosuch ./hello", 1, "nobody defines it"},
    {"--why printf@GLIBC_9 ./hello", 1, "no (in other versions only)"},
    {"--why-lib libnosuch.so ./hello", 1, "nobody needs libnosuch.so"},
    {"--why-lib libwhere.so ./where_none", 1, "does not count, for it has DT_RUNPATH"},
    {"--why-lib libm.so.6 --inhibit-cache ./hello", 0, "/etc/ld.so.cache: inhibited by an option"},
    {"--tree ./where_none", 1, "not found"},
    {"--tree --library-path where/lib ./where_none", 0, "--library-path"},
    {"--check ./where_none", 1, "./where_none: not complete"},
    {"--check ./where_none", 1, "wanted by ./where_none, fails at its first call"},
    {"--tree ./hello_static", 0, "./hello_static"},
    {"--json --tree ./where_none", 1, "\"object\":null"},
    {"--json --check ./where_none", 1, "\"status\":1}"},
};

TABLE_TEST(questions, answer, answers) {
    struct result got = ask(row->question);

    expect_text(&got, row->status, row->part);
    cr_expect_str_eq(got.error, "");
}

static const struct {
    const char *question;
    int status;
    const char *part;
} refusals[] = {
    {"--tree /etc/passwd", 127, "invalid ELF header"},
    {"--check ./nowhere", 127, "No such file or directory"},
    {"--why a --in libnosuch.so ./hello", 127, "--in names no object that is loaded: libnosuch.so"},
    {"--why @ ./hello", 127, "--why needs SYMBOL or SYMBOL@VERSION"},
    {"--json ./hello", 1, "no question (--why, --why-lib, --tree, --check) for '--json'"},
    {"--in libc.so.6 ./hello", 1, "for '--in'"},
    {"--tree", 1, "missing program name"},
    {"--why", 1, "unrecognized option '--why'"},
};

TABLE_TEST(questions, refuse, refusals) {
    struct result got = ask(row->question);

    cr_expect_eq(got.exit, row->status, "%d: %s%s", got.exit, got.out, got.error);
    cr_expect(strstr(got.error, row->part), "\"%s\" is not in:\n%s", row->part, got.error);
    cr_expect_str_eq(got.out, "");
}

/* A library that is there but broken: told as missing, with the reason, and the rest goes on. */
Test(questions, broken_library) {
    const char *folder = scratch();
    runf("sh -c 'head -c 200 libgreet.so >%s/libgreet.so'", folder);
    struct result got = ask(text("--check --library-path %s ./greet", folder));

    expect_text(&got, 1, "    libgreet.so  needed by ./greet: ");
    struct result why = ask(text("--why-lib libgreet.so --library-path %s ./greet", folder));
    cr_expect_eq(why.exit, 1, "%s", why.out);
}
