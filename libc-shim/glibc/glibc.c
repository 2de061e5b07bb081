/* The adapter's table: how a glibc program comes up.
 *
 * In:  the loaded objects, libc.so.6 among them. Out: a libc that is ready for constructors.
 * The order is glibc's own (its elf/rtld.c): shared structures and the first thread's block before
 * relocation, because IFUNC resolvers read them; TLS images after it, because .tdata has
 * relocations; then
 * __libc_early_init.
 */
#include "diagnostics.h"

#include "libc-shim/gnu_rules.h"
#include "loader/facts.h"
#include "loader/handover.h"
#include "loader/sys.h"
#include "loader/text.h"
#include "recognise.h"
#include <string.h>

/* Places the modules of the start, with bytes for initial-exec TLS of libraries that are opened
 * later, as glibc counts: 144 for libc's and as many for others' in each namespace, also in those
 * of auditors, and a rest. */
static void set_static_tls_surplus(struct linker *linker) {
    uint64_t spaces = glibc_tunable(linker, "glibc.rtld.nns", 4) + linker->tls.auditors;
    uint64_t rest = glibc_tunable(linker, "glibc.rtld.optional_static_tls", 512);
    tls_lay_out(linker, spaces * (144 + 144) + rest);
    linker->tls.optional = rest;
}

/* What the first thread's block may grow to: a libc in a further namespace takes 144 bytes. With
 * struct pthread it fits one of memory.c's blocks. */
#define FIRST_THREAD_ROOM 29568

static struct glibc state;

static const void *libc_variable(void *context, const char *name) {
    return (const void *)glibc_symbol(context, name, NULL);
}

static const uint8_t *find_build_id(const struct object *libc) {
    const uint8_t *build_id = NULL;
    for (size_t i = 0; i < libc->phnum && !build_id; i++) {
        const Elf64_Phdr *header = &libc->phdr[i];
        uintptr_t at = libc->bias + header->p_vaddr;
        if (header->p_type == PT_NOTE && object_segment(libc, at, header->p_filesz))
            build_id = glibc_build_id((const void *)at, header->p_filesz, header->p_align);
    }
    return build_id;
}

static void find_banner(const struct object *libc, struct glibc_banner *banner) {
    for (size_t i = 0; i < libc->segment_count; i++) {
        const struct segment *segment = &libc->segments[i];
        if (!(segment->prot & PROT_WRITE) &&
            glibc_find_banner(banner, (const void *)segment->start, segment->end - segment->start))
            return;
    }
}

static bool refuse(const struct object *libc, const struct glibc_banner *banner,
                   const struct glibc_recognition *recognition, struct error *error) {
    char package[128] = "of unknown version";
    if (banner->package)
        format_text(package, min_size(banner->package_length + 1, sizeof package), "%s",
                    banner->package);
    return error_set(error, ERROR_FILE, 0, libc->path,
                     "this glibc (%s) is not known to myld: %s%s%s; make a table for it with "
                     "tools/glibc-layouts from its libc6-dbg",
                     package, recognition->difference ? recognition->difference : "no layout fits",
                     recognition->build ? " differs from " : "",
                     recognition->build ? recognition->build->package : "");
}

bool glibc_is_libc(const struct object *object) {
    return (object->kind == OBJECT_LIBRARY || object->kind == OBJECT_PROGRAM) && object->soname &&
           strcmp(object->soname, "libc.so.6") == 0;
}

/* The layout of a libc. NULL: it is not known; *error names it. */
static const struct glibc_layout *find_layout(struct object *libc, struct error *error) {
    struct glibc_known known = {glibc_layouts, glibc_builds, glibc_build_count};
    struct glibc_evidence evidence = {
        .build_id = find_build_id(libc), .symbol = libc_variable, .context = libc};
    struct glibc_banner banner = {NULL, 0, 0};
    struct glibc_recognition recognition = glibc_recognise(&known, &evidence);
    if (!recognition.layout) {
        find_banner(libc, &banner); /* reads the whole file: only where the build-id is not known */
        evidence.version_minor = banner.version_minor;
        recognition = glibc_recognise(&known, &evidence);
    }
    if (!recognition.layout)
        refuse(libc, &banner, &recognition, error);
    return recognition.layout;
}

bool glibc_adopt(struct linker *linker, struct object *libc, struct error *error) {
    const struct glibc_layout *layout = find_layout(libc, error);
    if (layout && state.layout && layout != state.layout)
        return error_set(error, ERROR_FILE, 0, libc->path, "is not of the process's other glibc");
    bool known = state.layout != NULL;
    state.layout = layout;
    linker->libc_state = &state;
    if (layout && !known)
        glibc_read_tunables(linker);
    return layout != NULL;
}

static bool confirm(struct linker *linker, struct error *error) {
    struct object *libc = NULL;
    for (struct object *object = linker->base.first; object; object = object->next)
        if (glibc_is_libc(object))
            libc = object;
    if (!libc && linker->options.mode != MODE_RUN)
        return true;
    if (!libc)
        return error_set(error, ERROR_FILE, 0, "libc.so.6",
                         "the program needs glibc, but none of its libraries brings it");
    linker->base.libc = libc;
    if (glibc_adopt(linker, libc, error))
        return true;
    if (linker->options.mode == MODE_RUN) {
        handover(linker, linker->search.facts->glibc_loader);
        return false; /* it could not */
    }
    /* a list needs none */
    return linker->options.mode == MODE_LIST || linker->options.mode == MODE_TRACE;
}

static size_t map_size(struct linker *linker) {
    const struct glibc *glibc = glibc_of(linker);
    return glibc ? glibc_size(glibc->layout, GLIBC_lm_size) : sizeof(struct link_map);
}

static void lay_out_tls(struct linker *linker) {
    set_static_tls_surplus(linker);
    linker->tls.room = FIRST_THREAD_ROOM;
    linker->tls.alignment =
        max_size(linker->tls.alignment, glibc_size(glibc_of(linker)->layout, GLIBC_pt_alignment));
}

static bool before_relocation(struct linker *linker, struct error *error) {
    glibc_fill_shared(linker);
    if (!glibc_make_first_thread(linker, error))
        return false;
    glibc_tls_changed(linker);
    return true;
}

static bool after_relocation(struct linker *linker, struct error *error) {
    /* Other namespaces, of auditors, have theirs. */
    tls_initialise_space(linker, &linker->base, arch_thread_pointer(), !linker->base.next);
    uintptr_t early_init = glibc_libc_symbol(linker, "__libc_early_init", "GLIBC_PRIVATE");
    if (!early_init)
        return error_set(error, ERROR_FILE, 0, linker->base.libc->path,
                         "has no function __libc_early_init");
    ((void (*)(bool))early_init)(true);
    return true;
}

static void diagnose(struct linker *linker) {
    if (linker->options.mode == MODE_TUNABLES)
        glibc_list_tunables(linker);
    else
        glibc_list_diagnostics(linker);
}

static void nothing(struct linker *linker) {
    (void)linker;
}

/* -- locks: glibc's own, for its fork and its dl_iterate_phdr know them -- */

static void with_mutex(struct linker *linker, enum glibc_field field, bool take) {
    struct glibc *glibc = glibc_of(linker);
    if (!linker->base.libc || !linker->base.libc->relocated)
        return; /* auditors are at work, and no thread but the first */
    if (!glibc->mutex_lock) {
        glibc->mutex_unlock =
            (int (*)(void *))glibc_libc_symbol(linker, "pthread_mutex_unlock", NULL);
        glibc->mutex_lock = (int (*)(void *))glibc_libc_symbol(linker, "pthread_mutex_lock", NULL);
    }
    void *mutex = glibc_member(glibc->layout, glibc_global, field);
    if (take)
        glibc->mutex_lock(mutex);
    else
        glibc->mutex_unlock(mutex);
}

static void lock(struct linker *linker) {
    with_mutex(linker, GLIBC_gl_load_lock, true);
}

static void unlock(struct linker *linker) {
    with_mutex(linker, GLIBC_gl_load_lock, false);
}

static void list_lock(struct linker *linker) {
    with_mutex(linker, GLIBC_gl_load_write_lock, true);
}

static void list_unlock(struct linker *linker) {
    with_mutex(linker, GLIBC_gl_load_write_lock, false);
}

/* Thread-local destructors that were registered for the object (__cxa_thread_atexit_impl counts
 * them there). */
static bool is_pinned(struct linker *linker, const struct object *object) {
    const size_t *count =
        object->map ? glibc_member(glibc_of(linker)->layout, object->map, GLIBC_lm_tls_dtor_count)
                    : NULL;
    return count && *count > 0;
}

void shim_glibc(struct libc_shim *shim) {
    shim->name = "glibc";
    gnu_set_rules(shim);
    shim->global_after_constructors = true;
    shim->runs_program_init = true;
    shim->confirm = confirm;
    shim->map_size = map_size;
    shim->mirror = glibc_mirror;
    shim->objects_changed = glibc_objects_changed;
    shim->lay_out_tls = lay_out_tls;
    shim->before_relocation = before_relocation;
    shim->after_relocation = after_relocation;
    shim->before_constructors = nothing;
    shim->lock = lock;
    shim->unlock = unlock;
    shim->watch_forks = glibc_watch_forks;
    shim->list_lock = list_lock;
    shim->list_unlock = list_unlock;
    shim->is_pinned = is_pinned;
    shim->make_stacks_executable = glibc_make_stacks_executable;
    shim->each_thread = glibc_each_thread;
    shim->tls_changed = glibc_tls_changed;
    shim->find_libc = glibc_find_libc;
    shim->start_libc = glibc_start_libc;
    shim->environment = glibc_environment;
    shim->diagnose = diagnose;
}
