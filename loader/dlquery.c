/* dlsym, dladdr, dlinfo, dl_iterate_phdr and the index of objects by address: questions that change
 * nothing; see dl.h. */
#include "dl.h"

#include "arch.h"
#include "audit.h"
#include "event.h"
#include "load.h"
#include "memory.h"
#include "relocate.h"
#include "rendezvous.h"
#include "retire.h"
#include "symbol.h"
#include <string.h>

/* -- objects by address -- */

struct indexed_object {
    uintptr_t start; /* its map_start: beside it, so that a search reads little */
    struct object *object;
};

struct object_index {
    size_t count;
    struct indexed_object item[]; /* by start */
};

static void insert(struct object_index *index, struct object *object) {
    size_t at = index->count++;
    for (; at > 0 && index->item[at - 1].start > object->map_start; at--)
        index->item[at] = index->item[at - 1];
    index->item[at] = (struct indexed_object){object->map_start, object};
}

bool dl_index_objects(struct linker *linker) {
    size_t count = 0;
    for (const struct namespace *space = &linker->base; space; space = space->next)
        count += space->count;
    struct object_index *index = memory_alloc(sizeof *index + count * sizeof index->item[0]);
    if (!index)
        return false;
    for (const struct namespace *space = &linker->base; space; space = space->next)
        /* Each is mapped below the last: from the end, most are behind all others already. */
        for (struct object *object = space->last; object; object = object->prev)
            if (object->map_end > object->map_start && !object->real)
                insert(index, object);
    struct object_index *old = linker->index;
    atomic_store_explicit(&linker->index, index, memory_order_release);
    retire(linker, memory_free, old);
    return true;
}

struct object *dl_find_object(struct linker *linker, const void *address) {
    uintptr_t at = (uintptr_t)address;
    struct object *found = NULL;
    reader_enter();
    struct object_index *index = atomic_load_explicit(&linker->index, memory_order_acquire);
    size_t low = 0, high = index ? index->count : 0; /* the last one that starts at or below */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->item[middle].start <= at)
            low = middle + 1;
        else
            high = middle;
    }
    if (low && object_contains(index->item[low - 1].object, at))
        found = index->item[low - 1].object;
    reader_leave();
    return found;
}

struct object *dl_object_of_handle(struct linker *linker, const void *handle) {
    for (const struct namespace *space = &linker->base; space; space = space->next)
        for (struct object *object = space->first; object; object = object->next)
            if (object->map == handle)
                return object;
    return NULL;
}

/* -- dlsym -- */

#define HANDLE_DEFAULT ((void *)0)
#define HANDLE_NEXT ((void *)-1L)

/* The objects behind `object` in the scope that it was loaded into. */
static struct symbol_result find_next(struct object *object, const struct symbol_request *request) {
    const struct scope_list *scopes = object->scopes;
    for (size_t i = 0; scopes && i < scopes->count; i++) {
        struct scope *scope = scopes->item[i];
        if (scope == &object->alone || (scope == &object->space->global && !object->at_start))
            continue;
        struct object_list *list = scope->list;
        for (size_t at = 0; list && at < list->count; at++)
            if (list->item[at] == object)
                return symbol_find_in_list(list, at + 1, request);
    }
    return (struct symbol_result){NULL, NULL};
}

/* The same where the order of loading decides (struct libc_shim, plain); NULL: nobody that is
 * loaded asks. */
static struct symbol_result find_next_loaded(const struct linker *linker,
                                             const struct object *object,
                                             const struct symbol_request *request) {
    const struct object_list *global = linker->base.global.list;
    const struct object *next = object ? object->next : linker->program->next;
    struct symbol_result found = {next, next ? symbol_find_in(next, request) : NULL};
    for (size_t at = 0; !found.symbol && at < global->count; at++)
        if (global->item[at] == next)
            return symbol_find_in_list(global, at + 1, request);
    return found;
}

static struct symbol_result find_in_handle(struct linker *linker, struct object *object,
                                           const struct symbol_request *request) {
    struct error error;
    if (object->kind == OBJECT_PROGRAM)
        return symbol_find_in_list(linker->base.global.list, 0, request);
    /* An object that came as a dependency has no group yet. All of it is loaded. */
    if (!object->group.list && !load_group(linker, object, NULL, 0, &error))
        return (struct symbol_result){NULL, NULL};
    return symbol_find_in_list(object->group.list, 0, request);
}

static void *address_of(struct linker *linker, struct symbol_result found, struct error *error) {
    if (ELF64_ST_TYPE(found.symbol->st_info) == STT_TLS) {
        struct tls_index index = {found.object->tls.module, found.symbol->st_value - ARCH_DTP_BIAS};
        return tls_get_addr(&index);
    }
    uintptr_t value;
    return relocate_value(linker, found, &value, error) ? (void *)value : NULL;
}

static void *find_symbol(struct linker *linker, void *handle, struct symbol_request *request,
                         const void *caller_address, struct error *error) {
    struct object *caller = dl_find_object(linker, caller_address);
    struct object *asked = caller ? caller : linker->program;
    struct symbol_result found;
    request->from = asked;
    request->observer = event_wanted(linker, EVENT_candidate) ? linker : NULL;
    if (handle == HANDLE_DEFAULT && linker->shim->plain) {
        found = symbol_find_in_list(linker->base.global.list, 0, request);
    } else if (handle == HANDLE_DEFAULT) {
        found = symbol_find(asked, request);
    } else if (handle == HANDLE_NEXT && linker->shim->plain) {
        found = find_next_loaded(linker, caller, request);
    } else if (handle == HANDLE_NEXT) {
        if (!caller) {
            error_set(error, ERROR_OTHER, 0, "", "RTLD_NEXT used in code not dynamically loaded");
            return NULL;
        }
        found = find_next(caller, request);
    } else {
        asked = dl_object_of_handle(linker, handle);
        if (!asked) {
            error_set(error, ERROR_OTHER, 0, "", "invalid handle");
            return NULL;
        }
        found = find_in_handle(linker, asked, request);
    }
    void *address = NULL;
    if (found.symbol) {
        if (handle == HANDLE_DEFAULT) /* the other ones are the caller's to keep open */
            relocate_note_binding(asked, (struct object *)found.object);
        address = address_of(linker, found, error);
    }
    EVENT(linker, dlsym, .by = caller, .in = asked, .symbol = request->name,
          .handle = handle == HANDLE_DEFAULT ? "default"
                    : handle == HANDLE_NEXT  ? "next"
                                             : "object",
          .version = request->version ? request->version->name : NULL,
          .to = found.symbol ? found.object : NULL, .value = (uintptr_t)address);
    if (!found.symbol)
        error_set_symbol(error, asked->path, request->name,
                         request->version ? request->version->name : NULL);
    if (address && linker->audit)
        address = (void *)audit_dlsym(linker, caller ? caller : linker->program, found,
                                      (uintptr_t)address);
    return address;
}

void *dl_sym(struct linker *linker, void *handle, const char *name, const char *version_name,
             const void *caller) {
    struct error error;
    error.kind = ERROR_NONE; /* it is large: no more of it is set than need be */
    struct version version = {.name = version_name,
                              .hash = version_name ? symbol_sysv_hash(version_name) : 0,
                              .hidden = true};
    struct symbol_request request = symbol_request_for(name, version_name ? &version : NULL);
    request.weak_last = linker->program->weak_last;
    request.newest = true;
    linker->shim->lock(linker);
    void *address = find_symbol(linker, handle, &request, caller, &error);
    linker->shim->unlock(linker);
    if (error.kind != ERROR_NONE)
        dl_set_error(linker, caller, &error);
    return address;
}

/* -- dladdr -- */

struct nearest {
    uintptr_t address;
    const Elf64_Sym *symbol;
};

/* Keeps the symbol that covers the address and starts last. */
static bool consider(void *context, const struct object *object, uint32_t index) {
    struct nearest *nearest = context;
    const Elf64_Sym *symbol = &object->symbols[index];
    if (ELF64_ST_TYPE(symbol->st_info) == STT_TLS || symbol->st_name >= object->strings_size ||
        (symbol->st_shndx == SHN_UNDEF && symbol->st_value == 0))
        return true;
    uintptr_t start = symbol_address((struct symbol_result){object, symbol});
    bool covers = symbol->st_shndx == SHN_UNDEF || symbol->st_size == 0
                      ? nearest->address == start
                      : nearest->address - start < symbol->st_size;
    if (covers && (!nearest->symbol || symbol->st_value > nearest->symbol->st_value))
        nearest->symbol = symbol;
    return true;
}

int dl_addr(struct linker *linker, const void *address, struct dl_info *info, void **extra,
            int flags) {
    struct object *object = dl_find_object(linker, address);
    if (!object)
        return 0;
    struct nearest nearest = {(uintptr_t)address, NULL};
    if (object->symbols)
        symbol_each(object, consider, &nearest);
    *info = (struct dl_info){
        .dli_fname = object->kind == OBJECT_PROGRAM ? linker->process.argv[0] : object->path,
        .dli_fbase = (void *)object->map_start,
    };
    if (nearest.symbol) {
        info->dli_sname = object->strings + nearest.symbol->st_name;
        info->dli_saddr = (void *)symbol_address((struct symbol_result){object, nearest.symbol});
    }
    if (extra && flags == 1)
        *extra = (void *)nearest.symbol;
    if (extra && flags == 2)
        *extra = object->map;
    return 1;
}

/* -- dlinfo -- */

enum { /* <dlfcn.h> */
       INFO_LMID = 1,
       INFO_LINKMAP = 2,
       INFO_SERINFO = 4,
       INFO_SERINFOSIZE = 5,
       INFO_ORIGIN = 6,
       INFO_TLS_MODID = 9,
       INFO_TLS_DATA = 10,
       INFO_PHDR = 11,
};

/* <dlfcn.h>'s Dl_serinfo. */
struct search_path {
    char *name;
    unsigned flags;
};

struct search_info {
    size_t size; /* bytes of all, with the names behind the array */
    unsigned count;
    struct search_path path[];
};

/* Fills or, where `count_only`, measures a search_info. */
struct search_filler {
    struct search_info *info;
    bool count_only;
    unsigned count;
    size_t names; /* bytes of the names so far */
    char *next_name;
};

/* The flags, which should tell the rule, are 0 in glibc, too. */
static void add_folder(void *context, enum search_rule rule, const char *folder) {
    (void)rule;
    struct search_filler *filler = context;
    size_t length = strlen(folder);
    if (length > 1 && folder[length - 1] == '/')
        length--;
    if (!filler->count_only) {
        memcpy(filler->next_name, folder, length);
        filler->next_name[length] = 0;
        filler->info->path[filler->count] = (struct search_path){filler->next_name, 0};
        filler->next_name += length + 1;
    }
    filler->count++;
    filler->names += length + 1;
}

static void fill_search_info(struct linker *linker, struct object *object, struct search_info *info,
                             bool count_only) {
    struct search_filler filler = {.info = info, .count_only = count_only};
    if (!count_only)
        filler.next_name = (char *)&info->path[info->count];
    search_each_folder(&linker->search, object, linker->program, add_folder, &filler);
    if (!count_only)
        return;
    info->count = filler.count;
    info->size = sizeof *info + filler.count * sizeof info->path[0] + filler.names;
}

int dl_information(struct linker *linker, void *handle, int request, void *argument,
                   const void *caller) {
    struct error error;
    error.kind = ERROR_NONE; /* it is large: no more of it is set than need be */
    int result = 0;
    linker->shim->lock(linker);
    struct object *object = dl_object_of_handle(linker, handle);
    if (!object) {
        error_set(&error, ERROR_OTHER, 0, "", "invalid handle");
        request = 0;
    }
    switch (request) {
    case INFO_LMID:
        *(long *)argument = object->space->id;
        break;
    case INFO_LINKMAP:
        *(struct link_map **)argument = object->map;
        break;
    case INFO_SERINFO:
    case INFO_SERINFOSIZE:
        fill_search_info(linker, object, argument, request == INFO_SERINFOSIZE);
        break;
    case INFO_ORIGIN: {
        const char *origin = search_origin(&linker->search, object);
        stpcpy(argument, origin ? origin : "");
        break;
    }
    case INFO_TLS_MODID:
        *(size_t *)argument = object->tls.module;
        break;
    case INFO_TLS_DATA:
        *(void **)argument = tls_block_if_any(linker, object);
        break;
    case INFO_PHDR:
        *(const Elf64_Phdr **)argument = object->phdr;
        result = (int)object->phnum;
        break;
    default:
        if (object)
            error_set(&error, ERROR_OTHER, 0, "", "unsupported dlinfo request");
        result = -1;
    }
    linker->shim->unlock(linker);
    if (error.kind != ERROR_NONE)
        dl_set_error(linker, caller, &error);
    return result;
}

/* -- dl_iterate_phdr -- */

int dl_iterate(struct linker *linker, const void *caller,
               int (*callback)(struct dl_phdr_info *info, size_t size, void *data), void *data) {
    struct object *object = dl_caller_space(linker, caller)->first;
    int result = 0;
    for (; object && !result; object = object->next) {
        if (!object->phnum)
            continue;
        struct dl_phdr_info info = {
            .dlpi_addr = object->bias,
            .dlpi_name = object->path,
            .dlpi_phdr = object->phdr,
            .dlpi_phnum = (uint16_t)object->phnum,
            .dlpi_adds = linker->added,
            .dlpi_subs = linker->removed,
            .dlpi_tls_modid = object->tls.module,
            .dlpi_tls_data = tls_block_if_any(linker, object),
        };
        result = callback(&info, sizeof info, data);
    }
    return result;
}
