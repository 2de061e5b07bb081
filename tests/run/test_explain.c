/*
 * --explain and --step: the program's own output and end are what they are without; and what the
 * story tells is true, which readelf and objdump say.
 */
#include "support.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define IS_X86_64 (!strcmp(TEST_ARCH, "x86_64"))
#define EXPLAIN BUILD_FOLDER "/myld-explain"

static char *read_file(const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;

    cr_assert(file >= 0 && fstat(file, &status) == 0, "%s", path);
    char *bytes = malloc((size_t)status.st_size + 1);
    cr_assert(read(file, bytes, (size_t)status.st_size) == status.st_size);
    bytes[status.st_size] = 0;
    close(file);
    return bytes;
}

static void write_file(const char *path, const char *bytes) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    cr_assert(file >= 0 && write(file, bytes, strlen(bytes)) == (ssize_t)strlen(bytes));
    close(file);
}

/* The story is told by a program of this machine, which starts one of the other. */
static void need_kernel(void) {
    if (!kernel_starts_programs())
        cr_skip_test("the kernel here starts no programs of that machine");
}

/* The story of a command, of which `got` is the result. */
static char *story_of(const char *options, const char *line, struct result *got) {
    const char *file = text("%s/story", scratch());

    need_kernel();
    *got = run_myld(EXPLICIT, text("--explain=%s %s", file, options ? options : ""), line);
    return read_file(file);
}

/* What follows `words` in the text; fails the test where that is not there. */
static const char *after(const char *all, const char *words) {
    const char *found = strstr(all, words);

    cr_assert(found, "no '%s' in:\n%s", words, all);
    return found + strlen(words);
}

/* The number that follows `words`, decimal or hexadecimal. */
static unsigned long number_after(const char *all, const char *words) {
    return strtoul(after(all, words), NULL, 0);
}

static void expect_narrow(const char *story) {
    for (const char *line = story; *line; line += strcspn(line, "\n"), line += *line != 0) {
        int columns = 0;
        for (const char *at = line; *at && *at != '\n'; at++)
            columns += ((unsigned char)*at & 0xc0) != 0x80;
        cr_expect(columns <= 100, "%d columns: %.*s", columns, (int)strcspn(line, "\n"), line);
    }
}

/* ---- the program is not disturbed ---- */

static const char *const runs[] = {
    "./hello",
    "./greet a b",
    "./musl/greet a b",
    "./lazy",
    "./lazy_now",
    "./musl/lazy",
    "./copy",
    "./ifunc",
    "./relr",
    "./order",
    "./tls",
    "./musl/tls",
    "./sysv/greet",
    "./hello_exec",
    "./hello_nolibc",
    "./hello_static",
    "./hello_static_pie",
    "./plugin_host open=./libplugin_one.so call=plugin_run close",
    "LD_BIND_NOW=1 ./greet",
    "LD_PRELOAD=./libinterpose.so ./greet",
    "/bin/sh -c 'echo one; (echo two; exit 3); echo three >&2; exit 4'",
    "/bin/sh -c 'kill -TERM $$'",
    "/bin/sh -c 'kill -KILL $$'",
    "/bin/ls -l /usr",
    "/usr/bin/python3 -I -c 'import os, ctypes\nprint(os.fork() and os.wait()[1])'",
};

TABLE_TEST(explain, leaves_the_program_alone, runs) {
    if (emulated() && strstr(*row, "LD_PRELOAD"))
        cr_skip_test("meant for the other machine's loader, read by that of the story's program");
    struct result expected = run(*row);
    struct result got;
    char *story = story_of(NULL, *row, &got);

    compare_results(&expected, &got, COMPARE_ERROR, "--explain", *row);
    cr_expect(strstr(story, " The start "), "%s", *row);
    after(story, " The end ");
    if (expected.signal)
        cr_expect_eq(number_after(story, "Signal "), (unsigned long)expected.signal);
    else
        cr_expect_eq(number_after(story, "ended with status "), (unsigned long)expected.exit);
    expect_narrow(story);
}

/* Each forked child is mentioned once, and not taken for the program. */
Test(explain, children) {
    struct result got;
    const char *story = story_of(NULL,
                                 "/usr/bin/python3 -I -c 'import os, ctypes\n"
                                 "for name in \"m\", \"dl\":\n"
                                 "    if not os.fork():\n"
                                 "        ctypes.CDLL(\"lib\" + name + \".so.\" + "
                                 "(\"6\" if name == \"m\" else \"2\"))\n"
                                 "        ctypes.CDLL(None).getppid()\n"
                                 "        os._exit(0)\n"
                                 "    os.wait()\n"
                                 "print(1)'",
                                 &got);

    cr_expect_str_eq(got.out, "1\n");
    unsigned long first = number_after(story, "│ process "), second;
    const char *rest = after(story, "was made by fork");
    second = number_after(rest, "│ process ");
    cr_expect(first && second && first != second, "%lu %lu", first, second);
    rest = after(rest, "was made by fork");
    cr_expect(!strstr(rest, "was made by fork") && !strstr(story, "│ dlopen(libm.so.6)"));
    after(rest, " The program ends: destructors ");
    cr_expect(!strstr(rest, "No destructors have run"));
}

/* A program that executes another one, or ends at once. */
static const char *const gone[] = {"/bin/sh -c 'exec echo other'", "/bin/sh -c 'exec ./greet'",
                                   "/usr/bin/python3 -I -c 'import os\nos._exit(3)'"};

TABLE_TEST(explain, ends_without_destructors, gone) {
    struct result expected = run(*row);
    struct result got;
    const char *story = story_of(NULL, *row, &got);

    compare_results(&expected, &got, COMPARE_ERROR, "--explain", *row);
    after(after(story, "ended with status "), "No destructors have run");
}

/* Destructors have a chapter for each libc. */
static const char *const destructed[] = {"./greet", "./musl/greet"};

TABLE_TEST(explain, destructors, destructed) {
    struct result got;
    const char *story = story_of(NULL, *row, &got);

    after(after(story, " The program ends: destructors "), "libgreet.so");
    cr_expect(!strstr(story, "No destructors have run"));
}

/* Told on standard error, in the right place between what the program writes. */
Test(explain, keeps_the_order) {
    need_kernel();
    struct result got =
        runf("sh -c '%s --explain /bin/sh -c \"echo one; echo two >&2\" 2>&1'", myld());

    const char *enters = after(got.out, " The program runs ");
    after(after(after(enters, "\none\n"), "two\n"), " The end ");
}

/* Where the program fails to start, the loader's message is what it is without a story. */
Test(explain, failures) {
    struct result expected = run_myld(EXPLICIT, NULL, "./nowhere");
    struct result got;
    char *story = story_of(NULL, "./nowhere", &got);

    compare_results(&expected, &got, COMPARE_ERROR, "--explain", "./nowhere");
    cr_expect_eq(got.exit, 127);
    after(story, "cannot open shared object file");

    expected = run_myld(EXPLICIT, "--nonsense", "./hello");
    story_of("--nonsense", "./hello", &got);
    compare_results(&expected, &got, COMPARE_ERROR, "--explain", "--nonsense");
}

Test(explain, needs_its_companion) {
    need_kernel();
    const char *folder = scratch();

    cr_assert_eq(runf("cp %s %s/myld", myld(), folder).exit, 0);
    struct result got = runf("%s/myld --explain ./hello", folder);
    cr_expect_eq(got.exit, 127);
    cr_expect_str_eq(got.error, text("%s/myld: cannot execute %s/myld-explain: No such file or "
                                     "directory\n",
                                     folder, folder));
    cr_assert_eq(runf("cp " EXPLAIN " %s", folder).exit, 0);
    got = runf("%s/myld --explain ./hello", folder);
    cr_expect_eq(got.exit, 0);
    after(got.error, " The end ");
}

/* ---- what it tells is true ---- */

/* The line of a tool's output that has all three texts, or fails. */
static char *line_with(const char *all, const char *one, const char *two) {
    for (const char *line = all; *line; line += strcspn(line, "\n"), line += *line != 0) {
        char *copy = text("%.*s", (int)strcspn(line, "\n"), line);
        if (strstr(copy, one) && strstr(copy, two))
            return copy;
    }
    cr_assert(false, "no line with '%s' and '%s' in:\n%s", one, two, all);
    return NULL;
}

static const char *const programs[] = {"./greet", "./lazy", "./musl/greet", "./sysv/greet",
                                       "/bin/ls"};

TABLE_TEST(explain, header, programs) {
    struct result got;
    char *story = story_of(NULL, *row, &got);
    char *header = runf("readelf -hW %s", *row).out;

    cr_expect_eq(number_after(story, "e_entry "), number_after(header, "Entry point address:"));
    cr_expect_eq(number_after(story, "e_phnum "),
                 number_after(header, "Number of program headers:"));
    cr_expect_eq(number_after(story, "e_phoff "),
                 number_after(header, "Start of program headers:"));
}

/* Where a library lies that a program uses. */
static char *path_of(const char *library, const char *program) {
    return first_line(runf("sh -c 'for f in $(dirname %s)/%s %s/sysv/%s %s/%s /lib/" TEST_ARCH
                           "-linux-gnu/%s /lib/%s; do [ -e $f ] && echo $f && break; done'",
                           program, library, samples(), library, samples(), library, library,
                           library)
                          .out);
}

/* The relocation that is worked through: its entry, its symbol, the word in memory. */
TABLE_TEST(explain, relocation, programs) {
    struct result got;
    char *story = story_of(NULL, *row, &got);
    const char *worked = after(story, "A symbolic relocation by hand: ");
    char symbol[128];
    char library[128];
    unsigned long bias, offset, place, base, value, address;

    cr_assert_eq(sscanf(after(worked, " wants "), "%127s", symbol), 1);
    cr_assert_eq(
        sscanf(after(worked, "load bias + r_offset = "), "%lx + %lx = %lx", &bias, &offset, &place),
        3);
    cr_assert_eq(sscanf(after(worked, "the symbol: bias of "), "%127s + st_value = %lx + %lx = %lx",
                        library, &base, &value, &address),
                 4);
    cr_expect_eq(bias + offset, place);
    cr_expect_eq(base + value, address);

    char *relocations = runf("readelf -rW %s", *row).out;
    char *entry = line_with(relocations, text("%016lx", offset), symbol);
    cr_expect(strstr(entry, IS_X86_64 ? "R_X86_64_" : "R_AARCH64_"), "%s", entry);

    cr_expect_eq(number_after(worked, "in memory: the word at "), place);
    cr_expect_eq(number_after(worked, " now holds "), address);
    cr_expect(strncmp(strchr(after(worked, " now holds "), '\n') - strlen("✓"), "✓", 3) == 0, "%s",
              worked);

    char *symbols = runf("readelf --dyn-syms -W %s", path_of(library, *row)).out;
    line_with(symbols, text("%016lx", value), text(" %s", symbol));

    /* The same symbol is found by hash: its number is that of readelf. */
    const char *lookup = after(story, "One lookup by hand: ");
    const char *found = after(lookup, ": found. st_value ");
    cr_expect_eq(strtoul(found, NULL, 0), value);
    while (strncmp(found, "symbol ", 7) != 0)
        found--;
    line_with(symbols, text("%5lu:", number_after(found, "symbol ")), symbol);
}

/* The PLT slot: what the linker put there, which is code of the PLT; then the function. */
Test(explain, slot) {
    struct result got;
    char *story = story_of(NULL, "./greet", &got);
    const char *worked = after(story, "A PLT slot at its first call: greet calls ");
    unsigned long bias = number_after(story, "The load bias ");
    unsigned long place, before, after_place, function;
    char name[128], library[128];

    cr_assert_eq(sscanf(worked, "%127s", name), 1);
    cr_assert_eq(sscanf(after(worked, "before: slot 0 at "), "%lx holds %lx", &place, &before), 2);
    line_with(runf("readelf -rW ./greet").out, text("%016lx", place - bias), "JUMP_SLOT");
    line_with(runf("objdump -d -j .plt ./greet").out, text("%lx:", before - bias),
              IS_X86_64 ? "push" : "stp"); /* of the number; of PLT[0] */
    cr_assert_eq(sscanf(after(worked, "after:  the slot at "), "%lx holds %lx: %*s in %127s",
                        &after_place, &function, library),
                 3);
    cr_expect_eq(after_place, place);
    char *symbols = runf("readelf --dyn-syms -W %s", path_of(library, "./greet")).out;
    char *symbol = line_with(symbols, "FUNC", text(" %s", name));
    unsigned long value = strtoul(strchr(symbol, ':') + 1, NULL, 16);
    cr_expect_eq(function & 0xfff, value & 0xfff, "%lx %lx", function, value);
}

/* TLS: the block's size and initial values are those of PT_TLS; the word at TP is TP. */
Test(explain, tls) {
    struct result got;
    char *story = story_of(NULL, "./hello", &got);
    unsigned long memory, file, pointer;
    char *header =
        line_with(runf("readelf -lW %s", path_of("libc.so.6", "./hello")).out, "TLS", "0x");

    cr_assert_eq(sscanf(after(header, "TLS"), "%*s %*s %*s %lx %lx", &file, &memory), 2);
    const char *block = after(story, "module 1   libc.so.6");
    const char *sizes = after(block, "│   ");
    cr_expect_eq(strtoul(sizes, NULL, 10), memory, "%s", sizes);
    cr_expect_eq(number_after(sizes, " bytes, "), file, "%s", sizes);
    pointer = number_after(IS_X86_64 ? block : story, " TP = ");
    if (IS_X86_64)
        cr_expect_eq(number_after(block, "The word at TP holds "), pointer);
    else
        cr_expect_eq(number_after(story, " TP + 0x10 = "), pointer + 16);
}

/* ---- stepping ---- */

static char *steps_of(const char *commands, const char *line, struct result *got) {
    const char *folder = scratch();

    need_kernel();
    write_file(text("%s/commands", folder), commands);
    *got = run_myld(EXPLICIT, text("--explain=%s/story --step=%s/commands", folder, folder), line);
    return read_file(text("%s/story", folder));
}

Test(step, through_stages) {
    struct result expected = run("./greet");
    struct result got;
    char *story = steps_of("stage\nstage\nstage\nstage\nstage\ncontinue\n", "./greet", &got);

    compare_results(&expected, &got, COMPARE_ERROR, "--step", "./greet");
    static const char *const stages[] = {"load", "versions", "tls", "libc-before", "relocate"};
    const char *at = story;
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        at = after(at, "step> ");
        at = after(at, text("stage  state=begin  stage=%s", stages[i]));
    }
    at = after(at, "step> continue");
    cr_expect(!strstr(at, "step> "), "%s", at);
    expect_narrow(story);
}

/* `where` names the line of the source that told the event, or led to it. */
Test(step, where) {
    struct result got;
    char *story = steps_of("break greet\nc\nwhere\nc\n", "./greet", &got);
    const char *event = after(story, "slot  from=greet  to=libgreet.so  symbol=greet");
    const char *where = after(event, "step> where");
    unsigned long line = number_after(where, "loader/lazy.c:");
    char *shown = first_line((char *)after(where, "▸ "));
    char *source = first_line(runf("sed -n %lup " SOURCE_FOLDER "/loader/lazy.c", line).out);

    cr_expect(strstr(where, "the code that did it"), "%s", where);
    cr_expect(strstr(source, "tell_slot"), "%s", source);
    cr_expect(strstr(shown, source + strspn(source, " ")), "%s / %s", shown, source);
    after(where, "arch_lazy_trampoline ");
    after(where, "main + ");
}

Test(step, shows) {
    struct result got;
    char *story =
        steps_of("stage\nstage\nshow object\nshow object libgreet.so\nshow maps\nbreak enter\n"
                 "continue\nshow symbol printf\nshow got\nshow nonsense\nnonsense\nc\n",
                 "./greet", &got);
    const char *maps = after(story, "step> show maps");
    const char *symbol = after(story, "step> show symbol printf");
    const char *got_view = after(story, "step> show got");

    after(after(story, "step> show object libgreet.so"), "found by rule runpath");
    after(maps, "libgreet.so");
    after(maps, emulated() ? "[heap]" : "[stack]"); /* its stack has no name then */
    after(symbol, ": found. st_value ");
    after(got_view, "→ __cxa_finalize in libc.so.6");
    after(got_view, "show maps, show got, show symbol NAME, show object NAME");
    after(after(story, "step> nonsense"), "where  ");
    after(after(story, "step> nonsense"), "nonsense is no command.");
    cr_expect(!strstr(story, "\n  0x0\n"), "frames beyond the first function:\n%s", story);
    cr_expect_eq(got.exit, run("./greet").exit);
}

/* Each event by itself; and the end of the commands lets the program run. */
Test(step, through_events) {
    struct result expected = run("./greet");
    struct result got;
    char *story = steps_of("next\nnext\n\nn\n", "./greet", &got);

    compare_results(&expected, &got, COMPARE_ERROR, "--step", "./greet");
    const char *at = after(story, "trace  schema=2");
    at = after(at, "stage  state=begin  stage=load");
    at = after(at, "object  object=greet  kind=program");
    at = after(at, "map  object=greet");
    after(at, "segment  object=greet");
}

/* Slots hold the file's addresses until the load bias is added; the hash of a name is one number.
 */
Test(step, before_relocation) {
    struct result got;
    char *story = steps_of("s\ns\ns\nshow got\nshow symbol printf\nc\n", "./lazy_now", &got);

    after(after(story, "step> show got"), "to come: lazy_now + 0x");
    after(story, "h(printf) = 0x156b2bb8");
    cr_expect_eq(got.exit, run("./lazy_now").exit);
}

Test(step, quits) {
    struct result got;
    char *story = steps_of("stage\nquit\n", "./greet", &got);

    cr_expect_eq(got.exit, 0);
    cr_expect_str_eq(got.out, "");
    after(story, "The program was ended.");
}

/* On a terminal it asks there, whatever standard input is. */
Test(step, on_a_terminal) {
    need_kernel();
    struct result got = runf("sh -c '(sleep 1; echo stage; sleep 1; echo continue; sleep 1) | "
                             "script -qec \"%s --step %s/hello </dev/null\" /dev/null'",
                             myld(), samples());
    after(got.out, "step> ");
    after(got.out, "stage  state=begin  stage=load");
    after(got.out, "hello");
    after(got.out, " The end ");
}

/* ---- another machine, in its emulator ---- */

/* The loader for aarch64 and this machine's storyteller, which reads the emulated process's memory
 * and files as its own. */
Test(explain, aarch64) {
    const char *folder = scratch();
    const char *other = SOURCE_FOLDER "/build/aarch64";

    if (emulated() || access(text("%s/samples/greet", other), R_OK) ||
        run("qemu-aarch64-static --version").exit)
        cr_skip_test("make ARCH=aarch64 all samples, qemu-user-static");
    cr_assert_eq(runf("cp %s/myld " EXPLAIN " %s", other, folder).exit, 0);
    write_file(text("%s/commands", folder), "break greet\nc\nwhere\nc\n");
    struct result expected =
        runf("qemu-aarch64-static -L %s/root %s/myld %s/samples/greet", other, other, other);
    struct result got = runf("MYLD_EXPLAIN_EMULATOR='qemu-aarch64-static -L %s/root' "
                             "qemu-aarch64-static -L %s/root %s/myld --explain=%s/story "
                             "--step=%s/commands %s/samples/greet",
                             other, other, folder, folder, folder, other);
    char *story = read_file(text("%s/story", folder));

    compare_results(&expected, &got, COMPARE_ERROR, "--explain", "greet for aarch64");
    after(story, "EM_AARCH64");
    after(story, "uses variant I:");
    const char *worked = after(story, "A symbolic relocation by hand: greet wants ");
    cr_expect_eq(number_after(worked, "→ write S + A = "), number_after(worked, " now holds "));
    after(worked, ": found. st_value ");
    after(after(story, "step> where"), "▸ ");
    after(story, "arch_lazy_trampoline         arch/aarch64/trampoline.S:");
    expect_narrow(story);
}

/* ---- the page for newcomers ---- */

/* Every command of docs/tour.md prints what the page says. */
Test(explain, tour, .timeout = 150) {
    if (emulated() || strcmp(myld(), BUILD_FOLDER "/myld") != 0)
        cr_skip_test("the page is about the loader of this machine");
    int status = system("cd " SOURCE_FOLDER " && unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES && "
                        "exec /usr/bin/python3 -I tests/run/tour.py docs/tour.md");
    cr_expect_eq(status, 0, "see above");
}
