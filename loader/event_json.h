/* The sink that writes events as JSON lines, or in Chrome's trace format (docs/events.md). */
#ifndef MYLD_EVENT_JSON_H
#define MYLD_EVENT_JSON_H

#include "event_file.h"
#include "linker.h"

/* Raised when a field changes its meaning or goes. */
#define EVENT_SCHEMA 2

/* Adds `value` as a JSON string, with its quotes. */
void event_json_string(struct event_line *line, const char *value);

/* Opens the file that the options name. Where it cannot be written, --trace ends the process with a
 * message, MYLD_TRACE is warned about. Returns true when there is a sink. */
bool event_json_open(struct linker *linker);

#endif
