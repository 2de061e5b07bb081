/* Questions about a program or library, answered without running any of it (docs/questions.md):
 * --why, --why-lib, --tree, --check.
 *
 * The loader loads the file and all that it needs as it always does, and stops before relocation.
 * A sink keeps the events that it emits on the way; each view (why.c, why_lib.c, tree.c, missing.c)
 * reads the answer out of them. Nothing is searched or looked up by other code than the loader's.
 */
#ifndef MYLD_QUESTION_H
#define MYLD_QUESTION_H

#include "error.h"
#include "event.h"
#include "event_file.h"

/* Raised when a key of the JSON answers changes its meaning or goes. */
#define QUESTION_SCHEMA 1

/* The exit statuses. A file that cannot be read at all: 127, as for a start. */
enum {
    QUESTION_ANSWERED = 0,
    QUESTION_MISSING = 1, /* something that was asked for, or is needed, is not there */
};

/* An event that was kept, with copies of its texts. */
struct told {
    struct told *next;
    struct event event;
    uint64_t word[];
};

struct question {
    struct event_sink sink;
    struct linker *linker;
    struct told *first, **end;
    bool muted;     /* events are not kept */
    size_t bound;   /* check: bindings that succeeded; they are counted, not kept */
    bool json;      /* the answer is for programs */
    bool continues; /* JSON: a value stands in front, so that a comma is due */
    struct event_line out;
};

/* Adds the sink that keeps what the question needs to know. */
void question_open(struct linker *linker);

/* The libc's adapter cannot run this program. For a question that is a part of the answer: returns
 * true, and *error is kept. */
bool question_goes_on(struct linker *linker, const struct error *error);

/* Answers and ends the process. */
_Noreturn void question_answer(struct linker *linker);

/* Ends the process with status 127: the question itself makes no sense. */
_Noreturn void question_fail(struct question *question, const char *what, const char *about);

/* -- the views: each writes its answer and returns the exit status -- */

int why_answer(struct question *question);
int why_lib_answer(struct question *question);
int tree_answer(struct question *question);
int check_answer(struct question *question);

/* -- reading what was told -- */

/* The event that follows `told` (NULL: the first one) and is of this kind, or NULL. */
const struct told *question_next(const struct question *question, const struct told *told,
                                 enum event_kind kind);

/* How the loader came to an object: of the search that has ended last before `until`. */
struct finding {
    const char *rule;           /* of docs/events.md; NULL: there was no search */
    const struct object *owner; /* whose DT_RPATH or DT_RUNPATH it was; NULL: nobody's */
    const char *reason;         /* why the file that was found did not serve, or NULL */
};

struct finding question_finding(const struct question *question, const struct told *until);

/* The object that --in names; without it the program. Ends the process where it is not loaded. */
struct object *question_subject(struct question *question);

/* What people call an object: its path, or the program's name. */
const char *question_name(const struct object *object);

/* -- writing text -- */

void question_print(struct question *question, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The text, and blanks up to `width` and two more. */
void question_column(struct question *question, const char *text, size_t width);

/* A rule of the search, with the object whose folders they are. */
void question_print_rule(struct question *question, const char *rule, const struct object *owner);

/* -- writing JSON -- */

/* `bracket` '{' or '[' begins a value, '}' or ']' ends it; `key` NULL within a list. */
void question_begin(struct question *question, const char *key, char bracket);
void question_end(struct question *question, char bracket);
/* A value of text (NULL: null), of a number, a truth; an object by its path (NULL: null). */
void question_text(struct question *question, const char *key, const char *value);
void question_number(struct question *question, const char *key, uint64_t value);
void question_flag(struct question *question, const char *key, bool value);
void question_address(struct question *question, const char *key, uint64_t value);
void question_object(struct question *question, const char *key, const struct object *object);

#endif
