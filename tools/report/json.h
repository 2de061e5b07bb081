/* Reading one line of JSON, member by member. */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_type { JSON_TEXT, JSON_NUMBER, JSON_TRUE, JSON_OTHER, JSON_ARRAY, JSON_OBJECT };

struct json_value {
    enum json_type type; /* OTHER: false, null */
    const char *text;    /* TEXT: its bytes, unescaped; ARRAY, OBJECT: as in the line */
    size_t length;
    int64_t number; /* NUMBER */
    bool whole;     /* NUMBER: it has no fraction and fits into 64 bits */
};

/** A place in a line. Strings are unescaped in place: the line is used up by reading it. */
struct json {
    char *at, *end;
    const char *error; /* what is wrong at `at`; NULL: nothing so far */
    bool begun;        /* the first member was read */
};

/** Begins to read an object, `{…}`, that fills the line. False: see `error`. */
bool json_begin(struct json *json, char *line, size_t length);

/**
 * Reads the next member of the object.
 *
 * @return false at the end of the object, which must be the end of the line, and after errors
 */
bool json_member(struct json *json, struct json_value *name, struct json_value *value);

/** Reads the next element of an array: of what json_elements has set up. */
bool json_element(struct json *json, struct json_value *value);

/** The elements of a value of type ARRAY. */
struct json json_elements(const struct json_value *array);

#endif
