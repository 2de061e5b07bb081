/*
 * graphs [--libc musl] [--show | --reduce] [--keep FOLDER] FIRST [COUNT]: makes the random library
 * graphs of the seeds FIRST, FIRST + 1, …, runs each under the system's loader and under myld, and
 * prints where they differ. Status 1 when some do.
 *
 * --show prints the graph, too; --reduce makes it as small as the difference allows before. With
 * --keep the files stay in FOLDER. Environment: MYLD, the loader under test; GLIBC_TUNABLES, for
 * the programs.
 */
#define _GNU_SOURCE
#include "run.h"
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
    enum libc libc;
    bool show, reduce;
    const char *folder;
    uint64_t first, count;
};

struct tally {
    uint64_t same, different, faults, started;
};

static struct options read_options(char **words) {
    struct options options = {.count = 1};
    for (words++; *words && **words == '-'; words++) {
        if (!strcmp(*words, "--show"))
            options.show = true;
        else if (!strcmp(*words, "--reduce"))
            options.reduce = options.show = true;
        else if (!strcmp(*words, "--libc") && words[1])
            options.libc = !strcmp(*++words, "musl") ? LIBC_MUSL : LIBC_GLIBC;
        else if (!strcmp(*words, "--keep") && words[1])
            options.folder = *++words;
        else
            errx(2, "unknown option %s", *words);
    }
    if (!*words)
        errx(2, "which seed?");
    options.first = strtoull(words[0], NULL, 10);
    if (words[1])
        options.count = strtoull(words[1], NULL, 10);
    return options;
}

/* The first line in which the outcomes differ, in the words of the first; "" where they do not. */
static const char *first_difference(const struct outcome *native, const struct outcome *got) {
    static char line[200];
    const char *a = strcmp(native->out, got->out) ? native->out : native->error;
    const char *b = strcmp(native->out, got->out) ? got->out : got->error;
    size_t start = 0;
    for (size_t i = 0; a[i] && a[i] == b[i]; i++)
        if (a[i] == '\n')
            start = i + 1;
    snprintf(line, sizeof line, "%.*s", (int)strcspn(a + start, "\n"), a + start);
    return line;
}

static char difference[200]; /* the one that is looked for */

static bool differs(const struct graph *graph) {
    struct outcome native = run_graph(graph, false), got = run_graph(graph, true);
    bool answer = !outcome_is_fault(&native) && !outcomes_agree(&native, &got) &&
                  !strcmp(difference, first_difference(&native, &got));
    outcome_free(&native);
    outcome_free(&got);
    return answer;
}

static int fault; /* the status of the fault that is looked for */

static bool faults(const struct graph *graph) {
    struct outcome native = run_graph(graph, false);
    bool answer = outcome_is_fault(&native) && native.status == fault;
    outcome_free(&native);
    return answer;
}

/* From the first line that is not the same. */
static void print_difference(const char *what, const char *native, const char *got) {
    size_t line = 0;
    for (size_t i = 0; native[i] && native[i] == got[i]; i++)
        if (native[i] == '\n')
            line = i + 1;
    if (strcmp(native, got))
        printf("%s, natively:\n%.600s\n%s, myld:\n%.600s\n", what, native + line, what, got + line);
}

static void report(struct graph *graph, const struct options *options, graph_test *test) {
    if (options->reduce)
        graph_reduce(graph, test);
    if (options->show)
        graph_show(graph, stdout);
    struct outcome native = run_graph(graph, false), got = run_graph(graph, true);
    printf("seed %llu: status %d natively, %d under myld\n", (unsigned long long)graph->seed,
           native.status, got.status);
    if (options->show)
        printf("output natively:\n%s", native.out);
    print_difference("output", native.out, got.out);
    print_difference("error", native.error, got.error);
    outcome_free(&native);
    outcome_free(&got);
}

static void compare(const struct options *options, uint64_t seed, struct tally *tally) {
    struct graph graph;
    graph_make(&graph, seed, options->libc);
    struct outcome native = run_graph(&graph, false), got = run_graph(&graph, true);
    bool no_measure = outcome_is_fault(&native), agree = outcomes_agree(&native, &got);
    tally->started += strstr(native.out, "main main\n") != NULL;
    tally->faults += no_measure;
    tally->same += !no_measure && agree;
    tally->different += !no_measure && !agree;
    fault = native.status;
    snprintf(difference, sizeof difference, "%s", first_difference(&native, &got));
    outcome_free(&native);
    outcome_free(&got);
    if (no_measure) {
        printf("the system's loader fails:\n");
        report(&graph, options, faults);
    } else if (!agree || options->show) {
        report(&graph, options, differs);
    }
}

int main(int argc, char **argv) {
    struct options options = read_options(argv);
    struct tally tally = {0};
    const char *chosen = getenv("MYLD");
    char folder[] = "/tmp/graphs-XXXXXX", command[80];
    (void)argc;
    loaders.tested = chosen && *chosen ? chosen : BUILD_FOLDER "/myld";
    loaders.native[LIBC_GLIBC] = NATIVE_LOADER;
    loaders.native[LIBC_MUSL] = NATIVE_MUSL;
    if (chdir(options.folder ? options.folder : mkdtemp(folder)))
        err(2, "chdir");
    for (uint64_t i = 0; i < options.count; i++)
        compare(&options, options.first + i, &tally);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (!options.folder && (chdir("/") || system(command)))
        warn("%s", folder);
    printf("%llu same, %llu different, %llu no measure, %llu reached main\n",
           (unsigned long long)tally.same, (unsigned long long)tally.different,
           (unsigned long long)tally.faults, (unsigned long long)tally.started);
    return tally.different || tally.faults;
}
