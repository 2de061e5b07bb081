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

#define IDS_ROOM 64

struct json_sink {
    struct event_sink sink;
    struct event_file file;
    uint64_t
        clock; /* event_state.clock, nanoseconds: Chrome's times are the same for all processes */
    char ids[IDS_ROOM]; /* process and thread of collected lines, as they stand in each */
    size_t ids_length;
    int ids_tid; /* which thread's; 0: none yet */
};

/* -- values -- */

/* The length of the UTF-8 sequence at `text`, 0 when it is none (RFC 3629, without the ranges that
 * only overlong forms and surrogates need). */
COLD static size_t sequence_length(const unsigned char *text) {
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

#define EACH_BYTE(value) ((uint64_t)(value)*0x0101010101010101)

/* True when some byte of the word does not stand for itself in JSON, or is not of ASCII. (A byte
 * that borrows from the next one, or carries into it, is such a byte.) */
static bool has_special(uint64_t word) {
    uint64_t quote = word ^ EACH_BYTE('"'), backslash = word ^ EACH_BYTE('\\');
    uint64_t low = (word - EACH_BYTE(' ')) | (quote - EACH_BYTE(1)) | (backslash - EACH_BYTE(1));
    return ((low | (word + EACH_BYTE(1)) | word) & EACH_BYTE(0x80)) != 0;
}

static uint64_t load_bytes(const char *text, size_t count) {
    uint64_t word = EACH_BYTE(' ');
    if (count >= sizeof word)
        __builtin_memcpy(&word, text, sizeof word);
    else
        event_copy((char *)&word, text, count);
    return word;
}

/* What stands for the text's first character; *used bytes of the text were taken. */
COLD static void put_character(struct event_line *line, const unsigned char *text, size_t *used) {
    char escape[8];
    *used = text[0] == 0x7f ? 1 : sequence_length(text);
    bool plain = text[0] >= ' ' && text[0] < 0x7f && text[0] != '"' && text[0] != '\\';
    if (*used > 1 || plain) {
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

/* Copies what stands for itself, a word at a time, to where there is room for a word more. Returns
 * how many bytes are done. */
static size_t put_words(char *to, const char *text, size_t length) {
    for (size_t done = 0; done < length; done += 8) {
        size_t at = length < 8 ? 0 : min_size(done, length - 8);
        uint64_t word = load_bytes(text + at, length);
        if (has_special(word))
            return done;
        __builtin_memcpy(to + at, &word, sizeof word);
    }
    return length;
}

void event_json_string(struct event_line *line, const char *value) {
    size_t length = strlen(value), used;
    event_line_bytes(line, "\"", 1);
    for (;;) {
        char *room = event_line_room(line, length + 8);
        if (!room)
            return;
        used = put_words(room, value, length);
        line->length += used;
        if (used == length)
            break;
        value += used;
        length -= used;
        put_character(line, (const unsigned char *)value, &used);
        value += used;
        length -= used;
    }
    event_line_bytes(line, "\"", 1);
}

COLD static void put_objects(struct event_line *line, const struct object_list *list) {
    event_line_text(line, "[");
    for (size_t i = 0; i < list->count; i++) {
        event_line_text(line, i ? "," : "");
        event_line_number(line, list->item[i]->number);
    }
    event_line_text(line, "]");
}

COLD static void put_texts(struct event_line *line, const char *const *texts) {
    event_line_text(line, "[");
    for (size_t i = 0; texts[i]; i++) {
        event_line_text(line, i ? "," : "");
        event_json_string(line, texts[i]);
    }
    event_line_text(line, "]");
}

static void put_addresses(struct event_line *line, const struct address_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        event_line_text(line, i ? ",\"" : "[\"");
        event_line_address(line, list->item[i]);
        event_line_text(line, "\"");
    }
    event_line_text(line, "]");
}

/* A value that is a number of some kind, to `to`. Returns the end. */
static char *put_plain(char *to, enum event_field_type type, const void *word) {
    uint64_t value = *(const uint64_t *)word;
    switch (type) {
    case FIELD_OBJECT:
        value = (*(const struct object *const *)word)->number;
        break;
    case FIELD_ADDRESS:
        *to++ = '"';
        to = event_put_address(to, value);
        *to++ = '"';
        return to;
    case FIELD_NUMBER:
        if ((int64_t)value < 0) {
            *to++ = '-';
            value = 0 - value;
        }
        break;
    case FIELD_FLAG:
        return event_copy(to, "true", 4);
    default:
        break;
    }
    return event_put_number(to, value);
}

/* A value that may be of any length. False: it is none. */
static bool put_long(struct event_line *line, enum event_field_type type, const void *word) {
    if (type == FIELD_TEXT)
        event_json_string(line, *(const char *const *)word);
    else if (type == FIELD_OBJECTS)
        put_objects(line, *(const struct object_list *const *)word);
    else if (type == FIELD_ADDRESSES)
        put_addresses(line, *(const struct address_list *const *)word);
    else if (type == FIELD_TEXTS)
        put_texts(line, *(const char *const *const *)word);
    else
        return false;
    return true;
}

/* True when the field has nothing to tell. */
static bool is_left_out(enum event_field_type type, uint64_t word) {
    return type == FIELD_FLAG ? !(word & 0xff)
                              : !word && (type == FIELD_OBJECT || type == FIELD_TEXT ||
                                          type == FIELD_OBJECTS || type == FIELD_TEXTS);
}

/* Bytes that a field's name and a value that is a number take at most. */
#define FIELD_ROOM 64

/* All fields of the event; before each a comma, but not before the first where not `follows`. */
static void put_fields(struct event_line *line, const struct event *event, bool follows) {
    const uint64_t *word = event->word;
    for (const struct event_field *field = event->fields; field->type; field++, word++) {
        enum event_field_type type = (enum event_field_type)field->type;
        char *room = event_line_room(line, FIELD_ROOM);
        if (is_left_out(type, *word))
            continue;
        if (!room)
            return;
        size_t length = field->length - !follows;
        __builtin_memcpy(room, field->key + !follows, sizeof field->key);
        follows = true;
        line->length += length;
        if (!put_long(line, type, word))
            line->length += (size_t)(put_plain(room + length, type, word) - room - length);
    }
}

/* -- JSON lines -- */

/* Writes text that is known to be short. */
#define COPY(to, text) event_copy(to, text, sizeof(text) - 1)

static char *put_ids(char *to, const struct event *event) {
    to = COPY(to, ",\"pid\":");
    to = event_put_number(to, (uint64_t)event->pid);
    if (event->tid == event->pid)
        return to;
    to = COPY(to, ",\"tid\":");
    return event_put_number(to, (uint64_t)event->tid);
}

/* The fields that every event has. Collected lines are one thread's, and their ids the same. */
static void put_stamp(struct json_sink *json, struct event_line *line, const struct event *event) {
    size_t length = strlen(event->name);
    char *room = event_line_room(line, length + IDS_ROOM + 5 * EVENT_NUMBER_ROOM), *to = room;
    if (!room)
        return;
    to = COPY(to, "{\"event\":\"");
    to = event_copy(to, event->name, length);
    to = COPY(to, "\",\"time\":");
    to = event_put_number(to, event->time);
    if (!line->collected) {
        to = put_ids(to, event);
    } else {
        if (json->ids_tid != event->tid)
            json->ids_length = (size_t)(put_ids(json->ids, event) - json->ids);
        json->ids_tid = event->tid;
        to = event_copy(to, json->ids, json->ids_length);
    }
    if (event->parent) {
        to = COPY(to, ",\"parent\":");
        to = event_put_number(to, (uint64_t)event->parent);
    }
    if (json->file.hold) {
        to = COPY(to, ",\"frame\":\"");
        to = event_put_address(to, event->frame);
        *to++ = '"';
    }
    line->length += (size_t)(to - room);
}

static void write_json(struct event_sink *sink, const struct event *event) {
    struct json_sink *json = CONTAINER_OF(sink, struct json_sink, sink);
    struct event_line line = event_line_begin(&json->file, event->tid);
    put_stamp(json, &line, event);
    put_fields(&line, event, true);
    event_line_bytes(&line, "}\n", 2);
    event_line_end(&json->file, &line);
    if (json->file.hold)
        event_file_hold(&json->file, event->tid, event->kind <= EVENT_stage);
}

/* -- Chrome's trace events -- */

/* "B" and "E" for an event that has a beginning and an end, else "i". */
COLD static const char *phase(const struct event *event) {
    if (strcmp(event->fields[0].key, ",\"state\":") != 0)
        return "i";
    return strcmp((const char *)event->word[0], "begin") == 0 ? "B" : "E";
}

/* The first field that says what the event is about. */
COLD static const char *subject(const struct event *event) {
    const uint64_t *word = event->word;
    const char *path = "";
    bool in_pair = phase(event)[0] != 'i';
    for (const struct event_field *field = event->fields; field->type; field++, word++) {
        if (field->type == FIELD_TEXT && *word && !(in_pair && field == event->fields))
            return (const char *)*word;
        if (field->type == FIELD_OBJECT && *word && !path[0])
            path = ((const struct object *)*word)->label;
    }
    return path;
}

COLD static void put_number_field(struct event_line *line, const char *name, uint64_t value) {
    event_line_text(line, name);
    event_line_number(line, value);
}

COLD static void put_head(struct event_line *line, const struct event *event, const char *phase) {
    event_line_text(line, "{\"ph\":\"");
    event_line_text(line, phase);
    put_number_field(line, "\",\"pid\":", (uint64_t)event->pid);
    put_number_field(line, ",\"tid\":", (uint64_t)event->tid);
}

COLD static void write_chrome(struct event_sink *sink, const struct event *event) {
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
    put_fields(&line, event, false);
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
COLD static unsigned read_details(const struct linker *linker) {
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

COLD bool event_json_open(struct linker *linker) {
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
