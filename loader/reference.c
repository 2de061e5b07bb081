/* Walking the relocation tables for their symbols; see reference.h.
 *
 * In:  an object whose dynamic section has been read. Out: its references, one by one. Nothing is
 * written into the object, so that those of another machine can be asked, too.
 */
#include "reference.h"

struct walk {
    const struct machine_facts *facts;
    const struct object *object;
    reference_visitor *visit;
    void *context;
};

static void walk_table(const struct walk *walk, const Elf64_Rela *table, size_t count) {
    uint32_t last = 0;
    for (size_t i = 0; i < count; i++) {
        struct reference reference = {
            .from = walk->object,
            .symbol = (uint32_t)(table[i].r_info >> 32),
            .type = (uint32_t)table[i].r_info,
            .place = walk->object->bias + table[i].r_offset,
        };
        reference.kind = facts_reloc_kind(walk->facts, reference.type);
        if (!reference.symbol || reference.symbol == last ||
            !symbol_index_is_valid(walk->object, reference.symbol))
            continue;
        walk->visit(walk->context, &reference);
        last = reference.symbol;
    }
}

void reference_each(const struct machine_facts *facts, const struct object *object, bool functions,
                    reference_visitor *visit, void *context) {
    struct walk walk = {facts, object, visit, context};
    walk_table(&walk, object->rela, object->rela_count);
    if (functions || object->bind_now)
        walk_table(&walk, object->plt_rela, object->plt_rela_count);
}

struct symbol_result reference_resolve(const struct reference *reference,
                                       struct symbol_request *request) {
    return symbol_resolve(reference->from, reference->symbol, reference->kind == RELOC_JUMP_SLOT,
                          reference->kind == RELOC_COPY, request);
}
