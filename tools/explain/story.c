/*
 * The order of the story: which chapter an event belongs to.
 *
 * In: events. Out: chapters on the page. What a chapter says stands in story_*.c.
 */
#include "story.h"
#include "page.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* Events with a chapter, or a part of one, of their own. */
static const struct {
    const char *kind;
    void (*tell)(struct story *story, const struct event *event);
} parts[] = {
    {"trace", story_start},     {"execute", story_static},    {"search", story_search},
    {"folders", story_search},  {"skip", story_search},       {"try", story_search},
    {"group", story_loaded},    {"version", story_version},   {"relocate", story_relocation},
    {"bind", story_relocation}, {"ifunc", story_relocation},  {"copy", story_relocation},
    {"protect", story_protect}, {"construct", story_call},    {"destruct", story_call},
    {"call", story_call},       {"enter", story_enter},       {"slot", story_slot},
    {"dlopen", story_service},  {"dlclose", story_service},   {"dlsym", story_service},
    {"unload", story_service},  {"tls_block", story_service}, {"thread", story_service},
    {"error", story_service},   {"message", story_service},
};

static const struct {
    const char *stage;
    void (*tell)(struct story *story);
} ends[] = {
    {"versions", story_versions},
    {"libc-before", story_tls},
    {"relocate", story_relocated},
    {"announce", story_announced},
};

static void take_stage(struct story *story, const struct event *event) {
    const char *stage = event_text(event, "stage");
    bool begins = event_says(event, "state", "begin");

    for (size_t i = 0; !begins && !story->running && i < sizeof ends / sizeof *ends; i++)
        if (!strcmp(ends[i].stage, stage))
            ends[i].tell(story);
    if (begins && !story->running && !strcmp(stage, "libc-after"))
        story_libc(story);
    if (begins && !strcmp(stage, "init"))
        story->running = true;
    if (begins && !story->entered && !strcmp(stage, "init"))
        story_constructors(story);
    if (begins && !strcmp(stage, "fini") && !story->ended) {
        story->ended = true;
        page_chapter("The program ends: destructors", "loader/init.c, docs/09-init.md");
    }
}

/* Says once of each process that it is not ours, of the first ones at least. */
static void take_stranger(struct story *story, const struct event *event) {
    int64_t pid = event_number(event, "pid");

    for (int i = 0; i < story->stranger_count; i++)
        if (story->strangers[i] == pid)
            return;
    if (story->stranger_count == STRANGERS_MAX)
        return;
    story->strangers[story->stranger_count++] = pid;
    page_mark("process %jd was made by fork: it goes on with all that is loaded. Its own steps are",
              (intmax_t)pid);
    page_mark("not told%s; --trace=FILE writes them down.",
              story->stranger_count == STRANGERS_MAX ? ", nor that others are made" : "");
}

void story_take(struct story *story, const struct event *event) {
    world_take(&story->world, event);
    if (event_number(event, "pid") != story->world.pid) {
        take_stranger(story, event);
        return;
    }
    story_slot_after(story);
    if (event_is(event, "stage"))
        take_stage(story, event);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (event_is(event, parts[i].kind))
            parts[i].tell(story, event);
    if (event_is(event, "dynamic") &&
        event_number(event, "object") == world_program(&story->world)->number)
        story_program(story);
}

void story_end(struct story *story, int status) {
    const struct world *world = &story->world;

    story_slot_after(story);
    page_chapter("The end", NULL);
    if (WIFSIGNALED(status))
        page_text("Signal %d (%s) ended the process.", WTERMSIG(status),
                  strsignal(WTERMSIG(status)));
    else
        page_text("The process ended with status %d.", WEXITSTATUS(status));
    if (WIFEXITED(status) && story->entered && !story->ended && *world->libc &&
        strcmp(world->libc, "none") != 0)
        page_text("No destructors have run: it ended by _exit, or executed another program, which "
                  "took its place and of which this story knows nothing.");
    if (world->count)
        page_text(
            "Of its loading %s came: %s, %s bound at the start or by dlopen, %s by first calls.",
            page_count(world->events, "event"), page_count(world->count, "object"),
            page_count(world->binds, "reference"), page_count(world->first_calls, "slot"));
    page_flush();
}
