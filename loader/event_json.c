/* Events as JSON, one object a line, or as Chrome's trace events; see event_json.h.
 *
 * In:  events of any kind. Out: the line that events.def describes; this file knows none of them.
 * Specifications: RFC 8259 (JSON); "Trace Event Format" of the Chromium project, which
 * ui.perfetto.dev reads, too: an array that need not be closed.
 */
#include "event_json.h"

#include "event.h"
#include "event_file.h"
#include "memory.h"
#include "sys.h"
#include "text.h"
#include <string.h>

struct json_sink {
    struct event_sink sink;
    struct event_file file;
    uint64_t
        clock; /* event_state.clock, nanoseconds: Chrome's times are the same for all processes */
};

/* -- values -- */

/* The length of the UTF-8 sequence at `text`, 0 when it is none (RFC 3629, without the ranges that
 * only overlong forms and surrogates need). */
static size_t sequence_length(const unsigned char *text) {
    size_t length = text[0] < 0x80                      ? 1
                    : text[0] >= 0xc2 && text[0] < 0xe0 ? 2
                    : text[0] >= 0xe0 && text[0] < 0xf0 ? 3
                    : text[0] >= 0xf0 && text[0] < 0xf5 ? 4
                                                        : 0;
    for (size_t i = 1; i < length; i++)
        if (text[i] >> 6 != 2)
            return 0;
    bool overlong = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xf0 && text[1] < 0x90);
    bool outside = (text[0] == 0xed && text[1] > 0x9f) || (text[0] == 0xf4 && text[1] > 0x8f);
    return overlong || outside ? 0 : length;
}

static bool is_plain(unsigned char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* What stands for a byte that is not plain; *used bytes of the text were taken. */
static void put_special(struct event_line *line, const unsigned char *text, size_t *used) {
    char escape[8];
    *used = text[0] == 0x7f ? 1 : sequence_length(text);
    if (*used > 1) {
        memcpy(escape, text, *used);
        escape[*used] = 0;
    } else if (text[0] == '"' || text[0] == '\\') {
        format_text(escape, sizeof escape, "\\%c", text[0]);
    } else {
        /* A byte that is no character: the replacement character. */
        format_text(escape, sizeof escape, "\\u%04x", *used ? text[0] : 0xfffd);
        *used = 1;
    }
    event_line_text(line, escape);
}

void event_json_string(struct event_line *line, const char *value) {
    event_line_text(line, "\"");
    const unsigned char *text = (const unsigned char *)value;
    while (*text) {
        size_t length = 0;
        while (is_plain(text[length]))
            length++;
        event_line_bytes(line, (const char *)text, length);
        text += length;
        if (*text) {
            put_special(line, text, &length);
            text += length;
        }
    }
    event_line_text(line, "\"");
}

static void put_signed(struct event_line *line, int64_t value) {
    if (value < 0)
        event_line_text(line, "-");
    event_line_number(line, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

static void put_objects(struct event_line *line, const struct object_list *list) {
    event_line_text(line, "[");
    for (size_t i = 0; i < list->count; i++) {
        event_line_text(line, i ? "," : "");
        event_line_number(line, list->item[i]->number);
    }
    event_line_text(line, "]");
}

static void put_texts(struct event_line *line, const char *const *texts) {
    event_line_text(line, "[");
    for (size_t i = 0; texts[i]; i++) {
        event_line_text(line, i ? "," : "");
        event_json_string(line, texts[i]);
    }
    event_line_text(line, "]");
}

static void put_value(struct event_line *line, enum event_field_type type, const void *word) {
    switch (type) {
    case FIELD_OBJECT:
        event_line_number(line, (*(const struct object *const *)word)->number);
        break;
    case FIELD_OBJECTS:
        put_objects(line, *(const struct object_list *const *)word);
        break;
    case FIELD_TEXT:
        event_json_string(line, *(const char *const *)word);
        break;
    case FIELD_TEXTS:
        put_texts(line, *(const char *const *const *)word);
        break;
    case FIELD_ADDRESS:
        event_line_text(line, "\"");
        event_line_address(line, *(const uint64_t *)word);
        event_line_text(line, "\"");
        break;
    case FIELD_NUMBER:
        put_signed(line, *(const int64_t *)word);
        break;
    case FIELD_FLAG:
        event_line_text(line, "true");
        break;
    default:
        event_line_number(line, *(const uint64_t *)word);
    }
}

/* True when the field has nothing to tell. */
static bool is_left_out(enum event_field_type type, uint64_t word) {
    return type == FIELD_FLAG ? !(word & 0xff) : !word && strchr("olts", type);
}

/* All fields of the event, `separator` in front of the first. */
static void put_fields(struct event_line *line, const struct event *event, const char *separator) {
    const uint64_t *word = event->word;
    for (const char *field = event_next_field(event->name); *field;
         field = event_next_field(field), word++) {
        if (is_left_out(field[0], *word))
            continue;
        event_line_text(line, separator);
        event_line_text(line, field + 1);
        event_line_text(line, "\":");
        put_value(line, field[0], word);
        separator = ",\"";
    }
}

/* -- JSON lines -- */

static void put_number_field(struct event_line *line, const char *name, uint64_t value) {
    event_line_text(line, name);
    event_line_number(line, value);
}

static void write_json(struct event_sink *sink, const struct event *event) {
    struct json_sink *json = CONTAINER_OF(sink, struct json_sink, sink);
    struct event_line line = event_line_begin(&json->file, event->tid);
    event_line_text(&line, "{\"event\":\"");
    event_line_text(&line, event->name);
    put_number_field(&line, "\",\"time\":", event->time);
    put_number_field(&line, ",\"pid\":", (uint64_t)event->pid);
    put_number_field(&line, ",\"tid\":", (uint64_t)event->tid);
    if (json->file.hold) {
        event_line_text(&line, ",\"frame\":\"");
        event_line_address(&line, event->frame);
        event_line_text(&line, "\"");
    }
    put_fields(&line, event, ",\"");
    event_line_text(&line, "}\n");
    event_line_end(&json->file, &line);
    if (json->file.hold)
        event_file_hold(&json->file, event->tid, event->kind <= EVENT_stage);
}

/* -- Chrome's trace events -- */

/* The first field that says what the event is about. */
static const char *subject(const struct event *event) {
    const uint64_t *word = event->word;
    const char *path = "";
    for (const char *field = event_next_field(event->name); *field;
         field = event_next_field(field), word++) {
        if (field[0] == FIELD_TEXT && *word && strcmp(field + 1, "state") != 0)
            return (const char *)*word;
        if (field[0] == FIELD_OBJECT && *word && !path[0])
            path = ((const struct object *)*word)->label;
    }
    return path;
}

/* "B" and "E" for an event that has a beginning and an end, else "i". */
static const char *phase(const struct event *event) {
    if (strcmp(event_next_field(event->name), "tstate") != 0)
        return "i";
    return strcmp((const char *)event->word[0], "begin") == 0 ? "B" : "E";
}

static void put_head(struct event_line *line, const struct event *event, const char *phase) {
    event_line_text(line, "{\"ph\":\"");
    event_line_text(line, phase);
    put_number_field(line, "\",\"pid\":", (uint64_t)event->pid);
    put_number_field(line, ",\"tid\":", (uint64_t)event->tid);
}

static void write_chrome(struct event_sink *sink, const struct event *event) {
    struct json_sink *json = CONTAINER_OF(sink, struct json_sink, sink);
    struct event_line line = event_line_begin(&json->file, event->tid);
    if (event->kind == EVENT_trace && event->trace->arguments[0]) {
        put_head(&line, event, "M");
        event_line_text(&line, ",\"name\":\"process_name\",\"args\":{\"name\":");
        event_json_string(&line, event->trace->arguments[0]);
        event_line_text(&line, "}},\n");
    }
    uint64_t time = json->clock + event->time;
    char fraction[8];
    format_text(fraction, sizeof fraction, ".%03u", (unsigned)(time % 1000));
    put_head(&line, event, phase(event));
    put_number_field(&line, ",\"ts\":", time / 1000); /* microseconds */
    event_line_text(&line, fraction);
    event_line_text(&line, ",\"cat\":\"");
    event_line_text(&line, event->name);
    event_line_text(&line, "\",\"s\":\"t\",\"name\":");
    event_json_string(&line, subject(event));
    event_line_text(&line, ",\"args\":{");
    put_fields(&line, event, "\"");
    event_line_text(&line, "}},\n");
    event_line_end(&json->file, &line);
}

/* -- opening -- */

static void collect(struct event_sink *sink, int tid, bool begin) {
    event_file_collect(&CONTAINER_OF(sink, struct json_sink, sink)->file, tid, begin);
}

/* Says that a word of the options is not known, and goes on without it. */
static void warn(const struct linker *linker, const char *what, const char *word) {
    print_text(2, "%s: warning: trace %s `%s' unknown: ignored\n", linker->process.argv[0], what,
               word);
}

/* The levels that --trace-detail names, as bits of enum event_detail. */
static unsigned read_details(const struct linker *linker) {
    static const struct {
        char name[16];
        unsigned bits;
    } known[] = {{"candidates", DETAIL_CANDIDATES},
                 {"relocations", DETAIL_RELOCATIONS},
                 {"all", DETAIL_CANDIDATES | DETAIL_RELOCATIONS},
                 {"basic", 0}};
    unsigned details = DETAIL_BASIC;
    for (const char *text = linker->options.trace_detail; text && *text;) {
        const char *comma = strchr(text, ',');
        size_t length = comma ? (size_t)(comma - text) : strlen(text), i = 0;
        while (i < ARRAY_LENGTH(known) &&
               (strncmp(text, known[i].name, length) != 0 || known[i].name[length]))
            i++;
        if (i < ARRAY_LENGTH(known))
            details |= known[i].bits;
        else
            warn(linker, "detail", text);
        text += length + (text[length] != 0);
    }
    return details;
}

bool event_json_open(struct linker *linker) {
    const struct options *options = &linker->options;
    const char *format = options->trace_format ? options->trace_format : "json";
    bool chrome = strcmp(format, "perfetto") == 0;
    struct json_sink *json = memory_alloc(sizeof *json);
    bool empty = false;
    int result =
        json ? event_file_open(&json->file, options->trace, options->trace_fresh, &empty) : -ENOMEM;
    if (result == 0 && options->trace_hold)
        json->file.hold = memory_copy_text(options->trace_hold);
    if (result < 0) {
        print_text(2, "%s: cannot write trace %s: %s%s\n", linker->process.argv[0], options->trace,
                   error_number_text(-result), options->trace_fresh ? "" : ": ignored");
        if (options->trace_fresh)
            sys_exit(127);
        memory_free(json);
        return false;
    }
    if (!chrome && strcmp(format, "json") != 0)
        warn(linker, "format", format);
    json->sink.wanted = event_kinds_of(read_details(linker));
    json->sink.write = chrome ? write_chrome : write_json;
    json->sink.collect = collect;
    if (!event_add_sink(linker, &json->sink))
        return false;
    json->clock = linker->event_state->clock;
    if (chrome && empty) {
        struct event_line line = event_line_begin(&json->file, linker->event_state->tid);
        event_line_text(&line, "[\n");
        event_line_end(&json->file, &line);
    }
    return true;
}
