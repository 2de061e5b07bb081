/* Takes away one piece of a graph after the other, for as long as what is looked for still shows;
 * see graph.h. */
#include "graph.h"
#include <string.h>

static struct graph *present;
static graph_test *test;

/* Keeps the change that was made to *present, or takes it back. */
static bool keep(const struct graph *before) {
    if (test(present))
        return true;
    *present = *before;
    return false;
}

#define TRY(change)                                                                                \
    do {                                                                                           \
        struct graph before = *present;                                                            \
        change;                                                                                    \
        if (memcmp(&before, present, sizeof before))                                               \
            progress |= keep(&before);                                                             \
    } while (0)

static void remove_step(struct steps *steps, int i) {
    memmove(&steps->step[i], &steps->step[i + 1], (size_t)(STEPS - 1 - i) * sizeof *steps->step);
    memset(&steps->step[STEPS - 1], 0, sizeof *steps->step);
    steps->count--;
}

static bool reduce_steps(struct steps *steps) {
    bool progress = false;
    for (int i = steps->count; i-- > 0;)
        TRY(remove_step(steps, i));
    return progress;
}

/* A module nobody needs is not written. */
static void remove_module(int id) {
    present->modules[id].removed = true;
    for (int i = 0; i < present->count; i++)
        for (int j = 0; j < present->modules[i].need_count; j++)
            if (present->modules[i].needs[j].module == id)
                present->modules[i].needs[j].module = -1;
}

static bool reduce_flags(struct module *m) {
    bool progress = false;
    bool *const flags[] = {&m->sysv_hash,  &m->bind_now, &m->symbolic,   &m->relro, &m->no_delete,
                           &m->init_first, &m->no_open,  &m->global,     &m->init,  &m->fini,
                           &m->fixed,      &m->missing,  &m->aligned_tls};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        TRY(*flags[i] = false);
    TRY(m->rpath = NULL);
    TRY(m->runpath = NULL);
    return progress;
}

static bool reduce_symbols(struct module *module) {
    bool progress = false;
    for (int i = 0; i < module->reference_count; i++) {
        TRY(module->references[i].removed = true);
        TRY(module->references[i].version = 0);
    }
    for (int i = 0; i < module->definition_count; i++) {
        TRY(module->definitions[i].kind = 0);
        TRY(module->definitions[i].version = 0);
    }
    return progress;
}

static bool reduce_module(struct module *module) {
    bool progress = false;
    if (module->id)
        TRY(remove_module(module->id));
    if (module->removed)
        return progress;
    progress |= reduce_steps(&module->main) | reduce_steps(&module->constructor) |
                reduce_steps(&module->destructor) | reduce_steps(&module->act);
    for (int i = 0; i < module->need_count; i++)
        TRY(module->needs[i].module = -1);
    return reduce_symbols(module) | reduce_flags(module) | progress;
}

void graph_reduce(struct graph *graph, graph_test *holds) {
    present = graph;
    test = holds;
    for (bool progress = true; progress;) {
        progress = false;
        for (int i = graph->count; i-- > 0;)
            progress |= reduce_module(&graph->modules[i]);
        for (int i = 0; i < 2; i++)
            TRY(graph->preload[i] = 0);
        TRY(graph->library_path = false);
        TRY(graph->bind_now = false);
    }
}
