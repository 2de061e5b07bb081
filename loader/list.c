/* Lists: libraries, versions, undefined symbols, dependencies that are not used; see list.h.
 *
 * In:  the loaded objects with their scopes. Out: text in the form that ld.so prints and that
 * programs read (ldd, package builders). ld.so relocates for ldd -r; here each relocation's symbol
 * is only looked up.
 */
#include "list.h"

#include "dynamic.h"
#include "event.h"
#include "reference.h"
#include "report.h"
#include "symbol.h"
#include "sys.h"
#include "text.h"
#include "version.h"
#include <string.h>

#define STANDARD_OUTPUT 1
#define STANDARD_ERROR 2

static unsigned long start_of(const struct object *object) {
    return (unsigned long)object->map_start;
}

static void print_libraries(const struct linker *linker) {
    const struct object *program = linker->program;
    if (!dynamic_entry(program, DT_NEEDED)) {
        print_text(STANDARD_OUTPUT, "\tstatically linked\n");
        return;
    }
    if (linker->options.list_program)
        print_text(STANDARD_OUTPUT, "\t (0x%016lx)\n", start_of(program));
    for (const struct object *object = program->next; object; object = object->next) {
        const char *name = object->names ? object->names->text : object->path;
        if (object->kind == OBJECT_MISSING)
            print_text(STANDARD_OUTPUT, "\t%s => not found\n", name);
        else if (strcmp(name, object->path) == 0 || object->kind == OBJECT_LOADER)
            print_text(STANDARD_OUTPUT, "\t%s (0x%016lx)\n", object->path, start_of(object));
        else
            print_text(STANDARD_OUTPUT, "\t%s => %s (0x%016lx)\n", name, object->path,
                       start_of(object));
    }
}

/* -- versions: ldd -v -- */

static void print_need(void *context, const char *file, const char *name, bool weak,
                       const struct object *provider) {
    (void)context;
    print_text(STANDARD_OUTPUT, "\t\t%s (%s) %s=> %s\n", file, name, weak ? "[WEAK] " : "",
               provider ? provider->path : "not found");
}

static void print_versions(const struct linker *linker) {
    bool first = true;
    for (const struct object *object = linker->base.first; object; object = object->next) {
        if (!object->verneed)
            continue;
        if (first)
            print_text(STANDARD_OUTPUT, "\n\tVersion information:\n");
        first = false;
        print_text(STANDARD_OUTPUT, "\t%s:\n", object->label);
        version_each_need(object, &linker->base, print_need, NULL);
    }
}

/* -- references: ldd -r, -d, -u -- */

static void print_undefined(void *context, const struct reference *reference) {
    (void)context;
    struct symbol_request request;
    const struct object *object = reference->from;
    if (reference_resolve(reference, &request).symbol ||
        ELF64_ST_BIND(object->symbols[reference->symbol].st_info) == STB_WEAK)
        return;
    print_text(STANDARD_ERROR, "undefined symbol: %s%s%s\t(%s)\n", request.name,
               request.version ? ", version " : "", request.version ? request.version->name : "",
               object->label);
}

static void print_all_undefined(const struct linker *linker) {
    const struct object_list *order = linker->program->order;
    for (size_t i = order->count; i-- > 0;)
        if (order->item[i]->kind != OBJECT_LOADER)
            reference_each(linker->search.facts, order->item[i], linker->options.bind_now,
                           print_undefined, NULL);
}

static void mark_used(void *context, const struct reference *reference) {
    (void)context;
    struct symbol_request request;
    struct symbol_result found = reference_resolve(reference, &request);
    if (found.symbol)
        ((struct object *)found.object)->visited = true;
}

/* Prints the program's direct dependencies that no reference of it is bound to. They are the first
 * objects behind it. Returns whether there are any. */
static bool print_unused(const struct linker *linker) {
    bool any = false;
    for (struct object *object = linker->base.first; object; object = object->next)
        object->visited = object->kind == OBJECT_LOADER;
    reference_each(linker->search.facts, linker->program, true, mark_used, NULL);
    const struct object *object = linker->program;
    for (size_t i = 0; i < linker->program->dynamic_count; i++) {
        if (linker->program->dynamic[i].d_tag != DT_NEEDED)
            continue;
        object = object->next;
        if (object == linker->vdso)
            object = object->next;
        if (object->visited)
            continue;
        print_text(STANDARD_OUTPUT, "%s\t%s\n", any ? "" : "Unused direct dependencies:\n",
                   object->path);
        any = true;
    }
    return any;
}

/* -- symbols: --list program symbol… -- */

static void print_symbol(struct linker *linker, const char *name) {
    struct symbol_request request = symbol_request_for(name, NULL);
    request.for_call = true;
    struct symbol_result found = symbol_find(linker->program, &request);
    if (!found.symbol) {
        error_set_symbol(linker->error, linker->program->label, name, NULL);
        report_failure(linker, linker->error);
    }
    print_text(STANDARD_OUTPUT, "%s found at 0x%016lu in object at 0x%016lu\n", name,
               found.symbol->st_value, found.object->bias); /* decimal, as ld.so has it */
}

_Noreturn void list_answer(struct linker *linker) {
    const struct options *options = &linker->options;
    event_write_out(linker);
    if (options->mode == MODE_TUNABLES || options->mode == MODE_DIAGNOSTICS) {
        if (linker->shim->diagnose)
            linker->shim->diagnose(linker);
        sys_exit(0);
    }
    if (options->mode == MODE_TRACE && options->list_unused)
        sys_exit(print_unused(linker));
    print_libraries(linker);
    if (options->mode == MODE_LIST) {
        for (int i = 1; i < linker->process.argc; i++)
            print_symbol(linker, linker->process.argv[i]);
        sys_exit(0);
    }
    if (options->list_undefined)
        print_all_undefined(linker);
    if (options->list_versions)
        print_versions(linker);
    sys_exit(0);
}
