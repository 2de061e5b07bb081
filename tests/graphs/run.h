/* Runs a graph under a loader, in the present folder; and says whether two loaders agree. */
#ifndef TESTS_GRAPHS_RUN_H
#define TESTS_GRAPHS_RUN_H

#include "graph.h"

/* What a run has left. Indented lines, which myld adds to messages, are left out. */
struct outcome {
    int status;        /* exit status, or 256 + signal */
    char *out, *error; /* standard output, standard error */
};

/* The loaders that are compared, set before the first run. */
struct loaders {
    const char *native[2], *tested; /* native: by enum libc */
};
extern struct loaders loaders;

/* Runs the graph's program; `tested`: by the loader under test. Even seeds start the loader as a
 * command, odd ones as the program's interpreter. */
struct outcome run_graph(const struct graph *graph, bool tested);

void outcome_free(struct outcome *outcome);

/* True when the outcomes are the same. */
bool outcomes_agree(const struct outcome *a, const struct outcome *b);

/* True when the run is no measure: the system's loader has crashed or hangs. */
bool outcome_is_fault(const struct outcome *outcome);

#endif
