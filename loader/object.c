/* Making, naming and freeing of objects. */
#include "object.h"

#include "image.h"
#include "memory.h"
#include "symbol.h"
#include "sys.h"
#include "tls.h"
#include <string.h>

struct object *object_new_owning(enum object_kind kind, char *path) {
    struct object *object = path ? memory_alloc(sizeof *object) : NULL;
    if (!object) {
        memory_free(path);
        return NULL;
    }
    object->kind = kind;
    object->path = object->label = path;
    object->name_bits = object_name_bits(path);
    return object;
}

struct object *object_new(enum object_kind kind, const char *path) {
    return object_new_owning(kind, memory_copy_text(path));
}

struct object *object_new_entry(struct object *real) {
    struct object *entry = object_new(real->kind, real->path);
    struct object_list *needed = object_list_new(0);
    if (!entry || !needed) {
        memory_free(entry);
        memory_free(needed);
        return NULL;
    }
    struct object own = *entry;
    *entry = *real;
    entry->real = real;
    entry->path = entry->label = own.path;
    entry->needed = needed;
    entry->space = NULL;
    entry->next = entry->prev = NULL;
    entry->names = NULL;
    entry->map = NULL;
    entry->alone.list = entry->group.list = entry->order = NULL;
    entry->scopes = NULL;
    entry->bound_to = NULL;
    entry->visited = entry->published = entry->global = entry->never_unload = false;
    entry->open_count = 0;
    return entry;
}

static void free_names(struct name *name) {
    while (name) {
        struct name *next = name->next;
        memory_free(name);
        name = next;
    }
}

static void free_bindings(struct binding *binding) {
    while (binding) {
        struct binding *next = binding->next;
        memory_free(binding);
        binding = next;
    }
}

static void free_descriptors(struct tls_descriptor *descriptor) {
    while (descriptor) {
        struct tls_descriptor *next = descriptor->next;
        memory_free(descriptor);
        descriptor = next;
    }
}

static void free_contents(struct object *object) {
    if (object->owns_mapping)
        sys_munmap(object->map_start, object->map_end - object->map_start);
    if (object->phdr && !object_contains(object, (uintptr_t)object->phdr) && object->owns_mapping)
        memory_free((void *)object->phdr);
    memory_free((char *)object->origin);
    memory_free(object->segments);
    memory_free(object->path_folders);
    memory_free(object->versions);
    memory_free(object->audit_states);
    memory_free(object->audit_slots);
}

void object_free(struct object *object) {
    if (!object->real)
        free_contents(object);
    free_names(object->names);
    memory_free((char *)object->path);
    memory_free(object->needed);
    memory_free(object->filtees);
    memory_free(object->alone.list);
    memory_free(object->group.list);
    memory_free(object->order);
    memory_free(object->scopes);
    free_bindings(object->bound_to);
    free_descriptors(object->descriptors);
    memory_free(object->map);
    memory_free(object);
}

uint64_t object_name_bits(const char *text) {
    uint32_t hash = symbol_gnu_hash(text) * 2654435769U;
    return 1ULL << (hash >> 26) | 1ULL << (hash >> 20 & 63);
}

bool object_add_name(struct object *object, const char *text) {
    size_t size = strlen(text) + 1;
    struct name *name = memory_alloc(sizeof *name + size);
    if (!name)
        return false;
    memcpy(name->text, text, size);
    object->name_bits |= object_name_bits(text);
    /* At the end, so that the first name asked for stays first. */
    struct name **link = &object->names;
    while (*link)
        link = &(*link)->next;
    *link = name;
    return true;
}

bool object_has_name(const struct object *object, const char *text) {
    if (strcmp(object->path, text) == 0)
        return true;
    for (const struct name *name = object->names; name; name = name->next)
        if (strcmp(name->text, text) == 0)
            return true;
    return false;
}

static const struct segment *find_segment(const struct object *object, uintptr_t address,
                                          size_t size) {
    for (size_t i = 0; i < object->segment_count; i++) {
        const struct segment *segment = &object->segments[i];
        if (address >= segment->start &&
            range_fits(address - segment->start, size, segment->end - segment->start))
            return segment;
    }
    return NULL;
}

const struct segment *object_segment(const struct object *object, uintptr_t address, size_t size) {
    const struct segment *segment = find_segment(object, address, size);
    /* What may be written may be read on both machines. */
    return segment && segment->prot & (PROT_READ | PROT_WRITE) ? segment : NULL;
}

bool object_has_code(const struct object *object, uintptr_t address) {
    const struct segment *segment = find_segment(object, address, 1);
    return segment && segment->prot & PROT_EXEC;
}

bool object_contains(const struct object *object, uintptr_t address) {
    return find_segment(object, address, 1) != NULL;
}

struct object_list *object_list_new(size_t count) {
    struct object_list *list = memory_alloc(sizeof *list + count * sizeof list->item[0]);
    if (list)
        list->count = count;
    return list;
}

bool object_list_has(const struct object_list *list, const struct object *object) {
    for (size_t i = 0; list && i < list->count; i++)
        if (list->item[i] == object)
            return true;
    return false;
}
