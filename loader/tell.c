/* Larger events; see tell.h. */
#include "tell.h"

#include "facts.h"
#include "memory.h"
#include "sys.h"
#include "text.h"
#include <string.h>

const char *tell_protection(int prot) {
    static const char texts[8][4] = {"---", "r--", "-w-", "rw-", "--x", "r-x", "-wx", "rwx"};
    return texts[(prot & PROT_READ ? 1 : 0) | (prot & PROT_WRITE ? 2 : 0) |
                 (prot & PROT_EXEC ? 4 : 0)];
}

/* -- objects -- */

static const char *kind_name(enum object_kind kind) {
    static const char names[][8] = {
        [OBJECT_PROGRAM] = "program", [OBJECT_LIBRARY] = "library", [OBJECT_LOADER] = "loader",
        [OBJECT_VDSO] = "vdso",       [OBJECT_MISSING] = "missing", [OBJECT_BUILTIN] = "builtin"};
    return names[kind];
}

static int prot_of(const Elf64_Phdr *header) {
    return (header->p_flags & PF_R ? PROT_READ : 0) | (header->p_flags & PF_W ? PROT_WRITE : 0) |
           (header->p_flags & PF_X ? PROT_EXEC : 0);
}

static void tell_image(struct linker *linker, const struct object *object) {
    EVENT(linker, map, .object = object, .bias = object->bias, .start = object->map_start,
          .end = object->map_end, .entry = object->entry, .headers = (uintptr_t)object->phdr,
          .header_count = object->phnum, .dynamic = (uintptr_t)object->dynamic,
          .relro_start = object->relro_start, .relro_end = object->relro_end,
          .by_kernel = object->kernel_mapped || object->kind == OBJECT_VDSO,
          .executable_stack = object->executable_stack);
    for (size_t i = 0; i < object->phnum; i++) {
        const Elf64_Phdr *header = &object->phdr[i];
        uintptr_t start = object->bias + header->p_vaddr;
        if (header->p_type == PT_LOAD)
            EVENT(linker, segment, .object = object, .start = start, .end = start + header->p_memsz,
                  .protection = tell_protection(prot_of(header)), .offset = header->p_offset,
                  .file_size = header->p_filesz);
    }
}

static void tell_dynamic(struct linker *linker, const struct object *object) {
    EVENT(linker, dynamic, .object = object, .soname = object->soname, .rpath = object->rpath,
          .runpath = object->runpath,
          .hash = object->gnu_hash.bloom      ? "gnu"
                  : object->sysv_hash.buckets ? "sysv"
                                              : "none",
          .symbols = object->symbol_limit, .relocations = object->rela_count,
          .relative = object->relative_count, .relr = object->relr_count,
          .plt = object->plt_rela_count, .got = (uintptr_t)object->plt_got, .init = object->init,
          .fini = object->fini, .init_count = object->init_count, .fini_count = object->fini_count,
          .preinit_count = object->preinit_count, .flags = object->flags,
          .flags_1 = object->flags_1, .symbolic = object->symbolic, .bind_now = object->bind_now,
          .text_relocations = object->text_relocations);
}

void tell_object_slowly(struct linker *linker, struct object *object, const char *name) {
    object->number = ++linker->event_state->objects;
    EVENT(linker, object, .object = object, .kind = kind_name(object->kind),
          .path = object->path && object->path[0] ? object->path
                  : object->label                 ? object->label
                                                  : "myld",
          .name = name, .by = object->requester,
          .space = object->space ? (uint64_t)object->space->id : 0, .device = object->device,
          .inode = object->inode);
    if (object->map_end > object->map_start)
        tell_image(linker, object);
    if (object->dynamic)
        tell_dynamic(linker, object);
}

/* -- searches -- */

struct told_search {
    struct search_observer observer;
    struct linker *linker;
    enum search_rule found_by;
};

/* Adds what the search will look into: the folder's subfolders and itself, unless it is known that
 * they are missing. Returns the number of texts; `texts` NULL: only counts. */
static size_t list_folder(const struct search *search, const struct folder *folder,
                          const char **texts) {
    size_t count = 0;
    char path[SEARCH_PATH_MAX];
    for (uint32_t i = 0; search->subfolders && search->subfolders[i] && i < 64; i++) {
        if (folder->probed && !(folder->present >> i & 1))
            continue;
        format_text(path, sizeof path, "%s%s", folder->path, search->subfolders[i]);
        if (texts)
            texts[count] = memory_copy_text(path);
        count++;
    }
    if (folder->missing)
        return count;
    format_text(path, sizeof path, "%s", folder->path);
    size_t length = strlen(path);
    if (length > 1)
        path[length - 1] = 0; /* the slash */
    if (texts)
        texts[count] = memory_copy_text(path);
    return count + 1;
}

static void tell_folders(struct search_observer *observer, enum search_rule rule,
                         const struct object *owner, const struct folder_list *list) {
    struct linker *linker = CONTAINER_OF(observer, struct told_search, observer)->linker;
    static const char cache[] = "/etc/ld.so.cache";
    struct search *search = &linker->search;
    if (!search->subfolders && search->list_subfolders)
        search->subfolders = search->list_subfolders(search->list_context);
    size_t count = list ? 0 : 1;
    for (size_t i = 0; list && i < list->count; i++)
        count += list_folder(search, list->item[i], NULL);
    const char **texts = memory_alloc((count + 1) * sizeof *texts);
    if (!texts)
        return;
    count = 0;
    for (size_t i = 0; list && i < list->count; i++)
        count += list_folder(search, list->item[i], texts + count);
    if (!list)
        texts[0] = cache;
    EVENT(linker, folders, .rule = search_rule_name(rule), .owner = owner, .folders = texts);
    for (size_t i = 0; i < count; i++)
        memory_free((char *)texts[i]);
    memory_free(texts);
}

static void tell_skipped(struct search_observer *observer, enum search_rule rule,
                         const struct object *owner, enum search_skip why) {
    EVENT(CONTAINER_OF(observer, struct told_search, observer)->linker, skip,
          .rule = search_rule_name(rule), .owner = owner, .reason = search_skip_name(why));
}

static void tell_place(struct search_observer *observer, enum search_rule rule, const char *path,
                       enum search_verdict verdict, const struct error *error) {
    struct told_search *search = CONTAINER_OF(observer, struct told_search, observer);
    if (verdict == SEARCH_FOUND)
        search->found_by = rule;
    EVENT(search->linker, try, .rule = search_rule_name(rule), .path = path,
          .verdict = search_verdict_name(verdict),
          .reason = !error          ? NULL
                    : error->number ? error_number_text(error->number)
                                    : error->text);
}

void tell_searches(struct linker *linker) {
    struct told_search *search = memory_alloc(sizeof *search);
    if (!search)
        return;
    *search = (struct told_search){{tell_folders, tell_skipped, tell_place}, linker, SEARCH_END};
    linker->search.observer = &search->observer;
}

void tell_search_end(struct linker *linker, const char *name, const struct object *by,
                     const struct namespace *space, const char *path) {
    if (!event_wanted(linker, EVENT_search))
        return;
    const struct told_search *search =
        CONTAINER_OF(linker->search.observer, struct told_search, observer);
    EVENT(linker, search, .state = "end", .name = name, .by = by, .space = (uint64_t)space->id,
          .path = path, .rule = path ? search_rule_name(search->found_by) : NULL);
}

/* -- scopes -- */

static const char *scope_kind(const struct object *object, const struct scope *scope) {
    return scope == &object->alone                            ? "own"
           : object->space && scope == &object->space->global ? "global"
                                                              : "group";
}

void tell_group(struct linker *linker, const struct object *root) {
    if (!event_wanted(linker, EVENT_group) && !event_wanted(linker, EVENT_scope))
        return;
    const struct object_list *global = root->space->global.list;
    for (size_t i = 0; i < global->count; i++) /* what the adapter added has not been told of */
        tell_object(linker, global->item[i], NULL);
    EVENT(linker, group, .root = root, .objects = root->group.list, .order = root->order);
}

void tell_scopes(struct linker *linker, const struct object *first) {
    if (!event_wanted(linker, EVENT_scope))
        return;
    for (const struct object *object = first; object; object = object->next) {
        const struct scope_list *scopes = object->scopes;
        for (size_t i = 0; scopes && i < scopes->count; i++)
            EVENT(linker, scope, .object = object, .number = i,
                  .kind = scope_kind(object, scopes->item[i]), .objects = scopes->item[i]->list);
    }
}

/* -- thread-local storage -- */

void tell_tls_module(struct linker *linker, const struct object *object) {
    if (object->tls.module)
        EVENT(linker, tls_module, .object = object, .module = object->tls.module,
              .size = object->tls.memory_size, .file_size = object->tls.file_size,
              .alignment = object->tls.alignment, .is_static = tls_is_static(object),
              .offset = tls_is_static(object) ? object->tls.offset : 0);
}

void tell_tls_layout(struct linker *linker) {
    const struct tls *tls = &linker->tls;
    if (!event_wanted(linker, EVENT_tls_layout))
        return;
    for (const struct object *object = linker->base.first; object; object = object->next)
        tell_tls_module(linker, object);
    EVENT(linker, tls_layout, .modules = tls->highest, .used = tls->used, .surplus = tls->surplus,
          .size = tls->size, .alignment = tls->alignment);
}

/* -- memory -- */

/* /proc/<pid>/pagemap: one word for each page (the kernel's admin-guide/mm/pagemap.rst). */
#define PAGE_PRESENT (1ULL << 63)
#define PAGE_SWAPPED (1ULL << 62)
#define PAGE_OF_FILE (1ULL << 61)

/* A page of a private mapping that is not the file's was written. */
static void count_pages(int fd, const struct segment *segment, size_t page_size,
                        struct event_pages *pages) {
    uint64_t words[128];
    uintptr_t page = segment->start / page_size;
    uintptr_t end = (segment->end + page_size - 1) / page_size;
    pages->total += end - page;
    while (page < end) {
        size_t count = min_size(end - page, ARRAY_LENGTH(words));
        long size = sys_pread(fd, words, count * sizeof words[0], page * sizeof words[0]);
        if (size <= 0)
            return;
        for (size_t i = 0; i < (size_t)size / sizeof words[0]; i++) {
            pages->present += (words[i] & PAGE_PRESENT) != 0;
            pages->written +=
                words[i] & (PAGE_PRESENT | PAGE_SWAPPED) && !(words[i] & PAGE_OF_FILE);
        }
        page += (size_t)size / sizeof words[0];
    }
}

void tell_pages(struct linker *linker, const struct object *object) {
    struct event_pages pages = {.object = object};
    if (!event_wanted(linker, EVENT_pages))
        return;
    int fd = sys_open("/proc/self/pagemap");
    if (fd < 0)
        return;
    for (size_t i = 0; i < object->segment_count; i++)
        count_pages(fd, &object->segments[i], linker->process.page_size, &pages);
    sys_close(fd);
    EVENT(linker, pages, .object = object, .total = pages.total, .present = pages.present,
          .written = pages.written);
}

/* -- bindings -- */

struct reason {
    const char *rule;
    size_t scope, position;
};

/* Where in the scopes of `from` the definition stands. */
static struct reason find_in_scopes(const struct object *from, const struct object *to) {
    struct object *mutable = (struct object *)from;
    struct scope_list *scopes = atomic_load_explicit(&mutable->scopes, memory_order_acquire);
    for (size_t i = 0; scopes && i < scopes->count; i++) {
        struct object_list *list =
            atomic_load_explicit(&scopes->item[i]->list, memory_order_acquire);
        for (size_t at = 0; at < list->count; at++)
            if (list->item[at] == to)
                return (struct reason){scope_kind(from, scopes->item[i]), i, at};
    }
    return (struct reason){"unique", 0, 0}; /* the one place outside of the scopes */
}

static struct reason reason_of(const struct told_binding *binding) {
    const Elf64_Sym *reference = &binding->from->symbols[binding->symbol];
    unsigned visibility = ELF64_ST_VISIBILITY(reference->st_other);
    if (!binding->to.symbol)
        return (struct reason){"undefined", 0, 0};
    if (ELF64_ST_BIND(reference->st_info) == STB_LOCAL || visibility == STV_HIDDEN ||
        visibility == STV_INTERNAL)
        return (struct reason){"local", 0, 0};
    if (visibility == STV_PROTECTED && binding->to.object == binding->from)
        return (struct reason){"protected", 0, 0};
    struct reason reason = find_in_scopes(binding->from, binding->to.object);
    if (ELF64_ST_BIND(binding->to.symbol->st_info) == STB_GNU_UNIQUE)
        reason.rule = "unique";
    return reason;
}

static const char *version_name(const struct object *object, uint32_t symbol) {
    const struct version *version = symbol_version(object, symbol);
    return version ? version->name : NULL;
}

void tell_bind(struct linker *linker, const struct told_binding *binding, uint32_t type) {
    const struct object *from = binding->from;
    struct reason reason = reason_of(binding);
    EVENT(linker, bind, .from = from, .to = binding->to.symbol ? binding->to.object : NULL,
          .symbol = from->strings + from->symbols[binding->symbol].st_name,
          .version = version_name(from, binding->symbol), .rule = reason.rule,
          .scope = reason.scope, .position = reason.position,
          .type = facts_reloc_name(linker->search.facts, type), .place = binding->place,
          .value = binding->value);
}

void tell_slot(struct linker *linker, const struct told_binding *binding, size_t index,
               bool stored) {
    const struct object *from = binding->from;
    bool readable = object_segment(from, binding->place, sizeof(uintptr_t));
    struct reason reason = reason_of(binding);
    EVENT(linker, slot, .from = from, .to = binding->to.symbol ? binding->to.object : NULL,
          .symbol = from->strings + from->symbols[binding->symbol].st_name,
          .version = version_name(from, binding->symbol), .rule = reason.rule,
          .scope = reason.scope, .position = reason.position, .index = index,
          .place = binding->place, .before = readable ? *(const uintptr_t *)binding->place : 0,
          .value = binding->value, .stored = stored);
}

void tell_candidate(struct linker *linker, const struct symbol_request *request,
                    const struct object *object, const Elf64_Sym *found) {
    EVENT(linker, candidate, .from = request->from, .symbol = request->name,
          .version = request->version ? request->version->name : NULL, .in = object,
          .verdict = found ? "found" : symbol_why_not(object, request));
}
