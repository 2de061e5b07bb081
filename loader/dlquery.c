/* dlsym, dladdr, dlinfo and dl_iterate_phdr: questions that change nothing; see dl.h. */
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

/* The same where the order of loading decides (struct libc_shim, plain). */
static struct symbol_result find_next_loaded(struct linker *linker, const struct object *object,
                                             const struct symbol_request *request) {
    linker->shim->lock(linker); /* the order changes */
    const struct object_list *global = linker->base.global.list;
    const struct object *next = object->next;
    struct symbol_result found = {next, next ? symbol_find_in(next, request) : NULL};
    for (size_t at = 0; !found.symbol && at < global->count; at++)
        if (global->item[at] == next) {
            found = symbol_find_in_list(global, at + 1, request);
            break;
        }
    linker->shim->unlock(linker);
    return found;
}

/* What the caller's own references bind to. */
static struct symbol_result find_default(struct linker *linker, struct object *caller,
                                         const struct symbol_request *request) {
    if (linker->shim->plain)
        return symbol_find_in_list(linker->base.global.list, 0, request);
    struct symbol_result found = symbol_find(caller, request);
    if (!found.symbol)
        return found;
    relocate_note_binding(caller, (struct object *)found.object);
    if (!found.object->leaving)
        return found;
    /* dlclose had decided before it could see that note: once it is done, the object has gone. */
    linker->shim->lock(linker);
    linker->shim->unlock(linker);
    return symbol_find(caller, request);
}

/* An object that came as a dependency has no group yet. All of it is loaded. */
static bool make_group(struct linker *linker, struct object *object) {
    struct error error;
    linker->shim->lock(linker);
    bool made = object->group.list || load_group(linker, object, NULL, 0, &error);
    linker->shim->unlock(linker);
    return made;
}

static struct symbol_result find_in_handle(struct linker *linker, struct object *object,
                                           const struct symbol_request *request) {
    struct scope *scope = object->kind == OBJECT_PROGRAM ? &linker->base.global : &object->group;
    if (!scope->list && !make_group(linker, object))
        return (struct symbol_result){NULL, NULL};
    return symbol_find_in_list(scope->list, 0, request);
}

static void *address_of(struct linker *linker, struct symbol_result found, struct error *error) {
    if (ELF64_ST_TYPE(found.symbol->st_info) == STT_TLS) {
        struct tls_index index = {found.object->tls.module, found.symbol->st_value - ARCH_DTP_BIAS};
        return tls_get_addr(&index);
    }
    uintptr_t value;
    return relocate_value(linker, found, &value, error) ? (void *)value : NULL;
}

/* The object whose scope `handle` means; NULL: there is none, *error says why. */
static struct object *find_asked(struct linker *linker, void *handle, struct object *caller,
                                 struct error *error) {
    struct object *asked = caller;
    if (handle == HANDLE_DEFAULT || (handle == HANDLE_NEXT && linker->shim->plain))
        asked = caller ? caller : linker->program;
    else if (handle != HANDLE_NEXT)
        asked = address_find_handle(linker, handle);
    if (!asked)
        error_set(error, ERROR_OTHER, 0, "",
                  handle == HANDLE_NEXT ? "RTLD_NEXT used in code not dynamically loaded"
                                        : "invalid handle");
    return asked;
}

static struct symbol_result find_symbol(struct linker *linker, void *handle, struct object *asked,
                                        const struct symbol_request *request) {
    if (handle == HANDLE_DEFAULT)
        return find_default(linker, asked, request);
    if (handle != HANDLE_NEXT)
        return find_in_handle(linker, asked, request);
    return linker->shim->plain ? find_next_loaded(linker, asked, request)
                               : find_next(asked, request);
}

static void tell_dlsym(struct linker *linker, void *handle, const struct object *caller,
                       const struct object *asked, const struct symbol_request *request,
                       struct symbol_result found, void *address) {
    EVENT(linker, dlsym, .by = caller, .in = asked, .symbol = request->name,
          .handle = handle == HANDLE_DEFAULT ? "default"
                    : handle == HANDLE_NEXT  ? "next"
                                             : "object",
          .version = request->version ? request->version->name : NULL,
          .to = found.symbol ? found.object : NULL, .value = (uintptr_t)address);
}

/* Inside a reader's door: what it finds stays as long. */
static void *look_up(struct linker *linker, void *handle, struct symbol_request *request,
                     const void *caller_address, struct error *error) {
    struct object *caller = address_object(linker, caller_address);
    struct object *asked = find_asked(linker, handle, caller, error);
    if (!asked)
        return NULL;
    void *address = NULL;
    request->from = caller ? caller : linker->program;
    request->observer = event_wanted(linker, EVENT_candidate) ? linker : NULL;
    struct symbol_result found = find_symbol(linker, handle, asked, request);
    if (found.symbol)
        address = address_of(linker, found, error);
    tell_dlsym(linker, handle, caller, asked, request, found, address);
    if (!found.symbol)
        dl_set_undefined(linker, caller_address, asked->path, request->name,
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
    reader_enter();
    void *address = look_up(linker, handle, &request, caller, &error);
    reader_leave();
    if (error.kind != ERROR_NONE)
        dl_set_error(linker, caller, &error);
    return address;
}

/* -- dladdr -- */

int dl_addr(struct linker *linker, const void *address, struct dl_info *info, void **extra,
            int flags) {
    struct object *object = address_object(linker, address);
    if (!object)
        return 0;
    const Elf64_Sym *nearest = !object->symbols      ? NULL
                               : linker->shim->plain ? symbol_nearest(object, (uintptr_t)address)
                                                     : symbol_covering(object, (uintptr_t)address);
    *info = (struct dl_info){
        .dli_fname = object->kind == OBJECT_PROGRAM ? linker->process.argv[0] : object->path,
        .dli_fbase = (void *)object->map_start,
    };
    if (nearest) {
        info->dli_sname = object->strings + nearest->st_name;
        info->dli_saddr = (void *)(object->bias + nearest->st_value);
    }
    if (extra && flags == 1)
        *extra = (void *)nearest;
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
    struct object *object = address_find_handle(linker, handle);
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
