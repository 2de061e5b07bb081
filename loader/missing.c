/* --check: all that is missing, at once.
 *
 * In:  the events "need", "version", "tls_module"; and "bind" of every reference, which is looked
 * up here as relocation would look it up. Out: a line or more for each kind of thing; the exit
 * status says whether anything is missing.
 */
#include "question.h"
#include "reference.h"
#include "tell.h"
#include "text.h"
#include <string.h>

#define JUMP_SLOT "_JUMP_SLOT" /* the end of the type's name on every machine */

struct tally {
    size_t libraries, versions, symbols, others; /* that are missing */
    size_t loaded, versions_needed;
    size_t tls_modules, tls_size; /* bytes */
};

/* -- finding out -- */

/* A weak reference may stay without a definition. */
static void look_up(void *context, const struct reference *reference) {
    struct linker *linker = context;
    struct symbol_request request;
    struct symbol_result found = reference_resolve(reference, &request);
    const Elf64_Sym *symbol = &reference->from->symbols[reference->symbol];
    if (!found.symbol && ELF64_ST_BIND(symbol->st_info) == STB_WEAK)
        return;
    struct told_binding binding = {reference->from, reference->symbol, found, reference->place, 0};
    tell_bind(linker, &binding, reference->type);
}

static void look_at_all(struct linker *linker) {
    for (const struct object *object = linker->base.first; object; object = object->next) {
        if (object->kind == OBJECT_PROGRAM || object->kind == OBJECT_LIBRARY)
            reference_each(linker->search.facts, object, true, look_up, linker);
        tell_tls_module(linker, object);
    }
}

/* -- telling things apart -- */

static bool is_missing_need(const struct told *told) {
    return told->event.need->object->kind == OBJECT_MISSING;
}

/* A library that is not there at all is told of once, as a library. */
static bool is_missing_version(const struct told *told) {
    const struct event_version *version = told->event.version;
    return strcmp(version->verdict, "missing") == 0 && !version->weak;
}

/* The same symbol may be wanted by several relocations. */
static bool is_first(const struct question *question, const struct told *told) {
    const struct event_bind *bind = told->event.bind;
    for (const struct told *other = NULL;
         (other = question_next(question, other, EVENT_bind)) != told;)
        if (other->event.bind->from == bind->from &&
            strcmp(other->event.bind->symbol, bind->symbol) == 0)
            return false;
    return true;
}

/* Functions of PLT slots fail at their first call; all else ends the start. */
static bool fails_at_call(const struct question *question, const struct event_bind *bind) {
    size_t length = strlen(bind->type), tail = sizeof JUMP_SLOT - 1;
    return length >= tail && strcmp(bind->type + length - tail, JUMP_SLOT) == 0 &&
           question->linker->shim->lazy && !question->linker->options.bind_now &&
           !bind->from->bind_now;
}

static void count(const struct question *question, struct tally *tally) {
    const struct told *told;
    for (const struct object *object = question->linker->base.first; object; object = object->next)
        tally->loaded += object->kind == OBJECT_LIBRARY || object->kind == OBJECT_LOADER;
    for (told = NULL; (told = question_next(question, told, EVENT_need));)
        tally->libraries += is_missing_need(told) && !told->event.need->again;
    for (told = NULL; (told = question_next(question, told, EVENT_preload));)
        tally->libraries += !told->event.preload->object;
    for (told = NULL; (told = question_next(question, told, EVENT_version));
         tally->versions_needed++)
        tally->versions += is_missing_version(told);
    for (told = NULL; (told = question_next(question, told, EVENT_bind));)
        tally->symbols += is_first(question, told);
    for (told = NULL; (told = question_next(question, told, EVENT_tls_module));) {
        const struct event_tls_module *module = told->event.tls_module;
        tally->tls_modules++;
        tally->tls_size = align_up(tally->tls_size + module->size, module->alignment);
    }
    for (told = NULL; (told = question_next(question, told, EVENT_error));)
        if (told->event.error->detail && !question_next(question, told, EVENT_need))
            tally->others++; /* told after loading: of the libc's adapter */
}

/* -- text -- */

static void print_libraries(struct question *question, const struct tally *tally) {
    question_print(question, "  libraries   %lu loaded, %lu missing\n", tally->loaded,
                   tally->libraries);
    for (const struct told *told = NULL; (told = question_next(question, told, EVENT_preload));)
        if (!told->event.preload->object)
            question_print(question, "    %s  of %s: %s\n", told->event.preload->name,
                           told->event.preload->source, told->event.preload->error);
    for (const struct told *told = NULL; (told = question_next(question, told, EVENT_need));) {
        const struct event_need *need = told->event.need;
        const char *reason = need->again ? NULL : question_finding(question, told).reason;
        if (is_missing_need(told))
            question_print(question, "    %s  needed by %s%s%s\n", need->name,
                           question_name(need->by), reason ? ": " : "", reason ? reason : "");
    }
}

static void print_versions(struct question *question, const struct tally *tally) {
    question_print(question, "  versions    %lu needed, %lu missing\n", tally->versions_needed,
                   tally->versions);
    for (const struct told *told = NULL; (told = question_next(question, told, EVENT_version));) {
        const struct event_version *version = told->event.version;
        if (is_missing_version(told))
            question_print(question, "    %s  of %s, needed by %s\n", version->version,
                           version->in ? question_name(version->in) : version->file,
                           question_name(version->by));
    }
}

static void print_symbols(struct question *question, const struct tally *tally) {
    size_t width = 0;
    for (const struct told *told = NULL; (told = question_next(question, told, EVENT_bind));)
        width = max_size(width, strlen(told->event.bind->symbol));
    question_print(question, "  symbols     %lu bound, %lu missing\n", question->bound,
                   tally->symbols);
    for (const struct told *told = NULL; (told = question_next(question, told, EVENT_bind));) {
        const struct event_bind *bind = told->event.bind;
        if (!is_first(question, told))
            continue;
        question_print(question, "    ");
        question_column(question, bind->symbol, min_size(width, 48));
        question_print(question, "%s%swanted by %s%s\n", bind->version ? bind->version : "",
                       bind->version ? ", " : "", question_name(bind->from),
                       fails_at_call(question, bind) ? ", fails at its first call"
                                                     : ", fails at the start");
    }
}

static void print_tls(struct question *question, const struct tally *tally) {
    question_print(question, "  static TLS  %lu bytes in %lu objects\n", tally->tls_size,
                   tally->tls_modules);
    for (const struct told *told = NULL;
         (told = question_next(question, told, EVENT_tls_module));) {
        const struct event_tls_module *module = told->event.tls_module;
        char size[24];
        format_text(size, sizeof size, "%6lu", module->size);
        question_print(question, "    ");
        question_column(question, size, 6);
        question_print(question, "%s%s\n", question_name(module->object),
                       module->object->static_tls ? ", insists on it (DF_STATIC_TLS)" : "");
    }
}

static void print_others(struct question *question) {
    for (const struct told *told = NULL; (told = question_next(question, told, EVENT_error));)
        if (told->event.error->detail && !question_next(question, told, EVENT_need))
            question_print(question, "  this loader %s: %s\n", told->event.error->detail,
                           told->event.error->text);
}

/* -- JSON -- */

static void put_json_libraries(struct question *question, const struct tally *tally) {
    question_number(question, "libraries", tally->loaded);
    question_begin(question, "missing_libraries", '[');
    for (const struct told *told = NULL; (told = question_next(question, told, EVENT_preload));)
        if (!told->event.preload->object) {
            question_begin(question, NULL, '{');
            question_text(question, "name", told->event.preload->name);
            question_text(question, "by", told->event.preload->source);
            question_text(question, "reason", told->event.preload->error);
            question_end(question, '}');
        }
    for (const struct told *told = NULL; (told = question_next(question, told, EVENT_need));)
        if (is_missing_need(told)) {
            question_begin(question, NULL, '{');
            question_text(question, "name", told->event.need->name);
            question_object(question, "by", told->event.need->by);
            question_text(question, "reason",
                          told->event.need->again ? NULL : question_finding(question, told).reason);
            question_end(question, '}');
        }
    question_end(question, ']');
}

static void put_json_versions(struct question *question, const struct tally *tally) {
    question_number(question, "versions", tally->versions_needed);
    question_begin(question, "missing_versions", '[');
    for (const struct told *told = NULL; (told = question_next(question, told, EVENT_version));)
        if (is_missing_version(told)) {
            const struct event_version *version = told->event.version;
            question_begin(question, NULL, '{');
            question_text(question, "version", version->version);
            question_text(question, "file", version->file);
            question_object(question, "in", version->in);
            question_object(question, "by", version->by);
            question_end(question, '}');
        }
    question_end(question, ']');
}

static void put_json_symbols(struct question *question) {
    question_number(question, "symbols", question->bound);
    question_begin(question, "missing_symbols", '[');
    for (const struct told *told = NULL; (told = question_next(question, told, EVENT_bind));)
        if (is_first(question, told)) {
            const struct event_bind *bind = told->event.bind;
            question_begin(question, NULL, '{');
            question_text(question, "symbol", bind->symbol);
            question_text(question, "version", bind->version);
            question_object(question, "by", bind->from);
            question_text(question, "fails", fails_at_call(question, bind) ? "call" : "start");
            question_end(question, '}');
        }
    question_end(question, ']');
}

static void put_json_tls(struct question *question, const struct tally *tally) {
    question_begin(question, "static_tls", '{');
    question_number(question, "size", tally->tls_size);
    question_begin(question, "objects", '[');
    for (const struct told *told = NULL;
         (told = question_next(question, told, EVENT_tls_module));) {
        const struct event_tls_module *module = told->event.tls_module;
        question_begin(question, NULL, '{');
        question_object(question, "object", module->object);
        question_number(question, "size", module->size);
        question_number(question, "alignment", module->alignment);
        question_flag(question, "insists", module->object->static_tls);
        question_end(question, '}');
    }
    question_end(question, ']');
    question_end(question, '}');
    question_begin(question, "obstacles", '[');
    for (const struct told *told = NULL; (told = question_next(question, told, EVENT_error));)
        if (told->event.error->detail && !question_next(question, told, EVENT_need))
            question_text(question, NULL, told->event.error->text);
    question_end(question, ']');
}

int check_answer(struct question *question) {
    struct tally tally = {0};
    look_at_all(question->linker);
    count(question, &tally);
    size_t missing = tally.libraries + tally.versions + tally.symbols + tally.others;
    if (question->json) {
        put_json_libraries(question, &tally);
        put_json_versions(question, &tally);
        put_json_symbols(question);
        put_json_tls(question, &tally);
    } else {
        question_print(question, "%s: %s\n", question_name(question->linker->program),
                       missing ? "not complete" : "complete");
        print_libraries(question, &tally);
        print_versions(question, &tally);
        print_symbols(question, &tally);
        print_tls(question, &tally);
        print_others(question);
    }
    return missing ? QUESTION_MISSING : QUESTION_ANSWERED;
}
