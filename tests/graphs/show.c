/* Tells of a graph as text, one module a paragraph; see graph.h. */
#include "graph.h"
#include <elf.h>

static void show_needs(const struct graph *graph, const struct module *module, FILE *out) {
    for (int i = 0; i < module->need_count; i++)
        if (module->needs[i].module >= 0)
            fprintf(out, " needs %s",
                    module_name(&graph->modules[module->needs[i].module], module->needs[i].naming));
    fprintf(out, "%s%s", module->needs_libc ? " libc" : "", module->missing ? " MISSING" : "");
}

static void show_flags(const struct module *module, FILE *out) {
    const struct {
        bool set;
        const char *name;
    } flags[] = {
        {module->sysv_hash, "sysv-hash"}, {module->bind_now, "now"},
        {module->symbolic, "symbolic"},   {module->relro, "relro"},
        {module->no_delete, "nodelete"},  {module->init_first, "initfirst"},
        {module->no_open, "noopen"},      {module->global, "global"},
        {module->init, "init"},           {module->fini, "fini"},
        {module->fixed, "fixed"},         {module->aligned_tls, "aligned-tls"},
    };
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (flags[i].set)
            fprintf(out, " %s", flags[i].name);
    if (module->soname[0])
        fprintf(out, " soname=%s", module->soname);
    if (module->rpath)
        fprintf(out, " rpath=%s", module->rpath);
    if (module->runpath)
        fprintf(out, " runpath=%s", module->runpath);
}

static void show_symbols(const struct module *module, FILE *out) {
    static const char *const kinds[] = {"call", "pointer", "word",    "data", "word+8",
                                        "copy", "general", "initial", "desc", "local"};
    for (int i = 0; i < module->definition_count; i++) {
        const struct definition *d = &module->definitions[i];
        if (!d->kind)
            continue;
        fprintf(out, "    defines %c%d", d->kind, d->number);
        if (d->version)
            fprintf(out, "%sV%d", d->hidden ? "@" : "@@", d->version);
        fprintf(out, "%s%s%s%s\n", d->binding == STB_WEAK ? " weak" : "",
                d->binding == STB_GNU_UNIQUE ? " unique" : "", d->indirect ? " ifunc" : "",
                d->visibility == STV_PROTECTED ? " protected"
                : d->visibility == STV_HIDDEN  ? " hidden"
                                               : "");
    }
    for (int i = 0; i < module->reference_count; i++) {
        const struct reference *r = &module->references[i];
        if (r->removed)
            continue;
        fprintf(out, "    uses %s %d%s", kinds[r->kind], r->number, r->weak ? " weak" : "");
        if (r->version)
            fprintf(out, " V%d of %d", r->version, module->needs[r->of].module);
        fputc('\n', out);
    }
}

static void show_steps(const struct graph *graph, const char *when, const struct steps *steps,
                       FILE *out) {
    static const char *const names[] = {"end",     "report", "open",          "close",   "symbol",
                                        "version", "act",    "information",   "iterate", "list",
                                        "address", "thread", "at thread end", "exit"};
    for (int i = 0; i < steps->count; i++) {
        const struct step *s = &steps->step[i];
        fprintf(out, "    %s: %s slot %d %s number 0x%x version %d\n", when, names[s->operation],
                s->slot,
                s->module >= 0 ? module_name(&graph->modules[s->module], s->naming) : s->name,
                (unsigned)s->number, s->version);
    }
}

void graph_show(const struct graph *graph, FILE *out) {
    fprintf(out, "seed %llu%s%s preload %d %d\n", (unsigned long long)graph->seed,
            graph->library_path ? " LD_LIBRARY_PATH" : "", graph->bind_now ? " LD_BIND_NOW" : "",
            graph->preload[0], graph->preload[1]);
    for (int i = 0; i < graph->count; i++) {
        const struct module *module = &graph->modules[i];
        if (module->removed)
            continue;
        fprintf(out, "%s", module_path(module));
        show_needs(graph, module, out);
        show_flags(module, out);
        fputc('\n', out);
        show_symbols(module, out);
        show_steps(graph, "main", &module->main, out);
        show_steps(graph, "constructor", &module->constructor, out);
        show_steps(graph, "act", &module->act, out);
        show_steps(graph, "destructor", &module->destructor, out);
    }
}
