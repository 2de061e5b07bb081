/* Loading of objects and their dependencies; see load.h. */
#include "load.h"

#include "dynamic.h"
#include "facts.h"
#include "linker.h"
#include "memory.h"
#include "order.h"
#include "retire.h"
#include "symbol.h"
#include "sys.h"
#include "text.h"
#include "version.h"
#include <errno.h>
#include <string.h>

struct transaction load_begin(struct linker *linker) {
    return (struct transaction){linker, linker->base.last};
}

void load_append(struct linker *linker, struct object *object) {
    struct namespace *space = &linker->base;
    object->space = space;
    object->prev = space->last;
    if (space->last)
        space->last->next = object;
    else
        space->first = object;
    space->last = object;
    space->count++;
    space->added++;
}

void load_unlink(struct linker *linker, struct object *object) {
    struct namespace *space = &linker->base;
    if (object->prev)
        object->prev->next = object->next;
    else
        space->first = object->next;
    if (object->next)
        object->next->prev = object->prev;
    else
        space->last = object->prev;
    space->count--;
    space->removed++;
}

void load_roll_back(struct transaction *transaction) {
    struct linker *linker = transaction->linker;
    while (linker->base.last != transaction->last_before) {
        struct object *object = linker->base.last;
        load_unlink(linker, object);
        if (object == linker->self)
            continue;
        tls_remove_module(linker, object);
        symbol_forget(object);
        retire(linker, (void (*)(void *))object_free, object);
    }
    linker->shim->objects_changed(linker);
    retire_sweep(linker);
}

/* -- objects without a search ------------------------------------------------------------------- */

static bool read_contents(struct linker *linker, struct object *object, struct error *error) {
    return dynamic_read(object, error) && version_read(object, error) &&
           (!object->tls.memory_size || tls_add_module(linker, object, error));
}

static const char *find_interpreter(const struct object *program) {
    for (size_t i = 0; i < program->phnum; i++) {
        const Elf64_Phdr *header = &program->phdr[i];
        const char *text = (const char *)(program->bias + header->p_vaddr);
        if (header->p_type == PT_INTERP && header->p_filesz &&
            object_segment(program, (uintptr_t)text, header->p_filesz) &&
            text[header->p_filesz - 1] == 0)
            return text;
    }
    return NULL;
}

/* True when PT_PHDR, from which the load bias was taken, agrees with every segment that holds it. */
static bool bias_is_sound(const struct process *process, const Elf64_Phdr *table, uintptr_t bias) {
    for (size_t i = 0; table && i < process->phnum; i++) {
        const Elf64_Phdr *header = &process->phdr[i];
        if (header->p_type == PT_LOAD && table->p_offset >= header->p_offset &&
            table->p_offset - header->p_offset < header->p_filesz &&
            table->p_vaddr - table->p_offset != header->p_vaddr - header->p_offset)
            return false;
    }
    return bias % process->page_size == 0;
}

/* Where no segment holds the program header table, or none that can be read, the kernel names an address all the same. */
static bool table_is_readable(const struct process *process) {
    const Elf64_Phdr *table = process->phdr;
    return table && process->phnum && sys_can_read(table) &&
           sys_can_read((const char *)(table + process->phnum) - sizeof(uint64_t));
}

/* The kernel has mapped the program: its load bias follows from where its program headers are. A file that is shorter
 * than its headers say was mapped all the same. */
static bool adopt_program(struct linker *linker, struct object *program, struct error *error) {
    const struct process *process = &linker->process;
    const Elf64_Phdr *table = NULL;
    struct stat status;
    if (!table_is_readable(process))
        return error_set(error, ERROR_FILE, 0, program->label, "invalid program header table");
    for (size_t i = 0; i < process->phnum; i++)
        if (process->phdr[i].p_type == PT_PHDR)
            table = &process->phdr[i];
    uintptr_t bias = table ? (uintptr_t)process->phdr - table->p_vaddr : 0;
    uint64_t size = sys_stat("/proc/self/exe", &status) < 0 ? UINT64_MAX : (uint64_t)status.st_size;
    program->kernel_mapped = true;
    program->entry = process->entry;
    if (!image_adopt(program, process->phdr, process->phnum, bias, size, process->page_size, error))
        return false;
    return (bias_is_sound(process, table, bias) &&
            object_segment(program, (uintptr_t)process->phdr, process->phnum * sizeof *table)) ||
           error_set(error, ERROR_FILE, 0, program->label, "invalid program header table");
}

/* $ORIGIN of a program is the folder of the file itself, whatever links led to it: as /proc/self/exe has it. */
OWN_FRAME static void set_program_origin(struct object *program, int fd) {
    char link[32], path[SEARCH_PATH_MAX];
    format_text(link, sizeof link, "/proc/self/fd/%d", fd);
    long length = sys_readlink(link, path, sizeof path - 1);
    if (length <= 0 || path[0] != '/')
        return;
    path[length] = 0;
    search_set_origin(program, path);
}

/* What is only listed has the origin that ld.so's --list gives it: by the path, links not followed. */
static void set_listed_origin(struct object *program, const char *path) {
    const char *empty = program->path;
    program->path = path;
    search_origin(program);
    program->path = empty;
}

/* A name without a slash is searched for like a library; nobody looks at PATH (ld.so(8)). */
OWN_FRAME static bool find_program(struct linker *linker, const char *name, struct image_file *file,
                         struct error *error) {
    char path[SEARCH_PATH_MAX];
    bool foreign;
    if (strchr(name, '/'))
        return image_open(file, name, &foreign, error);
    linker->shim->set_search(linker);
    if (search_open(&linker->search, name, NULL, NULL, file, path, error))
        return true;
    return error_set(error, ERROR_OPEN, 0, name, "cannot open shared object file");
}

OWN_FRAME static bool open_program(struct linker *linker, struct object *program, const char *path,
                         struct error *error) {
    struct image_file file;
    if (!find_program(linker, path, &file, error))
        return false;
    if (linker->options.mode == MODE_RUN)
        set_program_origin(program, file.fd);
    else
        set_listed_origin(program, path);
    bool mapped =
        image_map(program, &file, linker->process.page_size, &linker->map_hint, error);
    image_close(&file);
    program->owns_mapping = false;
    return mapped;
}

bool load_program(struct linker *linker, const char *path, struct error *error) {
    struct object *program = object_new(OBJECT_PROGRAM, "");
    if (!program)
        return error_no_memory(error, "");
    program->label = path ? path : linker->process.argc ? linker->process.argv[0] : "";
    program->never_unload = true;
    linker->program = program;
    load_append(linker, program);
    if (!(path ? open_program(linker, program, path, error)
               : adopt_program(linker, program, error)))
        return false;
    linker->interpreter = find_interpreter(program);
    return read_contents(linker, program, error);
}

bool load_fixed_objects(struct linker *linker, struct error *error) {
    const struct process *process = &linker->process;
    if (!process->vdso)
        return true;
    const Elf64_Phdr *phdr = (const Elf64_Phdr *)((const char *)process->vdso + process->vdso->e_phoff);
    struct object *vdso = object_new(OBJECT_VDSO, "linux-vdso.so.1");
    if (!vdso)
        return error_no_memory(error, "");
    uintptr_t bias = (uintptr_t)process->vdso;
    for (size_t i = 0; i < process->vdso->e_phnum; i++)
        if (phdr[i].p_type == PT_LOAD) {
            bias -= phdr[i].p_vaddr;
            break;
        }
    vdso->never_unload = true;
    if (!image_adopt(vdso, phdr, process->vdso->e_phnum, bias, UINT64_MAX, process->page_size,
                     error) ||
        !read_contents(linker, vdso, error))
        return false;
    vdso->needed = object_list_new(0);
    vdso->relocated = true;
    vdso->executable_stack = false;
    linker->vdso = vdso;
    load_append(linker, vdso);
    return vdso->needed != NULL;
}

/* -- libraries ---------------------------------------------------------------------------------- */

struct object *load_find(struct linker *linker, const char *name) {
    for (struct object *object = linker->base.first; object; object = object->next) {
        if (object_has_name(object, name))
            return object;
        if (object->soname && strcmp(object->soname, name) == 0) {
            object_add_name(object, name);
            return object;
        }
    }
    return NULL;
}

/* myld answers to its own soname, which glibc's libraries name as a dependency. */
static bool means_loader(const struct linker *linker, const char *name) {
    return linker->self->soname && strcmp(name, linker->self->soname) == 0;
}

static struct object *add_loader(struct linker *linker) {
    struct object *self = linker->self;
    if (!self->space)
        load_append(linker, self);
    return self;
}

/* True for a file that must not be loaded as a library; *error says why. */
static bool is_unfit(const struct object *object, struct error *error) {
    const char *wrong = NULL;
    if (object->flags_1 & DF_1_PIE)
        wrong = "cannot dynamically load position-independent executable";
    else if (!object->dynamic)
        wrong = "object file has no dynamic section";
    return wrong && !error_set(error, ERROR_FILE, 0, object->label, "%s", wrong);
}

static bool is_executable(const struct image_file *file, const struct object *object,
                          struct error *error) {
    return file->header.e_type == ET_EXEC &&
           !error_set(error, ERROR_FILE, 0, object->label, "cannot dynamically load executable");
}

static struct object *find_file(struct linker *linker, const struct image_file *file) {
    for (struct object *object = linker->base.first; object; object = object->next)
        if (object->inode == file->inode && object->device == file->device && object->inode)
            return object;
    return NULL;
}

/* Maps and reads an opened library. */
static struct object *map_library(struct linker *linker, const struct image_file *file,
                                  const char *name, const char *path, struct object *requester,
                                  struct error *error) {
    struct object *object = object_new(OBJECT_LIBRARY, path);
    if (!object) {
        error_no_memory(error, path);
        return NULL;
    }
    object->requester = requester;
    object->ignores_versions = !linker->shim->checks_versions;
    object->label = name; /* until it is known to be sound, messages call it what it was asked for by, as ld.so's */
    if (is_executable(file, object, error) ||
        !image_map(object, file, linker->process.page_size, &linker->map_hint, error) ||
        !dynamic_read(object, error) || is_unfit(object, error) ||
        !version_read(object, error)) {
        object_free(object);
        return NULL;
    }
    object->label = object->path;
    if (object->soname && means_loader(linker, object->soname)) {
        /* The system's own loader, named by path: it must not come to life here. */
        object_free(object);
        return add_loader(linker);
    }
    if (path[0] != '/')
        search_origin(object); /* now: the current folder may change */
    object->never_unload = object->flags_1 & DF_1_NODELETE || !linker->shim->unloads;
    if (object->tls.memory_size && !tls_add_module(linker, object, error)) {
        object_free(object);
        return NULL;
    }
    load_append(linker, object);
    return object;
}

/* Finds the file: by the adapter's own rules, or by search. */
static bool open_library(struct linker *linker, const char *name, struct object *requester,
                         struct image_file *file, char *path, struct error *error) {
    error->kind = ERROR_NONE;
    if (linker->shim->find_library && linker->shim->find_library(linker, name, file, path, error))
        return true;
    if (error->kind != ERROR_NONE)
        return false;
    return search_open(&linker->search, name, requester, linker->program, file, path, error);
}

/* Where libraries are only listed, one that is missing takes part as an empty object. */
static struct object *add_missing(struct linker *linker, const char *name,
                                  const struct error *error) {
    struct object *object = object_new(OBJECT_MISSING, name);
    if (!object || error->kind != ERROR_OPEN || !(object->needed = object_list_new(0)))
        return NULL;
    object->relocated = true;
    load_append(linker, object);
    return object;
}

/* Who asked for what could not be loaded, and by which name. */
static void note_request(struct error *error, const char *name, const struct object *requester) {
    format_text(error->needed_by, sizeof error->needed_by, "%s", requester ? requester->label : "");
    format_text(error->wanted, sizeof error->wanted, "%s", name);
}

struct object *load_library(struct linker *linker, const char *name, struct object *requester,
                            struct error *error) {
    struct object *object = load_find(linker, name);
    if (object)
        return object;
    if (means_loader(linker, name))
        return add_loader(linker);
    struct image_file file;
    char path[SEARCH_PATH_MAX];
    if (!open_library(linker, name, requester, &file, path, error)) {
        note_request(error, name, requester);
        return NULL;
    }
    object = find_file(linker, &file);
    if (!object && !(object = map_library(linker, &file, name, path, requester, error)))
        note_request(error, name, requester);
    image_close(&file);
    if (object && !object_has_name(object, name) && !object_add_name(object, name)) {
        error_no_memory(error, path);
        return NULL;
    }
    return object;
}

/* -- groups ------------------------------------------------------------------------------------- */

/* Loads the direct dependencies of one object. */
static bool load_needed(struct linker *linker, struct object *object, struct error *error) {
    size_t count = 0;
    for (size_t i = 0; i < object->dynamic_count; i++)
        count += object->dynamic[i].d_tag == DT_NEEDED;
    struct object_list *needed = object_list_new(count);
    if (!needed)
        return error_no_memory(error, object->path);
    needed->count = 0;
    for (size_t i = 0; i < object->dynamic_count; i++) {
        if (object->dynamic[i].d_tag != DT_NEEDED)
            continue;
        const char *name = dynamic_string(object, object->dynamic[i].d_un.d_val);
        struct object *dependency = load_library(linker, name, object, error);
        if (!dependency && linker->options.trace_environment)
            dependency = add_missing(linker, name, error);
        if (!dependency) {
            memory_free(needed);
            return false;
        }
        needed->item[needed->count++] = dependency;
    }
    object->needed = needed;
    return true;
}

/* What order.c walks for an object that is no root: itself, then its direct needs. */
static bool set_order(struct object *object, struct error *error) {
    if (object->order || !object->needed->count)
        return true;
    object->order = object_list_new(object->needed->count + 1);
    if (!object->order)
        return error_no_memory(error, object->path);
    object->order->item[0] = object;
    memcpy(&object->order->item[1], object->needed->item,
           object->needed->count * sizeof object->needed->item[0]);
    return true;
}

/* A queue of objects, each once. */
struct queue {
    struct object **item;
    size_t count, capacity;
};

static bool enqueue(struct queue *queue, struct object *object) {
    if (object->visited)
        return true;
    struct object **grown =
        memory_grow(queue->item, &queue->capacity, queue->count + 1, sizeof *queue->item);
    if (!grown)
        return false;
    queue->item = grown;
    queue->item[queue->count++] = object;
    object->visited = true;
    return true;
}

static bool fill_queue(struct linker *linker, struct queue *queue, struct error *error) {
    for (size_t i = 0; i < queue->count; i++) {
        struct object *object = queue->item[i];
        if (!object->needed && !load_needed(linker, object, error))
            return false;
        for (size_t j = 0; j < object->needed->count; j++)
            if (!enqueue(queue, object->needed->item[j]))
                return error_no_memory(error, object->path);
        if (i > 0 && !set_order(object, error))
            return false;
    }
    return true;
}

bool load_group(struct linker *linker, struct object *root, struct object *const *extra,
                size_t extra_count, struct error *error) {
    struct queue queue = {NULL, 0, 0};
    for (struct object *object = linker->base.first; object; object = object->next)
        object->visited = false;
    bool done = enqueue(&queue, root);
    for (size_t i = 0; done && i < extra_count; i++)
        done = enqueue(&queue, extra[i]);
    done = done ? fill_queue(linker, &queue, error) : error_no_memory(error, root->path);
    struct object_list *group = done ? object_list_new(queue.count) : NULL;
    struct object_list *order = done ? object_list_new(queue.count) : NULL;
    if (done && group && order) {
        memcpy(group->item, queue.item, queue.count * sizeof queue.item[0]);
        memcpy(order->item, queue.item, queue.count * sizeof queue.item[0]);
    }
    memory_free(queue.item);
    if (!done)
        return false;
    if (!group || !order ||
        !(linker->shim->plain_order ? order_sort_plainly(order) : order_sort(order, true, false)))
        return error_no_memory(error, root->path);
    root->group.list = group;
    root->order = order;
    return true;
}

/* -- scopes ------------------------------------------------------------------------------------- */

static bool set_scopes(struct linker *linker, struct object *object, struct object *root, bool deep,
                       struct error *error) {
    struct scope *wanted[3];
    size_t count = 0;
    if (object->symbolic) {
        struct object_list *alone = object_list_new(1);
        if (!alone)
            return error_no_memory(error, object->path);
        alone->item[0] = object;
        object->alone.list = alone;
        wanted[count++] = &object->alone;
    }
    if (root != linker->program && deep)
        wanted[count++] = &root->group;
    wanted[count++] = &linker->base.global;
    if (root != linker->program && !deep)
        wanted[count++] = &root->group;
    struct scope_list *scopes = memory_alloc(sizeof *scopes + count * sizeof scopes->item[0]);
    if (!scopes)
        return error_no_memory(error, object->path);
    scopes->count = count;
    memcpy(scopes->item, wanted, count * sizeof wanted[0]);
    object->scopes = scopes;
    return true;
}

bool load_set_scopes(struct linker *linker, struct transaction *transaction, struct object *root,
                     bool deep, struct error *error) {
    struct object *object =
        transaction->last_before ? transaction->last_before->next : linker->base.first;
    for (; object; object = object->next)
        if (!object->scopes && !set_scopes(linker, object, root, deep, error))
            return false;
    return true;
}

bool load_extend_scope(struct linker *linker, struct scope *scope, const struct object_list *added) {
    struct object_list *old = scope->list;
    size_t count = old ? old->count : 0;
    struct object_list *list = object_list_new(count + added->count);
    if (!list)
        return false;
    list->count = count;
    if (old)
        memcpy(list->item, old->item, count * sizeof list->item[0]);
    for (size_t i = 0; i < added->count; i++)
        if (!added->item[i]->global) {
            added->item[i]->global = true;
            list->item[list->count++] = added->item[i];
        }
    atomic_store_explicit(&scope->list, list, memory_order_release);
    retire(linker, memory_free, old);
    return true;
}

/* Replaces an object's scopes. Readers see the old or the new ones. */
static void publish_scopes(struct linker *linker, struct object *object, struct scope_list *scopes) {
    struct scope_list *old = object->scopes;
    atomic_store_explicit(&object->scopes, scopes, memory_order_release);
    retire(linker, memory_free, old);
}

static struct scope_list *copy_scopes(const struct scope_list *scopes, size_t room) {
    struct scope_list *copy =
        memory_alloc(sizeof *copy + (scopes->count + room) * sizeof copy->item[0]);
    if (copy)
        memcpy(copy, scopes, sizeof *copy + scopes->count * sizeof copy->item[0]);
    return copy;
}

bool load_add_scope(struct linker *linker, struct object *object, struct scope *scope) {
    const struct scope_list *scopes = object->scopes;
    if (object->at_start || !scopes)
        return true;
    for (size_t i = 0; i < scopes->count; i++)
        if (scopes->item[i] == scope)
            return true;
    struct scope_list *grown = copy_scopes(scopes, 1);
    if (!grown)
        return false;
    grown->item[grown->count++] = scope;
    publish_scopes(linker, object, grown);
    return true;
}

static bool is_listed(const struct object_list *list, const struct object *object) {
    for (size_t i = 0; i < list->count; i++)
        if (list->item[i] == object)
            return true;
    return false;
}

static bool owns_scope(const struct object_list *list, const struct scope *scope) {
    for (size_t i = 0; i < list->count; i++)
        if (&list->item[i]->group == scope)
            return true;
    return false;
}

static void forget_scopes(struct linker *linker, struct object *object,
                          const struct object_list *list) {
    const struct scope_list *scopes = object->scopes;
    size_t kept = 0;
    for (size_t i = 0; scopes && i < scopes->count; i++)
        kept += !owns_scope(list, scopes->item[i]);
    if (!scopes || kept == scopes->count)
        return;
    struct scope_list *shorter = copy_scopes(scopes, 0);
    if (!shorter)
        return;
    shorter->count = 0;
    for (size_t i = 0; i < scopes->count; i++)
        if (!owns_scope(list, scopes->item[i]))
            shorter->item[shorter->count++] = scopes->item[i];
    publish_scopes(linker, object, shorter);
}

void load_forget(struct linker *linker, const struct object_list *list) {
    for (struct object *object = linker->base.first; object; object = object->next)
        if (!is_listed(list, object))
            forget_scopes(linker, object, list);
    struct object_list *global = linker->base.global.list;
    struct object_list *shorter = object_list_new(global->count);
    if (!shorter)
        return;
    shorter->count = 0;
    for (size_t i = 0; i < global->count; i++)
        if (!is_listed(list, global->item[i]))
            shorter->item[shorter->count++] = global->item[i];
    atomic_store_explicit(&linker->base.global.list, shorter, memory_order_release);
    retire(linker, memory_free, global);
}

struct object *load_find_by_file(struct linker *linker, const char *name, struct object *requester) {
    struct image_file file;
    struct error error;
    char path[SEARCH_PATH_MAX];
    if (!open_library(linker, name, requester, &file, path, &error))
        return NULL;
    struct object *object = find_file(linker, &file);
    image_close(&file);
    return object;
}
