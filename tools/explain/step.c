/*
 * Waits at stages and events, and does what it is told meanwhile.
 *
 * In: commands, a line each, from the terminal or a file. Out: views on the page; the answer to the
 * loader, which waits.
 */
#define _GNU_SOURCE
#include "step.h"
#include "page.h"
#include "show.h"
#include "source.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { BREAKS_MAX = 16 };

struct step {
    struct story *story;
    FILE *commands;
    bool terminal; /* it shows what is typed */
    enum { EACH_EVENT, EACH_STAGE, NO_MORE } until;
    bool stop; /* the event that came last is one to wait at */
    char *breaks[BREAKS_MAX];
    int break_count;
    char *last; /* the event that came last, in words */
    uint64_t frame;
};

struct step *step_open(struct story *story, const char *commands, const char *loader) {
    struct step *step = calloc(1, sizeof *step);
    const char *path = commands ? commands : "/dev/tty";

    if (!step)
        abort();
    step->story = story;
    step->commands = fopen(path, "re");
    step->terminal = !commands;
    step->until = EACH_STAGE;
    if (!step->commands) {
        fprintf(stderr, "myld-explain: %s: %s%s\n", path, strerror(errno),
                commands ? "" : " (--step=FILE takes commands from a file)");
        exit(127);
    }
    source_open(loader);
    page_text(
        "Stepping: the loader waits at each stage. `next` goes to the next event, `help` tells the "
        "rest.");
    return step;
}

/* -- events -- */

static bool is_break(const struct step *step, const struct event *event) {
    for (int i = 0; i < step->break_count; i++)
        if (event_is(event, step->breaks[i]) || event_says(event, "symbol", step->breaks[i]))
            return true;
    return false;
}

void step_take(struct step *step, const struct event *event) {
    bool ours = event_number(event, "pid") == step->story->world.pid;
    bool stage = (event_is(event, "stage") && event_says(event, "state", "begin")) ||
                 event_is(event, "trace") || event_is(event, "enter") || event_is(event, "execute");

    if (!ours)
        return;
    step->frame = event_address(event, "frame");
    step->stop =
        is_break(step, event) || step->until == EACH_EVENT || (step->until == EACH_STAGE && stage);
    if (step->stop) {
        page_gap();
        show_event(&step->story->world, event);
    }
}

/* -- commands -- */

static void show_help(const char *unknown) {
    if (unknown)
        page_line("%s is no command. These are:", unknown);
    page_line("next, n, or an empty line  to the next event");
    page_line("stage, s                   to the next stage");
    page_line("continue, c                to the next break, or the end");
    page_line(
        "break NAME                 wait at events of this kind (bind, slot …), or of this symbol");
    page_line("delete                     forget all breaks");
    page_line("show maps                  the process's memory");
    page_line("show got [OBJECT]          words of the GOT, and what they point to");
    page_line("show symbol NAME[@VERSION] a lookup, step by step");
    page_line("show object [NAME]         all that is known of an object; a list");
    page_line("where                      the loader's source that this event comes from");
    page_line("quit                       end the program");
}

static void show(const struct world *world, const char *what, const char *name) {
    if (what && !strcmp(what, "maps"))
        show_maps(world);
    else if (what && !strcmp(what, "got"))
        show_got(world, name);
    else if (what && !strcmp(what, "symbol"))
        show_symbol(world, name);
    else if (what && !strcmp(what, "object"))
        show_object(world, name);
    else
        page_line("show maps, show got, show symbol NAME, show object NAME");
}

static void add_break(struct step *step, const char *name) {
    if (!name || step->break_count == BREAKS_MAX) {
        page_line(name ? "No more breaks: delete first." : "break KIND or break SYMBOL");
        return;
    }
    if (!(step->breaks[step->break_count++] = strdup(name)))
        abort();
    page_line("Will wait at %s.", name);
}

static _Noreturn void quit(const struct step *step) {
    if (step->story->world.pid)
        kill((pid_t)step->story->world.pid, SIGKILL);
    page_line("The program was ended.");
    page_flush();
    exit(0);
}

static bool is(const char *word, const char *command) {
    return !strcmp(word, command) || (!word[1] && *word == *command);
}

/* Does one command. Returns true when the loader may go on. */
static bool obey(struct step *step, char *line) {
    char *rest = NULL;
    const char *word = strtok_r(line, " \t\n", &rest);
    const char *first = strtok_r(NULL, " \t\n", &rest);
    const char *second = strtok_r(NULL, " \t\n", &rest);
    const struct world *world = &step->story->world;

    if (!word || is(word, "next"))
        step->until = EACH_EVENT;
    else if (!strcmp(word, "stage") || !strcmp(word, "s"))
        step->until = EACH_STAGE;
    else if (is(word, "continue"))
        step->until = NO_MORE;
    else if (is(word, "quit"))
        quit(step);
    else if (!strcmp(word, "show"))
        return show(world, first, second), false;
    else if (!strcmp(word, "maps") || !strcmp(word, "got") || !strcmp(word, "symbol") ||
             !strcmp(word, "object"))
        return show(world, word, first), false;
    else if (is(word, "where"))
        return source_show(world, step->frame), false;
    else if (is(word, "break"))
        return add_break(step, first), false;
    else if (is(word, "delete"))
        return step->break_count = 0, false;
    else
        return show_help(is(word, "help") ? NULL : word), false;
    return true;
}

char step_hold(struct step *step) {
    char *line = NULL;
    size_t room = 0;
    bool on = !step->stop;

    step->stop = false;
    while (!on) {
        if (step->terminal)
            page_prompt("step> ");
        if (getline(&line, &room, step->commands) <= 0) {
            step->until = NO_MORE;
            step->break_count = 0;
            break;
        }
        if (!step->terminal)
            page_mark("step> %.*s", (int)strcspn(line, "\n"), line);
        on = obey(step, line);
    }
    free(line);
    page_flush();
    return step->until == EACH_EVENT || step->break_count ? 'e' : 's';
}
