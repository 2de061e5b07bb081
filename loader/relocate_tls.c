/* Relocations of thread-local storage (psABI 4.4; Drepper, "ELF Handling For Thread-Local Storage";
 * for TLSDESC, Oliva and de Melo, "RFC: TLS Descriptors"): module numbers, offsets in a module's
 * block, offsets from the thread pointer, and descriptors.
 *
 * In: one decoded relocation, in a pass over its object. Out: the words at its place.
 */
#include "relocate_pass.h"

#include "arch.h"
#include "linker.h"
#include "memory.h"
#include "text.h"

/* The second word of a descriptor of a module that is not static. */
static bool describe_dynamic(struct pass *pass, const struct relocation *relocation, size_t module,
                             size_t offset) {
    struct tls_descriptor *descriptor = memory_alloc(sizeof *descriptor);
    if (!descriptor)
        return error_no_memory(pass->error, pass->object->label);
    *descriptor = (struct tls_descriptor){{module, offset}, pass->object->descriptors};
    pass->object->descriptors = descriptor;
    store(relocation->place, (uintptr_t)arch_tlsdesc_dynamic);
    store(relocation->place + sizeof(uintptr_t), (uintptr_t)&descriptor->index);
    return true;
}

static bool apply_tlsdesc(struct pass *pass, const struct relocation *relocation,
                          struct symbol_result definition, size_t offset) {
    if (!pass_has_place(pass, relocation->place, 2 * sizeof(uintptr_t)))
        return pass_fail(pass, "TLS descriptor outside of the writable segments");
    if (!definition.object) { /* weak and undefined */
        store(relocation->place, (uintptr_t)arch_tlsdesc_undefined);
        store(relocation->place + sizeof(uintptr_t), relocation->addend);
        return true;
    }
    if (!tls_may_be_static(pass->linker, (struct object *)definition.object))
        return describe_dynamic(pass, relocation, definition.object->tls.module, offset);
    store(relocation->place, (uintptr_t)arch_tlsdesc_static);
    store(relocation->place + sizeof(uintptr_t), (uintptr_t)definition.object->tls.offset + offset);
    return true;
}

/* Completes the error of a module that finds no room in the static block. Returns false. */
static bool name_tls_user(struct pass *pass, uint32_t symbol) {
    const struct object *object = pass->object;
    format_text(pass->error->needed_by, sizeof pass->error->needed_by, "%s", object->label);
    format_text(pass->error->symbol, sizeof pass->error->symbol, "%s",
                symbol ? object->strings + object->symbols[symbol].st_name : "(local)");
    return false;
}

bool pass_apply_tls(struct pass *pass, const struct relocation *relocation) {
    /* Symbol 0 means the object's own module. */
    struct symbol_result definition = {pass->object, NULL};
    if (relocation->symbol) {
        if (!pass_resolve(pass, relocation->symbol, true, false, &definition))
            return false;
        if (!definition.symbol)
            definition.object = NULL;
    }
    if (definition.object && !definition.object->tls.module)
        return pass_fail(pass, "TLS relocation to an object without thread-local storage");
    struct object *owner = (struct object *)definition.object;
    size_t offset = relocation->addend + (definition.symbol ? definition.symbol->st_value : 0);
    switch (relocation->kind) {
    case RELOC_DTPMOD:
        store(relocation->place, owner ? owner->tls.module : 0);
        return true;
    case RELOC_DTPREL:
        store(relocation->place, owner ? offset - ARCH_DTP_BIAS : 0);
        return true;
    case RELOC_TPREL:
        if (owner && !tls_make_static(pass->linker, owner, pass->error))
            return name_tls_user(pass, relocation->symbol);
        store(relocation->place, owner ? (uintptr_t)owner->tls.offset + offset : 0);
        return true;
    default:
        return apply_tlsdesc(pass, relocation, definition, offset);
    }
}
