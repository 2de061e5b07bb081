/*
 * myld-report: makes one self-contained page from a trace of myld, or from two to be compared.
 *
 *     myld-report TRACE -o report.html
 *     myld-report BEFORE AFTER -o changes.html
 *
 * In: JSON lines (docs/events.md). Out: HTML; status 0, or 1 with a message and no page.
 */
#include "page.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TRACES_MAX = 2, STATUS_USAGE = 2 };

struct arguments {
    const char *out;
    const char *paths[TRACES_MAX];
    int count;
    bool partial;
};

static const char usage[] =
    "usage: myld-report [-o FILE] [--partial] TRACE [TRACE]\n"
    "\n"
    "Makes a page from a trace that `myld --trace=TRACE PROGRAM` has written; with two traces, "
    "the\n"
    "page also tells what changed from the first to the second. TRACE \"-\" is standard input.\n"
    "\n"
    "  -o FILE     the page (default: report.html); \"-\" is standard output\n"
    "  --partial   of a damaged trace, show what comes before the damage\n"
    "  --help      this text\n";

static _Noreturn void misused(const char *what, const char *which) {
    fprintf(stderr, "myld-report: %s%s\n%s", what, which, usage);
    exit(STATUS_USAGE);
}

static struct arguments read_arguments(char **words) {
    struct arguments arguments = {.out = "report.html"};
    bool options = true;

    while (*++words) {
        if (!options || **words != '-' || !(*words)[1]) {
            if (arguments.count == TRACES_MAX)
                misused("more than two traces: ", *words);
            arguments.paths[arguments.count++] = *words;
        } else if (!strcmp(*words, "--")) {
            options = false;
        } else if (!strcmp(*words, "--partial")) {
            arguments.partial = true;
        } else if (!strcmp(*words, "--help")) {
            fputs(usage, stdout);
            exit(0);
        } else if (!strncmp(*words, "-o", 2)) {
            arguments.out = (*words)[2] ? *words + 2 : *++words;
            if (!arguments.out)
                misused("-o without a file", "");
        } else {
            misused("unknown option ", *words);
        }
    }
    if (!arguments.count)
        misused("no trace given", "");
    return arguments;
}

/* Writes the page. A page that could not be written as a whole is removed. */
static int write_page(const char *path, const struct strings *strings, const struct trace *traces,
                      int count) {
    bool standard = !strcmp(path, "-");
    FILE *out = standard ? stdout : fopen(path, "we");

    if (!out) {
        fprintf(stderr, "myld-report: %s: %s\n", path, strerror(errno));
        return 1;
    }
    page_write(out, strings, traces, count);
    bool failed = ferror(out);
    if (fclose(out) || failed) {
        fprintf(stderr, "myld-report: %s: %s\n", path, strerror(errno));
        if (!standard)
            unlink(path);
        return 1;
    }
    return 0;
}

int main(int argument_count, char **words) {
    struct arguments arguments = read_arguments(words);
    struct strings strings = {0};
    struct trace traces[TRACES_MAX];

    (void)argument_count;
    for (int i = 0; i < arguments.count; i++) {
        char *fault = trace_read(&traces[i], &strings, arguments.paths[i], arguments.partial);
        if (fault) {
            fprintf(stderr, "myld-report: %s\n", fault);
            return 1;
        }
        if (traces[i].cut)
            fprintf(stderr, "myld-report: %s\nmyld-report: the page shows what comes before\n",
                    traces[i].cut);
    }
    return write_page(arguments.out, &strings, traces, arguments.count);
}
