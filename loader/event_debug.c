/* Events as LD_DEBUG's text: the lines that glibc's loader prints; see event_debug.h.
 *
 * In:  events. Out: on standard error or in LD_DEBUG_OUTPUT's file, one write(2) for each message,
 * every line with the process id in front. What ld.so prints about itself – it looks its own
 * symbols up – has no event here.
 */
#include "event_debug.h"

#include "arch.h"
#include "debug_topics.h"
#include "event.h"
#include "event_file.h"
#include "memory.h"
#include "sys.h"
#include "text.h"
#include <stdarg.h>
#include <string.h>

/* What is counted for the topic "statistics"; times in ticks of the processor's counter. */
struct counts {
    uint64_t begin, loading, relocating; /* when the first event came; sums */
    uint64_t looked_up, remembered, relative;
};

struct debug_sink {
    struct event_sink sink;
    struct linker *linker;
    struct event_file file;
    unsigned topics;
    bool opening;                /* the next search is for dlopen's own argument */
    const struct object *opened; /* the root of dlopen's latest group */
    bool scopes_begun;
    bool local; /* the last reference was bound to a symbol of the object's own: nothing is said */
    struct counts counts;
};

/* -- messages -- */

static void put_padded(struct event_line *line, uint64_t value, unsigned base, unsigned width,
                       char pad) {
    char digits[24];
    unsigned count = 0;
    do
        digits[sizeof digits - ++count] = "0123456789abcdef"[value % base];
    while ((value /= base));
    while (count < width && count < sizeof digits)
        digits[sizeof digits - ++count] = pad;
    event_line_bytes(line, digits + sizeof digits - count, count);
}

/* ld.so's mark of a line: the process id in ten columns. */
static void put_mark(struct event_line *line, int pid) {
    put_padded(line, (uint64_t)pid, 10, 10, ' ');
    event_line_text(line, ":\t");
}

/* Writes one message. In the format, %s is a text, %u a uint64_t, %w the same in 16 columns, %p an
 * address in 16 digits. Every line that the format begins is marked. */
static void say(struct debug_sink *debug, const struct event *event, const char *format, ...) {
    struct event_line line = event_line_begin(&debug->file, event->tid);
    bool fresh = true;
    va_list arguments;
    va_start(arguments, format);
    for (; *format; format++) {
        if (fresh)
            put_mark(&line, event->pid);
        fresh = *format == '\n';
        if (*format != '%') {
            event_line_bytes(&line, format, 1);
            continue;
        }
        switch (*++format) {
        case 's':
            event_line_text(&line, va_arg(arguments, const char *));
            break;
        case '%':
            event_line_text(&line, "%");
            break;
        case 'p':
            event_line_text(&line, "0x");
            put_padded(&line, va_arg(arguments, uint64_t), 16, 16, '0');
            break;
        default:
            put_padded(&line, va_arg(arguments, uint64_t), 10, *format == 'w' ? 16 : 0, ' ');
        }
    }
    va_end(arguments);
    event_line_end(&debug->file, &line);
}

/* What ld.so calls an object: the program has no name of its own. */
static const char *name_of(const struct debug_sink *debug, const struct object *object) {
    const char *program = debug->linker->process.argv[0];
    return object->kind != OBJECT_PROGRAM ? object->path : program ? program : "<main program>";
}

static uint64_t space_of(const struct object *object) {
    return object && object->space ? (uint64_t)object->space->id : 0;
}

/* -- libs -- */

static const char *rule_words(const struct debug_sink *debug, const char *rule) {
    const char *path = debug->linker->options.library_path;
    if (strcmp(rule, "library-path") != 0)
        return strcmp(rule, "rpath") == 0     ? "RPATH"
               : strcmp(rule, "runpath") == 0 ? "RUNPATH"
                                              : "system search path";
    for (char **variable = debug->linker->process.envp; *variable; variable++)
        if (path >= *variable && path < *variable + strlen(*variable))
            return "LD_LIBRARY_PATH";
    return "--library-path";
}

static void write_folders(struct debug_sink *debug, const struct event *event) {
    const struct event_folders *folders = event->folders;
    if (strcmp(folders->rule, "cache") == 0) {
        say(debug, event, " search cache=%s\n", folders->folders[0]);
        return;
    }
    if (!folders->folders[0]) /* all are known to be missing */
        return;
    struct event_line line = event_line_begin(&debug->file, event->tid);
    put_mark(&line, event->pid);
    event_line_text(&line, " search path=");
    for (size_t i = 0; folders->folders[i]; i++) {
        event_line_text(&line, i ? ":" : "");
        event_line_text(&line, folders->folders[i]);
    }
    event_line_text(&line, "\t\t(");
    event_line_text(&line, rule_words(debug, folders->rule));
    if (folders->owner) {
        event_line_text(&line, " from file ");
        event_line_text(&line, name_of(debug, folders->owner));
    }
    event_line_text(&line, ")\n");
    event_line_end(&debug->file, &line);
}

static void write_try(struct debug_sink *debug, const struct event *event) {
    const char *verdict = event->try->verdict;
    if (strcmp(event->try->rule, "path") != 0 && strcmp(verdict, "skipped") != 0 &&
        strcmp(verdict, "unlisted") != 0)
        say(debug, event, "  trying file=%s\n", event->try->path);
}

/* -- libs and files -- */

static void write_search(struct debug_sink *debug, const struct event *event) {
    const struct event_search *search = event->search;
    bool begins = strcmp(search->state, "begin") == 0, is_path = strchr(search->name, '/');
    if (begins && search->by && debug->topics & TOPIC_FILES)
        say(debug, event, "\nfile=%s [%u];  %s %s [%u]\n", search->name, search->space,
            debug->opening ? "dynamically loaded by" : "needed by", name_of(debug, search->by),
            space_of(search->by));
    if (begins && !is_path && debug->topics & TOPIC_LIBS)
        say(debug, event, "find library=%s [%u]; searching\n", search->name, search->space);
    if (!begins && !is_path && debug->topics & TOPIC_LIBS)
        say(debug, event, "\n");
    debug->opening = false;
}

/* -- files -- */

static void write_map(struct debug_sink *debug, const struct event *event) {
    const struct object *object = event->map->object;
    bool named = object->kind == OBJECT_LIBRARY ||
                 (object->kind == OBJECT_PROGRAM && !object->kernel_mapped);
    if (!named)
        return;
    const struct segment *last = &object->segments[object->segment_count - 1];
    say(debug, event,
        "  dynamic: %p  base: %p   size: %p\n"
        "    entry: %p  phdr: %p  phnum:   %w\n\n",
        event->map->dynamic, event->map->bias, last->end - object->map_start,
        object->entry ? object->entry : object->bias, event->map->headers,
        event->map->header_count);
}

static void write_object(struct debug_sink *debug, const struct event *event) {
    const struct event_object *object = event->object;
    const char *name = object->name ? object->name : object->path;
    bool named = object->object->kind == OBJECT_LIBRARY ||
                 (object->object->kind == OBJECT_PROGRAM && !object->object->kernel_mapped);
    if (named)
        say(debug, event, "file=%s [%u];  generating link map\n", name, object->space);
}

/* One object's scopes. The loader's own entry has none in ld.so, for it needs no symbols. */
static void write_scopes(struct debug_sink *debug, const struct event *event,
                         const struct object *object) {
    const struct scope_list *scopes = object->kind == OBJECT_LOADER ? NULL : object->scopes;
    say(debug, event, "object=%s [%u]\n", name_of(debug, object), space_of(object));
    if (!scopes)
        say(debug, event, " no scope\n");
    for (size_t number = 0; scopes && number < scopes->count; number++) {
        const struct object_list *list = scopes->item[number]->list;
        struct event_line line = event_line_begin(&debug->file, event->tid);
        put_mark(&line, event->pid);
        event_line_text(&line, " scope ");
        event_line_number(&line, number);
        event_line_text(&line, ":");
        for (size_t i = 0; i < list->count; i++) {
            event_line_text(&line, " ");
            event_line_text(&line, name_of(debug, list->item[i]));
        }
        event_line_text(&line, "\n");
        event_line_end(&debug->file, &line);
    }
    say(debug, event, "\n");
}

/* Those of the start. Of what dlopen opens, the root alone: the others are written once it is
 * relocated. */
static void write_scope(struct debug_sink *debug, const struct event *event) {
    bool running = debug->linker->running;
    if (event->scope->number || (running && event->scope->object != debug->opened))
        return;
    if (!debug->scopes_begun && !running)
        say(debug, event, "\nInitial object scopes\n");
    debug->scopes_begun = true;
    write_scopes(debug, event, event->scope->object);
}

static void write_dlopen(struct debug_sink *debug, const struct event *event) {
    const struct object *object = event->dlopen->object;
    debug->opening = strcmp(event->dlopen->state, "begin") == 0;
    if (!debug->opening && object && debug->topics & TOPIC_FILES)
        say(debug, event, "opening file=%s [%u]; direct_opencount=%u\n\n", object->path,
            space_of(object), event->dlopen->open_count);
}

static void write_dlclose(struct debug_sink *debug, const struct event *event) {
    const struct object *object = event->dlclose->object;
    if (strcmp(event->dlclose->state, "begin") == 0 && object && event->dlclose->open_count &&
        (event->dlclose->open_count > 1 || object->at_start))
        say(debug, event, "\nclosing file=%s; direct_opencount=%u\n", object->path,
            event->dlclose->open_count - 1);
}

/* -- versions, scopes, bindings, symbols, reloc -- */

static void write_version(struct debug_sink *debug, const struct event *event) {
    const struct event_version *version = event->version;
    if (version->in && debug->topics & TOPIC_VERSIONS)
        say(debug, event, "checking for version `%s' in file %s [%u] required by file %s [%u]\n",
            version->version, name_of(debug, version->in), space_of(version->in),
            name_of(debug, version->by), space_of(version->by));
    bool missing = strcmp(version->verdict, "missing") == 0, running = debug->linker->running;
    bool unversioned = strcmp(version->verdict, "unversioned") == 0;
    if (running ? missing && !version->weak : missing || unversioned)
        say(debug, event, "%s: error: version lookup error: %s%s%s%s (required by %s) (%s)\n",
            name_of(debug, version->in), missing && version->weak ? "weak " : "",
            missing ? "version `" : "no version information available",
            missing ? version->version : "", missing ? "' not found" : "",
            name_of(debug, version->by), running ? "fatal" : "continued");
}

static void write_undefined(struct debug_sink *debug, const struct event *event,
                            const struct object *from, const char *symbol, const char *version) {
    say(debug, event, "%s: error: symbol lookup error: undefined symbol: %s%s%s (fatal)\n",
        name_of(debug, from), symbol, version ? ", version " : "", version ? version : "");
}

static void write_binding(struct debug_sink *debug, const struct event *event,
                          const struct object *from, const struct object *to, const char *rule,
                          const char *symbol, const char *version) {
    if (to && debug->topics & TOPIC_BINDINGS)
        say(debug, event, "binding file %s [%u] to %s [%u]: %s symbol `%s'%s%s%s\n",
            name_of(debug, from), space_of(from), name_of(debug, to), space_of(to),
            strcmp(rule, "protected") == 0 ? rule : "normal", symbol, version ? " [" : "",
            version ? version : "", version ? "]" : "");
}

static void write_bind(struct debug_sink *debug, const struct event *event) {
    const struct event_bind *bind = event->bind;
    debug->local = strcmp(bind->rule, "local") == 0;
    if (debug->local)
        return;
    debug->counts.looked_up++;
    write_binding(debug, event, bind->from, bind->to, bind->rule, bind->symbol, bind->version);
}

static void write_slot(struct debug_sink *debug, const struct event *event) {
    const struct event_slot *slot = event->slot;
    debug->counts.looked_up++;
    write_binding(debug, event, slot->from, slot->to, slot->rule, slot->symbol, slot->version);
}

static void write_dlsym(struct debug_sink *debug, const struct event *event) {
    const struct event_dlsym *dlsym = event->dlsym;
    debug->counts.looked_up++;
    if (!dlsym->to)
        write_undefined(debug, event, dlsym->in, dlsym->symbol, dlsym->version);
    write_binding(debug, event, dlsym->in, dlsym->to, "", dlsym->symbol, dlsym->version);
}

static void write_candidate(struct debug_sink *debug, const struct event *event) {
    const struct event_candidate *candidate = event->candidate;
    say(debug, event, "symbol=%s;  lookup in file=%s [%u]\n", candidate->symbol,
        name_of(debug, candidate->in), space_of(candidate->in));
}

static void write_relocate(struct debug_sink *debug, const struct event *event) {
    if (strcmp(event->relocate->state, "begin") == 0)
        say(debug, event, "\nrelocation processing: %s%s\n",
            name_of(debug, event->relocate->object), event->relocate->lazy ? " (lazy)" : "");
}

/* -- statistics -- */

static void write_share(struct debug_sink *debug, const struct event *event, const char *title,
                        uint64_t part, uint64_t all) {
    uint64_t share = all ? part * 1000 / all : 0;
    say(debug, event, "%s: %u cycles (%u.%u%%)\n", title, part, share / 10, share % 10);
}

static void write_statistics(struct debug_sink *debug, const struct event *event) {
    const struct counts *counts = &debug->counts;
    uint64_t total = arch_ticks() - counts->begin;
    say(debug, event,
        "\nruntime linker statistics:\n"
        "  total startup time in dynamic loader: %u cycles\n",
        total);
    write_share(debug, event, "            time needed for relocation", counts->relocating, total);
    say(debug, event,
        "                 number of relocations: %u\n"
        "      number of relocations from cache: %u\n"
        "        number of relative relocations: %u\n",
        counts->looked_up, counts->remembered, counts->relative);
    write_share(debug, event, "           time needed to load objects", counts->loading, total);
}

static void write_final(struct debug_sink *debug, const struct event *event) {
    say(debug, event,
        "\nruntime linker statistics:\n"
        "           final number of relocations: %u\n"
        "final number of relocations from cache: %u\n",
        debug->counts.looked_up, debug->counts.remembered);
}

static void count_stage(struct debug_sink *debug, const struct event_stage *stage) {
    uint64_t *sum = strcmp(stage->stage, "load") == 0       ? &debug->counts.loading
                    : strcmp(stage->stage, "relocate") == 0 ? &debug->counts.relocating
                                                            : NULL;
    if (sum) /* the difference of two times is built up from both */
        *sum += strcmp(stage->state, "begin") == 0 ? -arch_ticks() : arch_ticks();
}

/* Those of the loader itself were nobody's business before it could listen. */
static void count_relative(struct debug_sink *debug, const struct object_list *group) {
    for (size_t i = 0; i < group->count; i++)
        if (group->item[i]->bias && group->item[i]->kind != OBJECT_LOADER)
            debug->counts.relative += group->item[i]->relative_count;
}

static void write_group(struct debug_sink *debug, const struct event *event) {
    if (debug->linker->running)
        debug->opened = event->group->root;
    else
        count_relative(debug, event->group->objects);
}

/* -- all -- */

/* The events of the topics that tell of constructors and destructors. */
static void write_call(struct debug_sink *debug, const struct event *event) {
    switch (event->kind) {
    case EVENT_construct:
        if (strcmp(event->construct->state, "begin") == 0)
            say(debug, event, "\ncalling init: %s\n\n", name_of(debug, event->construct->object));
        break;
    case EVENT_destruct:
        if (strcmp(event->destruct->state, "begin") == 0)
            say(debug, event, "\ncalling fini: %s [%u]\n\n", event->destruct->object->path,
                space_of(event->destruct->object));
        break;
    case EVENT_call:
        if (strcmp(event->call->kind, "preinit_array") == 0 && event->call->index == 0)
            say(debug, event, "\ncalling preinit: %s\n\n", name_of(debug, event->call->object));
        break;
    default:
        say(debug, event, "\n%s\n\n", event->message->text);
    }
}

/* dlopen's group, relocated. */
static void write_opened(struct debug_sink *debug, const struct event *event) {
    const struct object_list *group = debug->opened->group.list;
    for (size_t i = 0; i < group->count; i++)
        write_scopes(debug, event, group->item[i]);
}

static void write_stage(struct debug_sink *debug, const struct event *event) {
    const struct event_stage *stage = event->stage;
    bool begins = strcmp(stage->state, "begin") == 0, running = debug->linker->running;
    if (begins && running && debug->topics & TOPIC_SCOPES && strcmp(stage->stage, "protect") == 0)
        write_opened(debug, event);
    if (!(debug->topics & TOPIC_STATISTICS))
        return;
    if (begins && strcmp(stage->stage, "init") == 0 && !running)
        write_statistics(debug, event);
    else if (!begins && strcmp(stage->stage, "fini") == 0)
        write_final(debug, event);
    else if (!running)
        count_stage(debug, stage);
}

static void write_debug(struct event_sink *sink, const struct event *event) {
    struct debug_sink *debug = CONTAINER_OF(sink, struct debug_sink, sink);
    switch (event->kind) {
    case EVENT_folders:
        return write_folders(debug, event);
    case EVENT_try:
        return write_try(debug, event);
    case EVENT_search:
        return write_search(debug, event);
    case EVENT_object:
        return write_object(debug, event);
    case EVENT_map:
        return write_map(debug, event);
    case EVENT_dlopen:
        return write_dlopen(debug, event);
    case EVENT_dlclose:
        return write_dlclose(debug, event);
    case EVENT_unload:
        return say(debug, event, "\nfile=%s [%u];  destroying link map\n",
                   event->unload->object->path, space_of(event->unload->object));
    case EVENT_version:
        return write_version(debug, event);
    case EVENT_scope:
        return write_scope(debug, event);
    case EVENT_bind:
        return write_bind(debug, event);
    case EVENT_again:
        debug->counts.remembered += debug->local ? 0 : event->again->places->count;
        return;
    case EVENT_slot:
        return write_slot(debug, event);
    case EVENT_dlsym:
        return write_dlsym(debug, event);
    case EVENT_undefined:
        return write_undefined(debug, event, event->undefined->from, event->undefined->symbol,
                               event->undefined->version);
    case EVENT_candidate:
        return write_candidate(debug, event);
    case EVENT_relocate:
        return write_relocate(debug, event);
    case EVENT_stage:
        return write_stage(debug, event);
    case EVENT_group:
        return write_group(debug, event);
    default:
        return write_call(debug, event);
    }
}

/* -- opening -- */

/* LD_DEBUG_OUTPUT's file, its name followed by the process id; else standard error. Where the file
 * cannot be written, standard output, as in ld.so. */
OWN_FRAME static void open_file(struct debug_sink *debug, const char *name) {
    char path[4096];
    bool empty;
    debug->file = (struct event_file){.fd = 2};
    if (!name)
        return;
    format_text(path, sizeof path, "%s.%%p", name);
    if (event_file_open(&debug->file, path, false, &empty) < 0)
        debug->file = (struct event_file){.fd = 1};
}

void event_debug_open(struct linker *linker) {
    const struct options *options = &linker->options;
    struct stat status;
    if (!linker->shim->debug_variable ||
        (linker->process.secure && sys_stat("/etc/suid-debug", &status) < 0))
        return;
    unsigned topics = debug_topics_read(options->debug);
    struct debug_sink *debug = memory_alloc(sizeof *debug);
    if (!debug || !debug_topics_events(topics))
        return;
    debug->linker = linker;
    debug->topics = topics;
    debug->counts.begin = arch_ticks();
    debug->counts.loading = -debug->counts.begin; /* that stage has begun */
    debug->sink.wanted = debug_topics_events(topics);
    debug->sink.write = write_debug;
    open_file(debug, options->debug_output);
    if (event_add_sink(linker, &debug->sink))
        linker->event_state->stage = "load"; /* began when nobody listened */
}
