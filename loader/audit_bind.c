/* Bindings and calls that auditors see; see audit.h.
 *
 * In:  the object that refers to a symbol, the definition, the address. Out: the address that the
 * auditors leave. A slot whose calls are audited is never filled: each call comes through the
 * trampoline, which finds here what is known of the slot. Runs in any thread, without a lock.
 */
#include "audit.h"

#include "arch.h"
#include "linker.h"
#include "memory.h"
#include "profile.h"
#include "relocate.h"

#define NO_CALLS (AUDIT_NO_ENTER | AUDIT_NO_EXIT)

/* The definition as auditors see it: its value is the address. */
struct shown_symbol {
    Elf64_Sym symbol;
    unsigned index;
    const char *name;
};

static struct shown_symbol show(struct symbol_result definition, uintptr_t address) {
    struct shown_symbol shown = {
        .symbol = *definition.symbol,
        .index = (unsigned)(definition.symbol - definition.object->symbols),
        .name = definition.object->strings + definition.symbol->st_name,
    };
    shown.symbol.st_value = address;
    return shown;
}

static bool is_of_interest(const struct object *object, const struct object *defined_in) {
    return (object->audit_any || defined_in->audit_any) && object->audit_states &&
           defined_in->audit_states;
}

bool audit_sees_calls(const struct linker *linker) {
    return linker->options.profile || (linker->audit && linker->audit->calls);
}

bool audit_watches(const struct linker *linker, const struct object *object) {
    return linker->options.profile ||
           (linker->audit && (linker->audit->symbind || linker->audit->calls) &&
            object->audit_states);
}

bool audit_prepare(struct linker *linker, struct object *object, struct error *error) {
    if (!audit_watches(linker, object) || object->audit_slots)
        return true;
    object->audit_slots = memory_alloc(object->plt_rela_count * sizeof object->audit_slots[0]);
    return object->audit_slots || error_no_memory(error, object->path);
}

/* Asks all auditors that want to see this binding. *quiet, where it is not NULL, gets the calls
 * that they do not want to see. */
static uintptr_t ask(struct linker *linker, struct object *object, struct symbol_result definition,
                     uintptr_t address, uint32_t *flags, uint32_t *quiet) {
    if (quiet)
        *quiet = UINT32_MAX;
    if (!is_of_interest(object, definition.object))
        return address;
    struct shown_symbol shown = show(definition, address);
    struct audit_state *from = object->audit_states, *to = definition.object->audit_states;
    uint32_t all = NO_CALLS, each = 0, shift = 2, always = quiet ? 0 : NO_CALLS;
    for (struct auditor *auditor = linker->audit->first; auditor;
         auditor = auditor->next, from++, to++, shift += 2) {
        if (!(from->flags & AUDIT_BIND_FROM) || !(to->flags & AUDIT_BIND_TO)) {
            each |= NO_CALLS << shift;
            continue;
        }
        *flags |= always;
        uintptr_t value = auditor->symbind
                              ? auditor->symbind(&shown.symbol, shown.index, &from->cookie,
                                                 &to->cookie, flags, shown.name)
                              : shown.symbol.st_value;
        if (value != shown.symbol.st_value)
            *flags |= AUDIT_OTHER_VALUE;
        shown.symbol.st_value = value;
        all &= *flags;
        each |= (*flags & NO_CALLS) << shift;
    }
    if (quiet)
        *quiet = each | all;
    return shown.symbol.st_value;
}

uintptr_t audit_bind_now(struct linker *linker, struct object *object,
                         struct symbol_result definition, uintptr_t address) {
    uint32_t flags = 0;
    return ask(linker, object, definition, address, &flags, NULL);
}

uintptr_t audit_bind(struct linker *linker, struct object *object, size_t index,
                     struct symbol_result definition, uintptr_t address) {
    struct audit_slot *slot = &object->audit_slots[index];
    if (atomic_load_explicit(&slot->ready, memory_order_acquire))
        return slot->address;
    struct audit_slot bound = {.definition = definition};
    bound.address = ask(linker, object, definition, address, &bound.flags, &bound.quiet);
    /* Threads that are here together store the same, unless their auditors disagree. */
    slot->definition = bound.definition;
    slot->flags = bound.flags;
    slot->quiet = bound.quiet;
    slot->address = bound.address;
    atomic_store_explicit(&slot->ready, !linker->options.bind_not || audit_sees_calls(linker),
                          memory_order_release);
    return bound.address;
}

uintptr_t audit_dlsym(struct linker *linker, struct object *object, struct symbol_result definition,
                      uintptr_t address) {
    if (!linker->audit || !is_of_interest(object, definition.object))
        return address;
    struct shown_symbol shown = show(definition, address);
    struct audit_state *from = object->audit_states, *to = definition.object->audit_states;
    unsigned changed = 0;
    for (struct auditor *auditor = linker->audit->first; auditor;
         auditor = auditor->next, from++, to++) {
        unsigned flags = changed | AUDIT_DLSYM;
        if (!auditor->symbind || !(from->flags & AUDIT_BIND_FROM || to->flags & AUDIT_BIND_TO))
            continue;
        uintptr_t value = auditor->symbind(&shown.symbol, shown.index, &from->cookie, &to->cookie,
                                           &flags, shown.name);
        if (value != shown.symbol.st_value)
            changed = AUDIT_OTHER_VALUE;
        shown.symbol.st_value = value;
    }
    return shown.symbol.st_value;
}

/* -- calls -- */

/* The bytes of the stack that several auditors want: the most. */
static void want_frame(long *frame_size, long wanted) {
    if (wanted != -1 && wanted > *frame_size)
        *frame_size = wanted;
}

static uintptr_t tell_enter(struct linker *linker, struct object *object, struct audit_slot *slot,
                            void *registers, long *frame_size) {
    struct shown_symbol shown = show(slot->definition, slot->address);
    struct audit_state *from = object->audit_states;
    struct audit_state *to = slot->definition.object->audit_states;
    unsigned flags = slot->flags, shift = 2;
    for (struct auditor *auditor = linker->audit->first; auditor;
         auditor = auditor->next, from++, to++, shift += 2) {
        long wanted = -1;
        if (!auditor->enter || slot->quiet >> shift & AUDIT_NO_ENTER)
            continue;
        uintptr_t value = auditor->enter(&shown.symbol, shown.index, &from->cookie, &to->cookie,
                                         registers, &flags, shown.name, &wanted);
        if (value != shown.symbol.st_value)
            flags |= AUDIT_OTHER_VALUE;
        shown.symbol.st_value = value;
        slot->quiet |= (flags & NO_CALLS) << shift;
        if (!(slot->quiet >> shift & AUDIT_NO_EXIT))
            want_frame(frame_size, wanted);
    }
    return shown.symbol.st_value;
}

uintptr_t audit_enter(struct object *object, size_t index, void *registers, long *frame_size) {
    struct linker *linker = linker_instance();
    struct audit_slot *slot = index < object->plt_rela_count ? &object->audit_slots[index] : NULL;
    bool known = slot && atomic_load_explicit(&slot->ready, memory_order_acquire);
    uintptr_t address = known ? slot->address : lazy_bind(object, index);
    *frame_size = -1;
    if (linker->profile)
        profile_count(linker->profile, ARCH_AUDIT_CALLER(registers), address);
    if (!slot || !atomic_load_explicit(&slot->ready, memory_order_acquire) ||
        slot->quiet & AUDIT_NO_ENTER)
        return address;
    return tell_enter(linker, object, slot, registers, frame_size);
}

void audit_leave(struct object *object, size_t index, const void *registers, void *results) {
    struct linker *linker = linker_instance();
    const struct audit_slot *slot = &object->audit_slots[index];
    struct shown_symbol shown = show(slot->definition, slot->address);
    struct audit_state *from = object->audit_states;
    struct audit_state *to = slot->definition.object->audit_states;
    unsigned shift = 2;
    for (struct auditor *auditor = linker->audit->first; auditor;
         auditor = auditor->next, from++, to++, shift += 2)
        if (auditor->leave && !(slot->quiet >> shift & AUDIT_NO_EXIT))
            auditor->leave(&shown.symbol, shown.index, &from->cookie, &to->cookie, registers,
                           results, shown.name);
}
