/* Running of constructors and destructors; see init.h. No lock of the loader's own is held while
 * they run. */
#include "init.h"

#include "audit.h"
#include "event.h"
#include "memory.h"
#include "order.h"

typedef void constructor(int argc, char **argv, char **envp);
typedef void destructor(void);

/* A function that is neither 0 nor -1 (old tool chains marked the ends of the arrays with these).
 */
static bool is_function(uintptr_t value) {
    return value != 0 && value != UINTPTR_MAX;
}

static bool is_code_of_somebody(const struct linker *linker, uintptr_t address) {
    for (const struct namespace *space = &linker->base; space; space = space->next)
        for (const struct object *object = space->first; object; object = object->next)
            if (object->kind != OBJECT_LOADER && object_has_code(object, address))
                return true;
    return false; /* the loader has nothing to construct */
}

static bool check_array(const struct linker *linker, const struct object *object,
                        const uintptr_t *array, size_t count, struct error *error) {
    for (size_t i = 0; i < count; i++)
        if (is_function(array[i]) && !object_has_code(object, array[i]) &&
            !is_code_of_somebody(linker, array[i]))
            return error_set(error, ERROR_FILE, 0, object->label,
                             "constructor or destructor at 0x%lx is not code",
                             (unsigned long)array[i]);
    return true;
}

bool init_check(struct linker *linker, const struct object_list *order, struct error *error) {
    for (size_t i = 0; i < order->count; i++) {
        const struct object *object = order->item[i];
        if (!check_array(linker, object, object->preinit_array, object->preinit_count, error) ||
            !check_array(linker, object, object->init_array, object->init_count, error) ||
            !check_array(linker, object, object->fini_array, object->fini_count, error))
            return false;
    }
    return true;
}

static void call(struct linker *linker, const struct object *object, const char *kind, size_t index,
                 uintptr_t function, char **envp) {
    if (!is_function(function))
        return;
    EVENT(linker, call, .object = object, .kind = kind, .index = index, .function = function);
    ((constructor *)function)(linker->process.argc, linker->process.argv, envp);
}

/* DT_INIT or DT_FINI, where the libc wants them to be run. */
static uintptr_t single(const struct linker *linker, uintptr_t function) {
    return linker->shim->arrays_only && linker->shim->arrays_only(linker) ? 0 : function;
}

void init_construct(struct linker *linker, struct object *object, char **envp) {
    if (object->constructed)
        return;
    object->constructed = ++linker->constructed;
    if (object->kind == OBJECT_PROGRAM && linker->shim->runs_program_init)
        return;
    EVENT(linker, construct, .state = "begin", .object = object);
    call(linker, object, "init", 0, single(linker, object->init), envp);
    for (size_t i = 0; i < object->init_count; i++)
        call(linker, object, "init_array", i, object->init_array[i], envp);
    object->construction_over = true;
    EVENT(linker, construct, .state = "end", .object = object);
}

void init_run(struct linker *linker, const struct object_list *order, char **envp) {
    struct object *program = linker->program;
    if (linker->init_first && !linker->shim->plain)
        init_construct(linker, linker->init_first, envp);
    linker->init_first = NULL;
    for (size_t i = 0; order->item[0]->space == &linker->base && !program->constructed &&
                       !linker->shim->plain && i < program->preinit_count;
         i++)
        call(linker, program, "preinit_array", i, program->preinit_array[i], envp);
    for (size_t i = order->count; i-- > 0;)
        init_construct(linker, order->item[i], envp);
}

static void end(struct linker *linker, const struct object *object, const char *kind, size_t index,
                uintptr_t function) {
    if (!is_function(function))
        return;
    EVENT(linker, call, .object = object, .kind = kind, .index = index, .function = function);
    ((destructor *)function)();
}

static void destruct(struct object *object) {
    struct linker *linker = linker_instance();
    EVENT(linker, destruct, .state = "begin", .object = object);
    for (size_t i = object->fini_count; i-- > 0;)
        end(linker, object, "fini_array", i, object->fini_array[i]);
    end(linker, object, "fini", 0, single(linker, object->fini));
    EVENT(linker, destruct, .state = "end", .object = object);
}

void init_run_destructors(struct object *object) {
    if (!object->constructed || object->destructed)
        return;
    object->destructed = true;
    destruct(object);
}

/* At the end of the process: a destructor that opens the object again, its own one not excepted,
 * has it constructed again, but not destructed, and later ones may close it (ld.so's rules). */
static void finish(struct object *object) {
    bool due = object->constructed && !object->destructed;
    object->constructed = 0;
    object->destructed = true;
    if (due)
        destruct(object);
    object->open_count--;
}

static void finish_space(struct linker *linker, struct namespace *space) {
    linker->shim->lock(linker);
    struct object_list *list = object_list_new(space->count);
    size_t i = 0;
    for (struct object *object = space->first; list && object; object = object->next) {
        list->item[i++] = object;
        object->open_count++; /* destructors that call dlclose must not unload what is still in the
                                 list */
    }
    if (list)
        order_sort(list,
                   linker->order | ORDER_FOR_END | (space == &linker->base ? ORDER_KEEP_FIRST : 0));
    linker->shim->unlock(linker);
    audit_activity(linker, space, AUDIT_DELETE);
    for (i = 0; list && i < list->count; i++) {
        bool told = list->item[i]->constructed && !list->item[i]->real;
        finish(list->item[i]);
        if (told)
            audit_closed(linker, list->item[i]);
    }
    audit_activity(linker, space, AUDIT_CONSISTENT);
}

/* Namespaces end in the reverse order of their numbers, those of auditors after the others. */
static void finish_spaces(struct linker *linker, bool audits) {
    long id = 0;
    for (const struct namespace *space = &linker->base; space; space = space->next)
        id = space->id;
    for (; id >= 0; id--) {
        struct namespace *space = namespace_find(linker, id);
        if (space && space->audits == audits)
            finish_space(linker, space);
    }
}

void init_finish_process(void) {
    struct linker *linker = linker_instance();
    event_stage(linker, "fini");
    finish_spaces(linker, false);
    finish_spaces(linker, true);
    event_stage(linker, NULL);
}
