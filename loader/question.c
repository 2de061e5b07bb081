/* Keeping what the loader tells, and the words and brackets that all answers share; see question.h.
 *
 * In:  events (docs/events.md) of a load that stops before relocation. Out: one write of text or
 * JSON (RFC 8259) to standard output.
 */
#include "question.h"

#include "event_json.h"
#include "facts.h"
#include "memory.h"
#include "sys.h"
#include "tell.h"
#include "text.h"
#include <string.h>

#define STANDARD_OUTPUT 1

/* -- keeping -- */

static const char *const *copy_texts(const char *const *texts) {
    size_t count = 0;
    while (texts[count])
        count++;
    const char **copy = memory_alloc((count + 1) * sizeof *copy);
    for (size_t i = 0; copy && i < count; i++)
        copy[i] = memory_copy_text(texts[i]);
    return copy;
}

static uint64_t copy_word(char type, uint64_t word) {
    if (type == FIELD_FLAG)
        return word & 0xff; /* the rest is padding */
    if (word && type == FIELD_TEXT)
        return (uintptr_t)memory_copy_text((const char *)word);
    if (word && type == FIELD_TEXTS)
        return (uintptr_t)copy_texts((const char *const *)word);
    return word; /* objects and lists of them stay */
}

static void keep(struct event_sink *sink, const struct event *event) {
    struct question *question = CONTAINER_OF(sink, struct question, sink);
    size_t count = 0;
    while (event->fields[count].type)
        count++;
    bool counted = event->kind == EVENT_bind && event->bind->to && !question->muted &&
                   question->linker->options.mode == MODE_CHECK;
    question->bound += counted;
    if (question->muted || counted)
        return;
    struct told *told = memory_alloc(sizeof *told + count * sizeof told->word[0]);
    if (!told)
        return;
    told->event = *event;
    told->event.word = told->word;
    for (size_t i = 0; i < count; i++)
        told->word[i] = copy_word(event->fields[i].type, event->word[i]);
    *question->end = told;
    question->end = &told->next;
}

void question_open(struct linker *linker) {
    struct question *question = memory_alloc(sizeof *question);
    if (!question)
        return;
    uint64_t wanted = 1ULL << EVENT_search | 1ULL << EVENT_folders | 1ULL << EVENT_skip |
                      1ULL << EVENT_try | 1ULL << EVENT_object | 1ULL << EVENT_need |
                      1ULL << EVENT_preload | 1ULL << EVENT_error;
    if (linker->options.mode == MODE_WHY)
        wanted |= 1ULL << EVENT_candidate | 1ULL << EVENT_bind;
    if (linker->options.mode == MODE_CHECK)
        wanted |= 1ULL << EVENT_version | 1ULL << EVENT_bind | 1ULL << EVENT_tls_module;
    question->sink = (struct event_sink){.wanted = wanted, .write = keep};
    question->linker = linker;
    question->end = &question->first;
    question->json = linker->options.json;
    event_add_sink(linker, &question->sink);
}

bool question_goes_on(struct linker *linker, const struct error *error) {
    if (!options_is_question(&linker->options))
        return false;
    EVENT(linker, error, .text = error->text, .detail = error->object);
    return true;
}

/* -- reading -- */

const struct told *question_next(const struct question *question, const struct told *told,
                                 enum event_kind kind) {
    for (told = told ? told->next : question->first; told && told->event.kind != kind;)
        told = told->next;
    return told;
}

struct finding question_finding(const struct question *question, const struct told *until) {
    struct finding finding = {NULL, NULL, NULL};
    for (const struct told *told = question->first; told && told != until; told = told->next) {
        const struct event *event = &told->event;
        if (event->kind == EVENT_need ||
            (event->kind == EVENT_search && strcmp(event->search->state, "begin") == 0))
            finding = (struct finding){NULL, NULL, NULL};
        else if (event->kind == EVENT_search)
            finding.rule = event->search->rule;
        else if (event->kind == EVENT_folders)
            finding.owner = event->folders->owner;
        else if (event->kind == EVENT_error)
            finding.reason = event->error->text;
    }
    return finding;
}

const char *question_name(const struct object *object) {
    return object->kind == OBJECT_BUILTIN    ? "(this loader's own functions)"
           : object->path && object->path[0] ? object->path
                                             : object->label;
}

/* True when somebody who writes `text` means the object. */
static bool is_meant(const struct object *object, const char *text) {
    const char *slash = strrchr(question_name(object), '/');
    return strcmp(question_name(object), text) == 0 || object_has_name(object, text) ||
           (object->soname && strcmp(object->soname, text) == 0) ||
           (slash && strcmp(slash + 1, text) == 0);
}

struct object *question_subject(struct question *question) {
    struct linker *linker = question->linker;
    const char *text = linker->options.in;
    if (!text)
        return linker->program;
    for (struct object *object = linker->base.first; object; object = object->next)
        if (object->kind != OBJECT_MISSING && is_meant(object, text))
            return object;
    question_fail(question, "--in names no object that is loaded", text);
}

/* -- text -- */

void question_print(struct question *question, const char *format, ...) {
    enum { ROOM = 8192 }; /* bytes: two paths and some words */
    va_list arguments;
    char *room = event_line_room(&question->out, ROOM);
    if (!room)
        return;
    va_start(arguments, format);
    question->out.length += format_text_list(room, ROOM, format, arguments);
    va_end(arguments);
}

void question_column(struct question *question, const char *text, size_t width) {
    size_t length = strlen(text);
    question_print(question, "%s  ", text);
    for (; length < width; length++)
        question_print(question, " ");
}

/* LD_LIBRARY_PATH or the option: whose text the search has. */
static const char *library_path_source(const struct linker *linker) {
    static const char name[] = "LD_LIBRARY_PATH=";
    for (char **variable = linker->process.envp; *variable; variable++)
        if (starts_with(*variable, name) &&
            *variable + sizeof name - 1 == linker->options.library_path)
            return "LD_LIBRARY_PATH";
    return linker->options.library_path ? "--library-path" : "LD_LIBRARY_PATH";
}

void question_print_rule(struct question *question, const char *rule, const struct object *owner) {
    const struct linker *linker = question->linker;
    if (strcmp(rule, "rpath") == 0 || strcmp(rule, "runpath") == 0)
        question_print(question, "%s of %s", owner && owner->runpath ? "DT_RUNPATH" : "DT_RPATH",
                       owner ? question_name(owner) : "nobody");
    else
        question_print(question, "%s%s",
                       strcmp(rule, "library-path") == 0 ? library_path_source(linker)
                       : strcmp(rule, "cache") == 0      ? "/etc/ld.so.cache"
                       : strcmp(rule, "default") == 0    ? "default folders"
                       : strcmp(rule, "path") == 0       ? "named by its path"
                                                         : linker->shim->name,
                       strcmp(rule, "libc") == 0 ? "'s own rule for its libc" : "");
}

/* -- JSON -- */

static void put_key(struct question *question, const char *key) {
    if (question->continues)
        event_line_text(&question->out, ",");
    if (key) {
        event_json_string(&question->out, key);
        event_line_text(&question->out, ":");
    }
    question->continues = true;
}

void question_begin(struct question *question, const char *key, char bracket) {
    put_key(question, key);
    question_print(question, "%c", bracket);
    question->continues = false;
}

void question_end(struct question *question, char bracket) {
    question_print(question, "%c", bracket);
    question->continues = true;
}

void question_text(struct question *question, const char *key, const char *value) {
    put_key(question, key);
    if (value)
        event_json_string(&question->out, value);
    else
        event_line_text(&question->out, "null");
}

void question_number(struct question *question, const char *key, uint64_t value) {
    put_key(question, key);
    event_line_number(&question->out, value);
}

void question_flag(struct question *question, const char *key, bool value) {
    put_key(question, key);
    event_line_text(&question->out, value ? "true" : "false");
}

void question_address(struct question *question, const char *key, uint64_t value) {
    put_key(question, key);
    event_line_text(&question->out, "\"");
    event_line_address(&question->out, value);
    event_line_text(&question->out, "\"");
}

void question_object(struct question *question, const char *key, const struct object *object) {
    question_text(question, key, object ? question_name(object) : NULL);
}

/* -- answering -- */

/* What all answers begin with. */
static void put_head(struct question *question) {
    static const char names[][12] = {"why", "why-lib", "tree", "check"};
    const struct linker *linker = question->linker;
    question_begin(question, NULL, '{');
    question_number(question, "schema", QUESTION_SCHEMA);
    question_text(question, "question", names[linker->options.mode - MODE_WHY]);
    question_object(question, "program", linker->program);
    question_text(question, "machine", linker->search.facts->name);
    question_text(question, "libc", linker->shim->name);
}

_Noreturn void question_answer(struct linker *linker) {
    struct event_sink *sink = linker->event_state ? linker->event_state->sinks : NULL;
    while (sink && sink->write != keep)
        sink = sink->next;
    if (!sink)
        sys_exit(127);
    struct question *question = CONTAINER_OF(sink, struct question, sink);
    struct event_file output = {.fd = STANDARD_OUTPUT};
    question->out = event_line_begin(&output, linker->event_state->tid);
    linker->program->label = linker->options.program; /* an adapter may have its own word for it */
    if (question->json)
        put_head(question);
    int status = linker->options.mode == MODE_WHY       ? why_answer(question)
                 : linker->options.mode == MODE_WHY_LIB ? why_lib_answer(question)
                 : linker->options.mode == MODE_TREE    ? tree_answer(question)
                                                        : check_answer(question);
    if (question->json) {
        question_number(question, "status", (uint64_t)status);
        event_line_text(&question->out, "}\n");
    }
    event_line_end(&output, &question->out);
    event_write_out(linker);
    sys_exit(status);
}

_Noreturn void question_fail(struct question *question, const char *what, const char *about) {
    const char *command = question->linker->process.argv[0];
    print_text(2, "%s: %s: %s\n", command, what, about);
    event_exit(question->linker, 127, what, about);
}
