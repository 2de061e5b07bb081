/* Lazy binding: the C side of the trampoline in arch/<machine>/trampoline.S (psABI 5.2).
 *
 * In:  the object whose PLT was entered and the number of the relocation that describes the slot.
 * Out: the function's address, which now stands in the slot, too.
 *
 * Runs in any thread at any time, in signal handlers, too: it takes no lock. Two threads that bind
 * the same slot store the same value.
 */
#include "audit.h"
#include "reloc.h"
#include "relocate.h"
#include "retire.h"
#include "sys.h"
#include "tell.h"
#include "text.h"

/* What an IFUNC resolver's call takes through arch_call_keeping_vectors. */
struct resolver_call {
    struct linker *linker;
    struct symbol_result definition;
    uintptr_t value;
    struct error *error;
};

static uintptr_t call_keeping_vectors(void *argument) {
    struct resolver_call *call = argument;
    return relocate_value(call->linker, call->definition, &call->value, call->error);
}

/* The same for auditors. */
struct audit_call {
    struct linker *linker;
    struct object *object;
    size_t index;
    struct symbol_result definition;
    uintptr_t address;
};

static uintptr_t ask_auditors(void *argument) {
    struct audit_call *call = argument;
    return audit_bind(call->linker, call->object, call->index, call->definition, call->address);
}

static _Noreturn void give_up(struct linker *linker, const struct error *error) {
    char text[2048];
    linker->shim->describe_start(linker, error, text, sizeof text);
    print_text(2, "%s\n", text);
    event_exit(linker, 127, text, NULL);
}

/* Finds who defines the function for the slot of relocation number `number`; symbol NULL: nobody,
 * and it is weak. */
static struct symbol_result find_definition(struct linker *linker, struct object *object,
                                            size_t number) {
    struct error error;
    error.kind = ERROR_NONE; /* it is large: no more of it is set than need be */
    bool known = number < object->plt_rela_count;
    uint32_t index = known ? (uint32_t)(object->plt_rela[number].r_info >> 32) : 0;
    if (!known || !symbol_index_is_valid(object, index)) {
        error_set(&error, ERROR_FILE, 0, object->label,
                  known ? "relocation with an invalid symbol" : "PLT entry without relocation");
        give_up(linker, &error);
    }
    struct symbol_request request;
    struct symbol_result definition = symbol_resolve(object, index, true, false, &request);
    if (!definition.symbol && ELF64_ST_BIND(object->symbols[index].st_info) != STB_WEAK) {
        relocate_undefined(linker, object, &request, &error);
        give_up(linker, &error);
    }
    if (!definition.symbol)
        return definition;
    relocate_note_binding(object, (struct object *)definition.object);
    if (definition.symbol->st_shndx != SHN_ABS &&
        !object_contains(definition.object, symbol_address(definition))) {
        error_set(&error, ERROR_FILE, 0, definition.object->label,
                  "symbol `%s' lies outside of the loaded segments", request.name);
        give_up(linker, &error);
    }
    return definition;
}

static bool has_resolver(struct symbol_result definition) {
    return definition.symbol && ELF64_ST_TYPE(definition.symbol->st_info) == STT_GNU_IFUNC;
}

/* The function that an IFUNC's resolver chooses for the slot at `slot`. */
static uintptr_t choose(struct linker *linker, const struct object *object,
                        struct symbol_result definition, uintptr_t slot) {
    struct error error = {.kind = ERROR_NONE};
    struct resolver_call call = {.linker = linker, .definition = definition, .error = &error};
    if (!arch_call_keeping_vectors(call_keeping_vectors, &call,
                                   arch_vector_area(linker_cpu(linker))))
        give_up(linker, &error);
    EVENT(linker, ifunc, .object = object, .in = definition.object,
          .symbol = definition.object->strings + definition.symbol->st_name, .place = slot,
          .resolver = symbol_address(definition), .value = call.value);
    return call.value;
}

uintptr_t lazy_bind(struct object *object, size_t index) {
    struct linker *linker = linker_instance();
    reader_enter();
    struct symbol_result definition = find_definition(linker, object, index);
    const Elf64_Rela *rela = &object->plt_rela[index];
    uintptr_t slot = object->bias + rela->r_offset;
    uintptr_t addend = ARCH_SLOT_HAS_ADDEND ? (uint64_t)rela->r_addend : 0;
    bool audited = object->audit_slots && definition.symbol;
    bool stays = linker->options.bind_not || (audited && audit_sees_calls(linker));
    bool stored = !stays && relocate_stays_writable(object, slot);
    uintptr_t address =
        definition.symbol && !has_resolver(definition) ? symbol_address(definition) + addend : 0;
    if (event_wanted(linker, EVENT_slot)) {
        struct told_binding binding = {object, (uint32_t)(rela->r_info >> 32), definition, slot,
                                       address};
        tell_slot(linker, &binding, index, stored);
    }
    if (has_resolver(definition))
        address = choose(linker, object, definition, slot) + addend;
    if (audited) {
        struct audit_call call = {linker, object, index, definition, address};
        address =
            arch_call_keeping_vectors(ask_auditors, &call, arch_vector_area(linker_cpu(linker)));
    }
    reader_leave();
    if (stored)
        __atomic_store_n((uintptr_t *)slot,
                         object->signed_plt && address ? arch_sign(address, slot) : address,
                         __ATOMIC_RELEASE);
    return address;
}
