/* --tree: who needs whom, and by which rule each was found.
 *
 * In:  the events "need", "preload" and those of the searches. Out: the program with its direct
 * needs below it, theirs below them; an object that several need is shown where it was brought
 * first, which is the order of loading: breadth first.
 */
#include "question.h"
#include <string.h>

struct tree {
    struct question *question;
    struct event_line branches; /* what stands in front of a line: one part for each level */
    size_t names, paths;        /* widths of the columns */
    bool measure;               /* only find the widths */
    bool incomplete;
};

/* Columns that `text` takes: UTF-8's continuation bytes take none. */
static size_t width_of(const char *text, size_t length) {
    size_t width = 0;
    for (size_t i = 0; i < length; i++)
        width += ((unsigned char)text[i] & 0xc0) != 0x80;
    return width;
}

static const struct told *next_need(const struct question *question, const struct told *told,
                                    const struct object *by) {
    do
        told = question_next(question, told, EVENT_need);
    while (told && told->event.need->by != by);
    return told;
}

/* The last column: how the object was found, or where it stands. */
static void print_origin(struct tree *tree, const struct told *told, const struct object *object,
                         bool again, const char *source) {
    struct question *question = tree->question;
    struct finding finding = question_finding(question, told);
    if (again && object->requester)
        question_print(question, "see below %s", question_name(object->requester));
    else if (object->kind == OBJECT_MISSING)
        question_print(question, finding.reason ? "%s" : "not found", finding.reason);
    else if (object->kind == OBJECT_LOADER)
        question_print(question, "this loader");
    else if (finding.rule)
        question_print_rule(question, finding.rule, finding.owner);
    else
        question_print(question, "loaded already");
    question_print(question, source ? ", %s\n" : "\n", source);
}

static void put_line(struct tree *tree, const struct told *told, const char *name,
                     const struct object *object, bool again, const char *source) {
    size_t name_width = width_of(tree->branches.text, tree->branches.length) + strlen(name);
    const char *path = object->kind == OBJECT_MISSING ? "-" : question_name(object);
    if (tree->measure) {
        tree->names = max_size(tree->names, name_width);
        tree->paths = max_size(tree->paths, strlen(path));
        return;
    }
    event_line_bytes(&tree->question->out, tree->branches.text, tree->branches.length);
    question_column(tree->question, name, tree->names - (name_width - strlen(name)));
    question_column(tree->question, path, tree->paths);
    print_origin(tree, told, object, again, source);
}

/* Puts one more part in front of the lines that follow; returns where it begins. */
static size_t grow(struct tree *tree, const char *part) {
    size_t before = tree->branches.length;
    event_line_text(&tree->branches, part);
    return before;
}

static void put_needs(struct tree *tree, const struct object *by);

static void put_child(struct tree *tree, const struct told *told, const char *name,
                      const struct object *object, bool again, bool last) {
    const char *source = told->event.kind == EVENT_preload ? told->event.preload->source : NULL;
    size_t before = grow(tree, last ? "└─ " : "├─ ");
    put_line(tree, told, name, object, again, source);
    tree->branches.length = before;
    if (again)
        return;
    grow(tree, last ? "   " : "│  ");
    put_needs(tree, object);
    tree->branches.length = before;
}

static void put_needs(struct tree *tree, const struct object *by) {
    const struct told *next, *told = next_need(tree->question, NULL, by);
    for (; told; told = next) {
        next = next_need(tree->question, told, by);
        const struct event_need *need = told->event.need;
        tree->incomplete |= need->object->kind == OBJECT_MISSING;
        put_child(tree, told, need->name, need->object, need->again, !next);
    }
}

static void put_all(struct tree *tree) {
    const struct object *program = tree->question->linker->program;
    bool alone = !next_need(tree->question, NULL, program);
    if (!tree->measure)
        question_print(tree->question, "%s\n", question_name(program));
    const struct told *next, *told = question_next(tree->question, NULL, EVENT_preload);
    for (; told; told = next) {
        next = question_next(tree->question, told, EVENT_preload);
        const struct event_preload *preload = told->event.preload;
        if (preload->object)
            put_child(tree, told, preload->name, preload->object, false, alone && !next);
    }
    put_needs(tree, program);
}

/* -- JSON -- */

static void put_json_need(struct question *question, const struct told *told) {
    const struct event_need *need = told->event.need;
    struct finding finding = question_finding(question, told);
    bool missing = need->object->kind == OBJECT_MISSING;
    question_begin(question, NULL, '{');
    question_object(question, "by", need->by);
    question_text(question, "name", need->name);
    question_object(question, "object", missing ? NULL : need->object);
    question_flag(question, "again", need->again);
    question_text(question, "rule", finding.rule);
    question_object(question, "owner", finding.rule ? finding.owner : NULL);
    question_text(question, "reason", missing ? finding.reason : NULL);
    question_end(question, '}');
}

static void put_json(struct question *question) {
    question_begin(question, "preloads", '[');
    for (const struct told *told = NULL; (told = question_next(question, told, EVENT_preload));) {
        question_begin(question, NULL, '{');
        question_text(question, "name", told->event.preload->name);
        question_text(question, "source", told->event.preload->source);
        question_object(question, "object", told->event.preload->object);
        question_end(question, '}');
    }
    question_end(question, ']');
    question_begin(question, "needs", '[');
    for (const struct told *told = NULL; (told = question_next(question, told, EVENT_need));)
        put_json_need(question, told);
    question_end(question, ']');
}

int tree_answer(struct question *question) {
    struct event_file nowhere = {.fd = -1};
    struct tree tree = {.question = question, .measure = true};
    tree.branches = event_line_begin(&nowhere, question->linker->event_state->tid);
    put_all(&tree);
    tree.measure = false;
    if (question->json)
        put_json(question);
    else
        put_all(&tree);
    return tree.incomplete ? QUESTION_MISSING : QUESTION_ANSWERED;
}
