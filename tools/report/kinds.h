/* The events and their fields, from the loader's own list of them. */
#ifndef REPORT_KINDS_H
#define REPORT_KINDS_H

enum { FIELDS_MAX = 32 };

/* What a field is: the letter of its type. */
enum field_type {
    FIELD_NONE,
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

enum kind {
#define BEGIN(name, detail) KIND_##name,
#include "loader/events.def"
    KINDS
};

/* The fields that every event has come first. */
enum { FIELD_TIME, FIELD_PID, FIELD_TID, FIELDS_COMMON };

struct field {
    char type;
    const char *name;
};

struct description {
    const char *name;
    char basic;                      /* not one of the levels of detail that the page leaves out */
    struct field fields[FIELDS_MAX]; /* up to the first without a name */
};

extern const struct description descriptions[KINDS];

#endif
