/*
 * Files and libraries that are bad: myld says first what the native loader says first, ends with
 * 127, and never by a signal, even where the native loader does.
 */
#include "support.h"
#include <string.h>
#include <unistd.h>

/* Compares a start that has to fail. Where the native loader itself crashes, only a message and 127
 * are asked for. */
static void compare_failure(const struct result *native, const struct result *got, const char *way,
                            const char *line) {
    cr_expect(!got->signal && got->exit == 127, "%s \"%s\": got exit %d signal %d: %.300s", way,
              line, got->exit, got->signal, got->error);
    if (native->signal || native->exit != 127)
        cr_expect(*got->error, "%s \"%s\": no message", way, line);
    else
        cr_expect_str_eq(first_line(got->error), first_line(native->error), "%s \"%s\":\n%s\n%s",
                         way, line, native->error, got->error);
}

/* Scripts that put a bad file of the name that stands in $f; $1 is the folder of the samples,
 * $other another machine's number. */
static const char *const bad_files[] = {
    "true", /* missing */
    "mkdir $f",
    ": > $f",
    "head -c 3 $1/libgreet.so > $f",
    "head -c 16 $1/libgreet.so > $f",
    "head -c 63 $1/libgreet.so > $f",
    "head -c 64 $1/libgreet.so > $f",
    "head -c 200 $1/libgreet.so > $f",
    "head -c 700 $1/libgreet.so > $f",
    "head -c 5000 $1/libgreet.so > $f",
    "head -c 9000 $1/libgreet.so > $f",
    "head -c 100000 /dev/zero > $f",
    "echo not an ELF file, but text that is long enough to have a header, I should think so > $f",
    "ln -s $f $f",
    "cp $1/libgreet.so $f; chmod 0 $f",
    "cp $1/libgreet.so $f; poke 4 1",                            /* 32 bit */
    "cp $1/libgreet.so $f; poke 5 2",                            /* big-endian */
    "cp $1/libgreet.so $f; poke 6 7",                            /* EI_VERSION */
    "cp $1/libgreet.so $f; poke 7 9",                            /* EI_OSABI FreeBSD */
    "cp $1/libgreet.so $f; poke 8 1",                            /* EI_ABIVERSION */
    "cp $1/libgreet.so $f; poke 12 1",                           /* EI_PAD */
    "cp $1/libgreet.so $f; poke 16 1",                           /* ET_REL */
    "cp $1/libgreet.so $f; poke 16 4",                           /* ET_CORE */
    "cp $1/libgreet.so $f; poke 16 2",                           /* ET_EXEC */
    "cp $1/libgreet.so $f; poke 18 $other",                      /* e_machine */
    "cp $1/libgreet.so $f; poke 20 2",                           /* e_version */
    "cp $1/libgreet.so $f; poke 32 377; poke 36 377; poke 37 1", /* e_phoff */
    "cp $1/libgreet.so $f; poke 54 40",                          /* e_phentsize */
    "cp $1/libgreet.so $f; poke 56 0",                           /* e_phnum */
    "cp $1/libgreet.so $f; poke 57 377",                         /* e_phnum */
    "cp $1/hello_exec $f",
    "cp $1/hello $f",
    "cp $1/hello_static $f",
};

/* Makes the file and returns its path. */
static char *make_bad(const char *name, const char *script) {
    char *file = text("%s/%s", scratch(), name);
    const char *other =
        strcmp(TEST_ARCH, "x86_64") ? "76" : "267"; /* EM_X86_64, EM_AARCH64, octal */
    struct result made = runf(
        "sh -c 'f=%s; other=%s; set %s; "
        "poke() { printf \"\\\\$2\" | dd of=$f bs=1 seek=$1 conv=notrunc status=none; }; "
        "header() { n=$(readelf -lW $f | sed -n \"s/^  *\\([A-Z_]*\\) .*0x.*/\\1/p\" | grep -nx $1 "
        "| sed \"s/:.*//;q\"); echo $((64 + 56 * (n - 1) + ${2:-0})); }; "
        "section() { echo $((0x$(readelf -SW $f | grep \"[.]$1 \" | "
        "sed \"s/.*$1 *[A-Z]* *[0-9a-f]* *\\([0-9a-f]*\\).*/\\1/\") + $2)); }; %s'",
        file, other, samples(), script);
    cr_assert(made.exit == 0, "%s: %s", script, made.error);
    return file;
}

/* As those, for libraries alone: as programs they have nowhere to begin. */
static const char *const bad_libraries[] = {
    "cp $1/libgreet.so $f; poke $(header DYNAMIC) 0",
    "cp $1/libgreet.so $f; poke $(header LOAD 16) 1",       /* p_vaddr */
    "cp $1/libgreet.so $f; poke $(section rela.plt 8) 377", /* a type of relocations */
    "cp $1/libgreet.so $f; poke $(section rela.plt 9) 1",
};

/* As a library, needed by the program (the folder stands before the program's own). */
static void need_bad(const char *script) {
    char *file = make_bad("libgreet.so", script);
    char *folder = strndup(file, strlen(file) - strlen("/libgreet.so"));
    char *line = text("LD_LIBRARY_PATH=%s ./greet", folder);
    struct result native = run(line);

    for (enum way way = EXPLICIT; way <= INTERP; way++) {
        struct result got = run_myld(way, NULL, line);
        if (native.exit == 2) /* found one that works in another folder */
            compare_results(&native, &got, COMPARE_FIRST_LINE, "any", text("%s: %s", script, line));
        else
            compare_failure(&native, &got, "library", text("%s: %s", script, line));
    }
}

TABLE_TEST(errors, library, bad_files) {
    need_bad(*row);
}

TABLE_TEST(errors, bad_library, bad_libraries) {
    need_bad(*row);
}

/* Opened at run time: dlerror gives the native text, and the program goes on. */
static void open_bad(const char *script) {
    char *file = make_bad("libbad.so", script);
    char *line = text("./plugin_host open=%s open=./libplugin_one.so call=plugin_run", file);

    struct result native = run(line);
    struct result got = run_myld(EXPLICIT, NULL, line);
    if (native.signal)
        cr_expect(!got.signal && got.exit == 0 && strstr(got.out, "one: run 1"),
                  "%s: signal %d exit %d", script, got.signal, got.exit);
    else
        compare_results(&native, &got, 0, script, line);
}

TABLE_TEST(errors, opened, bad_files) {
    open_bad(*row);
}

TABLE_TEST(errors, bad_opened, bad_libraries) {
    open_bad(*row);
}

/* As a program on the command line of the loader. */
TABLE_TEST(errors, program, bad_files) {
    char *file = make_bad("program", *row);
    struct result native = runf("%s %s", native_loader, file);

    struct result got = run_myld(EXPLICIT, NULL, file);
    if (native.exit == 0)
        compare_results(&native, &got, COMPARE_ERROR, *row, file);
    else
        compare_failure(&native, &got, *row, file);
}

/* Missing libraries and symbols, in every way in. */
static const char *const lines[] = {
    "./where_none",
    "LD_LIBRARY_PATH=/nowhere:/tmp ./where_none",
    "LD_LIBRARY_PATH=version_0 ./version_3/version",
    "LD_LIBRARY_PATH=version_2 ./version_3/version",
    "LD_BIND_NOW=1 LD_LIBRARY_PATH=version_0 ./version_3/version",
    "LD_PRELOAD=./libplugin_bad.so LD_BIND_NOW=1 ./hello",
    "LD_PRELOAD=./libplugin_orphan.so ./where_none",
    "LD_PRELOAD=./libtls_gd.so ./hello",
};

TABLE_TEST(errors, start, lines) {
    struct result native = run(*row);

    cr_assert(native.exit > 0, "the native loader does not fail: %s", *row);
    compare(ALL_WAYS, COMPARE_FIRST_LINE, *row);
}

/* myld says more than the native loader: who needed the library, and each place that was looked at.
 */
Test(errors, missing_library_explained) {
    struct result got =
        run_myld(EXPLICIT, NULL, "LD_LIBRARY_PATH=/nowhere/at/all ./middle_by_runpath");

    cr_expect_eq(got.exit, 127);
    cr_expect(strstr(got.error, "libmiddle.so"), "who needed it? %s", got.error);
    cr_expect(strstr(got.error, "/nowhere/at/all"), "a place is missing: %s", got.error);
    cr_expect(strstr(got.error, "/lib/" TEST_ARCH "-linux-gnu"), "a place is missing: %s",
              got.error);
}

/* A library that another user may not read; root may read everything, so it is somebody else who
 * tries. */
Test(errors, no_permission) {
    if (geteuid())
        cr_skip_test("needs root to become somebody else");
    char *file = make_bad("libgreet.so", "cp $1/libgreet.so $f; chmod 0 $f");
    char *folder = strndup(file, strlen(file) - strlen("/libgreet.so"));
    const char *drop = "setpriv --reuid 65534 --clear-groups";
    struct result native = runf("LD_LIBRARY_PATH=%s %s ./greet", folder, drop);
    struct result got = runf("LD_LIBRARY_PATH=%s %s %s ./greet", folder, drop, myld());

    compare_results(&native, &got, COMPARE_FIRST_LINE, "setpriv", "./greet");
}

/* Loaders as programs: itself it refuses, another one is the kernel's to start. */
Test(errors, loader_as_program) {
    const char *lines[] = {native_loader, text("%s ./musl/hello", native_musl)};

    for (int i = 0; i < 2; i++) {
        if (emulated() || access(lines[0], F_OK) || access(native_musl, F_OK))
            cr_skip_test("no such loaders here");
        struct result native = runf("%s %s", native_loader, lines[i]);
        struct result got = run_myld(EXPLICIT, NULL, lines[i]);
        compare_results(&native, &got, COMPARE_ERROR, "loader", lines[i]);
    }
}
