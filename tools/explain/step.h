/* --step: waits for commands at stages or events. */
#ifndef EXPLAIN_STEP_H
#define EXPLAIN_STEP_H

#include "story.h"

struct step;

/**
 * Prepares.
 *
 * @param story    whose events come
 * @param commands a file with commands; NULL: the terminal
 * @param loader   the loader's file, for `where`
 */
struct step *step_open(struct story *story, const char *commands, const char *loader);

/** An event has come, and was told. */
void step_take(struct step *step, const struct event *event);

/** The loader waits: reads commands until one lets it go on. Returns its answer. */
char step_hold(struct step *step);

#endif
