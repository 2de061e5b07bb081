/* Words whose value a function of the program chooses: STT_GNU_IFUNC symbols and IRELATIVE
 * relocations (gABI supplement for GNU/Linux, "STT_GNU_IFUNC"). A resolver reads relocated data, so
 * it runs when all else of its object is done. See relocate_pass.h and relocate.h.
 */
#include "relocate.h"

#include "audit.h"
#include "linker.h"
#include "memory.h"
#include "reloc.h"
#include "relocate_pass.h"
#include "sys.h"
#include "text.h"

static bool call_resolver(struct linker *linker, const struct object *object, uintptr_t resolver,
                          uintptr_t *value, struct error *error) {
    if (!object_has_code(object, resolver))
        return error_set(error, ERROR_FILE, 0, object->label,
                         "IFUNC resolver is not code of the object");
    *value = arch_call_ifunc(resolver, linker);
    return true;
}

bool relocate_value(struct linker *linker, struct symbol_result definition, uintptr_t *value,
                    struct error *error) {
    *value = symbol_address(definition);
    return !is_ifunc(definition) || call_resolver(linker, definition.object, *value, value, error);
}

bool pass_defer(struct pass *pass, struct deferred entry) {
    if (!(pass->place.prot & PROT_WRITE))
        return pass_fail(pass, "IFUNC relocation outside of the writable segments");
    struct deferred *grown = memory_grow(pass->deferred, &pass->deferred_capacity,
                                         pass->deferred_count + 1, sizeof entry);
    if (!grown)
        return error_no_memory(pass->error, pass->object->label);
    pass->deferred = grown;
    pass->deferred[pass->deferred_count++] = entry;
    return true;
}

bool pass_run_deferred(struct pass *pass) {
    pass_tell_repeats(pass);
    for (size_t i = 0; i < pass->deferred_count; i++) {
        const struct deferred *entry = &pass->deferred[i];
        struct symbol_result definition = entry->definition;
        uintptr_t value = 0;
        bool called =
            definition.symbol
                ? relocate_value(pass->linker, definition, &value, pass->error)
                : call_resolver(pass->linker, pass->object, entry->addend, &value, pass->error);
        if (!called)
            return false;
        value += definition.symbol && value ? entry->addend : 0;
        if (pass->watched && entry->is_slot)
            value = audit_bind_now(pass->linker, pass->object, definition, value);
        store_target((uintptr_t)entry->place, value, entry->sign);
        pass_tell_choice(pass, entry, value);
    }
    return true;
}

void pass_check_resolver(const struct pass *pass, const struct relocation *relocation,
                         struct symbol_result definition) {
    const char *program = pass->linker->process.argv[0];
    const struct object *object = pass->object, *owner = definition.object;
    const char *name = object->strings + object->symbols[relocation->symbol].st_name;
    if (!ARCH_CHECKS_RESOLVERS || owner == object || owner->relocated)
        return;
    if (owner->kind != OBJECT_PROGRAM) {
        print_text(2, "%s: Relink `%s' with `%s' for IFUNC symbol `%s'\n", program, object->path,
                   owner->path, name);
        return;
    }
    print_text(2,
               "%s: IFUNC symbol '%s' referenced in '%s' is defined in the executable and creates "
               "an unsatisfiable circular dependency.\n",
               program, name, object->path);
    sys_exit(127);
}
