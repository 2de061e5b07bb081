/* A trace in memory: for each program that was loaded, a table for each kind of event. */
#ifndef REPORT_TRACE_H
#define REPORT_TRACE_H

#include "kinds.h"
#include "strings.h"
#include <stdbool.h>
#include <stdio.h>

/* All events of one kind, field by field. A value is a number as it is, an address's bits, the
 * number of a text (0: none), of an object (0: none), 0 or 1, or a place in the run's `lists`.
 * The table of `bind` holds the references of `again` events, too, each in a row of its own, and
 * has one more column behind its fields: 1 for these. */
struct table {
    uint32_t rows, room;
    int64_t *columns[FIELDS_MAX];
};

/** How many columns a table of this kind has. */
unsigned table_columns(enum kind kind);

/* What one process did between two programs that it executed. */
struct run {
    int64_t pid;
    int64_t objects; /* the highest number of an object */
    int32_t parent;  /* by fork: the run that it goes on from; -1: it began with a program */
    struct table tables[KINDS];
    int64_t *lists; /* each: its length, then its elements */
    size_t lists_used, lists_room;
};

struct trace {
    const char *path;
    uint64_t lines;
    uint64_t passed_over; /* events of further levels of detail, or of unknown kinds */
    struct run *runs;
    int32_t run_count;
    char *cut; /* why the rest of the file was not read; NULL: all was */
};

/**
 * Reads a trace (docs/events.md).
 *
 * @param trace   what is filled
 * @param strings where texts go
 * @param path    the file; "-" is standard input
 * @param partial take what comes before the first fault (`trace->cut` tells it)
 * @return NULL, or the fault: "path:line: what"
 */
char *trace_read(struct trace *trace, struct strings *strings, const char *path, bool partial);

#endif
