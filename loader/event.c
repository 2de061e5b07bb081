/* Stamping of events and their way to the sinks; see event.h.
 *
 * Runs in any thread, in signal handlers and in the child of a vfork, which writes to its parent's
 * memory: nothing here changes once the program runs, but for what the load lock protects.
 */
#include "event.h"

#include "event_json.h"
#include "facts.h"
#include "memory.h"
#include "symbol.h"
#include "sys.h"
#include "tell.h"
#include <time.h>

/* -- descriptions -- */

/* All in one text: tables of pointers would be relocated at every start. */
static const char descriptions[] =
#define BEGIN(name, detail) #name "\0"
#define OBJECT(field) "o" #field "\0"
#define OBJECTS(field) "l" #field "\0"
#define TEXT(field) "t" #field "\0"
#define TEXTS(field) "s" #field "\0"
#define ADDRESS(field) "a" #field "\0"
#define ADDRESSES(field) "m" #field "\0"
#define COUNT(field) "c" #field "\0"
#define NUMBER(field) "n" #field "\0"
#define FLAG(field) "f" #field "\0"
#define END "\0"
#include "events.def"
    ;

enum {
    FIELDS = sizeof((const char[]){
#define OBJECT(field) 0,
#define OBJECTS(field) 0,
#define TEXT(field) 0,
#define TEXTS(field) 0,
#define ADDRESS(field) 0,
#define ADDRESSES(field) 0,
#define COUNT(field) 0,
#define NUMBER(field) 0,
#define FLAG(field) 0,
#define END 0,
#include "events.def"
    }) /* with the empty ones */
};

static const unsigned char detail_of[EVENT_KINDS] = {
#define BEGIN(name, detail) DETAIL_##detail,
#include "events.def"
};

_Static_assert(EVENT_KINDS <= 64, "a set of kinds is one word");

uint64_t event_kinds_of(unsigned details) {
    uint64_t kinds = 0;
    for (unsigned kind = 0; kind < EVENT_KINDS; kind++)
        if (detail_of[kind] & details)
            kinds |= 1ULL << kind;
    return kinds;
}

COLD static void read_descriptions(struct event_state *state) {
    const char *text = descriptions;
    struct event_field *field = state->fields;
    for (unsigned kind = 0; kind < EVENT_KINDS; kind++) {
        state->kinds[kind].name = text;
        state->kinds[kind].fields = field;
        while (*(text += strlen(text) + 1)) {
            field->type = *text;
            char *end = stpcpy(stpcpy(stpcpy(field->key, ",\""), text + 1), "\":");
            field->length = (unsigned char)(end - field->key);
            field++;
        }
        field++;
        text++;
    }
}

/* -- time -- */

/* The vdso's clock costs a fifth of the system call. It is there once the vdso has been read. */
COLD static void find_clock(struct linker *linker) {
    if (!linker->vdso || !linker->vdso->relocated)
        return;
    struct symbol_request request = symbol_request_for(linker->search.facts->vdso_clock, NULL);
    request.newest = true;
    struct symbol_result found = {linker->vdso, symbol_find_in(linker->vdso, &request)};
    if (found.symbol)
        linker->event_state->clock_gettime = (int (*)(int, struct timespec *))symbol_address(found);
}

static uint64_t read_clock(const struct event_state *state, int clock) {
    struct timespec time = {0, 0};
    if (!state->clock_gettime || state->clock_gettime(clock, &time) != 0)
        sys2(SYS_clock_gettime, clock, (long)&time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* -- telling -- */

void event_tell(struct linker *linker, enum event_kind kind, const void *fields) {
    struct event_state *state = linker->event_state;
    if (!state->clock_gettime)
        find_clock(linker);
    int pid = linker->running ? sys_getpid() : state->pid;
    struct event event = {
        .kind = kind,
        .pid = pid,
        .parent = pid != state->pid ? (int)sys1(SYS_getppid, 0) : 0,
        .tid = linker->running ? (int)sys1(SYS_gettid, 0) : state->tid,
        .time = read_clock(state, CLOCK_MONOTONIC) - state->clock,
        .frame = (uintptr_t)__builtin_frame_address(0),
        .name = state->kinds[kind].name,
        .fields = state->kinds[kind].fields,
        .word = fields,
    };
    for (struct event_sink *sink = state->sinks; sink; sink = sink->next)
        if (sink->wanted >> kind & 1)
            sink->write(sink, &event);
}

void event_stage_slowly(struct linker *linker, const char *stage) {
    struct event_state *state = linker->event_state;
    if (state->stage)
        EVENT(linker, stage, .state = "end", .stage = state->stage);
    if (stage)
        EVENT(linker, stage, .state = "begin", .stage = stage);
    state->stage = stage;
}

void event_collect_slowly(struct linker *linker, bool begin) {
    const struct event_state *state = linker->event_state;
    int tid = linker->running ? (int)sys1(SYS_gettid, 0) : state->tid;
    for (struct event_sink *sink = state->sinks; sink; sink = sink->next)
        if (sink->collect)
            sink->collect(sink, tid, begin);
}

_Noreturn void event_exit(struct linker *linker, int status, const char *text, const char *detail) {
    if (text)
        EVENT(linker, error, .text = text, .detail = detail, .fatal = true);
    event_write_out(linker);
    sys_exit(status);
}

/* -- sinks -- */

COLD struct event_state *event_prepare(struct linker *linker) {
    struct event_state *state = linker->event_state;
    if (state || !(state = memory_alloc(sizeof *state + FIELDS * sizeof state->fields[0])))
        return state;
    state->clock = read_clock(state, CLOCK_MONOTONIC);
    state->pid = state->tid = sys_getpid();
    read_descriptions(state);
    tell_searches(linker);
    return linker->event_state = state;
}

bool event_add_sink(struct linker *linker, struct event_sink *sink) {
    struct event_state *state = event_prepare(linker);
    if (!state)
        return false;
    sink->next = state->sinks;
    state->sinks = sink;
    linker->events |= sink->wanted;
    linker->base.observer = linker;
    if (sink->collect)
        sink->collect(sink, state->tid, true);
    return true;
}

COLD static void tell_beginning(struct linker *linker) {
    const struct options *options = &linker->options;
    uint64_t date = read_clock(linker->event_state, CLOCK_REALTIME);
    bool candidates = event_wanted(linker, EVENT_candidate);
    bool relocations = event_wanted(linker, EVENT_relocation);
    EVENT(linker, trace, .schema = EVENT_SCHEMA, .loader = "myld 0.1",
          .machine = linker->search.facts->name,
          .started = options->explicitly ? "command" : "kernel",
          .arguments = (const char *const *)linker->process.argv,
          .page_size = linker->process.page_size, .clock = linker->event_state->clock,
          .date = date / 1000, .parent = (uint64_t)sys1(SYS_getppid, 0),
          .detail = candidates ? relocations ? "basic,candidates,relocations" : "basic,candidates"
                    : relocations ? "basic,relocations"
                                  : "basic");
}

COLD void event_open(struct linker *linker) {
    if (linker->options.trace && event_json_open(linker))
        tell_beginning(linker);
}
