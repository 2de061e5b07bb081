/* --why-lib: where a library was looked for, by which rule, and why not.
 *
 * In:  the events of the searches for the name: of everybody who needs it, or, where nobody does,
 * of a search as dlopen in the program (or --in OBJECT) would make it. Out: the rules in their
 * order with the places that each leads to.
 */
#include "load.h"
#include "question.h"
#include "text.h"
#include <string.h>

/* The event "search" that ends the one that begins with `begin`. */
static const struct told *end_of(const struct question *question, const struct told *begin) {
    return question_next(question, begin, EVENT_search);
}

static const char *verdict_text(const struct event_try *try) {
    static const struct {
        char verdict[12];
        char text[40];
    } words[] = {
        {"found", "found"},
        {"no-folder", "no such folder"},
        {"skipped", "no such folder"},
        {"unlisted", "does not list it"},
        {"refused", "not set-user-ID"},
        {"foreign", "of another machine or class"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        if (strcmp(try->verdict, words[i].verdict) == 0 &&
            !(try->reason && strcmp(try->verdict, "refused") == 0))
            return words[i].text;
    return try->reason ? try->reason : try->verdict;
}

/* -- text -- */

/* DT_RUNPATH serves the needs of its own object alone: says whose would have been meant. */
static void print_not_inherited(struct question *question, const struct object *requester) {
    for (const struct object *object = requester->requester; object; object = object->requester)
        if (object->runpath) {
            question_print(question, " (that of %s is not inherited)", question_name(object));
            return;
        }
}

static void print_skip(struct question *question, const struct event_skip *skip) {
    bool runpath = strcmp(skip->rule, "runpath") == 0;
    const char *owner = skip->owner ? question_name(skip->owner) : "";
    question_print(question, "  ");
    if (runpath || strcmp(skip->rule, "rpath") == 0)
        question_print(question, "%s of %s", runpath ? "DT_RUNPATH" : "DT_RPATH", owner);
    else
        question_print_rule(question, skip->rule, skip->owner);
    if (strcmp(skip->reason, "runpath") == 0)
        question_print(question, ": does not count, for it has DT_RUNPATH");
    else if (strcmp(skip->reason, "inhibited") == 0)
        question_print(question, ": inhibited by an option");
    else if (strcmp(skip->reason, "nodeflib") == 0)
        question_print(question, ": %s forbids it (DF_1_NODEFLIB)", owner);
    else
        question_print(question, skip->owner ? ": none" : ": not set");
    if (runpath && strcmp(skip->reason, "none") == 0 && skip->owner)
        print_not_inherited(question, skip->owner);
    question_print(question, "\n");
}

static bool has_no_folder(const struct told *told) {
    return told && told->event.kind == EVENT_try &&
           (strcmp(told->event.try->verdict, "no-folder") == 0 ||
            strcmp(told->event.try->verdict, "skipped") == 0);
}

static size_t widest_place(const struct told *from, const struct told *to) {
    size_t width = 0;
    for (; from != to; from = from->next)
        if (from->event.kind == EVENT_try && !has_no_folder(from))
            width = max_size(width, strlen(from->event.try->path));
    return width;
}

/* Places whose folders are missing, most of them subfolders for certain processors, in one line.
 * Returns the last one. */
static const struct told *print_missing_folders(struct question *question, const struct told *told,
                                                size_t width) {
    size_t count = 1;
    const struct told *first = told;
    for (; has_no_folder(told->next); told = told->next)
        count++;
    char text[40];
    format_text(text, sizeof text, "… %lu places", count);
    question_print(question, "    ");
    question_column(question, count == 1 ? first->event.try->path : text,
                    count == 1 ? width : width + 2); /* the dots are one column of three bytes */
    question_print(question, count == 1 ? "no such folder\n" : "no such folders\n");
    return told;
}

static void print_rules_left(struct question *question, const char *rule) {
    bool behind = false, any = false;
    const enum search_rule *next = question->linker->search.rules;
    for (; next && *next != SEARCH_END; next++) {
        if (behind) {
            question_print(question, any ? ", " : "  not asked any more: ");
            question_print(question, "%s",
                           *next == SEARCH_RUNPATH        ? "DT_RUNPATH"
                           : *next == SEARCH_CACHE        ? "/etc/ld.so.cache"
                           : *next == SEARCH_DEFAULT      ? "default folders"
                           : *next == SEARCH_LIBRARY_PATH ? "LD_LIBRARY_PATH"
                                                          : "DT_RPATH");
            any = true;
        }
        behind |= strcmp(search_rule_name(*next), rule) == 0;
    }
    question_print(question, any ? "\n" : "");
}

static void print_search(struct question *question, const struct told *begin,
                         const struct told *end) {
    size_t width = widest_place(begin, end);
    const struct object *owner = NULL;
    const char *rule = "";
    for (const struct told *told = begin->next; told != end; told = told->next) {
        const struct event *event = &told->event;
        if (event->kind == EVENT_skip)
            print_skip(question, event->skip);
        if (event->kind == EVENT_folders)
            owner = event->folders->owner;
        bool folders = event->kind == EVENT_folders;
        const char *its_rule = folders                    ? event->folders->rule
                               : event->kind == EVENT_try ? event->try->rule
                                                          : rule;
        if (folders || strcmp(its_rule, rule) != 0) {
            question_print(question, "  ");
            question_print_rule(question, its_rule, owner);
            question_print(question, "\n");
            rule = its_rule;
        }
        if (has_no_folder(told)) {
            told = print_missing_folders(question, told, width);
        } else if (event->kind == EVENT_try) {
            question_print(question, "    ");
            question_column(question, event->try->path, width);
            question_print(question, "%s\n", verdict_text(event->try));
        }
    }
    if (end->event.search->rule)
        print_rules_left(question, end->event.search->rule);
}

/* What became of the search. */
static void print_outcome(struct question *question, const struct told *end) {
    const struct event_search *search = end->event.search;
    const struct told *after = end->next;
    if (!search->path) {
        question_print(question, "not found\n");
    } else if (after && after->event.kind == EVENT_error) {
        question_print(question, "found, but of no use: %s\n", after->event.error->text);
    } else {
        question_print(question, "found: %s, by ", search->path);
        question_print_rule(question, search->rule, question_finding(question, after).owner);
        question_print(question, "\n");
    }
}

/* -- JSON -- */

static void put_json_search(struct question *question, const struct told *begin,
                            const struct told *end) {
    question_begin(question, "steps", '[');
    for (const struct told *told = begin->next; told != end; told = told->next) {
        const struct event *event = &told->event;
        if (event->kind != EVENT_skip && event->kind != EVENT_folders && event->kind != EVENT_try)
            continue;
        question_begin(question, NULL, '{');
        question_text(question, "step", event->name);
        question_text(question, "rule",
                      event->kind == EVENT_skip      ? event->skip->rule
                      : event->kind == EVENT_folders ? event->folders->rule
                                                     : event->try->rule);
        if (event->kind == EVENT_try) {
            question_text(question, "path", event->try->path);
            question_text(question, "verdict", event->try->verdict);
        } else {
            question_object(question, "owner",
                            event->kind == EVENT_skip ? event->skip->owner : event->folders->owner);
        }
        question_text(question, "reason",
                      event->kind == EVENT_skip  ? event->skip->reason
                      : event->kind == EVENT_try ? event->try->reason
                                                 : NULL);
        question_end(question, '}');
    }
    question_end(question, ']');
    question_text(question, "path", end->event.search->path);
    question_text(question, "rule", end->event.search->rule);
}

/* -- both -- */

/* Answers for one search; returns whether it found the library. */
static bool put_search(struct question *question, const struct told *begin) {
    const struct told *end = end_of(question, begin);
    const struct event_search *search = begin->event.search;
    if (!end)
        return false;
    const struct object *by = search->by ? search->by : question->linker->program;
    if (question->json) {
        question_begin(question, NULL, '{');
        question_object(question, "by", by);
        put_json_search(question, begin, end);
        question_end(question, '}');
    } else {
        question_print(question, "%s, for %s\n", search->name, question_name(by));
        print_search(question, begin, end);
        print_outcome(question, end);
    }
    return end->event.search->path && !(end->next && end->next->event.kind == EVENT_error);
}

static bool begins_search_for(const struct told *told, const char *name) {
    return strcmp(told->event.search->state, "begin") == 0 &&
           strcmp(told->event.search->name, name) == 0;
}

static bool has_search(const struct told *from, const struct told *to, const char *name) {
    for (; from != to; from = from->next)
        if (from->event.kind == EVENT_search && begins_search_for(from, name))
            return true;
    return false;
}

/* Those who need it and had it without a search, for it was there. */
static bool put_others(struct question *question, const char *name) {
    bool any = false;
    const struct told *before = question->first;
    for (const struct told *told = NULL; (told = question_next(question, told, EVENT_need));
         before = told) {
        const struct event_need *need = told->event.need;
        if (strcmp(need->name, name) != 0 || has_search(before, told, name))
            continue;
        any |= need->object->kind != OBJECT_MISSING;
        if (question->json) {
            question_begin(question, NULL, '{');
            question_object(question, "by", need->by);
            question_object(question, "object",
                            need->object->kind == OBJECT_MISSING ? NULL : need->object);
            question_end(question, '}');
        } else if (need->object->kind != OBJECT_MISSING) {
            question_print(question, "%s, for %s: no search, %s is loaded already\n", name,
                           question_name(need->by), question_name(need->object));
        } else {
            question_print(question, "%s, for %s: no search, it was not found before\n", name,
                           question_name(need->by));
        }
    }
    return any;
}

static bool is_needed(const struct question *question, const char *name,
                      const struct object *subject) {
    for (const struct told *told = NULL; (told = question_next(question, told, EVENT_need));)
        if (strcmp(told->event.need->name, name) == 0 &&
            (!subject || told->event.need->by == subject))
            return true;
    for (const struct told *told = NULL; (told = question_next(question, told, EVENT_preload));)
        if (strcmp(told->event.preload->name, name) == 0 && !subject)
            return true;
    return false;
}

int why_lib_answer(struct question *question) {
    struct linker *linker = question->linker;
    const char *name = linker->options.why_lib;
    struct object *subject = question_subject(question);
    struct error error;
    bool found = false;
    bool asked = is_needed(question, name, linker->options.in ? subject : NULL);
    if (!asked) { /* as dlopen would: nobody has to need it */
        struct object *there = load_find(&linker->base, name);
        found = load_library(linker, &linker->base, name, subject, &error) != NULL;
        if (!question->json)
            question_print(question, "nobody needs %s: asked as dlopen in %s would%s%s%s\n", name,
                           question_name(subject), there ? "; no search, " : "",
                           there ? question_name(there) : "", there ? " is loaded already" : "");
    }
    if (question->json) {
        question_text(question, "name", name);
        question_flag(question, "needed", asked);
        question_begin(question, "searches", '[');
    }
    for (const struct told *told = NULL; (told = question_next(question, told, EVENT_search));)
        if (begins_search_for(told, name))
            found |= put_search(question, told);
    if (question->json) {
        question_end(question, ']');
        question_begin(question, "others", '[');
    }
    found |= put_others(question, name);
    if (question->json)
        question_end(question, ']');
    return found ? QUESTION_ANSWERED : QUESTION_MISSING;
}
