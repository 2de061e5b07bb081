/* Checks of debug builds; see check.h. Empty in others. */
#include "check.h"

#ifdef MYLD_DEBUG
#include "dl.h"
#include "linker.h"
#include "sys.h"
#include "text.h"

_Noreturn void check_failed(const char *file, int line, const char *condition) {
    print_text(2, "myld: %s:%d: does not hold: %s\n", file, line, condition);
    __builtin_trap();
}

bool check_is_poison(const void *memory, size_t size) {
    const unsigned char *byte = memory;
    for (size_t i = 0; i < size; i++)
        if (byte[i] != CHECK_POISON)
            return false;
    return true;
}

static bool is_in(const struct namespace *space, const struct object *wanted) {
    for (const struct object *object = space->first; object; object = object->next)
        if (object == wanted)
            return true;
    return wanted->kind == OBJECT_BUILTIN; /* the adapter's, in no list */
}

static void check_list(const struct namespace *space, const struct object_list *list) {
    for (size_t i = 0; list && i < list->count; i++)
        CHECK(is_in(space, list->item[i]));
}

/* Whoever is in a scope of the object, needed by it or bound to has not gone. */
static void check_references(const struct namespace *space, struct object *object) {
    const struct scope_list *scopes = object->scopes;
    for (size_t i = 0; scopes && i < scopes->count; i++)
        check_list(space, scopes->item[i]->list);
    check_list(space, object->needed);
    check_list(space, object->order);
    check_list(space, object->group.list);
    for (const struct binding *binding = object->bound_to; binding; binding = binding->next)
        CHECK(is_in(binding->object->space, binding->object));
}

static void check_object(struct linker *linker, struct object *object) {
    CHECK(object->open_count < SIZE_MAX / 2);
    CHECK(object->kind != OBJECT_LIBRARY || object->relocated);
    CHECK(object->kind != OBJECT_LIBRARY || !object->owns_mapping ||
          address_object(linker, (void *)object->segments[0].start) == object);
    if (!object->tls.module)
        return;
    CHECK(object->tls.module <= linker->tls.highest);
    CHECK(linker->tls.table->item[object->tls.module].object == object);
}

static size_t check_space(struct linker *linker, const struct namespace *space) {
    const struct object *previous = NULL;
    size_t count = 0;
    for (struct object *object = space->first; object; object = object->next) {
        CHECK(object->space == space && object->prev == previous);
        check_object(linker, object);
        check_references(space, object);
        previous = object;
        count++;
    }
    CHECK(space->last == previous && space->count == count);
    check_list(space, space->global.list);
    return count;
}

void check_linker(struct linker *linker) {
    uint64_t count = 0;
    for (const struct namespace *space = &linker->base; space; space = space->next)
        count += check_space(linker, space);
    CHECK(linker->added - linker->removed == count);
    CHECK(linker->tls.used <= linker->tls.size);
    struct tls_table *table = linker->tls.table;
    for (size_t id = linker->tls.highest + 1; table && id < table->count; id++)
        CHECK(!table->item[id].object);
}
#endif
