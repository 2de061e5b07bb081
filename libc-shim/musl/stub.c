/* libc.so's start on a stub: a program of a few tables, made in memory, that libc.so takes for the
 * one it was started for.
 *
 * In: every object but libc.so is relocated. Out: libc.so is relocated and initialised; it has the
 * thread-local blocks of all objects as the one block of the stub, which it copies for every thread
 * that starts. The stub consists of
 *   - program headers at absolute addresses (PT_PHDR says that the load bias is 0), no segments;
 *   - a dynamic section that needs "libc.so": musl knows the name and binds libc.so's own
 * references anew;
 *   - a symbol for each reference of libc.so that another object answers: copies of environ or
 * optind in the program, a malloc of LD_PRELOAD;
 *   - one constructor and one destructor, which stand for those of all objects (life.c).
 * The stack is what the kernel would make (gABI chapter 5, "Process Initialization") for argc 1
 * without environment: libc.so finds no LD_PRELOAD there. The real one is read later, by
 * __libc_start_main.
 */
#include "musl.h"

#include "arch.h"
#include "loader/memory.h"
#include "loader/symbol.h"
#include "loader/text.h"
#include <errno.h>
#include <string.h>

enum { PHDR_SELF, PHDR_DYNAMIC, PHDR_TLS, PHDR_STACK, PHDR_COUNT };
#define DYNAMIC_COUNT 9

struct stub {
    Elf64_Phdr phdr[PHDR_COUNT];
    Elf64_Dyn dynamic[DYNAMIC_COUNT];
    uintptr_t construct, destruct; /* DT_INIT_ARRAY and DT_FINI_ARRAY, one entry each */
    size_t symbol_count, symbol_room;
    Elf64_Sym *symbols;
    uint32_t *hash; /* DT_HASH with one bucket: so few symbols need no more */
};

/* -- symbols -- */

/* What stands before libc.so in the global scope answers a reference of libc.so, as natively. */
static struct symbol_result find_before_libc(const struct linker *linker, const char *name) {
    const struct object_list *scope = linker->base.global.list;
    struct symbol_request request = symbol_request_for(name, NULL);
    request.newest = true;
    request.for_call = true; /* a PLT entry of the program is no definition */
    for (size_t i = 0; i < scope->count && scope->item[i] != linker->base.libc; i++) {
        const Elf64_Sym *symbol = symbol_find_in(scope->item[i], &request);
        if (symbol)
            return (struct symbol_result){scope->item[i], symbol};
    }
    return (struct symbol_result){NULL, NULL};
}

static bool has_symbol(const struct stub *stub, uint32_t name) {
    for (size_t i = 1; i < stub->symbol_count; i++)
        if (stub->symbols[i].st_name == name)
            return true;
    return false;
}

/* A new symbol of the stub, or NULL: no memory. */
static Elf64_Sym *add_symbol(struct stub *stub) {
    Elf64_Sym *symbols = memory_grow(stub->symbols, &stub->symbol_room, stub->symbol_count + 1,
                                     sizeof stub->symbols[0]);
    if (!symbols)
        return NULL;
    stub->symbols = symbols;
    return &symbols[stub->symbol_count++];
}

/* A symbol of the stub for a reference that binds outside of libc.so. The stub uses libc.so's
 * strings: `name` is an offset there. */
static bool export_reference(struct stub *stub, const struct linker *linker, uint32_t name) {
    struct symbol_result found = find_before_libc(linker, linker->base.libc->strings + name);
    unsigned type = found.symbol ? ELF64_ST_TYPE(found.symbol->st_info) : STT_TLS;
    if (type == STT_TLS || type == STT_GNU_IFUNC || has_symbol(stub, name))
        return true;
    Elf64_Sym *symbol = add_symbol(stub);
    if (!symbol)
        return false;
    *symbol = (Elf64_Sym){
        .st_name = name,
        .st_info = found.symbol->st_info,
        .st_shndx = SHN_ABS,
        .st_value = symbol_address(found),
        .st_size = found.symbol->st_size,
    };
    return true;
}

static bool export_references(struct stub *stub, const struct linker *linker,
                              const Elf64_Rela *table, size_t count) {
    const struct object *libc = linker->base.libc;
    for (size_t i = 0; i < count; i++) {
        uint32_t index = (uint32_t)(table[i].r_info >> 32);
        if (index && symbol_index_is_valid(libc, index) &&
            !export_reference(stub, linker, libc->symbols[index].st_name))
            return false;
    }
    return true;
}

/* All symbols in the one chain of the one bucket (gABI chapter 5, "Hash Table"). */
static void make_hash(struct stub *stub) {
    uint32_t *buckets = stub->hash + 2, *chain = buckets + 1;
    stub->hash[0] = 1;
    stub->hash[1] = (uint32_t)stub->symbol_count;
    buckets[0] = stub->symbol_count > 1 ? 1 : 0;
    for (size_t i = 1; i < stub->symbol_count; i++)
        chain[i] = i + 1 < stub->symbol_count ? (uint32_t)i + 1 : 0;
}

static bool make_symbols(struct stub *stub, const struct linker *linker) {
    const struct object *libc = linker->base.libc;
    size_t named = libc->rela_count - libc->relative_count;
    if (!add_symbol(stub) || /* number 0 is empty */
        !export_references(stub, linker, libc->rela + libc->relative_count, named) ||
        !export_references(stub, linker, libc->plt_rela, libc->plt_rela_count))
        return false;
    stub->hash = memory_alloc((3 + stub->symbol_count) * sizeof stub->hash[0]);
    if (stub->hash)
        make_hash(stub);
    return stub->hash != NULL;
}

/* -- thread-local storage -- */

/* libc.so places the stub's block as it places any program's: at the thread pointer, the size
 * rounded up to the alignment below it (variant II), or behind the gap above it (variant I). */
static size_t image_size(const struct linker *linker) {
    const struct tls *tls = &linker->tls;
    return ARCH_TLS_BELOW_TP ? align_up(tls->size, tls->alignment) : tls->size - ARCH_TLS_GAP;
}

/* The block that libc.so copies for each new thread, seen as if it were a thread's: its thread
 * pointer. */
static uintptr_t image_thread_pointer(const struct linker *linker) {
    uintptr_t image = (uintptr_t)musl_of(linker)->image;
    return ARCH_TLS_BELOW_TP ? image + image_size(linker) : image - ARCH_TLS_GAP;
}

/* Where the last byte ends that is not 0 at the start of a thread: libc.so copies so much for each.
 */
static size_t initialised_size(const struct linker *linker) {
    ptrdiff_t base = (ptrdiff_t)(image_thread_pointer(linker) - (uintptr_t)musl_of(linker)->image);
    size_t end = (size_t)(base + linker->tls.slot) + sizeof(uint64_t); /* the slot's magic word */
    for (const struct object *object = linker->base.first; object; object = object->next)
        if (tls_is_static(object) && object->tls.file_size)
            end = max_size(end, (size_t)(base + object->tls.offset) + object->tls.file_size);
    return end;
}

static bool make_image(struct linker *linker) {
    size_t alignment = max_size(linker->tls.alignment, 16);
    /* Variant I: the image starts where the block does, ARCH_TLS_GAP behind an aligned address. */
    size_t before = ARCH_TLS_GAP;
    char *memory = memory_alloc_aligned(before + image_size(linker), alignment);
    if (!memory)
        return false;
    musl_of(linker)->image = memory + before;
    tls_initialise_block(linker, image_thread_pointer(linker), true);
    return true;
}

/* -- headers and stack -- */

static void make_headers(struct stub *stub, const struct linker *linker) {
    const struct object *program = linker->program;
    stub->phdr[PHDR_SELF] = (Elf64_Phdr){
        .p_type = PT_PHDR,
        .p_vaddr = (uintptr_t)stub->phdr,
        .p_memsz = sizeof stub->phdr,
    };
    stub->phdr[PHDR_DYNAMIC] = (Elf64_Phdr){
        .p_type = PT_DYNAMIC,
        .p_vaddr = (uintptr_t)stub->dynamic,
        .p_memsz = sizeof stub->dynamic,
    };
    stub->phdr[PHDR_TLS] = (Elf64_Phdr){
        .p_type = PT_TLS,
        .p_vaddr = (uintptr_t)musl_of(linker)->image,
        .p_filesz = initialised_size(linker),
        .p_memsz = image_size(linker),
        .p_align = linker->tls.alignment,
    };
    /* Its size is the size of new threads' stacks. */
    for (size_t i = 0; i < program->phnum; i++)
        if (program->phdr[i].p_type == PT_GNU_STACK)
            stub->phdr[PHDR_STACK] = program->phdr[i];
}

/* Of the one name that is not among libc.so's strings, the distance from them serves: its offset
 * is added to their address. */
static void make_dynamic(struct stub *stub, const struct linker *linker) {
    static const char own_name[] = "libc.so";
    uintptr_t strings = (uintptr_t)linker->base.libc->strings;
    stub->construct = (uintptr_t)musl_construct_all;
    stub->destruct = (uintptr_t)musl_destruct_all;
    const Elf64_Dyn dynamic[DYNAMIC_COUNT] = {
        {DT_NEEDED, {(uintptr_t)own_name - strings}},
        {DT_STRTAB, {strings}},
        {DT_SYMTAB, {(uintptr_t)stub->symbols}},
        {DT_HASH, {(uintptr_t)stub->hash}},
        {DT_INIT_ARRAY, {(uintptr_t)&stub->construct}},
        {DT_INIT_ARRAYSZ, {sizeof stub->construct}},
        {DT_FINI_ARRAY, {(uintptr_t)&stub->destruct}},
        {DT_FINI_ARRAYSZ, {sizeof stub->destruct}},
        {DT_NULL, {0}},
    };
    memcpy(stub->dynamic, dynamic, sizeof dynamic);
}

/* Of the real auxiliary vector, what is true for the stub as well. Without the user ids libc.so
 * takes the process for privileged; without the vdso it does not look for one twice. */
static bool is_passed_on(uint64_t type) {
    const uint64_t types = 1ULL << AT_PAGESZ | 1ULL << AT_HWCAP | 1ULL << AT_UID | 1ULL << AT_EUID |
                           1ULL << AT_GID | 1ULL << AT_EGID | 1ULL << AT_SECURE | 1ULL << AT_RANDOM;
    return type < 64 && types >> type & 1;
}

static void enter(const struct stub *stub, const struct linker *linker) {
    uintptr_t words[64] = {1, (uintptr_t)musl_program_name(linker), 0, 0};
    const Elf64_auxv_t own[] = {
        {AT_PHDR, {(uintptr_t)stub->phdr}},
        {AT_PHENT, {sizeof stub->phdr[0]}},
        {AT_PHNUM, {PHDR_COUNT}},
        {AT_BASE, {linker->base.libc->bias}},
        {AT_ENTRY, {(uintptr_t)musl_continue}},
    };
    memcpy(&words[4], own, sizeof own);
    size_t count = 4 + 2 * ARRAY_LENGTH(own);
    for (const Elf64_auxv_t *entry = linker->process.auxv;
         entry->a_type != AT_NULL && count < ARRAY_LENGTH(words) - 4; entry++)
        if (is_passed_on(entry->a_type)) {
            words[count++] = entry->a_type;
            words[count++] = entry->a_un.a_val;
        }
    musl_enter_libc(linker->base.libc->entry, words, count + 2); /* ends with AT_NULL, 0 */
}

bool musl_run_libc(struct linker *linker, struct error *error) {
    struct stub *stub = memory_alloc(sizeof *stub); /* libc.so keeps pointers to it */
    if (!stub || !make_symbols(stub, linker) || !make_image(linker))
        return error_no_memory(error, linker->base.libc->path);
    make_headers(stub, linker);
    make_dynamic(stub, linker);
    enter(stub, linker);
    if (tls_slot(linker, arch_thread_pointer())->magic != THREAD_SLOT_MAGIC)
        return error_set(error, ERROR_OTHER, ENOTSUP, linker->base.libc->path,
                         "this musl places thread-local storage in a way that myld does not know");
    return true;
}
