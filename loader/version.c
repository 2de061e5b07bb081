/* Reading and checking of versions; see version.h. */
#include "version.h"

#include "event.h"
#include "memory.h"
#include <string.h>

/* VERSYM's index is 15 bits; an index above what a chain can hold is not accepted. */
#define MAX_VERSIONS 0x7fff

/* Each step of a chain goes forward through a segment; a valid string offset is checked on the way.
 */
static const void *step(const struct object *object, const void *from, uint32_t distance,
                        size_t size) {
    uintptr_t at = (uintptr_t)from + distance;
    return distance && at % 4 == 0 && object_segment(object, at, size) ? (const void *)at : NULL;
}

static const char *string_or_null(const struct object *object, uint32_t offset) {
    return offset < object->strings_size ? object->strings + offset : NULL;
}

/* Calls visit() for each version that the object needs. Returns false when visit() does. */
typedef bool need_visitor(void *context, const struct object *object, const char *file,
                          const Elf64_Vernaux *need);

static bool each_need(const struct object *object, need_visitor *visit, void *context) {
    for (const Elf64_Verneed *library = object->verneed; library;
         library = step(object, library, library->vn_next, sizeof *library)) {
        const char *file = string_or_null(object, library->vn_file);
        const Elf64_Vernaux *need = step(object, library, library->vn_aux, sizeof *need);
        for (uint32_t i = 0; file && need && i < library->vn_cnt; i++) {
            if (string_or_null(object, need->vna_name) && !visit(context, object, file, need))
                return false;
            need = step(object, need, need->vna_next, sizeof *need);
        }
    }
    return true;
}

typedef bool definition_visitor(void *context, const struct object *object,
                                const Elf64_Verdef *definition, const char *name);

static bool each_definition(const struct object *object, definition_visitor *visit, void *context) {
    for (const Elf64_Verdef *definition = object->verdef; definition;
         definition = step(object, definition, definition->vd_next, sizeof *definition)) {
        const Elf64_Verdaux *first = step(object, definition, definition->vd_aux, sizeof *first);
        const char *name = first ? string_or_null(object, first->vda_name) : NULL;
        if (name && !visit(context, object, definition, name))
            return false;
    }
    return true;
}

static bool count_need(void *context, const struct object *object, const char *file,
                       const Elf64_Vernaux *need) {
    (void)object, (void)file;
    size_t *highest = context;
    *highest = max_size(*highest, need->vna_other & MAX_VERSIONS);
    return true;
}

static bool count_definition(void *context, const struct object *object,
                             const Elf64_Verdef *definition, const char *name) {
    (void)object, (void)name;
    size_t *highest = context;
    *highest = max_size(*highest, definition->vd_ndx & MAX_VERSIONS);
    return true;
}

static bool store_need(void *context, const struct object *object, const char *file,
                       const Elf64_Vernaux *need) {
    struct version *versions = context;
    versions[need->vna_other & MAX_VERSIONS] = (struct version){
        .name = object->strings + need->vna_name,
        .hash = need->vna_hash,
        .hidden = need->vna_other & 0x8000,
        .file = file,
    };
    return true;
}

static bool store_definition(void *context, const struct object *object,
                             const Elf64_Verdef *definition, const char *name) {
    (void)object;
    struct version *versions = context;
    /* The base definition names the file, not a version. */
    if (!(definition->vd_flags & VER_FLG_BASE))
        versions[definition->vd_ndx & MAX_VERSIONS] =
            (struct version){.name = name, .hash = definition->vd_hash};
    return true;
}

bool version_read(struct object *object, struct error *error) {
    if (!object->versym || !object->strings || (!object->verneed && !object->verdef))
        return true;
    size_t highest = 0;
    each_need(object, count_need, &highest);
    each_definition(object, count_definition, &highest);
    object->version_count = highest + 1;
    object->versions = memory_alloc(object->version_count * sizeof *object->versions);
    if (!object->versions)
        return error_no_memory(error, object->label);
    each_need(object, store_need, object->versions);
    each_definition(object, store_definition, object->versions);
    return true;
}

/* -- checking -- */

struct check {
    const struct namespace *space;
    bool warnings, complete;
    version_report *report;
    void *context;
};

static const struct object *find_library(const struct namespace *space, const char *file) {
    uint64_t bits = object_name_bits(file);
    for (const struct object *object = space->first; object; object = object->next)
        if (!(bits & ~object->name_bits) && (object_has_name(object, file) ||
                                             (object->soname && strcmp(object->soname, file) == 0)))
            return object;
    return NULL;
}

struct wanted {
    const char *name;
    uint32_t hash;
};

/* Stops (false) at the definition that is wanted. */
static bool is_other_definition(void *context, const struct object *object,
                                const Elf64_Verdef *definition, const char *name) {
    (void)object;
    const struct wanted *wanted = context;
    return definition->vd_hash != wanted->hash || strcmp(name, wanted->name) != 0;
}

static void tell_verdict(const struct check *check, const struct object *object, const char *file,
                         const struct object *library, const Elf64_Vernaux *need,
                         const char *verdict) {
    if (check->space->observer)
        EVENT(check->space->observer, version, .by = object, .in = library, .file = file,
              .version = object->strings + need->vna_name, .verdict = verdict,
              .weak = need->vna_flags & VER_FLG_WEAK);
}

static bool check_need(void *context, const struct object *object, const char *file,
                       const Elf64_Vernaux *need) {
    struct check *check = context;
    const struct object *library = find_library(check->space, file);
    if (library && library->kind == OBJECT_MISSING)
        library = NULL;
    struct wanted wanted = {object->strings + need->vna_name, need->vna_hash};
    struct error error;
    bool defined = library && !each_definition(library, is_other_definition, &wanted);
    tell_verdict(check, object, file, library, need,
                 !library           ? "not-loaded"
                 : !library->verdef ? "unversioned"
                 : defined          ? "defined"
                                    : "missing");
    if (!library)
        return true;
    if (!library->verdef) {
        if (check->warnings) {
            error_set(&error, ERROR_VERSION, 0, library->label,
                      "no version information available (required by %s)", object->label);
            check->report(check->context, &error);
        }
        return true;
    }
    bool weak = need->vna_flags & VER_FLG_WEAK;
    if (defined || (weak && !check->warnings))
        return true;
    error_set(&error, ERROR_VERSION, 0, library->label, "%sversion `%s' not found (required by %s)",
              weak ? "weak " : "", wanted.name, object->label);
    check->complete &= weak;
    check->report(check->context, &error);
    return true;
}

bool version_check(const struct object *object, const struct namespace *space, bool warnings,
                   version_report *report, void *context) {
    struct check check = {space, warnings, true, report, context};
    if (object->strings)
        each_need(object, check_need, &check);
    return check.complete;
}

struct listing {
    const struct namespace *space;
    version_visitor *visit;
    void *context;
};

static bool list_need(void *context, const struct object *object, const char *file,
                      const Elf64_Vernaux *need) {
    const struct listing *listing = context;
    const struct object *library = find_library(listing->space, file);
    struct wanted wanted = {object->strings + need->vna_name, need->vna_hash};
    bool provided = library && !each_definition(library, is_other_definition, &wanted);
    listing->visit(listing->context, file, wanted.name, need->vna_flags & VER_FLG_WEAK,
                   provided ? library : NULL);
    return true;
}

void version_each_need(const struct object *object, const struct namespace *space,
                       version_visitor *visit, void *context) {
    struct listing listing = {space, visit, context};
    if (object->strings)
        each_need(object, list_need, &listing);
}
