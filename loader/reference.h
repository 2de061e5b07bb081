/* What an object's relocations refer to, for those who ask without relocating. */
#ifndef MYLD_REFERENCE_H
#define MYLD_REFERENCE_H

#include "facts.h"
#include "symbol.h"

/* A relocation that names a symbol. */
struct reference {
    const struct object *from;
    uint32_t symbol; /* its index in `from`, checked */
    uint32_t type;   /* the machine's own number */
    enum reloc_kind kind;
    uintptr_t place; /* address in memory */
};

typedef void reference_visitor(void *context, const struct reference *reference);

/* Calls visit() for each; a symbol that follows itself counts once. `functions`: those of PLT
 * slots, too, even where they are bound at their first call. */
void reference_each(const struct machine_facts *facts, const struct object *object, bool functions,
                    reference_visitor *visit, void *context);

/* What a reference would be bound to. *request is filled with what was asked. */
struct symbol_result reference_resolve(const struct reference *reference,
                                       struct symbol_request *request);

#endif
