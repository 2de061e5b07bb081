/* What relocation tells of itself: events of each relocation and binding (docs/events.md).
 *
 * In: a pass, after it has done what is told. Out: events; nothing else is changed.
 */
#include "relocate_pass.h"

#include "event.h"
#include "facts.h"
#include "memory.h"
#include "tell.h"
#include <string.h>

/* -- references to the same symbol, one after the other -- */

/* Tables of functions and of types repeat one symbol many times: what was filled alike is told in
 * one event. */
struct repeats {
    const struct pass *pass; /* whose `bind` event was the last */
    uint32_t type;
    uintptr_t value;
    struct address_list list;
    uintptr_t places[32]; /* the list's items */
};

void pass_tell_repeats(const struct pass *pass) {
    struct linker *linker = pass->linker;
    struct repeats *repeats =
        event_wanted(linker, EVENT_again) ? linker->event_state->repeats : NULL;
    if (!repeats || !repeats->list.count)
        return;
    EVENT(linker, again, .type = facts_reloc_name(linker->search.facts, repeats->type),
          .value = repeats->value, .places = &repeats->list);
    repeats->list.count = 0;
}

/* True when the reference is told with others, as the symbol was not looked up again. (What an
 * auditor is shown may bring bindings of others in between.) */
static bool is_told_with_others(const struct pass *pass, const struct relocation *relocation,
                                uintptr_t value) {
    struct repeats **state = &pass->linker->event_state->repeats, *repeats = *state;
    if (!repeats && !(repeats = *state = memory_alloc(sizeof *repeats)))
        return false;
    bool same = pass->again && repeats->pass == pass;
    if (!same || repeats->type != relocation->type || repeats->value != value ||
        repeats->list.count == ARRAY_LENGTH(repeats->places))
        pass_tell_repeats(pass);
    repeats->list.item = repeats->places;
    repeats->pass = pass;
    repeats->type = relocation->type;
    repeats->value = value;
    if (same)
        repeats->places[repeats->list.count++] = relocation->place;
    return same;
}

/* -- each relocation -- */

void pass_tell_state(const struct pass *pass, const char *state) {
    const struct object *object = pass->object;
    pass_tell_repeats(pass);
    EVENT(pass->linker, relocate, .state = state, .object = object,
          .lazy = pass->options.lazy && !object->bind_now, .relr = object->relr_count,
          .relative = object->relative_count,
          .symbolic = object->rela_count - object->relative_count, .plt = object->plt_rela_count);
}

static uintptr_t load_sized(const struct relocation *relocation) {
    uintptr_t value = 0;
    if (place_size(relocation->kind) == sizeof value)
        return load(relocation->place); /* memcpy begins slowly, and there are many */
    memcpy(&value, (void *)relocation->place, place_size(relocation->kind));
    return value;
}

void pass_tell_applied(const struct pass *pass, const struct relocation *relocation) {
    bool put_off = relocation->kind == RELOC_IRELATIVE || is_ifunc(pass->last);
    if (relocation->kind == RELOC_NONE || (relocation->kind == RELOC_COPY && !pass->options.copies))
        return;
    if (!relocation->symbol) {
        EVENT(pass->linker, relocation, .object = pass->object,
              .type = facts_reloc_name(pass->linker->search.facts, relocation->type),
              .place = relocation->place,
              .value = relocation->kind == RELOC_IRELATIVE ? 0 : load_sized(relocation));
        return;
    }
    struct told_binding binding = {.from = pass->object,
                                   .symbol = relocation->symbol,
                                   .to = pass->last,
                                   .place = relocation->place,
                                   .value = put_off ? 0 : load_sized(relocation)};
    if (!is_told_with_others(pass, relocation, binding.value))
        tell_bind(pass->linker, &binding, relocation->type);
}

static void tell_relative(const struct pass *pass, const char *type, uintptr_t place) {
    EVENT(pass->linker, relocation, .object = pass->object, .type = type, .place = place,
          .value = load(place));
}

void pass_tell_relatives(const struct pass *pass, size_t relative) {
    const struct object *object = pass->object;
    uintptr_t place = 0;
    for (size_t i = 0; i < object->relr_count; i++) {
        uint64_t entry = object->relr[i];
        if (!(entry & 1)) {
            place = object->bias + entry;
            tell_relative(pass, "RELR", place);
            place += sizeof place;
            continue;
        }
        for (uintptr_t at = place; (entry >>= 1); at += sizeof at)
            if (entry & 1)
                tell_relative(pass, "RELR", at);
        place += 63 * sizeof place;
    }
    for (size_t i = 0; i < relative; i++)
        tell_relative(
            pass, facts_reloc_name(pass->linker->search.facts, (uint32_t)object->rela[i].r_info),
            object->bias + object->rela[i].r_offset);
}

void pass_tell_choice(const struct pass *pass, const struct deferred *entry, uintptr_t value) {
    struct symbol_result definition = entry->definition;
    const struct object *in = definition.symbol ? definition.object : pass->object;
    EVENT(pass->linker, ifunc, .object = pass->object, .in = in,
          .symbol = definition.symbol ? in->strings + definition.symbol->st_name : NULL,
          .place = (uintptr_t)entry->place,
          .resolver = definition.symbol ? symbol_address(definition) : entry->addend,
          .value = value);
}
