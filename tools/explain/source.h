/* Where in the loader's source an event comes from: the calls that led to it. */
#ifndef EXPLAIN_SOURCE_H
#define EXPLAIN_SOURCE_H

#include "world.h"

/** Reads the debugging information of the loader's file; of FILE.debug, where it was stripped. */
void source_open(const char *loader);

/**
 * Shows the calls that led to an event, innermost first, each with file and line, and the lines
 * around the one that did it.
 *
 * @param frame the event's frame: address of event_tell's frame in the process's memory
 */
void source_show(const struct world *world, uint64_t frame);

#endif
