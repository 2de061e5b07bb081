/* Lazy binding: the C side of the trampoline in arch/<machine>/trampoline.S (psABI 5.2).
 *
 * In:  the object whose PLT was entered and the number of the relocation that describes the slot.
 * Out: the function's address, which now stands in the slot, too.
 *
 * Runs in any thread at any time, in signal handlers, too: it takes no lock. Two threads that bind
 * the same slot store the same value.
 */
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

static _Noreturn void give_up(struct linker *linker, const struct error *error) {
    char text[2048];
    linker->shim->describe_start(linker, error, text, sizeof text);
    print_text(2, "%s\n", text);
    event_exit(linker, 127, text, NULL);
}

/* Finds the function for the slot of relocation number `number`, and *found: who defines it. */
static uintptr_t find_function(struct linker *linker, struct object *object, size_t number,
                               struct symbol_result *found) {
    struct error error = {.kind = ERROR_NONE};
    bool known = number < object->plt_rela_count;
    uint32_t index = known ? (uint32_t)(object->plt_rela[number].r_info >> 32) : 0;
    if (!known || !symbol_index_is_valid(object, index)) {
        error_set(&error, ERROR_FILE, 0, object->label,
                  known ? "relocation with an invalid symbol" : "PLT entry without relocation");
        give_up(linker, &error);
    }
    struct symbol_request request;
    struct symbol_result definition = symbol_resolve(object, index, true, false, &request);
    *found = definition;
    if (!definition.symbol) {
        if (ELF64_ST_BIND(object->symbols[index].st_info) == STB_WEAK)
            return 0;
        error_set_symbol(&error, object->label, request.name,
                         request.version ? request.version->name : NULL);
        give_up(linker, &error);
    }
    relocate_note_binding(object, (struct object *)definition.object);
    uintptr_t address = symbol_address(definition);
    if (definition.symbol->st_shndx != SHN_ABS && !object_contains(definition.object, address)) {
        error_set(&error, ERROR_FILE, 0, definition.object->label,
                  "symbol `%s' lies outside of the loaded segments", request.name);
        give_up(linker, &error);
    }
    if (ELF64_ST_TYPE(definition.symbol->st_info) != STT_GNU_IFUNC)
        return address;
    struct resolver_call call = {.linker = linker, .definition = definition, .error = &error};
    if (!arch_call_keeping_vectors(call_keeping_vectors, &call,
                                   arch_vector_area(linker_cpu(linker))))
        give_up(linker, &error);
    return call.value;
}

uintptr_t lazy_bind(struct object *object, size_t index) {
    struct linker *linker = linker_instance();
    const Elf64_Rela *rela = &object->plt_rela[index];
    struct symbol_result definition;
    reader_enter();
    uintptr_t address = find_function(linker, object, index, &definition);
    if (ARCH_SLOT_HAS_ADDEND)
        address += (uint64_t)rela->r_addend;
    uintptr_t slot = object->bias + rela->r_offset;
    bool stored = !linker->options.bind_not && relocate_stays_writable(object, slot);
    if (event_wanted(linker, EVENT_slot)) {
        struct told_binding binding = {object, (uint32_t)(rela->r_info >> 32), definition, slot,
                                       address};
        tell_slot(linker, &binding, index, stored);
    }
    reader_leave();
    if (stored)
        __atomic_store_n((uintptr_t *)slot, address, __ATOMIC_RELEASE);
    return address;
}
