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
    uintptr_t resolver;
};

static uintptr_t call_keeping_vectors(void *argument) {
    struct resolver_call *call = argument;
    return arch_call_ifunc(call->resolver, call->linker);
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

/* Each of these ends the process. They have frames of their own for the error, which is large: the
 * first call of a function may come on a stack that is nearly full, or small. */
OWN_FRAME static _Noreturn void refuse(struct linker *linker, const struct object *object,
                                       const char *format, const char *name) {
    struct error error;
    error_set(&error, ERROR_FILE, 0, object->label, format, name);
    give_up(linker, &error);
}

OWN_FRAME static _Noreturn void refuse_undefined(struct linker *linker, struct object *object,
                                                 const struct symbol_request *request) {
    struct error error;
    relocate_undefined(linker, object, request, &error);
    give_up(linker, &error);
}

static bool has_resolver(struct symbol_result definition) {
    return definition.symbol && ELF64_ST_TYPE(definition.symbol->st_info) == STT_GNU_IFUNC;
}

/* Finds who defines the function for the slot of relocation number `number`; symbol NULL: nobody,
 * and it is weak. */
static struct symbol_result find_definition(struct linker *linker, struct object *object,
                                            size_t number) {
    bool known = number < object->plt_rela_count;
    uint32_t index = known ? (uint32_t)(object->plt_rela[number].r_info >> 32) : 0;
    if (!known || !symbol_index_is_valid(object, index))
        refuse(linker, object,
               known ? "relocation with an invalid symbol" : "PLT entry without relocation", NULL);
    struct symbol_request request;
    struct symbol_result definition = symbol_resolve(object, index, true, false, &request);
    if (!definition.symbol && ELF64_ST_BIND(object->symbols[index].st_info) != STB_WEAK)
        refuse_undefined(linker, object, &request);
    if (!definition.symbol)
        return definition;
    relocate_note_binding(object, (struct object *)definition.object);
    uintptr_t address = symbol_address(definition);
    if (definition.symbol->st_shndx != SHN_ABS && !object_contains(definition.object, address))
        refuse(linker, definition.object, "symbol `%s' lies outside of the loaded segments",
               request.name);
    if (has_resolver(definition) && !object_has_code(definition.object, address))
        refuse(linker, definition.object, "IFUNC resolver is not code of the object", NULL);
    return definition;
}

/* The function that an IFUNC's resolver chooses for the slot at `slot`. */
static uintptr_t choose(struct linker *linker, const struct object *object,
                        struct symbol_result definition, uintptr_t slot) {
    struct resolver_call call = {linker, symbol_address(definition)};
    uintptr_t value = arch_call_keeping_vectors(call_keeping_vectors, &call,
                                                arch_vector_area(linker_cpu(linker)));
    EVENT(linker, ifunc, .object = object, .in = definition.object,
          .symbol = definition.object->strings + definition.symbol->st_name, .place = slot,
          .resolver = call.resolver, .value = value);
    return value;
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
