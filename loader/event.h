/* Events: what the loader tells of its work (docs/events.md).
 *
 * Every stage reports what it does through one call:
 *
 *     EVENT(linker, bind, .from = object, .to = definition.object, .symbol = name);
 *
 * Where nobody listens this is one test of a bit. Where somebody does, the event is stamped with
 * time, process and thread and goes to every sink that wants its kind. A sink is a file of its own
 * (event_json.c, event_debug.c): it embeds a struct event_sink and calls event_add_sink.
 */
#ifndef MYLD_EVENT_H
#define MYLD_EVENT_H

#include "linker.h"
#include <string.h>
#include <time.h>

/* The level of detail that an event belongs to: bits of options.trace_detail. */
enum event_detail {
    DETAIL_BASIC = 1,
    DETAIL_RELOCATIONS = 2, /* each relocation that needs no symbol */
    DETAIL_CANDIDATES = 4,  /* each object that is asked for a symbol */
};

enum event_kind {
#define BEGIN(name, detail) EVENT_##name,
#include "events.def"
    EVENT_KINDS
};

struct address_list {
    size_t count;
    uintptr_t *item;
};

/* struct event_bind and so on. Every field takes one word, so that the sinks which print all fields
 * of all events need no offsets. */
#define BEGIN(name, detail) struct event_##name {
#define OBJECT(field) const struct object *field;
#define OBJECTS(field) const struct object_list *field;
#define TEXT(field) const char *field;
#define TEXTS(field) const char *const *field;
#define ADDRESS(field) uintptr_t field;
#define ADDRESSES(field) const struct address_list *field;
#define COUNT(field) uint64_t field;
#define NUMBER(field) int64_t field;
#define FLAG(field) _Alignas(uint64_t) bool field;
#define END                                                                                        \
    }                                                                                              \
    ;
#include "events.def"

struct event {
    enum event_kind kind;
    int pid, tid;
    int parent;      /* of a process made by fork; 0: it began with a program */
    uint64_t time;   /* nanoseconds since event_state.clock */
    uintptr_t frame; /* of event_tell on the stack: who called it can be found from there */
    const char *name;
    const struct event_field *fields; /* one of type 0 is the end */
    union {
#define BEGIN(name, detail) const struct event_##name *name;
#include "events.def"
        const uint64_t *word; /* the fields, in their order */
    };
};

/* What a field is. */
enum event_field_type {
    FIELD_OBJECT = 'o',
    FIELD_OBJECTS = 'l',
    FIELD_TEXT = 't',
    FIELD_TEXTS = 's',
    FIELD_ADDRESS = 'a',
    FIELD_ADDRESSES = 'm',
    FIELD_COUNT = 'c',
    FIELD_NUMBER = 'n',
    FIELD_FLAG = 'f',
};

struct event_field {
    char type;            /* enum event_field_type */
    unsigned char length; /* of the key, bytes */
    char key[22];         /* the name as it stands in a line of JSON: ,"name": */
};

/* Somebody who listens. It lives as long as the process. */
struct event_sink {
    struct event_sink *next;
    uint64_t wanted; /* bit k: events of kind k */
    /* Called for each wanted event, from any thread, in signal handlers, too. */
    void (*write)(struct event_sink *sink, const struct event *event);
    /* From now on (begin) events of the thread `tid` may be kept back; until (not begin) all must
     * be written: foreign code runs next, or the process ends. NULL: never keeps any. */
    void (*collect)(struct event_sink *sink, int tid, bool begin);
};

/* What all sinks share; in loader memory once there is a sink. */
struct event_state {
    struct event_sink *sinks;
    int (*clock_gettime)(int clock, struct timespec *time); /* the vdso's; NULL: not known yet */
    uint64_t clock;          /* CLOCK_MONOTONIC at time 0, nanoseconds */
    int pid, tid;            /* of the only thread there is, until the program runs */
    uint32_t objects;        /* numbers given out */
    const char *stage;       /* the one that has begun; NULL: none */
    struct repeats *repeats; /* for relocate_tell.c; NULL: not needed yet */
    struct {
        const char *name;
        const struct event_field *fields;
    } kinds[EVENT_KINDS];
    struct event_field fields[]; /* of all kinds; after those of each an empty one */
};

/* True when some sink wants events of this kind. */
static inline bool event_wanted(const struct linker *linker, enum event_kind kind) {
    return UNLIKELY(linker->events >> kind & 1);
}

/* Tells an event: its kind's name, then initialisers of struct event_<kind>. */
#define EVENT(linker, name, ...)                                                                   \
    do {                                                                                           \
        if (event_wanted(linker, EVENT_##name))                                                    \
            event_tell(linker, EVENT_##name, &(const struct event_##name){__VA_ARGS__});           \
    } while (0)

/* The bits of all kinds that belong to the levels of detail in the set `details`. */
uint64_t event_kinds_of(unsigned details);

/* What the sinks share, made at the first call. NULL: no memory. */
struct event_state *event_prepare(struct linker *linker);

/* Adds a sink. False: no memory. */
bool event_add_sink(struct linker *linker, struct event_sink *sink);

/* Opens the sinks that the options ask for, and tells how the process began. */
void event_open(struct linker *linker);

/* Ends the process with `status`, all told before: `text` (and `detail`, or NULL) says why, NULL:
 * nothing failed. */
_Noreturn void event_exit(struct linker *linker, int status, const char *text, const char *detail);

/* Stamps an event and gives it to the sinks; `fields`: struct event_<kind>. Use EVENT. */
COLD void event_tell(struct linker *linker, enum event_kind kind, const void *fields);

/* Ends the stage that has begun, if there is one, and begins another (NULL: none). */
static inline void event_stage(struct linker *linker, const char *stage);

/* This thread's events may be written together, until event_write_out: no foreign code runs, and
 * the load lock is held, or there is but one thread. */
static inline void event_collect(struct linker *linker);

/* Everything told so far is written: foreign code runs next, or the process ends. */
static inline void event_write_out(struct linker *linker);

/* Stages within a stage: what dlopen goes through, perhaps called by a constructor. Returns what
 * event_leave_stages needs. */
static inline const char *event_enter_stages(struct linker *linker);
static inline void event_leave_stages(struct linker *linker, const char *outer);

void event_stage_slowly(struct linker *linker, const char *stage);
void event_collect_slowly(struct linker *linker, bool begin);

static inline void event_stage(struct linker *linker, const char *stage) {
    if (UNLIKELY(linker->events))
        event_stage_slowly(linker, stage);
}

static inline const char *event_enter_stages(struct linker *linker) {
    const char *outer = linker->events ? linker->event_state->stage : NULL;
    if (linker->events)
        linker->event_state->stage = NULL;
    return outer;
}

static inline void event_leave_stages(struct linker *linker, const char *outer) {
    event_stage(linker, NULL);
    if (linker->events)
        linker->event_state->stage = outer;
}

static inline void event_collect(struct linker *linker) {
    if (UNLIKELY(linker->events))
        event_collect_slowly(linker, true);
}

static inline void event_write_out(struct linker *linker) {
    if (UNLIKELY(linker->events))
        event_collect_slowly(linker, false);
}

#endif
