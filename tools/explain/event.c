/*
 * Reads events.
 *
 * In: lines of JSON as the loader writes them. Out: fields by their names. A field that is missing
 * reads as nothing: the story then has a gap, and does not stop.
 */
#include "event.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

bool event_read(struct event *event, char *line, size_t length) {
    struct json_value name;
    struct json_value value;
    struct json json;

    *event = (struct event){.kind = ""};
    if (!json_begin(&json, line, length))
        return false;
    while (json_member(&json, &name, &value)) {
        if (event->count == EVENT_FIELDS_MAX)
            return false;
        ((char *)name.text)[name.length] = 0; /* in the place of the quote, or of what it had */
        if (value.type == JSON_TEXT)
            ((char *)value.text)[value.length] = 0;
        event->fields[event->count++] = (struct event_field){name.text, value};
    }
    event->kind = event_text(event, "event");
    return !json.error && *event->kind;
}

static const struct json_value *find(const struct event *event, const char *name) {
    for (int i = 0; i < event->count; i++)
        if (!strcmp(event->fields[i].name, name))
            return &event->fields[i].value;
    return NULL;
}

bool event_is(const struct event *event, const char *kind) {
    return !strcmp(event->kind, kind);
}

const char *event_text(const struct event *event, const char *name) {
    const struct json_value *value = find(event, name);
    return value && value->type == JSON_TEXT ? value->text : "";
}

bool event_says(const struct event *event, const char *name, const char *value) {
    return !strcmp(event_text(event, name), value);
}

int64_t event_number(const struct event *event, const char *name) {
    const struct json_value *value = find(event, name);
    return value && value->type == JSON_NUMBER ? value->number : 0;
}

uint64_t event_address(const struct event *event, const char *name) {
    return strtoull(event_text(event, name), NULL, 16);
}

bool event_flag(const struct event *event, const char *name) {
    const struct json_value *value = find(event, name);
    return value && value->type == JSON_TRUE;
}

int event_numbers(const struct event *event, const char *name, int64_t *values, int max) {
    const struct json_value *list = find(event, name);
    struct json_value value;
    int count = 0;

    if (!list || list->type != JSON_ARRAY)
        return 0;
    struct json elements = json_elements(list);
    for (; count < max && json_element(&elements, &value); count++)
        if (values)
            values[count] = value.number;
    return count;
}

int event_length(const struct event *event, const char *name) {
    return event_numbers(event, name, NULL, INT_MAX);
}

int event_texts(const struct event *event, const char *name, const char **values, int max) {
    static char *copy; /* reading uses the text up, and the list may be asked for again */
    const struct json_value *list = find(event, name);
    struct json_value value;
    int count = 0;

    if (!list || list->type != JSON_ARRAY)
        return 0;
    free(copy);
    if (!(copy = strndup(list->text, list->length)))
        return 0;
    struct json elements = {.at = copy, .end = copy + list->length};
    while (count < max && json_element(&elements, &value) && value.type == JSON_TEXT) {
        ((char *)value.text)[value.length] = 0;
        values[count++] = value.text;
    }
    return count;
}
