/*
 * myld-report: the data in a page is the trace's, field by field (check_page.py); bad traces end in
 * a message with the line, and in no page.
 */
#include "support.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REPORT BUILD_FOLDER "/myld-report"
#define CHECK_PAGE "/usr/bin/python3 -I " SOURCE_FOLDER "/tests/run/check_page.py "

static char *read_file(const char *path, size_t *length) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;

    cr_assert(file >= 0 && fstat(file, &status) == 0, "%s", path);
    char *bytes = malloc((size_t)status.st_size + 1);
    cr_assert(read(file, bytes, (size_t)status.st_size) == status.st_size);
    bytes[status.st_size] = 0;
    *length = (size_t)status.st_size;
    close(file);
    return bytes;
}

static void write_file(const char *path, const char *bytes, size_t length) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    cr_assert(file >= 0 && write(file, bytes, length) == (ssize_t)length);
    close(file);
}

/* ---- traces of real runs ---- */

static const char *const runs[] = {
    "./hello",
    "./greet",
    "LD_BIND_NOW=1 ./greet",
    "LD_PRELOAD='./libinterpose.so ./nowhere.so' ./greet",
    "./copy",
    "./ifunc",
    "./relr",
    "./tls_dlopen ./libtls_gd.so gd",
    "./plugin_host open=./libplugin_one.so call=plugin_run close mapped=libplugin_one",
    "./plugin_host now=./libplugin_bad.so open=nowhere.so default=puts",
    "./hello_nolibc",
    "./hello_static",
    "./musl/hello",
    "/bin/ls -l /",
    "/nowhere/program",
    "/usr/bin/python3 -I -c 'import os\nprint(os.fork() and os.waitpid(-1, 0)[1])'",
    "/usr/bin/python3 -I -c 'import os\nif not os.fork():\n import ctypes\n os.fork() or "
    "__import__(\"zlib\")\nos.wait()'",
};

TABLE_TEST(report, holds_the_trace, runs) {
    const char *folder = scratch();

    run_myld(EXPLICIT, text("--trace=%s/t.json --trace-detail=all", folder), *row);
    struct result made = runf(REPORT " %s/t.json -o %s/page.html", folder, folder);
    cr_assert(made.exit == 0 && !*made.out && !*made.error, "%s: %s", *row, made.error);
    struct result checked = runf(CHECK_PAGE "%s/page.html %s/t.json", folder, folder);
    cr_expect(checked.exit == 0, "%s: %s%s", *row, checked.out, checked.error);
}

/* A shell and its children in one file: processes that execute programs, and such that only fork.
 */
Test(report, many_processes) {
    const char *folder = scratch();

    run_myld(
        BIND, NULL,
        text("MYLD_TRACE=%s/t.json /bin/sh -c './greet; (echo x); ./musl/hello | cat'", folder));
    struct result made = runf(REPORT " %s/t.json -o %s/page.html", folder, folder);
    cr_assert(made.exit == 0, "%s", made.error);
    struct result checked = runf(CHECK_PAGE "%s/page.html %s/t.json", folder, folder);
    cr_expect(checked.exit == 0, "%s%s", checked.out, checked.error);
}

Test(report, two_traces_and_pipes) {
    const char *folder = scratch();

    run_myld(EXPLICIT, text("--trace=%s/a.json", folder), "./greet");
    run_myld(EXPLICIT, text("--trace=%s/b.json --preload ./libinterpose.so", folder), "./greet");
    struct result made =
        runf("sh -c 'cd %s && " REPORT " - b.json -o - <a.json >page.html'", folder);
    cr_assert(made.exit == 0 && !*made.error, "%s", made.error);
    struct result checked =
        runf(CHECK_PAGE "%s/page.html %s/a.json %s/b.json", folder, folder, folder);
    cr_expect(checked.exit == 0, "%s%s", checked.out, checked.error);
}

/* ---- bad traces ---- */

#define STAMP "\"time\":1,\"pid\":7,\"tid\":8"
#define BEGUN                                                                                      \
    "{\"event\":\"trace\"," STAMP ",\"schema\":2,\"loader\":\"l\",\"machine\":\"m\","              \
    "\"started\":\"command\",\"arguments\":[\"p\"],\"page_size\":4096,\"clock\":0,\"date\":0,"     \
    "\"parent\":1,\"detail\":\"basic\"}\n"
#define OBJECT                                                                                     \
    "{\"event\":\"object\"," STAMP ",\"object\":1,\"kind\":\"program\",\"path\":\"/p\","           \
    "\"space\":0,\"device\":0,\"inode\":0}\n"
#define BOUND                                                                                      \
    "{\"event\":\"bind\"," STAMP                                                                   \
    ",\"from\":1,\"symbol\":\"s\",\"rule\":\"undefined\",\"scope\":0,"                             \
    "\"position\":0,\"type\":\"R\",\"place\":\"0x4000\",\"value\":\"0x0\"}\n"
#define AGAIN(places)                                                                              \
    "{\"event\":\"again\"," STAMP ",\"type\":\"T\",\"value\":\"0x1\",\"places\":[" places "]}\n"

static const struct {
    const char *trace;
    const char *fault; /* after "myld-report: t.json:"; NULL: there is none */
} handmade[] = {
    {BEGUN, NULL},
    {BEGUN OBJECT, NULL},
    /* what is not known is passed over; check_page.py, too, knows it by its name */
    {BEGUN "{\"event\":\"unknown_tea\"," STAMP ",\"sugar\":{\"lumps\":[1,{\"x\":\"]\"}]}}\n" OBJECT,
     NULL},
    {BEGUN "{\"event\":\"libc\"," STAMP ",\"libc\":\"musl\",\"unknown_new\":[1,2]}\n", NULL},
    {BEGUN "{\"event\":\"libc\"," STAMP ",\"libc\":\"musl\",\"object\":null}\n",
     "2: \"object\" of \"libc\" is not the number of an object"},
    /* bytes that are no UTF-8, escapes, words above 2^53 */
    {BEGUN OBJECT "{\"event\":\"enter\"," STAMP ",\"object\":1,\"entry\":\"0xffffffffffffff80\","
                  "\"stack\":\"0x8000000000000000\"}\n",
     NULL},
    {BEGUN "{\"event\":\"error\"," STAMP ",\"text\":\"\\u00e9\\ud83d\\ude00\\\"</script>\"}\n",
     NULL},
    {BEGUN OBJECT BOUND AGAIN("\"0x4010\",\"0x4020\"") BOUND AGAIN("\"0x4030\""), NULL},
    {BEGUN "{\"event\":\"libc\",\"time\":1,\"pid\":7,\"libc\":\"musl\"}\n",
     NULL}, /* the first thread */
    /* no trace at all */
    {"", "0: the file is empty"},
    {"\n", "1: no object of JSON: this is no line of a trace"},
    {"\x7f"
     "ELF\x02\x01",
     "1: no object of JSON: this is no line of a trace: the trace was cut off here"},
    {"{\"traceEvents\":[]}\n",
     "1: begins with \"traceEvents\", not with \"event\": this is no line of a trace"},
    {"{\"event\":\"tea\"}\n", "1: no \"trace\" event: this is no trace of myld"},
    {"{}\n", "1: an empty object"},
    {OBJECT, "1: begins with \"object\", not with \"trace\": its beginning is missing"},
    {"{\"event\":\"trace\"," STAMP ",\"schema\":3}\n", "1: schema 3: this tool reads schema 2"},
    /* a line that is cut, or damaged */
    {BEGUN "{\"event\":\"li",
     "2: the line ends within a string (column 13): the trace was cut off here"},
    {BEGUN "{\"event\":\"libc\"," STAMP,
     "2: the line ends within the object (column 41): the trace was cut off here"},
    {BEGUN "{\"event\":\"libc\"" STAMP "}\n" OBJECT, "2: no comma between two members (column 16)"},
    {BEGUN "{\"event\":\"libc\"," STAMP "} x\n", "2: something follows the object (column 43)"},
    {BEGUN "{\"event\":\"libc\"," STAMP ",\"libc\":\"\\q\"}\n",
     "2: an escape that JSON does not have (column 50)"},
    {BEGUN "{\"event\":\"libc\"," STAMP ",\"libc\":\"a\tb\"}\n",
     "2: a control character in a string (column 51)"},
    {BEGUN "{\"event\":\"libc\"," STAMP ",\"libc\":glibc}\n", "2: no value of JSON (column 49)"},
    {BEGUN "{\"event\":\"group\"," STAMP ",\"objects\":[1,}\n",
     "2: brackets that do not match (column 56)"},
    /* fields that are missing, of another type, or name nothing */
    {BEGUN "{\"event\":\"libc\",\"pid\":7}\n", "2: \"libc\" without \"time\""},
    {BEGUN "{\"event\":\"libc\"," STAMP ",\"libc\":3}\n", "2: \"libc\" of \"libc\" is not a text"},
    {BEGUN "{\"event\":\"libc\",\"time\":-1}\n", "2: \"time\" of \"libc\" is not a whole number"},
    {BEGUN "{\"event\":\"libc\",\"time\":1.5}\n", "2: \"time\" of \"libc\" is not a whole number"},
    {BEGUN "{\"event\":\"libc\",\"time\":99999999999999999999}\n",
     "2: \"time\" of \"libc\" is not a whole number"},
    {BEGUN "{\"event\":\"libc\"," STAMP ",\"object\":1}\n",
     "2: \"libc\" names object 1, which has not appeared"},
    {BEGUN OBJECT "{\"event\":\"enter\"," STAMP ",\"object\":1,\"entry\":\"main\"}\n",
     "3: \"entry\" of \"enter\" is not an address, \"0x…\""},
    {BEGUN OBJECT "{\"event\":\"group\"," STAMP ",\"root\":1,\"objects\":[1,2]}\n",
     "3: \"group\" names object 2, which has not appeared"},
    {BEGUN OBJECT "{\"event\":\"group\"," STAMP ",\"root\":1,\"objects\":[\"1\"]}\n",
     "3: \"objects\" of \"group\" is not a list of objects"},
    {BEGUN AGAIN("\"0x4010\""), "2: \"again\" without a \"bind\" before it"},
    {BEGUN OBJECT BOUND AGAIN("\"0x4010\",16"),
     "4: \"places\" of \"again\" is not a list of addresses"},
};

TABLE_TEST(report, judges, handmade) {
    const char *folder = scratch();

    write_file(text("%s/t.json", folder), row->trace, strlen(row->trace));
    struct result got = runf("sh -c 'cd %s && exec " REPORT " t.json -o page.html'", folder);
    cr_expect(got.exit == (row->fault ? 1 : 0) && !*got.out, "%s: exit %d", row->trace, got.exit);
    cr_expect_str_eq(got.error, row->fault ? text("myld-report: t.json:%s\n", row->fault) : "");
    cr_expect_eq(access(text("%s/page.html", folder), F_OK) == 0, !row->fault, "%s", row->trace);
    if (!row->fault)
        cr_expect_eq(runf("sh -c 'cd %s && " CHECK_PAGE "page.html t.json'", folder).exit, 0, "%s",
                     row->trace);
}

/* A trace may end anywhere, where the process did. */
Test(report, cut_anywhere) {
    const char *folder = scratch();
    size_t length;

    run_myld(EXPLICIT, text("--trace=%s/whole.json", folder), "./greet");
    char *bytes = read_file(text("%s/whole.json", folder), &length);
    for (size_t at = 1; at < length; at += 1 + length / 40) {
        bool whole_line = bytes[at - 1] == '\n';
        write_file(text("%s/t.json", folder), bytes, at);
        struct result got = runf(REPORT " %s/t.json -o %s/page.html", folder, folder);
        bool complete = whole_line || bytes[at] == '\n';
        cr_expect(got.exit == (complete ? 0 : 1), "cut at %zu: exit %d signal %d", at, got.exit,
                  got.signal);
        cr_expect(complete || strstr(got.error, ": the trace was cut off here\n"), "%s", got.error);
        struct result partial = runf(REPORT " --partial %s/t.json -o %s/page.html", folder, folder);
        cr_expect(partial.exit == (memchr(bytes, '\n', at) || complete ? 0 : 1), "cut at %zu", at);
    }
}

/* Damaged bytes end in a page or in a message with the line, never in a signal. */
Test(report, damaged_anywhere) {
    const char *folder = scratch();
    size_t length;
    unsigned random = 1;

    run_myld(EXPLICIT, text("--trace=%s/whole.json", folder), "./greet");
    char *bytes = read_file(text("%s/whole.json", folder), &length);
    for (int i = 0; i < 120; i++) {
        random = random * 1103515245 + 12345;
        size_t at = (random >> 4) % length;
        char old = bytes[at];
        bytes[at] = "\"\\{}[]:,0x9-\n\xff\0e"[i % 16];
        write_file(text("%s/t.json", folder), bytes, length);
        struct result got = runf(REPORT " %s/t.json -o %s/page.html", folder, folder);
        cr_expect(got.exit == 0 || (got.exit == 1 && strstr(got.error, "t.json:")),
                  "byte %zu: exit %d signal %d %s", at, got.exit, got.signal, got.error);
        bytes[at] = old;
    }
}

/* ---- the command ---- */

static const struct {
    const char *words;
    int exit;
    const char *says;
} commands[] = {
    {"", 2, "myld-report: no trace given\nusage: "},
    {"a b c", 2, "myld-report: more than two traces: c\nusage: "},
    {"--tea a", 2, "myld-report: unknown option --tea\nusage: "},
    {"a -o", 2, "myld-report: -o without a file\nusage: "},
    {"nowhere.json", 1, "myld-report: nowhere.json: No such file or directory\n"},
    {".", 1, "myld-report: .:0: Is a directory\n"},
    {"--help", 0, ""},
};

TABLE_TEST(report, command, commands) {
    struct result got = runf(REPORT " %s", row->words);

    cr_expect(got.exit == row->exit && !strncmp(got.error, row->says, strlen(row->says)),
              "%s: %d %s", row->words, got.exit, got.error);
    cr_expect(row->exit || strstr(got.out, "usage: myld-report"), "%s", got.out);
}

Test(report, cannot_write) {
    const char *folder = scratch();

    run_myld(EXPLICIT, text("--trace=%s/t.json", folder), "./hello");
    struct result no_folder = runf(REPORT " %s/t.json -o %s/nowhere/page.html", folder, folder);
    cr_expect(no_folder.exit == 1 && strstr(no_folder.error, "No such file"), "%s",
              no_folder.error);
    struct result full = runf("sh -c '" REPORT " %s/t.json -o - >/dev/full'", folder);
    cr_expect(full.exit == 1 && strstr(full.error, "No space left"), "%s", full.error);
}
