/* _rtld_global and _rtld_global_ro: state that glibc's loader owns and libc.so.6 reads and writes
 * directly.
 *
 * In:  what the loader knows of the process, its objects and TLS. Out: the members that libc uses;
 * the others stay 0.
 */
#include "glibc.h"

#include "loader/audit.h"
#include "loader/dl.h"
#include "loader/event.h"
#include "loader/init.h"
#include "loader/memory.h"
#include "loader/profile.h"
#include "loader/relocate.h"
#include "loader/rendezvous.h"
#include "loader/retire.h"
#include "loader/symbol.h"
#include "loader/text.h"
#include <string.h>

/* Room for the largest known glibc's; a test compares it with the layouts. */
_Alignas(64) unsigned char glibc_global[GLIBC_SHARED_ROOM];
_Alignas(64) unsigned char glibc_global_ro[GLIBC_SHARED_RO_ROOM];
EXPORT_AS(_rtld_global, glibc_global);
EXPORT_AS(_rtld_global_ro, glibc_global_ro);

#define PTHREAD_MUTEX_RECURSIVE 1

/* -- what libc calls through _rtld_global_ro -- */

/* glibc's struct r_found_version. */
struct found_version {
    const char *name;
    uint32_t hash;
    int hidden;
    const char *file;
};

/* GLRO(dl_lookup_symbol_x): libc looks functions of the vdso up with it, also while it is being
 * relocated. */
static struct link_map *lookup_symbol(const char *name, struct link_map *map,
                                      const Elf64_Sym **reference, void *scopes,
                                      const struct found_version *wanted) {
    (void)scopes;
    struct object *object = rendezvous_object(linker_instance(), map);
    struct version version = {.name = wanted ? wanted->name : NULL,
                              .hash = wanted ? wanted->hash : 0};
    struct symbol_request request = symbol_request_for(name, wanted ? &version : NULL);
    struct symbol_result found = {object, symbol_find_in(object, &request)};
    if (!found.symbol)
        found = symbol_find(object, &request);
    EVENT(linker_instance(), dlsym, .handle = "object", .in = object, .symbol = name,
          .version = version.name, .to = found.symbol ? found.object : NULL,
          .value = found.symbol ? symbol_address(found) : 0);
    *reference = found.symbol;
    return found.symbol ? found.object->map : NULL;
}

/* GLRO(dl_tls_get_addr_soft): dl_iterate_phdr asks for a module's block without making it. */
static void *tls_get_addr_soft(struct link_map *map) {
    struct linker *linker = linker_instance();
    return tls_block_if_any(linker, rendezvous_object(linker, map));
}

/* glibc's struct dl_find_object. */
struct found_object {
    unsigned long long flags;
    void *map_start, *map_end;
    struct link_map *map;
    void *eh_frame;
    unsigned long long reserved[7];
};

/* GLRO(dl_find_object): the unwinder finds the frame information of a code address. */
static int find_object(void *address, struct found_object *found) {
    struct address_range range;
    if (!address_find(linker_instance(), address, &range))
        return -1;
    found->flags = 0;
    found->map_start = (void *)range.start;
    found->map_end = (void *)range.end;
    found->map = range.map;
    found->eh_frame = (void *)range.eh_frame_header;
    return 0;
}

/* GLRO(dl_libc_freeres): memory checkers have libc free everything at the end; the loader keeps no
 * malloc'ed memory. */
static void free_resources(void) {}

static void glibc_error_free(void *text) {
    (void)text; /* _dl_catch_error's texts are the loader's own */
}

/* GLRO(dl_debug_printf): libc says how far it is where a bit of GLRO(dl_debug_mask) asks for it. */
static void debug_printf(const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    size_t length = format_text_list(text, sizeof text, format, arguments);
    va_end(arguments);
    const char *first = text;
    while (*first == '\n')
        first++;
    while (length && text[length - 1] == '\n')
        text[--length] = 0;
    EVENT(linker_instance(), message, .text = first);
}

#define DEBUG_CALLS 2 /* glibc's DL_DEBUG_IMPCALLS */

/* -- filling -- */

static uint64_t auxiliary_value(const struct linker *linker, uint64_t type, uint64_t otherwise) {
    for (const Elf64_auxv_t *entry = linker->process.auxv; entry->a_type != AT_NULL; entry++)
        if (entry->a_type == type)
            return entry->a_un.a_val;
    return otherwise;
}

static void fill_functions(struct linker *linker, const struct glibc_layout *layout) {
    unsigned char *ro = glibc_global_ro;
    if (event_wanted(linker, EVENT_message)) {
        glibc_put_int(layout, ro, GLIBC_ro_debug_mask, DEBUG_CALLS);
        glibc_put_word(layout, ro, GLIBC_ro_debug_printf, (uintptr_t)debug_printf);
    }
    static const uintptr_t active = 1; /* only compared with NULL: "the loader is there" */
    glibc_put_word(layout, ro, GLIBC_ro_init_all_dirs, (uintptr_t)&active);
    /* The same in both: libc's clean-up for memory checkers finds no folder to free. */
    glibc_put_word(layout, glibc_global, GLIBC_gl_all_dirs, (uintptr_t)&active);
    glibc_put_word(layout, ro, GLIBC_ro_mcount, (uintptr_t)glibc_count_call);
    glibc_put_word(layout, ro, GLIBC_ro_lookup_symbol_x, (uintptr_t)lookup_symbol);
    glibc_put_word(layout, ro, GLIBC_ro_catch_error, (uintptr_t)glibc_catch_error);
    glibc_put_word(layout, ro, GLIBC_ro_error_free, (uintptr_t)glibc_error_free);
    glibc_put_word(layout, ro, GLIBC_ro_tls_get_addr_soft, (uintptr_t)tls_get_addr_soft);
    glibc_put_word(layout, ro, GLIBC_ro_libc_freeres, (uintptr_t)free_resources);
    glibc_put_word(layout, ro, GLIBC_ro_find_object, (uintptr_t)find_object);
    glibc_put_word(layout, ro, GLIBC_ro_dlfcn_hook, (uintptr_t)glibc_dlfcn_hook());
}

static void fill_read_only(struct linker *linker) {
    const struct glibc_layout *layout = glibc_of(linker)->layout;
    const struct process *process = &linker->process;
    unsigned char *ro = glibc_global_ro;
    const char *platform = linker->search.platform;
    glibc_put_word(layout, ro, GLIBC_ro_platform, (uintptr_t)platform);
    glibc_put_word(layout, ro, GLIBC_ro_platformlen, platform ? strlen(platform) : 0);
    glibc_put_word(layout, ro, GLIBC_ro_pagesize, process->page_size);
    glibc_put_word(layout, ro, GLIBC_ro_minsigstacksize,
                   max_size(process->minimum_signal_stack, ARCH_MINIMUM_SIGNAL_STACK));
    glibc_put_int(layout, ro, GLIBC_ro_clktck, (uint32_t)auxiliary_value(linker, AT_CLKTCK, 100));
    glibc_put_int(layout, ro, GLIBC_ro_debug_fd, 2);
    glibc_put_int(layout, ro, GLIBC_ro_lazy, !linker->options.bind_now);
    glibc_put_word(layout, ro, GLIBC_ro_hwcap, process->hwcap);
    glibc_put_word(layout, ro, GLIBC_ro_hwcap2, process->hwcap2);
    glibc_put_word(layout, ro, GLIBC_ro_hwcap3, auxiliary_value(linker, AT_HWCAP3, 0));
    glibc_put_word(layout, ro, GLIBC_ro_hwcap4, auxiliary_value(linker, AT_HWCAP4, 0));
    glibc_put_word(layout, ro, GLIBC_ro_auxv, (uintptr_t)process->auxv);
    glibc_put_word(layout, ro, GLIBC_ro_tls_static_align, linker->tls.alignment);
    glibc_put_word(layout, ro, GLIBC_ro_tls_static_surplus, linker->tls.surplus);
    glibc_put_word(layout, ro, GLIBC_ro_sysinfo_dso, (uintptr_t)process->vdso);
    glibc_put_word(layout, ro, GLIBC_ro_sysinfo_map,
                   linker->vdso ? (uintptr_t)linker->vdso->map : 0);
    fill_functions(linker, layout);
}

static void empty_list(const struct glibc_layout *layout, enum glibc_field field) {
    struct glibc_list *list = glibc_member(layout, glibc_global, field);
    list->next = list->previous = list;
}

static void make_recursive(const struct glibc_layout *layout, enum glibc_field field) {
    unsigned char *mutex = glibc_member(layout, glibc_global, field);
    if (mutex)
        glibc_put_int(layout, mutex, GLIBC_mutex_kind, PTHREAD_MUTEX_RECURSIVE);
}

static void fill_writable(struct linker *linker) {
    const struct glibc_layout *layout = glibc_of(linker)->layout;
    unsigned char *gl = glibc_global;
    make_recursive(layout, GLIBC_gl_load_lock);
    make_recursive(layout, GLIBC_gl_load_write_lock);
    make_recursive(layout, GLIBC_gl_load_tls_lock);
    glibc_put_int(layout, gl, GLIBC_gl_stack_flags,
                  PF_R | PF_W | (linker->program->executable_stack ? PF_X : 0));
    empty_list(layout, GLIBC_gl_stack_used);
    empty_list(layout, GLIBC_gl_stack_user);
    empty_list(layout, GLIBC_gl_stack_cache);
}

void glibc_fill_shared(struct linker *linker) {
    fill_read_only(linker);
    fill_writable(linker);
    glibc_machine_fill(linker);
    glibc_objects_changed(linker);
}

uintptr_t glibc_vdso_function(struct linker *linker, const char *name, const char *version_name) {
    if (!linker->vdso)
        return 0;
    struct version version = {.name = version_name};
    for (size_t i = 0; i < linker->vdso->version_count; i++)
        if (linker->vdso->versions[i].name &&
            strcmp(linker->vdso->versions[i].name, version_name) == 0)
            version.hash = linker->vdso->versions[i].hash;
    struct symbol_request request = symbol_request_for(name, &version);
    request.observer = event_wanted(linker, EVENT_candidate) ? linker : NULL;
    const struct object_list *alone =
        linker->vdso->alone.list; /* auditors start before it is there */
    struct symbol_result found =
        alone ? symbol_find_in_list(alone, 0, &request)
              : (struct symbol_result){linker->vdso, symbol_find_in(linker->vdso, &request)};
    if (found.symbol)
        EVENT(linker, dlsym, .handle = "object", .in = linker->vdso, .symbol = name,
              .version = version_name, .to = linker->vdso, .value = symbol_address(found));
    return found.symbol ? symbol_address(found) : 0;
}

/* -- what changes later -- */

static void fill_space(const struct glibc_layout *layout, unsigned char *slot,
                       const struct namespace *space) {
    glibc_put_word(layout, slot, GLIBC_ns_loaded, space->first ? (uintptr_t)space->first->map : 0);
    glibc_put_int(layout, slot, GLIBC_ns_nloaded, (uint32_t)space->count);
    glibc_put_word(layout, slot, GLIBC_ns_libc_map, space->libc ? (uintptr_t)space->libc->map : 0);
}

void glibc_objects_changed(struct linker *linker) {
    struct glibc *glibc = glibc_of(linker);
    if (!glibc)
        return;
    const struct glibc_layout *layout = glibc->layout;
    unsigned char *slot = glibc_member(layout, glibc_global, GLIBC_gl_ns);
    size_t slots = glibc_space_slots(layout), used = 0;
    const struct namespace *space = &linker->base;
    for (size_t i = 0; space && i < slots; i++, space = space->next) {
        fill_space(layout, slot, space);
        slot += glibc_size(layout, GLIBC_ns_size);
        used = space->first ? i + 1 : used;
    }
    glibc_put_word(layout, glibc_global, GLIBC_gl_nns, used);
    glibc_put_word(layout, glibc_global, GLIBC_gl_load_adds, linker->added);
    const struct object *profiled = profile_object(linker);
    if (profiled)
        glibc_put_word(layout, glibc_global, GLIBC_gl_profile_map, (uintptr_t)profiled->map);
    if (linker->audit)
        glibc_put_int(layout, glibc_global_ro, GLIBC_ro_naudit, linker->audit->count);
    address_index_objects(linker);
}

/* A larger slotinfo list in place of the one that there is: always one, for libc frees what is
 * chained to it. */
static bool grow_slotinfo(struct linker *linker, size_t capacity) {
    struct glibc *glibc = glibc_of(linker);
    const struct glibc_layout *layout = glibc->layout;
    unsigned char *list = memory_alloc(glibc_size(layout, GLIBC_slotinfo_array) +
                                       capacity * glibc_size(layout, GLIBC_slotinfo_size));
    if (!list)
        return false;
    unsigned char **place = glibc_member(layout, glibc_global, GLIBC_gl_tls_dtv_slotinfo_list);
    retire(linker, memory_free, *place);
    glibc_put_word(layout, list, GLIBC_slotinfo_len, capacity);
    glibc->slotinfo_capacity = capacity;
    *place = list;
    return true;
}

void glibc_tls_changed(struct linker *linker) {
    struct glibc *glibc = glibc_of(linker);
    if (!glibc)
        return;
    const struct glibc_layout *layout = glibc->layout;
    const struct tls *tls = &linker->tls;
    glibc_put_word(layout, glibc_global, GLIBC_gl_tls_max_dtv_idx, tls->highest);
    glibc_put_word(layout, glibc_global, GLIBC_gl_tls_static_used, tls->used);
    glibc_put_word(layout, glibc_global, GLIBC_gl_tls_generation, tls_door.generation);
    /* struct pthread counts where it lies at the thread pointer, above the static block. */
    glibc_put_word(layout, glibc_global_ro, GLIBC_ro_tls_static_size,
                   align_up(tls->size, tls->alignment) +
                       (ARCH_TLS_BELOW_TP ? glibc_size(layout, GLIBC_pt_size) : 0));
    if (tls->highest >= glibc->slotinfo_capacity && !grow_slotinfo(linker, 2 * tls->highest + 62))
        return;
    unsigned char *entry = glibc_member(
        layout,
        *(unsigned char **)glibc_member(layout, glibc_global, GLIBC_gl_tls_dtv_slotinfo_list),
        GLIBC_slotinfo_array);
    for (size_t id = 1; id < glibc->slotinfo_capacity && id < tls->table->count; id++) {
        const struct object *object = tls->table->item[id].object;
        entry += glibc_size(layout, GLIBC_slotinfo_size);
        glibc_put_word(layout, entry, GLIBC_slotinfo_gen, tls->table->item[id].generation);
        glibc_put_word(layout, entry, GLIBC_slotinfo_map, object ? (uintptr_t)object->map : 0);
    }
}
