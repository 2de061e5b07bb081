/* One event of the trace: a line of JSON (docs/events.md) with its fields. */
#ifndef EXPLAIN_EVENT_H
#define EXPLAIN_EVENT_H

#include "tools/report/json.h"

enum { EVENT_FIELDS_MAX = 40 };

struct event {
    const char *kind; /* "bind" */
    int count;
    struct event_field {
        const char *name;
        struct json_value value; /* a TEXT ends in NUL */
    } fields[EVENT_FIELDS_MAX];
};

/**
 * Reads a line.
 *
 * @param line   used up; the event points into it
 * @param length bytes, without the newline
 * @return false: this is no event
 */
bool event_read(struct event *event, char *line, size_t length);

/** True when the event is of this kind. */
bool event_is(const struct event *event, const char *kind);

/** The value of a text field; "" where it is left out. */
const char *event_text(const struct event *event, const char *name);

/** True when the text field has this value. */
bool event_says(const struct event *event, const char *name, const char *value);

/** The value of a count, a number, an object's number or an address; 0 where it is left out. */
int64_t event_number(const struct event *event, const char *name);
uint64_t event_address(const struct event *event, const char *name);

/** True when the flag is set. */
bool event_flag(const struct event *event, const char *name);

/** How many elements a list has, of objects or addresses; 0 where it is left out. */
int event_length(const struct event *event, const char *name);

/**
 * The elements of a list.
 *
 * @param values where to: objects by their numbers (NULL: they are only counted), or texts, which
 *               live until the next call
 * @param max    how many there is room for
 * @return how many there are in `values`
 */
int event_numbers(const struct event *event, const char *name, int64_t *values, int max);
int event_texts(const struct event *event, const char *name, const char **values, int max);

#endif
