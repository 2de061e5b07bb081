/* What objects need of the processor; see level.h. */
#include "level.h"

#include "arch.h"
#include "guard.h"

bool level_check(struct linker *linker, const struct object *first, struct error *error) {
    if (!ARCH_LEVEL_PROPERTY || linker->shim->plain)
        return true; /* the plain rules do not look; and asking the processor takes long */
    uint32_t missing = arch_levels_missing(linker_cpu(linker));
    if (!missing)
        return true;
    for (const struct object *object = first; object; object = object->next) {
        size_t size;
        const void *note = guard_find_note(object, &size);
        if (note && guard_note_has(note, size, ARCH_LEVEL_PROPERTY, missing))
            return error_set(error, ERROR_PLAIN, 0, object->label,
                             "CPU ISA level is lower than required");
    }
    return true;
}
