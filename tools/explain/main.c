/*
 * myld-explain: tells the story of a run, stage by stage, from the loader's events.
 *
 *     myld --explain PROGRAM …     myld becomes this program, which starts myld again
 *     myld --step PROGRAM …
 *
 * In: the arguments that myld got; the events of its child. Out: the story on standard error, or in
 * a file; the child's status.
 */
#define _GNU_SOURCE
#include "page.h"
#include "run.h"
#include "step.h"
#include "story.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct explainer {
    struct story story;
    struct step *step; /* NULL: --explain */
};

static void take_line(void *context, char *line, size_t length) {
    struct explainer *explainer = context;
    struct event event;

    if (!event_read(&event, line, length))
        return;
    story_take(&explainer->story, &event);
    if (explainer->step)
        step_take(explainer->step, &event);
}

static char hold(void *context) {
    struct explainer *explainer = context;

    page_flush();
    if (explainer->step)
        return step_hold(explainer->step);
    return 's';
}

/* -- arguments -- */

struct arguments {
    const char *output;   /* --explain=FILE */
    const char *commands; /* --step=FILE */
    bool step;
    const char *emulator; /* MYLD_EXPLAIN_EMULATOR: words before the loader */
    char *loader;         /* the loader's file */
};

static bool starts(const char *word, const char *prefix) {
    return !strncmp(word, prefix, strlen(prefix));
}

/* Takes one of our own words. False: it is none. */
static bool take_word(struct arguments *arguments, const char *word) {
    const char *value = strchr(word, '=');

    if (strcmp(word, "--step") == 0 || starts(word, "--step=")) {
        arguments->step = true;
        arguments->commands = value ? value + 1 : arguments->commands;
        return true;
    }
    if (strcmp(word, "--explain") != 0 && !starts(word, "--explain="))
        return false;
    arguments->output = value ? value + 1 : arguments->output;
    return true;
}

/* The loader is beside this program: "myld" beside "myld-explain". */
static char *find_loader(void) {
    static const char suffix[] = "-explain";
    char *path = realpath("/proc/self/exe", NULL);
    size_t length = path ? strlen(path) : 0;

    if (length <= strlen(suffix) || strcmp(path + length - strlen(suffix), suffix) != 0) {
        fputs("myld-explain: cannot tell which loader it belongs to\n", stderr);
        exit(127);
    }
    path[length - strlen(suffix)] = 0;
    return path;
}

/* The name by which the user called the loader, where that leads to its file. */
static const char *name_of_loader(const char *called, const char *file) {
    struct stat one;
    struct stat other;
    bool same = strchr(called, '/') && stat(called, &one) == 0 && stat(file, &other) == 0 &&
                one.st_dev == other.st_dev && one.st_ino == other.st_ino;
    return same ? called : file;
}

/* Removes our own words; the others are the loader's. All that comes before the first of them was
 * read by the loader already, so no value of an option is taken for one. */
static void take_words(struct arguments *arguments, char **words) {
    char **to = words + 1;
    bool found = false;
    bool over = false;

    for (char **from = words + 1; *from; from++) {
        bool ours = !over && take_word(arguments, *from);
        found |= ours;
        over |= found && !ours;
        if (!ours)
            *to++ = *from;
    }
    *to = NULL;
    if (!found) {
        fprintf(stderr, "usage: myld --explain[=FILE] | --step[=COMMANDS] [OPTION]... PROGRAM "
                        "[ARGUMENT]...\n");
        exit(1);
    }
}

static int start(const struct arguments *arguments, char **words, const struct listener *listener) {
    const char *file = name_of_loader(words[0], arguments->loader);
    const char *emulator = arguments->emulator;
    size_t count = 0;
    size_t leading = 0;

    while (words[count])
        count++;
    char *copy = strdup(emulator ? emulator : "");
    char **command = calloc(count + (copy ? strlen(copy) : 0) + 2, sizeof *command);
    if (!copy || !command)
        abort();
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        command[leading++] = word;
    memcpy(command + leading, words, count * sizeof *command);
    if (leading)
        command[leading] = (char *)file;
    int status = run_program(command, leading ? command[0] : file, leading + 1, listener);
    free(command);
    free(copy);
    return status;
}

int main(int count, char **words) {
    struct arguments arguments = {.emulator = getenv("MYLD_EXPLAIN_EMULATOR"),
                                  .loader = find_loader()};
    static struct explainer explainer;
    struct listener listener = {&explainer, take_line, hold};
    FILE *out = stderr;

    (void)count;
    take_words(&arguments, words);
    if (arguments.output && !(out = fopen(arguments.output, "we"))) {
        fprintf(stderr, "%s: %s: %s\n", words[0], arguments.output, strerror(errno));
        return 127;
    }
    page_open(out);
    if (arguments.step)
        explainer.step = step_open(&explainer.story, arguments.commands, arguments.loader);
    int status = start(&arguments, words, &listener);
    if (status < 0)
        return 127;
    story_end(&explainer.story, status);
    run_end_like(status);
}
