/* --why: who defines a symbol for an object, and who would.
 *
 * In:  the object's references to the symbol; where it has none, the question that dlsym would
 * ask. Each is looked up as relocation would look it up, which tells "bind", and then goes on
 * through the scopes behind the winner, which tells "candidate" for everybody. Out: the candidates
 * in the scopes' order with their verdicts. No IFUNC resolver runs: its own address is the value.
 */
#include "memory.h"
#include "question.h"
#include "reference.h"
#include "tell.h"
#include "text.h"
#include <string.h>

struct why {
    struct question *question;
    struct object *subject;
    char *name;
    const char *version; /* behind the '@'; NULL: any */
    size_t references, defined;
    struct reference last; /* the one that was answered for last */
};

/* -- one candidate -- */

struct definition {
    const Elf64_Sym *symbol;
    char text[512]; /* "malloc@@GLIBC_2.2.5" */
};

static struct definition define(const struct object *object, const struct symbol_request *request) {
    struct definition definition = {.symbol = symbol_find_in(object, request)};
    if (!definition.symbol)
        return definition;
    uint32_t index = (uint32_t)(definition.symbol - object->symbols);
    const struct version *version = symbol_version(object, index);
    format_text(definition.text, sizeof definition.text, "%s%s%s", request->name,
                !version                         ? ""
                : object->versym[index] & 0x8000 ? "@"
                                                 : "@@",
                version ? version->name : "");
    return definition;
}

static const char *type_name(const Elf64_Sym *symbol) {
    unsigned type = ELF64_ST_TYPE(symbol->st_info);
    return type == STT_FUNC        ? "function"
           : type == STT_GNU_IFUNC ? "indirect function"
           : type == STT_OBJECT    ? "object"
           : type == STT_TLS       ? "thread-local object"
                                   : "symbol";
}

static const char *binding_name(const Elf64_Sym *symbol) {
    unsigned binding = ELF64_ST_BIND(symbol->st_info);
    return binding == STB_WEAK ? "weak" : binding == STB_GLOBAL ? "global" : "unique";
}

/* What the event's verdict means for the winner that is known. */
static const char *settle(const struct event_candidate *candidate, struct symbol_result found,
                          bool *before_winner) {
    if (strcmp(candidate->verdict, "found") != 0)
        return candidate->verdict;
    if (found.object == candidate->in) {
        *before_winner = false;
        return "bound";
    }
    return *before_winner ? "weaker" : "shadowed";
}

static const char *verdict_text(const char *verdict) {
    static const struct {
        char verdict[16];
        char text[56];
    } words[] = {
        {"filtered", "no (bloom filter)"},
        {"absent", "no (not in its hash chain)"},
        {"other-version", "no (in other versions only)"},
        {"undefined", "no (refers to it, too)"},
        {"hidden", "no (hidden)"},
        {"no-hash", "no (has no hash table)"},
        {"weaker", "weak: passed over (LD_DYNAMIC_WEAK)"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        if (strcmp(verdict, words[i].verdict) == 0)
            return words[i].text;
    return verdict;
}

/* -- all candidates -- */

/* One thing that is asked, for a reference or for nobody's. */
struct inquiry {
    struct why *why;
    struct symbol_request request;
    struct symbol_result found;
    bool before_winner;
    size_t position, width;
};

static void put_candidate(struct inquiry *inquiry, const char *scope,
                          const struct event_candidate *candidate) {
    struct question *question = inquiry->why->question;
    const char *verdict = settle(candidate, inquiry->found, &inquiry->before_winner);
    struct definition definition = define(candidate->in, &inquiry->request);
    if (question->json) {
        question_begin(question, NULL, '{');
        question_text(question, "scope", scope);
        question_object(question, "object", candidate->in);
        question_text(question, "verdict", verdict);
        if (definition.symbol) {
            question_text(question, "definition", definition.text);
            question_text(question, "type", type_name(definition.symbol));
            question_text(question, "binding", binding_name(definition.symbol));
            question_address(question, "value", definition.symbol->st_value);
        }
        question_end(question, '}');
        return;
    }
    question_print(question, "  %3lu  ", ++inquiry->position);
    question_column(question, question_name(candidate->in), inquiry->width);
    if (!definition.symbol)
        question_print(question, "%s\n", verdict_text(verdict));
    else
        question_print(question, "%s: %s, %s %s\n", verdict_text(verdict), definition.text,
                       binding_name(definition.symbol), type_name(definition.symbol));
}

/* Asks every object of one scope, also behind the first that says yes. */
static void ask_scope(struct inquiry *inquiry, const char *kind, const struct object_list *list) {
    struct question *question = inquiry->why->question;
    for (size_t start = 0; start < list->count;) {
        struct told **mark = question->end;
        symbol_find_in_list(list, start, &inquiry->request);
        const struct object *last = NULL;
        for (const struct told *told = *mark; told; told = told->next) {
            put_candidate(inquiry, kind, told->event.candidate);
            last = told->event.candidate->in;
        }
        if (!last)
            return;
        while (list->item[start] != last)
            start++;
        start++;
    }
}

static const char *scope_kind(const struct object *object, const struct scope *scope) {
    return scope == &object->alone ? "own" : scope == &object->space->global ? "global" : "group";
}

static void ask_all(struct inquiry *inquiry) {
    struct question *question = inquiry->why->question;
    const struct object *subject = inquiry->why->subject;
    const struct scope_list *scopes = subject->scopes;
    inquiry->before_winner = inquiry->found.symbol != NULL;
    for (size_t i = 0; scopes && i < scopes->count; i++)
        for (size_t j = 0; j < scopes->item[i]->list->count; j++)
            inquiry->width =
                max_size(inquiry->width, strlen(question_name(scopes->item[i]->list->item[j])));
    for (size_t i = 0; scopes && i < scopes->count; i++) {
        const char *kind = scope_kind(subject, scopes->item[i]);
        if (!question->json)
            question_print(question, "  %s scope\n", kind);
        ask_scope(inquiry, kind, scopes->item[i]->list);
    }
}

/* -- references -- */

static const char *rule_text(const char *rule) {
    return strcmp(rule, "local") == 0       ? "bound in the object itself: local or hidden"
           : strcmp(rule, "protected") == 0 ? "bound in the object itself: protected"
           : strcmp(rule, "unique") == 0    ? "the one unique definition (STB_GNU_UNIQUE)"
           : strcmp(rule, "own") == 0       ? "the object's own scope comes first (DF_SYMBOLIC)"
           : strcmp(rule, "global") == 0    ? "the first in the global scope"
           : strcmp(rule, "group") == 0     ? "the first in its group's scope"
                                            : "nobody defines it";
}

static void put_outcome(struct inquiry *inquiry, const char *rule) {
    struct question *question = inquiry->why->question;
    const struct object *winner = inquiry->found.symbol ? inquiry->found.object : NULL;
    inquiry->why->defined += winner != NULL;
    if (question->json) {
        question_end(question, ']');
        question_text(question, "rule", rule);
        question_object(question, "winner", winner);
        question_end(question, '}');
    } else {
        question_print(question, "%s%s: %s\n", winner ? "bound to " : "not bound",
                       winner ? question_name(winner) : "", rule_text(rule));
    }
}

/* Begins the answer; `type` NULL: there is no reference. */
static void put_inquiry(struct inquiry *inquiry, const char *type, bool weak) {
    struct question *question = inquiry->why->question;
    const struct version *version = inquiry->request.version;
    const char *subject = question_name(inquiry->why->subject);
    if (question->json) {
        question_begin(question, NULL, '{');
        question_object(question, "from", inquiry->why->subject);
        question_text(question, "version", version ? version->name : NULL);
        question_text(question, "relocation", type);
        question_flag(question, "weak", weak);
        question_begin(question, "candidates", '[');
        return;
    }
    question_print(question, "%s%s%s, ", inquiry->request.name, version ? "@" : "",
                   version ? version->name : "");
    if (type)
        question_print(question, "as %s refers to it (%s%s)\n", subject, type,
                       weak ? ", weak" : "");
    else
        question_print(question, "to which %s does not refer: asked as dlsym there would\n",
                       subject);
}

/* Looked up before, by a relocation of another type that asks for the same. */
static bool is_again(const struct why *why, const struct reference *reference) {
    const struct reference *last = &why->last;
    return why->references && reference->symbol == last->symbol &&
           (reference->kind == RELOC_JUMP_SLOT) == (last->kind == RELOC_JUMP_SLOT) &&
           (reference->kind == RELOC_COPY) == (last->kind == RELOC_COPY);
}

static bool is_asked_for(const struct why *why, const struct object *object, uint32_t index) {
    const struct version *version = symbol_version(object, index);
    return strcmp(object->strings + object->symbols[index].st_name, why->name) == 0 &&
           (!why->version || (version && strcmp(version->name, why->version) == 0));
}

static void answer_for(void *context, const struct reference *reference) {
    struct why *why = context;
    struct question *question = why->question;
    if (!is_asked_for(why, reference->from, reference->symbol) || is_again(why, reference))
        return;
    struct inquiry inquiry = {.why = why};
    question->muted = true; /* its candidates are told below, with those behind the winner */
    inquiry.found = reference_resolve(reference, &inquiry.request);
    question->muted = false;
    const Elf64_Sym *symbol = &reference->from->symbols[reference->symbol];
    struct told **mark = question->end;
    struct told_binding binding = {reference->from, reference->symbol, inquiry.found,
                                   reference->place, 0};
    tell_bind(question->linker, &binding, reference->type);
    if (!*mark)
        return; /* no memory */
    const struct event_bind *bind = (*mark)->event.bind;
    put_inquiry(&inquiry, bind->type, ELF64_ST_BIND(symbol->st_info) == STB_WEAK);
    if (strcmp(bind->rule, "local") != 0)
        ask_all(&inquiry);
    put_outcome(&inquiry, bind->rule);
    why->last = *reference;
    why->references++;
}

/* As dlsym(RTLD_DEFAULT) or dlvsym would ask. */
static void answer_for_nobody(struct why *why) {
    struct version version = {.name = why->version, .hidden = true};
    struct inquiry inquiry = {.why = why};
    if (why->version)
        version.hash = symbol_sysv_hash(why->version);
    inquiry.request = symbol_request_for(why->name, why->version ? &version : NULL);
    inquiry.request.newest = true;
    inquiry.found = symbol_find(why->subject, &inquiry.request);
    inquiry.request.observer = why->question->linker;
    put_inquiry(&inquiry, NULL, false);
    ask_all(&inquiry);
    put_outcome(&inquiry, inquiry.found.symbol ? "global" : "undefined");
}

/* -- who else -- */

static void note_reference(void *context, const struct reference *reference) {
    struct why *why = context;
    why->references += is_asked_for(why, reference->from, reference->symbol);
}

/* The other objects that refer to the symbol. */
static void put_others(struct why *why) {
    struct question *question = why->question;
    bool any = false;
    if (question->json)
        question_begin(question, "others", '[');
    for (const struct object *object = question->linker->base.first; object;
         object = object->next) {
        why->references = 0;
        if (object != why->subject && object->symbols &&
            (object->kind == OBJECT_PROGRAM || object->kind == OBJECT_LIBRARY))
            reference_each(question->linker->search.facts, object, true, note_reference, why);
        if (!why->references)
            continue;
        if (question->json)
            question_object(question, NULL, object);
        else
            question_print(question, any ? ", %s" : "also referred to by (--in): %s",
                           question_name(object));
        any = true;
    }
    if (question->json)
        question_end(question, ']');
    else
        question_print(question, any ? "\n" : "");
}

int why_answer(struct question *question) {
    struct why why = {.question = question, .subject = question_subject(question)};
    why.name = memory_copy_text(question->linker->options.why);
    char *at = why.name ? strchr(why.name, '@') : NULL;
    if (at) {
        why.version = at[1] == '@' ? at + 2 : at + 1;
        *at = 0;
    }
    if (!why.name || !why.name[0] || (at && !why.version[0]))
        question_fail(question, "--why needs SYMBOL or SYMBOL@VERSION", "nothing is named");
    if (question->json) {
        question_text(question, "symbol", why.name);
        question_text(question, "version", why.version);
        question_begin(question, "answers", '[');
    }
    reference_each(question->linker->search.facts, why.subject, true, answer_for, &why);
    if (!why.references)
        answer_for_nobody(&why);
    if (question->json)
        question_end(question, ']');
    put_others(&why);
    return why.defined ? QUESTION_ANSWERED : QUESTION_MISSING;
}
