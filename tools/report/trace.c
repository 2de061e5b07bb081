/*
 * Reads a trace: JSON lines as docs/events.md describes them. Every line is checked against the
 * loader's own list of events, so that what comes after may believe the tables.
 *
 * In: a file. Out: tables, or the first fault with its line.
 */
#define _GNU_SOURCE
#include "trace.h"
#include "json.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { SCHEMA = 2 };

/* One line while it is read. */
struct line {
    struct trace *trace;
    struct strings *strings;
    struct run *run; /* NULL until its process is known */
    const struct description *description;
    enum kind kind;
    uint64_t given;             /* bit i: field i was there */
    int64_t values[FIELDS_MAX]; /* but for objects, which need the run */
    struct json_value lists[FIELDS_MAX];
    int64_t parent; /* of a process made by fork, as its lines say; 0: they do not */
    char *error;    /* what is wrong; NULL: nothing */
};

static bool fail(struct line *line, const char *format, ...) {
    va_list list;

    va_start(list, format);
    if (!line->error && vasprintf(&line->error, format, list) < 0)
        abort();
    va_end(list);
    return false;
}

/* ---- runs ---- */

static struct run *add_run(struct trace *trace, int64_t pid) {
    trace->runs = need_memory(trace->runs, (size_t)(trace->run_count + 1) * sizeof *trace->runs);
    struct run *run = &trace->runs[trace->run_count++];
    *run = (struct run){.pid = pid, .parent = -1};
    return run;
}

/* The last run of the process before the run `before`; -1: none. */
static int32_t find_run(const struct trace *trace, int64_t pid, int32_t before) {
    while (--before >= 0 && trace->runs[before].pid != pid)
        ;
    return before;
}

/* A process without a `trace` event was made by fork: it goes on with its parent's objects. Where
 * that one has exited or told nothing, the parent is told when the process executes a program
 * (adopt); until then, the newest run. */
static struct run *add_fork(struct trace *trace, int64_t pid, int64_t parent) {
    int32_t from = find_run(trace, parent, trace->run_count);
    int64_t objects = 0;

    for (int32_t i = 0; i < trace->run_count; i++)
        if (trace->runs[i].objects > objects)
            objects = trace->runs[i].objects;
    struct run *run = add_run(trace, pid);
    run->parent = from >= 0 ? from : trace->run_count - 2;
    run->objects = objects;
    return run;
}

/* The process `pid` begins a program and names its parent: so it was forked from that. */
static void adopt(struct trace *trace, int64_t pid, int64_t parent) {
    int32_t forked = find_run(trace, pid, trace->run_count);
    int32_t from = find_run(trace, parent, forked < 0 ? 0 : forked);

    if (forked >= 0 && trace->runs[forked].parent >= 0 && from >= 0)
        trace->runs[forked].parent = from;
}

/* Which of its columns a field is; the event has it. */
static unsigned field_number(enum kind kind, const char *name) {
    unsigned field = 0;

    while (strcmp(descriptions[kind].fields[field].name, name) != 0)
        field++;
    return field;
}

/* The value of a field that every event of this kind has. */
static int64_t value_of(const struct line *line, const char *name) {
    return line->values[field_number(line->kind, name)];
}

static bool choose_run(struct line *line) {
    struct trace *trace = line->trace;
    int64_t pid = line->values[FIELD_PID];

    if (line->kind == KIND_trace) {
        int64_t schema = value_of(line, "schema");
        if (schema != SCHEMA)
            return fail(line, "schema %jd: this tool reads schema %d", (intmax_t)schema, SCHEMA);
        adopt(trace, pid, value_of(line, "parent"));
        line->run = add_run(trace, pid);
        return true;
    }
    int32_t found = find_run(trace, pid, trace->run_count);
    if (!trace->run_count)
        return fail(line, "begins with \"%s\", not with \"trace\": its beginning is missing",
                    line->description->name);
    line->run = found >= 0 ? &trace->runs[found] : add_fork(trace, pid, line->parent);
    return true;
}

/* ---- fields ---- */

static const char *type_name(char type) {
    switch (type) {
    case FIELD_OBJECT:
        return "the number of an object";
    case FIELD_OBJECTS:
        return "a list of objects";
    case FIELD_TEXT:
        return "a text";
    case FIELD_TEXTS:
        return "a list of texts";
    case FIELD_ADDRESS:
        return "an address, \"0x…\"";
    case FIELD_ADDRESSES:
        return "a list of addresses";
    case FIELD_FLAG:
        return "true";
    default:
        return "a whole number";
    }
}

static bool read_address(const struct json_value *value, int64_t *address) {
    static const char digits[] = "0123456789abcdef";
    uint64_t number = 0;

    if (value->type != JSON_TEXT || value->length < 3 || value->length > 18 ||
        value->text[0] != '0' || value->text[1] != 'x')
        return false;
    for (size_t i = 2; i < value->length; i++) {
        const char *digit = value->text[i] ? strchr(digits, value->text[i]) : NULL;
        if (!digit)
            return false;
        number = number << 4 | (uint64_t)(digit - digits);
    }
    *address = (int64_t)number;
    return true;
}

/* Numbers of which JavaScript keeps every digit. */
static bool is_number(const struct json_value *value) {
    return value->type == JSON_NUMBER && value->whole && value->number < INT64_C(1) << 53 &&
           value->number > -(INT64_C(1) << 53);
}

static bool is_list(char type) {
    return type == FIELD_OBJECTS || type == FIELD_TEXTS || type == FIELD_ADDRESSES;
}

static bool read_field(struct line *line, unsigned field, const struct json_value *value) {
    int64_t *to = &line->values[field];
    char type = line->description->fields[field].type;
    bool good = false;

    if (type == FIELD_ADDRESS) {
        good = read_address(value, to);
    } else if (type == FIELD_TEXT) {
        good = value->type == JSON_TEXT;
        *to = good ? strings_add(line->strings, value->text, value->length) : 0;
    } else if (type == FIELD_FLAG) {
        *to = value->type == JSON_TRUE;
        good = value->type == JSON_TRUE || value->type == JSON_OTHER;
    } else if (is_list(type)) {
        line->lists[field] = *value;
        good = value->type == JSON_ARRAY;
    } else {
        *to = value->number;
        good = is_number(value) && (type == FIELD_NUMBER || *to >= 0);
    }
    line->given |= UINT64_C(1) << field;
    return good || fail(line, "\"%s\" of \"%s\" is not %s", line->description->fields[field].name,
                        line->description->name, type_name(type));
}

static bool check_object(struct line *line, int64_t number) {
    if (line->kind == KIND_object && number > line->run->objects)
        line->run->objects = number;
    return (number > 0 && number <= line->run->objects) ||
           fail(line, "\"%s\" names object %jd, which has not appeared", line->description->name,
                (intmax_t)number);
}

static void append(struct run *run, int64_t value) {
    if (run->lists_used == run->lists_room) {
        run->lists_room = run->lists_room ? 2 * run->lists_room : 256;
        run->lists = need_memory(run->lists, run->lists_room * sizeof *run->lists);
    }
    run->lists[run->lists_used++] = value;
}

/* One element of a list as a number. */
static bool read_element(struct line *line, char type, const struct json_value *value,
                         int64_t *element) {
    if (type == FIELD_ADDRESSES)
        return read_address(value, element);
    if (type == FIELD_OBJECTS) {
        *element = value->number;
        return is_number(value);
    }
    if (value->type != JSON_TEXT)
        return false;
    *element = strings_add(line->strings, value->text, value->length);
    return true;
}

static bool read_list(struct line *line, unsigned field) {
    struct json elements = json_elements(&line->lists[field]);
    struct json_value value;
    char type = line->description->fields[field].type;
    size_t place = line->run->lists_used;

    append(line->run, 0);
    while (json_element(&elements, &value)) {
        int64_t element;
        if (!read_element(line, type, &value, &element))
            return fail(line, "\"%s\" of \"%s\" is not %s", line->description->fields[field].name,
                        line->description->name, type_name(type));
        if (type == FIELD_OBJECTS && !check_object(line, element))
            return false;
        append(line->run, element);
        line->run->lists[place]++;
    }
    line->values[field] = (int64_t)place;
    return !elements.error || fail(line, "%s", elements.error);
}

/* Whether all is there that every event of this kind has, and the objects that it names. */
static bool check_fields(struct line *line) {
    const struct field *fields = line->description->fields;

    for (unsigned i = 0; fields[i].name; i++) {
        bool given = line->given >> i & 1;
        char type = fields[i].type;
        bool optional = type == FIELD_OBJECT || type == FIELD_TEXT || type == FIELD_FLAG ||
                        is_list(type) || i == FIELD_TID;
        if (!given && !optional)
            return fail(line, "\"%s\" without \"%s\"", line->description->name, fields[i].name);
        if (given && type == FIELD_OBJECT && !check_object(line, line->values[i]))
            return false;
        if (is_list(type)) {
            if (!given)
                line->lists[i] = (struct json_value){.text = ""};
            if (!read_list(line, i))
                return false;
        }
    }
    return true;
}

/* ---- lines ---- */

/* The event's kind; false: none that is known, or one that the page does not show. */
static bool choose_kind(struct line *line, const struct json_value *name) {
    for (enum kind kind = 0; kind < KINDS; kind++) {
        const struct description *description = &descriptions[kind];
        if (strlen(description->name) == name->length &&
            !memcmp(description->name, name->text, name->length)) {
            line->kind = kind;
            line->description = description;
            return description->basic;
        }
    }
    return false;
}

/* The number of the field with this name; the search begins after the field before, as the fields
 * come in their order. -1: a field that this tool does not know. */
static int find_field(const struct line *line, const struct json_value *name, int after) {
    const struct field *fields = line->description->fields;
    int count = 0;

    while (fields[count].name)
        count++;
    for (int i = 1; i <= count; i++) {
        const char *candidate = fields[(after + i) % count].name;
        if (strlen(candidate) == name->length && !memcmp(candidate, name->text, name->length))
            return (after + i) % count;
    }
    return -1;
}

unsigned table_columns(enum kind kind) {
    unsigned count = 0;

    while (descriptions[kind].fields[count].name)
        count++;
    return count + (kind == KIND_bind);
}

static void add_row(struct run *run, enum kind kind, const int64_t *values) {
    struct table *table = &run->tables[kind];
    unsigned count = table_columns(kind);
    bool full = table->rows == table->room;

    if (full)
        table->room = table->room ? 2 * table->room : 16;
    for (unsigned i = 0; i < count; i++) {
        if (full)
            table->columns[i] =
                need_memory(table->columns[i], table->room * sizeof *table->columns[i]);
        table->columns[i][table->rows] = values[i];
    }
    table->rows++;
}

/* The references of an `again` event: each like the row of `bind` before, but for what the event
 * says. */
static bool add_repeats(struct line *line) {
    static const char *const told[] = {"type", "value"};
    struct table *bind = &line->run->tables[KIND_bind];
    const int64_t *places = line->run->lists + value_of(line, "places");
    int64_t values[FIELDS_MAX];

    if (!bind->rows)
        return fail(line, "\"again\" without a \"bind\" before it");
    for (unsigned i = 0; i < table_columns(KIND_bind); i++)
        values[i] = i < FIELDS_COMMON ? line->values[i] : bind->columns[i][bind->rows - 1];
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        values[field_number(KIND_bind, told[i])] = value_of(line, told[i]);
    values[table_columns(KIND_bind) - 1] = 1;
    for (int64_t i = 1; i <= *places; i++) {
        values[field_number(KIND_bind, "place")] = places[i];
        add_row(line->run, KIND_bind, values);
    }
    return true;
}

static bool read_line(struct line *line, char *bytes, size_t length) {
    struct json_value name;
    struct json_value value;
    struct json json;
    int field = -1;

    if (!json_begin(&json, bytes, length))
        return fail(line, "%s: this is no line of a trace", json.error);
    if (!json_member(&json, &name, &value))
        return json.error ? fail(line, "%s (column %td)", json.error, json.at - bytes + 1)
                          : fail(line, "an empty object");
    if (name.length != 5 || memcmp(name.text, "event", 5) != 0 || value.type != JSON_TEXT)
        return fail(line, "begins with \"%.*s\", not with \"event\": this is no line of a trace",
                    (int)(name.length < 40 ? name.length : 40), name.text);
    bool wanted = choose_kind(line, &value);
    line->trace->passed_over += !wanted;
    while (json_member(&json, &name, &value)) {
        int found = wanted ? find_field(line, &name, field) : -1;
        if (found < 0 && name.length == 6 && !memcmp(name.text, "parent", 6) && is_number(&value))
            line->parent = value.number;
        if (found >= 0 && !read_field(line, (unsigned)(field = found), &value))
            return false;
    }
    if (json.error)
        return fail(line, "%s (column %td)", json.error, json.at - bytes + 1);
    if (!wanted)
        return true;
    if (!(line->given >> FIELD_TID & 1))
        line->values[FIELD_TID] = line->values[FIELD_PID];
    if (!choose_run(line) || !check_fields(line))
        return false;
    if (line->kind == KIND_again)
        return add_repeats(line);
    add_row(line->run, line->kind, line->values);
    return true;
}

/* What makes of the fault a message with its place. */
static char *locate(const struct trace *trace, const char *fault) {
    char *message;

    if (asprintf(&message, "%s:%ju: %s", trace->path, (uintmax_t)trace->lines, fault) < 0)
        abort();
    return message;
}

static char *read_lines(struct trace *trace, struct strings *strings, FILE *file) {
    char *bytes = NULL;
    size_t room = 0;
    ssize_t length;
    char *fault = NULL;

    while (!fault && (length = getline(&bytes, &room, file)) > 0) {
        struct line line = {.trace = trace, .strings = strings};
        bool whole = bytes[length - 1] == '\n';
        trace->lines++;
        if (!read_line(&line, bytes, (size_t)length)) {
            char *hint = NULL;
            if (!whole && asprintf(&hint, "%s: the trace was cut off here", line.error) < 0)
                abort();
            fault = locate(trace, hint ? hint : line.error);
            free(hint);
            free(line.error);
        }
    }
    free(bytes);
    if (!fault && ferror(file))
        fault = locate(trace, strerror(errno));
    if (!fault && !trace->run_count)
        fault = locate(trace, trace->lines ? "no \"trace\" event: this is no trace of myld"
                                           : "the file is empty");
    return fault;
}

char *trace_read(struct trace *trace, struct strings *strings, const char *path, bool partial) {
    bool standard = !strcmp(path, "-");
    FILE *file = standard ? stdin : fopen(path, "re");
    char *fault = NULL;

    *trace = (struct trace){.path = standard ? "standard input" : path};
    if (!file) {
        if (asprintf(&fault, "%s: %s", path, strerror(errno)) < 0)
            abort();
        return fault;
    }
    fault = read_lines(trace, strings, file);
    if (!standard)
        fclose(file);
    if (!fault || !partial || !trace->run_count)
        return fault;
    trace->cut = fault;
    return NULL;
}
