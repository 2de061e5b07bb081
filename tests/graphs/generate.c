/*
 * Random graphs from seeds; see graph.h. What is made must run without fault under the system's
 * loader, for it is the measure. So these are left out, although they are interesting:
 *
 *   - a destructor that opens a library which may be about to go with its own: ld.so gives out a
 *     handle and takes the library away all the same;
 *   - a library that closes what keeps it in memory while it runs: it would return into nothing;
 *   - a constructor that calls dlopen before libc's own constructor: ld.so hands on arguments of
 * main that it does not have yet;
 *   - a reference to a thread-local variable in a library with DT_HASH, which lists references,
 * too: ld.so takes them for definitions and crashes;
 *   - a version needed of a file that is no dependency, or whose soname another has, too: ld.so
 * ends in an assertion;
 *   - in musl's subset: versions, IFUNCs, RTLD_DEEPBIND and other flags that ld-musl
 * does not know (draw_module); and a program with DT_HASH that names a variable twice, as the place
 *     of a copy and as a reference: ld-musl takes either for the definition, as it comes, and no
 *     link editor writes that; and calls of what may be nobody's: opened lazily, the library would
 *     jump to 0;
 *   - weak references to thread-local variables in musl's subset: ld-musl crashes where nobody has
 *     the variable;
 *   - questions about the program's origin: ld.so started by the kernel may not know it and
 * crashes;
 *   - threads that do more than use thread-local variables while a constructor waits for them:
 *     dlopen's lock is held, and ld.so, too, would wait for ever.
 */
#include "graph.h"
#include <elf.h>
#include <string.h>

#define DLOPEN_LAZY 1
#define DLOPEN_NOW 2
#define DLOPEN_NOLOAD 4
#define DLOPEN_DEEPBIND 8
#define DLOPEN_GLOBAL 0x100
#define DLOPEN_NODELETE 0x1000

enum { NUMBERS = 7 }; /* f0 … f6: few names, so that they meet */

/* Splitmix64 (Steele, Lea, Flood). */
static uint64_t state;

static uint64_t draw(void) {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static int below(int limit) {
    return (int)(draw() % (uint64_t)limit);
}

static bool chance(int percent) {
    return below(100) < percent;
}

/* -- modules and their needs -- */

static bool is_glibc(const struct graph *graph) {
    return graph->libc == LIBC_GLIBC;
}

/* A naming that finds the library, mostly. */
static enum naming draw_naming(const struct graph *graph, const struct module *from,
                               const struct module *to) {
    if (chance(20))
        return BY_PATH;
    if (chance(10) && from->in_folder == to->in_folder)
        return BY_ORIGIN;
    if (to->soname[0] && chance(is_glibc(graph) ? 15 : 3))
        return BY_SONAME;
    return BY_FILE;
}

static void draw_needs(struct graph *graph, struct module *module) {
    int wanted = module->id == 0 ? 1 + below(3) : below(4);
    for (int i = 0; i < wanted && module->need_count < NEEDS; i++) {
        /* Mostly forwards; backwards makes circles. */
        int ahead = graph->count - module->id - 1;
        int to = ahead > 0 && (module->id == 0 || chance(80)) ? module->id + 1 + below(ahead)
                                                              : 1 + below(graph->count - 1);
        if (to == module->id)
            continue;
        module->needs[module->need_count++] =
            (struct need){to, draw_naming(graph, module, &graph->modules[to])};
    }
}

static void draw_paths(struct module *module) {
    static const char *const paths[] = {"$ORIGIN:$ORIGIN/sub", "$ORIGIN/sub:$ORIGIN/..", "sub:.",
                                        "$ORIGIN", ".:$ORIGIN/nowhere::sub"};
    const char *path = paths[below(5)];
    if (module->id == 0 ? chance(70) : chance(25)) {
        if (chance(50))
            module->rpath = path;
        else
            module->runpath = path;
    }
    if (chance(3))
        module->rpath = module->runpath = path;
}

static void draw_soname(struct module *module, bool same) {
    snprintf(module->soname, NAME_SIZE, "libgraph%d.so", module->id);
    if (chance(15))
        snprintf(module->soname, NAME_SIZE, "libgraph-%d.so.1", module->id);
    else if (chance(10))
        module->soname[0] = 0;
    else if (same) /* another's */
        snprintf(module->soname, NAME_SIZE, "libgraph%d.so", 1 + below(4));
}

static void draw_module(struct graph *graph, int id) {
    struct module *module = &graph->modules[id];
    bool glibc = is_glibc(graph);
    module->id = id;
    module->sysv_hash = chance(20);
    module->bind_now = chance(20);
    module->symbolic = chance(10);
    module->relro = chance(40);
    module->no_delete = glibc && chance(5);
    module->init_first = glibc && chance(4);
    module->no_open = glibc && id && chance(0);
    module->global = glibc && chance(3);
    module->init = chance(20);
    module->fini = chance(20);
    module->fixed = id == 0 && chance(50);
    module->in_folder = id && chance(25);
    module->needs_libc = id == 0 || chance(60);
    module->missing = id && chance(2);
    module->aligned_tls = chance(30);
    module->versions = graph->versions && id && chance(40) ? 1 + below(VERSIONS) : 0;
    if (id)
        draw_soname(module, !graph->versions && chance(10));
    draw_paths(module);
}

/* -- symbols -- */

static bool defines(const struct module *module, char kind, int number, int version) {
    for (int i = 0; i < module->definition_count; i++)
        if (module->definitions[i].kind == kind && module->definitions[i].number == number &&
            (version < 0 || module->definitions[i].version == version))
            return true;
    return false;
}

static bool has_default(const struct module *module, char kind, int number) {
    for (int i = 0; i < module->definition_count; i++)
        if (module->definitions[i].kind == kind && module->definitions[i].number == number &&
            !module->definitions[i].hidden)
            return true;
    return false;
}

static unsigned char draw_binding(char kind) {
    if (chance(25))
        return STB_WEAK;
    return kind == 'd' && chance(12) ? STB_GNU_UNIQUE : STB_GLOBAL;
}

static void draw_definition(const struct graph *graph, struct module *module) {
    struct definition *definition = &module->definitions[module->definition_count];
    char kind = "fffddt"[below(6)];
    int number = below(NUMBERS);
    int version = module->versions && chance(80) ? 1 + below(module->versions) : 0;
    if (defines(module, kind, number, version))
        return;
    *definition = (struct definition){
        .kind = kind,
        .number = number,
        .version = version,
        .hidden = version && (has_default(module, kind, number) || chance(15)),
        .indirect = is_glibc(graph) && kind == 'f' && chance(8),
        .binding = draw_binding(kind),
        .visibility = chance(10)  ? STV_PROTECTED
                      : chance(2) ? STV_HIDDEN
                                  : STV_DEFAULT,
    };
    /* At most one definition of a name stands for references without version. */
    if (!version && has_default(module, kind, number))
        return;
    module->definition_count++;
}

static void mark_needed(const struct graph *graph, int id, bool *seen) {
    const struct module *module = &graph->modules[id];
    if (seen[id])
        return;
    seen[id] = true;
    for (int i = 0; i < module->need_count; i++)
        mark_needed(graph, module->needs[i].module, seen);
}

/* Some definition that `module` may count on: in what it needs, or what the program needs. */
static const struct definition *draw_target(const struct graph *graph, const struct module *module,
                                            const struct module **owner) {
    bool seen[MODULES] = {false};
    mark_needed(graph, module->id, seen);
    if (chance(30))
        mark_needed(graph, 0, seen);
    for (int attempt = 0; attempt < 30; attempt++) {
        const struct module *other = &graph->modules[below(graph->count)];
        if (!seen[other->id] || !other->definition_count)
            continue;
        *owner = other;
        return &other->definitions[below(other->definition_count)];
    }
    return NULL;
}

static enum engine_reference draw_kind(const struct module *module, char kind) {
    static const enum engine_reference functions[] = {REFERENCE_CALL, REFERENCE_CALL,
                                                      REFERENCE_POINTER, REFERENCE_FUNCTION_WORD};
    static const enum engine_reference thread_locals[] = {
        REFERENCE_TLS_GENERAL, REFERENCE_TLS_GENERAL, REFERENCE_TLS_DESCRIPTOR,
        REFERENCE_TLS_INITIAL};
    if (kind == 'f')
        return functions[below(4)];
    if (kind == 't')
        return thread_locals[below(4)];
    if (module->fixed && chance(60))
        return REFERENCE_COPY;
    return chance(30) ? REFERENCE_WORD : REFERENCE_DATA;
}

static int find_need(const struct module *module, const struct module *owner) {
    for (int i = 0; i < module->need_count; i++)
        if (module->needs[i].module == owner->id && module->needs[i].naming != BY_ORIGIN)
            return i;
    return -1;
}

static bool is_data(const struct reference *reference) {
    return reference->kind >= REFERENCE_DATA && reference->kind <= REFERENCE_COPY;
}

/* Whether the program has a copy beside another reference to the variable: two symbols of one name.
 */
static bool meets_copy(const struct graph *graph, const struct module *module, int number,
                       bool copy) {
    for (int i = 0; i < module->reference_count; i++) {
        const struct reference *other = &module->references[i];
        bool matters = copy || (!is_glibc(graph) && other->kind == REFERENCE_COPY);
        if (matters && is_data(other) && other->number == number)
            return true;
    }
    return false;
}

static void draw_reference(const struct graph *graph, struct module *module) {
    const struct module *owner;
    const struct definition *target = draw_target(graph, module, &owner);
    if (!target || module->reference_count == REFERENCES)
        return;
    if (target->kind == 't' && module->sysv_hash)
        return;
    struct reference reference = {
        .kind = draw_kind(module, target->kind), .number = target->number, .weak = chance(20)};
    if (target->visibility == STV_HIDDEN && owner != module)
        reference.weak = true;
    if (target->kind == 'f' && chance(2)) { /* perhaps nobody's */
        reference.number = below(NUMBERS + 2);
        reference.weak = chance(80);
        if (!is_glibc(graph) && reference.kind == REFERENCE_CALL)
            reference.kind = REFERENCE_POINTER;
    }
    int need = find_need(module, owner);
    if (need >= 0 && target->version && (target->hidden || chance(70))) {
        reference.of = need;
        reference.version = chance(2) ? VERSIONS + 1 : target->version;
    }
    /* A weak call would jump to 0; a copy is the program's own definition. */
    reference.weak &= reference.kind != REFERENCE_CALL && reference.kind != REFERENCE_COPY &&
                      (is_glibc(graph) || target->kind != 't');
    bool copy = reference.kind == REFERENCE_COPY;
    if (copy && defines(module, 'd', reference.number, -1))
        return;
    if (is_data(&reference) && meets_copy(graph, module, reference.number, copy))
        return;
    module->references[module->reference_count++] = reference;
}

static void draw_symbols(struct graph *graph) {
    for (int i = 0; i < graph->count; i++) {
        struct module *module = &graph->modules[i];
        for (int wanted = below(i ? 10 : 4); wanted > 0; wanted--)
            draw_definition(graph, module);
    }
    for (int i = 0; i < graph->count; i++)
        for (int wanted = below(9); wanted > 0; wanted--)
            draw_reference(graph, &graph->modules[i]);
}

/* -- steps -- */

static struct step *add_step(struct steps *steps, enum engine_operation operation) {
    struct step *step = &steps->step[steps->count < STEPS - 1 ? steps->count++ : STEPS - 1];
    *step = (struct step){.operation = operation, .module = -1};
    return step;
}

static int draw_mode(const struct graph *graph) {
    int mode = chance(50) ? DLOPEN_LAZY : DLOPEN_NOW;
    if (chance(35))
        mode |= DLOPEN_GLOBAL;
    if (chance(10))
        mode |= DLOPEN_NOLOAD;
    if (chance(7))
        mode |= DLOPEN_NODELETE;
    if (chance(7) && is_glibc(graph))
        mode |= DLOPEN_DEEPBIND;
    return chance(2) ? 0 : mode;
}

static void add_open(const struct graph *graph, const struct module *from, struct steps *steps,
                     int slot, int to) {
    struct step *step = add_step(steps, OPERATION_OPEN);
    step->slot = slot;
    step->number = draw_mode(graph);
    if (chance(4)) { /* the program; or a file that is not there */
        bool program = chance(50);
        snprintf(step->name, NAME_SIZE, "%s", program ? "" : "libgraph_nowhere.so");
        step->slot = program ? HANDLE_SLOTS - 1 : slot;
        return;
    }
    step->module = to;
    step->naming = chance(60) ? BY_PATH : draw_naming(graph, from, &graph->modules[to]);
}

static void add_symbol(const struct graph *graph, struct steps *steps, int slot) {
    bool version = is_glibc(graph) && chance(20);
    struct step *step = add_step(steps, version ? OPERATION_VERSION : OPERATION_SYMBOL);
    step->slot = chance(20) ? SLOT_DEFAULT : chance(20) ? SLOT_NEXT : slot;
    step->version = 1 + below(VERSIONS);
    snprintf(step->name, NAME_SIZE, "%c%d", "fffddt"[below(6)], below(NUMBERS + 1));
}

static void add_close(struct steps *steps, int slot) {
    add_step(steps, OPERATION_CLOSE)->slot = slot;
}

/* A few questions that change nothing. */
static void add_question(const struct graph *graph, struct steps *steps, int slot) {
    static const enum engine_operation questions[] = {OPERATION_REPORT,  OPERATION_INFORMATION,
                                                      OPERATION_ITERATE, OPERATION_LIST,
                                                      OPERATION_ADDRESS, OPERATION_REPORT};
    if (chance(50))
        add_symbol(graph, steps, slot);
    else
        add_step(steps, questions[below(6)])->slot = slot;
}

/* Whether the constructor may call dlopen: only after libc's own. */
static bool constructor_may_open(const struct module *module) {
    return module->needs_libc && !module->init_first;
}

static void draw_library_steps(const struct graph *graph, struct module *module) {
    if (chance(40))
        add_step(&module->constructor, OPERATION_REPORT);
    if (chance(15) && constructor_may_open(module))
        add_open(graph, module, &module->constructor, 0, 1 + below(graph->count - 1));
    if (chance(20))
        add_question(graph, &module->constructor, 0);
    if (chance(20))
        add_close(&module->constructor, 0);
    if (chance(5))
        add_step(&module->constructor, OPERATION_THREAD);
    if (chance(4) && is_glibc(graph))
        add_step(&module->constructor, OPERATION_AT_THREAD_END);
    if (chance(1))
        add_step(&module->constructor, OPERATION_EXIT)->number = 3;

    add_step(&module->act, OPERATION_REPORT);
    if (chance(25))
        add_open(graph, module, &module->act, 1, 1 + below(graph->count - 1));
    if (chance(25))
        add_question(graph, &module->act, 1);
    if (chance(40))
        add_close(&module->act, below(2));
    if (chance(5))
        add_step(&module->act, OPERATION_THREAD);

    if (chance(15))
        add_step(&module->destructor, OPERATION_REPORT);
    if (chance(30))
        add_close(&module->destructor, below(2));
    if (chance(10))
        add_symbol(graph, &module->destructor, 0);
}

/* Destructors open what stays: what the program needs. */
static void draw_destructor_opens(const struct graph *graph, struct module *module) {
    bool seen[MODULES] = {false};
    mark_needed(graph, 0, seen);
    int to = 1 + below(graph->count - 1);
    if (!seen[to] || !chance(15))
        return;
    struct step *step = add_step(&module->destructor, OPERATION_OPEN);
    step->slot = 2;
    step->number = DLOPEN_LAZY | DLOPEN_NOLOAD;
    step->module = to;
    step->naming = BY_PATH;
    if (chance(50))
        add_close(&module->destructor, 2);
}

static void draw_program_steps(const struct graph *graph, struct module *program) {
    struct steps *steps = &program->main;
    enum { SLOTS = 3 };
    int last = 0;
    if (chance(70))
        add_step(steps, OPERATION_REPORT);
    for (int wanted = 3 + below(8); wanted > 0; wanted--) {
        int slot = below(SLOTS), what = below(10);
        if (what < 4) {
            last = 1 + below(graph->count - 1);
            add_open(graph, program, steps, slot, last);
        } else if (what < 6) {
            add_close(steps, slot);
        } else if (what < 8 && last) {
            struct step *step = add_step(steps, OPERATION_ACT);
            step->slot = chance(15) ? SLOT_DEFAULT : slot;
            snprintf(step->name, NAME_SIZE, "a%d", chance(60) ? last : 1 + below(graph->count - 1));
        } else {
            add_question(graph, steps, slot);
        }
    }
    if (chance(10))
        add_step(steps, OPERATION_THREAD);
    add_step(steps, chance(50) ? OPERATION_REPORT : OPERATION_ITERATE);
}

void graph_make(struct graph *graph, uint64_t seed, enum libc libc) {
    memset(graph, 0, sizeof *graph);
    state = seed * 2 + (libc == LIBC_MUSL);
    graph->seed = seed;
    graph->libc = libc;
    graph->count = 3 + below(8);
    graph->versions = is_glibc(graph) && chance(80);
    for (int i = 0; i < graph->count; i++)
        draw_module(graph, i);
    for (int i = 0; i < graph->count; i++)
        draw_needs(graph, &graph->modules[i]);
    draw_symbols(graph);
    for (int i = 1; i < graph->count; i++) {
        draw_library_steps(graph, &graph->modules[i]);
        draw_destructor_opens(graph, &graph->modules[i]);
    }
    draw_program_steps(graph, &graph->modules[0]);
    for (int i = 0; i < 2; i++)
        if (chance(12))
            graph->preload[i] = 1 + below(graph->count - 1);
    graph->library_path = chance(75);
    graph->bind_now = chance(15);
}
