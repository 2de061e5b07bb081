/* The table of events, made from loader/events.def: what the loader writes is what is read here. */
#include "kinds.h"

enum { DETAIL_BASIC = 1, DETAIL_RELOCATIONS = 0, DETAIL_CANDIDATES = 0 };

const struct description descriptions[KINDS] = {
#define BEGIN(name, detail)                                                                        \
    {                                                                                              \
#name, DETAIL_##detail, {                                                                  \
            {FIELD_COUNT, "time"}, {FIELD_COUNT, "pid"}, {FIELD_COUNT, "tid"},
#define OBJECT(field) {FIELD_OBJECT, #field},
#define OBJECTS(field) {FIELD_OBJECTS, #field},
#define TEXT(field) {FIELD_TEXT, #field},
#define TEXTS(field) {FIELD_TEXTS, #field},
#define ADDRESS(field) {FIELD_ADDRESS, #field},
#define ADDRESSES(field) {FIELD_ADDRESSES, #field},
#define COUNT(field) {FIELD_COUNT, #field},
#define NUMBER(field) {FIELD_NUMBER, #field},
#define FLAG(field) {FIELD_FLAG, #field},
#define END                                                                                        \
    }                                                                                              \
    }                                                                                              \
    ,
#include "loader/events.def"
};
