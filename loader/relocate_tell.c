/* What relocation tells of itself: events of each relocation and binding (docs/events.md).
 *
 * In: a pass, after it has done what is told. Out: events; nothing else is changed.
 */
#include "relocate_pass.h"

#include "event.h"
#include "facts.h"
#include "tell.h"
#include <string.h>

void pass_tell_state(const struct pass *pass, const char *state) {
    const struct object *object = pass->object;
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
    tell_bind(pass->linker, &binding, relocation->type, pass->again);
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
