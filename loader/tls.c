/* Modules, static layout, dtvs and the slow path of __tls_get_addr; see tls.h. */
#include "tls.h"

#include "event.h"
#include "memory.h"
#include "retire.h"
#include "sys.h"
#include "text.h"
#include <errno.h>
#include <string.h>

struct tls_door tls_door;

/* A block of a module that is not static, in one thread. */
struct tls_block {
    struct tls_block *next;
    size_t module;
    void *memory;
};

/* A dtv with what stands in front of it. libc clears the entries when it reuses a thread's stack;
 * the list of blocks lies outside of them, so that no block is lost. */
struct dtv_memory {
    struct tls_block *blocks;
    void *padding;
    struct dtv_entry length; /* entry -1: number of entries behind entry 0 */
    struct dtv_entry entry[];
};

static struct dtv_memory *memory_of(struct dtv_entry *dtv) {
    return CONTAINER_OF(dtv, struct dtv_memory, entry);
}

/* -- modules -- */

/* Makes room for module id `id`. Readers see the old table or the new one. */
static bool reserve_id(struct linker *linker, size_t id) {
    struct tls_table *table = linker->tls.table;
    if (table && id < table->count)
        return true;
    size_t count = max_size(16, id * 2);
    struct tls_table *grown = memory_alloc(sizeof *grown + count * sizeof grown->item[0]);
    if (!grown)
        return false;
    grown->count = count;
    if (table)
        memcpy(grown->item, table->item, table->count * sizeof table->item[0]);
    atomic_store_explicit(&linker->tls.table, grown, memory_order_release);
    retire(linker, memory_free, table);
    return true;
}

bool tls_add_module(struct linker *linker, struct object *object, struct error *error) {
    struct tls *tls = &linker->tls;
    struct tls_table *table = tls->table;
    size_t id = 1;
    while (id <= tls->highest && table->item[id].object)
        id++;
    if (!reserve_id(linker, id))
        return error_no_memory(error, object->path);
    size_t generation = tls_door.generation + 1;
    object->tls.module = id;
    tls->highest = max_size(tls->highest, id);
    tls->table->item[id].generation = generation;
    atomic_store_explicit(&tls->table->item[id].object, object, memory_order_release);
    atomic_store_explicit(&tls_door.generation, generation, memory_order_release);
    return true;
}

void tls_remove_module(struct linker *linker, struct object *object) {
    struct tls *tls = &linker->tls;
    size_t id = object->tls.module;
    if (!id)
        return;
    size_t generation = tls_door.generation + 1;
    tls->table->item[id].generation = generation;
    atomic_store_explicit(&tls->table->item[id].object, NULL, memory_order_release);
    atomic_store_explicit(&tls_door.generation, generation, memory_order_release);
    while (tls->highest && !tls->table->item[tls->highest].object)
        tls->highest--;
    object->tls.module = 0;
    /* Room in the static block is used again when what was placed last goes first. */
    if (object->tls.after && object->tls.after == tls->used)
        tls->used = object->tls.before;
}

/* -- static layout -- */

/* Places `size` bytes whose address must be `misalignment` modulo `alignment`, next to the first
 * `*used` bytes of the static block. Returns the offset from the thread pointer. */
static ptrdiff_t place(size_t *used, size_t size, size_t alignment, size_t misalignment) {
    if (ARCH_TLS_BELOW_TP) {
        size_t end = *used + size;
        end += -(end + misalignment) & (alignment - 1);
        *used = end;
        return -(ptrdiff_t)end;
    }
    size_t start = *used + ((misalignment - *used) & (alignment - 1));
    *used = start + size;
    return (ptrdiff_t)start;
}

void tls_lay_out(struct linker *linker, size_t surplus) {
    struct tls *tls = &linker->tls;
    size_t own = ARCH_TLS_GAP; /* up to the end of the program's */
    tls->used = own;
    tls->alignment = _Alignof(struct thread_slot);
    for (size_t id = 1; id <= tls->highest; id++) {
        struct object *object = tls->table->item[id].object;
        object->tls.offset = place(&tls->used, object->tls.memory_size, object->tls.alignment,
                                   object->tls.misalignment);
        object->tls.placement = TLS_STATIC;
        tls->alignment = max_size(tls->alignment, object->tls.alignment);
        if (object == linker->program)
            own = tls->used;
    }
    /* As in ld.so, what comes with auditors takes of the surplus, which they make larger. */
    size_t end = (tls->auditors ? own : tls->used) + surplus;
    tls->slot = place(&tls->used, sizeof(struct thread_slot), _Alignof(struct thread_slot), 0);
    tls->surplus = surplus;
    tls->size = max_size(tls->used, end);
}

static void count_thread(struct linker *linker, uintptr_t thread_pointer, void *count) {
    (void)linker, (void)thread_pointer;
    ++*(size_t *)count;
}

/* The blocks of threads that run cannot grow; the first thread's has room of its own, and later
 * threads get what is needed by then, with a surplus as before. */
static bool grow(struct linker *linker, size_t used) {
    struct tls *tls = &linker->tls;
    size_t threads = 0;
    if (used > tls->room)
        return false;
    linker->shim->each_thread(linker, count_thread, &threads);
    if (threads > 1)
        return false;
    tls->size = min_size(tls->room, used + tls->surplus);
    return true;
}

static void name_users(const struct tls *tls, char *text, size_t size) {
    size_t length = format_text(text, size, "the loader %lu", sizeof(struct thread_slot));
    for (size_t id = 1; id <= tls->highest; id++) {
        const struct object *user = tls->table->item[id].object;
        if (user && user->tls.after)
            length += format_text(text + length, size - length, ", %s %lu", user->path,
                                  (unsigned long)user->tls.memory_size);
    }
}

/* Why a module finds no place: what it needs, what there is, who has it, what helps. */
static bool no_room(const struct tls *tls, const struct object *object, struct error *error) {
    char users[512];
    error_set(error, ERROR_TLS, 0, object->path, "cannot allocate memory in static TLS block");
    if (object->tls.placement == TLS_DYNAMIC) {
        format_text(error->detail, sizeof error->detail,
                    "its thread-local variables are in use already, by dynamic access: open what "
                    "needs them statically first, or with the program");
        return false;
    }
    name_users(tls, users, sizeof users);
    format_text(error->detail, sizeof error->detail,
                "its thread-local variables need %lu bytes aligned to %lu; of the surplus of %lu, "
                "%lu are left, used by: %s; load the library with the program (LD_PRELOAD), or set "
                "GLIBC_TUNABLES=glibc.rtld.optional_static_tls=%lu",
                (unsigned long)object->tls.memory_size, (unsigned long)object->tls.alignment,
                (unsigned long)tls->surplus, (unsigned long)(tls->size - tls->used), users,
                (unsigned long)align_up(512 + object->tls.memory_size + object->tls.alignment, 64));
    return false;
}

/* Takes the room that place() has found, from tls->used to `used`. False: a thread has a block of
 * its own already, the module cannot move. */
static bool take(struct linker *linker, struct object *object, ptrdiff_t offset, size_t used) {
    enum tls_placement placement = TLS_UNDECIDED;
    /* Threads may touch a module that was there before: their bytes come first, while the room is
     * still nobody's. */
    object->tls.offset = offset;
    if (object->published)
        tls_initialise_threads(linker, object);
    if (!atomic_compare_exchange_strong(&object->tls.placement, &placement, TLS_STATIC))
        return false;
    object->tls.before = linker->tls.used;
    object->tls.after = linker->tls.used = used;
    return true;
}

bool tls_make_static(struct linker *linker, struct object *object, struct error *error) {
    struct tls *tls = &linker->tls;
    if (tls_is_static(object))
        return true;
    size_t used = tls->used;
    ptrdiff_t offset =
        place(&used, object->tls.memory_size, object->tls.alignment, object->tls.misalignment);
    if (object->tls.alignment > tls->alignment || (used > tls->size && !grow(linker, used)))
        return no_room(tls, object, error);
    return take(linker, object, offset, used) || no_room(tls, object, error);
}

bool tls_may_be_static(struct linker *linker, struct object *object) {
    struct tls *tls = &linker->tls;
    if (object->tls.placement != TLS_UNDECIDED)
        return tls_is_static(object);
    size_t used = tls->used;
    ptrdiff_t offset =
        place(&used, object->tls.memory_size, object->tls.alignment, object->tls.misalignment);
    size_t taken = used - tls->used;
    if (object->tls.alignment > tls->alignment || taken > tls->optional || used > tls->size ||
        !take(linker, object, offset, used))
        return false;
    tls->optional -= taken;
    return true;
}

void tls_initialise_module(const struct object *object, uintptr_t thread_pointer) {
    char *block = (char *)thread_pointer + object->tls.offset;
    memcpy(block, object->tls.image, object->tls.file_size);
    memset(block + object->tls.file_size, 0, object->tls.memory_size - object->tls.file_size);
}

static void initialise_in_thread(struct linker *linker, uintptr_t thread_pointer, void *object) {
    (void)linker;
    tls_initialise_module(object, thread_pointer);
}

void tls_initialise_threads(struct linker *linker, struct object *object) {
    linker->shim->each_thread(linker, initialise_in_thread, object);
}

struct thread_slot *tls_slot(const struct linker *linker, uintptr_t thread_pointer) {
    return (struct thread_slot *)(thread_pointer + (uintptr_t)linker->tls.slot);
}

void tls_initialise_block(struct linker *linker, uintptr_t thread_pointer, bool fresh) {
    struct tls *tls = &linker->tls;
    if (!fresh) {
        uintptr_t start = thread_pointer + (ARCH_TLS_BELOW_TP ? -tls->size : (size_t)ARCH_TLS_GAP);
        memset((void *)start, 0, tls->size - ARCH_TLS_GAP);
    }
    struct tls_table *table = atomic_load_explicit(&tls->table, memory_order_acquire);
    for (size_t id = 1; table && id < table->count; id++) {
        struct object *object = atomic_load_explicit(&table->item[id].object, memory_order_acquire);
        if (object && tls_is_static(object))
            memcpy((char *)thread_pointer + object->tls.offset, object->tls.image,
                   object->tls.file_size);
    }
    tls_slot(linker, thread_pointer)->magic = THREAD_SLOT_MAGIC;
}

void tls_initialise_space(struct linker *linker, const struct namespace *space,
                          uintptr_t thread_pointer, bool fresh) {
    for (const struct object *object = space->first; object; object = object->next) {
        if (!object->tls.module || !tls_is_static(object))
            continue;
        if (fresh)
            memcpy((char *)thread_pointer + object->tls.offset, object->tls.image,
                   object->tls.file_size);
        else
            tls_initialise_module(object, thread_pointer);
    }
    tls_slot(linker, thread_pointer)->magic = THREAD_SLOT_MAGIC;
}

uintptr_t tls_new_thread_area(struct linker *linker, size_t tcb_size, size_t tcb_alignment) {
    struct tls *tls = &linker->tls;
    size_t alignment = max_size(tls->alignment, tcb_alignment);
    size_t tcb = align_up(tcb_size, alignment);
    size_t block = align_up(max_size(tls->size, tls->room), alignment);
    char *memory = memory_alloc_aligned(block + tcb, alignment);
    if (!memory)
        return 0;
    /* Variant II has the block first and the thread pointer behind it, variant I the other way
     * round. */
    return (uintptr_t)memory + (ARCH_TLS_BELOW_TP ? block : tcb);
}

/* -- dtv -- */

static struct dtv_entry *allocate_dtv(size_t length) {
    struct dtv_memory *memory =
        memory_alloc(sizeof *memory + (length + 1) * sizeof memory->entry[0]);
    if (!memory)
        return NULL;
    memory->length.value = length;
    for (size_t i = 1; i <= length; i++)
        memory->entry[i].value = TLS_UNALLOCATED;
    return memory->entry;
}

static void fill_static(struct linker *linker, struct dtv_entry *dtv, uintptr_t tp) {
    struct tls_table *table = atomic_load_explicit(&linker->tls.table, memory_order_acquire);
    size_t length = memory_of(dtv)->length.value;
    for (size_t id = 1; table && id < table->count && id <= length; id++) {
        struct object *object = atomic_load_explicit(&table->item[id].object, memory_order_acquire);
        if (object && tls_is_static(object))
            dtv[id].value = tp + (uintptr_t)object->tls.offset;
    }
}

struct dtv_entry *tls_new_dtv(struct linker *linker, uintptr_t thread_pointer) {
    reader_enter();
    size_t generation = atomic_load_explicit(&tls_door.generation, memory_order_acquire);
    struct dtv_entry *dtv = allocate_dtv(linker->tls.highest + 14);
    if (dtv) {
        fill_static(linker, dtv, thread_pointer);
        dtv[0].value = generation;
    }
    reader_leave();
    return dtv;
}

static void free_block(struct tls_block *block) {
    memory_free(block->memory);
    memory_free(block);
}

static void free_blocks(struct dtv_memory *memory) {
    while (memory->blocks) {
        struct tls_block *next = memory->blocks->next;
        free_block(memory->blocks);
        memory->blocks = next;
    }
}

void tls_free_dtv(struct dtv_entry *dtv) {
    if (!dtv)
        return;
    free_blocks(memory_of(dtv));
    memory_free(memory_of(dtv));
}

void tls_reset_dtv(struct linker *linker, struct dtv_entry *dtv, uintptr_t thread_pointer) {
    struct dtv_memory *memory = memory_of(dtv);
    free_blocks(memory);
    reader_enter();
    dtv[0].value = atomic_load_explicit(&tls_door.generation, memory_order_acquire);
    for (size_t i = 1; i <= memory->length.value; i++)
        dtv[i] = (struct dtv_entry){TLS_UNALLOCATED, NULL};
    fill_static(linker, dtv, thread_pointer);
    reader_leave();
}

static struct dtv_entry **dtv_of_thread(uintptr_t thread_pointer) {
    return (struct dtv_entry **)(thread_pointer + (uintptr_t)tls_door.dtv);
}

/* Frees the block of a module that is gone from a thread's list. */
static void forget_block(struct dtv_memory *memory, size_t module) {
    for (struct tls_block **link = &memory->blocks; *link; link = &(*link)->next) {
        if ((*link)->module != module)
            continue;
        struct tls_block *block = *link;
        *link = block->next;
        free_block(block);
        return;
    }
}

/* Brings the calling thread's dtv up to the present generation: long enough, and without blocks of
 * modules that have gone or changed since. NULL: no memory. */
static struct dtv_entry *update_dtv(struct linker *linker, uintptr_t tp) {
    struct dtv_entry *dtv = *dtv_of_thread(tp);
    size_t generation = atomic_load_explicit(&tls_door.generation, memory_order_acquire);
    struct tls_table *table = atomic_load_explicit(&linker->tls.table, memory_order_acquire);
    if (!dtv) {
        dtv = *dtv_of_thread(tp) = tls_new_dtv(linker, tp);
        if (dtv && linker->shim->dtv_made)
            linker->shim->dtv_made(linker);
        return dtv;
    }
    struct dtv_memory *memory = memory_of(dtv);
    if (memory->length.value + 1 < table->count) {
        struct dtv_entry *grown = allocate_dtv(table->count);
        if (!grown)
            return NULL;
        memcpy(grown, dtv, (memory->length.value + 1) * sizeof *dtv);
        memory_of(grown)->blocks = memory->blocks;
        *dtv_of_thread(tp) = grown;
        memory_free(memory);
        dtv = grown;
        memory = memory_of(dtv);
    }
    for (size_t id = 1; id < table->count; id++) {
        if (table->item[id].generation <= dtv[0].value)
            continue;
        forget_block(memory, id);
        dtv[id].value = TLS_UNALLOCATED;
    }
    dtv[0].value = generation;
    return dtv;
}

/* Makes the module's block in the calling thread. 0: no memory. */
static uintptr_t make_block(struct dtv_memory *memory, struct object *object, size_t module,
                            uintptr_t tp) {
    enum tls_placement placement = TLS_UNDECIDED;
    if (!atomic_compare_exchange_strong(&object->tls.placement, &placement, TLS_DYNAMIC) &&
        placement == TLS_STATIC)
        return tp + (uintptr_t)object->tls.offset;
    struct tls_block *block = memory_alloc(sizeof *block);
    /* Room for a first byte that is not aligned, but p_vaddr modulo the alignment away from it. */
    char *room = memory_alloc_aligned(object->tls.memory_size + object->tls.misalignment,
                                      object->tls.alignment);
    if (!block || !room)
        return 0;
    *block = (struct tls_block){memory->blocks, module, room};
    memory->blocks = block;
    memcpy(room + object->tls.misalignment, object->tls.image, object->tls.file_size);
    return (uintptr_t)(room + object->tls.misalignment);
}

static _Noreturn void give_up(const char *why) {
    print_text(2, "%s: ABORT\n", why);
    sys_exit(127);
}

/* Runs with all signals blocked, so that a handler cannot find the dtv half changed. */
static uintptr_t find_block(struct linker *linker, size_t module, uintptr_t tp) {
    struct dtv_entry *dtv = update_dtv(linker, tp);
    if (!dtv)
        give_up("cannot allocate memory for thread-local data");
    struct tls_table *table = atomic_load_explicit(&linker->tls.table, memory_order_acquire);
    struct object *object = NULL;
    if (table && module && module < table->count)
        object = atomic_load_explicit(&table->item[module].object, memory_order_acquire);
    if (!object)
        give_up("__tls_get_addr: there is no such module");
    if (dtv[module].value != TLS_UNALLOCATED)
        return dtv[module].value;
    uintptr_t block = make_block(memory_of(dtv), object, module, tp);
    if (!block)
        give_up("cannot allocate memory for thread-local data");
    dtv[module].value = block;
    if (!tls_is_static(object))
        EVENT(linker, tls_block, .object = object, .module = module, .block = block,
              .size = object->tls.memory_size);
    return block;
}

void *tls_get_addr_slow(struct tls_index *index) {
    struct linker *linker = linker_instance();
    uint64_t all = UINT64_MAX, before;
    sys4(SYS_rt_sigprocmask, 2 /* SIG_SETMASK */, (long)&all, (long)&before, sizeof all);
    reader_enter();
    uintptr_t block = find_block(linker, index->module, arch_thread_pointer());
    reader_leave();
    sys4(SYS_rt_sigprocmask, 2, (long)&before, 0, sizeof all);
    return (void *)(block + index->offset + ARCH_DTP_BIAS);
}

void *tls_block_if_any(struct linker *linker, const struct object *object) {
    size_t module = object->tls.module;
    if (!module)
        return NULL;
    uintptr_t tp = arch_thread_pointer();
    if (tls_is_static(object))
        return (void *)(tp + (uintptr_t)object->tls.offset);
    struct dtv_entry *dtv = *dtv_of_thread(tp);
    if (!dtv || module > memory_of(dtv)->length.value ||
        dtv[0].value < linker->tls.table->item[module].generation ||
        dtv[module].value == TLS_UNALLOCATED)
        return NULL;
    return (void *)dtv[module].value;
}
