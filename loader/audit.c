/* Finding and starting the auditors; see audit.h.
 *
 * In:  the names of LD_AUDIT and --audit, the program's DT_AUDIT and DT_DEPAUDIT. Out:
 * linker->audit. The first auditor's libc is the first code that runs in the process: with it come
 * the first thread's block and the layouts of that libc, which the program's must share.
 */
#define _GNU_SOURCE
#include "audit.h"

#include "arch.h"
#include "dl.h"
#include "dynamic.h"
#include "linker.h"
#include "memory.h"
#include "rendezvous.h"
#include "sys.h"
#include "text.h"
#include <string.h>

/* Two bits for each auditor, and two for all, fit a slot's word. */
#define MAX_AUDITORS 15

static void warn(const char *name, const char *why) {
    print_text(2, "ERROR: ld.so: object '%s' cannot be loaded as audit interface: %s; ignored.\n",
               name, why);
}

/* A function of the auditor; NULL: it has none. */
static void *find_function(const struct object *object, const char *name) {
    struct symbol_request request = symbol_request_for(name, NULL);
    request.newest = true;
    struct symbol_result found = symbol_find_in_list(object->group.list, 0, &request);
    return found.symbol ? (void *)symbol_address(found) : NULL;
}

/* la_version and what its answer means. */
static bool agrees(const struct object *object, const char *name) {
    unsigned (*version)(unsigned) = (unsigned (*)(unsigned))find_function(object, "la_version");
    if (!version) {
        warn(name, "undefined symbol: la_version");
        return false;
    }
    unsigned answer = version(AUDIT_VERSION);
    if (answer > AUDIT_VERSION || (answer && answer < ARCH_AUDIT_OLDEST))
        print_text(
            2,
            "%10d:\tERROR: audit interface '%s' requires version %d (maximum supported version "
            "%d); ignored.\n",
            sys_getpid(), name, (int)answer, AUDIT_VERSION);
    return answer >= ARCH_AUDIT_OLDEST && answer <= AUDIT_VERSION;
}

static bool add_auditor(struct linker *linker, struct object *object) {
    struct auditor *auditor = memory_alloc(sizeof *auditor);
    struct audit *audit = linker->audit ? linker->audit : memory_alloc(sizeof *audit);
    if (!auditor || !audit)
        return false;
    auditor->space = object->space;
    *(void **)&auditor->activity = find_function(object, "la_activity");
    *(void **)&auditor->objsearch = find_function(object, "la_objsearch");
    *(void **)&auditor->objopen = find_function(object, "la_objopen");
    *(void **)&auditor->preinit = find_function(object, "la_preinit");
    *(void **)&auditor->symbind = find_function(object, "la_symbind64");
    *(void **)&auditor->enter = find_function(object, ARCH_AUDIT_ENTER);
    *(void **)&auditor->leave = find_function(object, ARCH_AUDIT_LEAVE);
    *(void **)&auditor->objclose = find_function(object, "la_objclose");
    if (audit->last)
        audit->last->next = auditor;
    else
        audit->first = auditor;
    audit->last = auditor;
    audit->count++;
    audit->symbind |= auditor->symbind != NULL;
    audit->calls |= auditor->enter || auditor->leave;
    linker->audit = audit;
    arch_audit_prepare(linker_cpu(linker));
    return true;
}

/* Loads and asks one. */
static bool start_one(struct linker *linker, const char *name, struct error *error) {
    if (linker->audit && linker->audit->count == MAX_AUDITORS) {
        warn(name, "too many auditors");
        return true;
    }
    struct namespace *space = namespace_new(linker);
    if (!space)
        return error_no_memory(error, name);
    space->audits = true;
    struct object *requester = strchr(name, '/') ? NULL : linker->program;
    struct object *object = dl_load(linker, space, name, requester, error);
    if (!object) {
        warn(name, error->text);
    } else if (!agrees(object, name)) {
        dl_unload(linker, object);
    } else {
        return add_auditor(linker, object) || error_no_memory(error, name);
    }
    space->audits = false;
    error->kind = ERROR_NONE;
    return true;
}

#define NAME_SIZE 512

/* Cuts the next name off a list that is separated by colons; false at its end. In secure mode only
 * set-user-ID libraries of the system's folders are auditors (ld.so(8)). */
static bool next_name(const struct linker *linker, const char **list, char name[NAME_SIZE]) {
    while (*list && **list) {
        const char *begin = *list;
        size_t length = (size_t)(strchrnul(begin, ':') - begin);
        *list = begin + length + (begin[length] == ':');
        if (!length || length >= NAME_SIZE)
            continue;
        memcpy(name, begin, length);
        name[length] = 0;
        if (!(linker->process.secure && strchr(name, '/')))
            return true;
    }
    return false;
}

static const char *tagged_list(const struct object *program, int64_t tag) {
    const Elf64_Dyn *entry = dynamic_entry(program, tag);
    return entry ? dynamic_string(program, entry->d_un.d_val) : NULL;
}

/* What search.c calls for each path that it is about to try. */
static const char *redirect(void *context, struct object *requester, const char *path,
                            enum search_rule rule) {
    struct linker *linker = context;
    unsigned how = rule == SEARCH_LIBRARY_PATH ? AUDIT_SEARCH_LIBRARY_PATH
                   : rule == SEARCH_CACHE      ? AUDIT_SEARCH_CACHE
                   : rule == SEARCH_DEFAULT    ? AUDIT_SEARCH_DEFAULT
                                               : AUDIT_SEARCH_RUNPATH;
    return audit_search(linker, requester ? requester : linker->program, path, how);
}

/* What is there already: the program and the loader. */
static bool announce(struct linker *linker, struct error *error) {
    if (!rendezvous_mirror_one(linker, linker->self, error))
        return false;
    audit_opened(linker, linker->program);
    audit_opened(linker, linker->self);
    linker->base.adding = true;
    audit_activity(linker, &linker->base, AUDIT_ADD);
    linker->search.redirect = redirect;
    linker->search.redirect_context = linker;
    return true;
}

bool audit_start(struct linker *linker, struct error *error) {
    const char *lists[] = {
        linker->options.audit,
        linker->options.audit_option,
        tagged_list(linker->program, DT_AUDIT),
        tagged_list(linker->program, DT_DEPAUDIT),
    };
    if (!linker->shim->find_libc || options_is_question(&linker->options))
        return true; /* a libc that knows no namespaces; nothing is to run */
    char name[NAME_SIZE];
    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++)
        for (const char *list = lists[i]; next_name(linker, &list, name);)
            linker->tls.auditors++;
    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++)
        while (next_name(linker, &lists[i], name))
            if (!start_one(linker, name, error))
                return false;
    return !linker->audit || announce(linker, error);
}
