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
    size_t symbol_count;
    Elf64_Sym *symbols;
    uint32_t *hash; /* DT_HASH with one bucket: so few symbols need no more */
    char *strings;
    size_t strings_used;
};

/* -- symbols -- */

typedef void reference_visitor(struct stub *stub, struct linker *linker, const char *name);

/* Calls visit() for each relocation of libc.so that names a symbol. */
static void each_reference(struct stub *stub, struct linker *linker, reference_visitor *visit) {
    const struct object *libc = linker->libc;
    const struct {
        const Elf64_Rela *table;
        size_t first, count;
    } parts[] = {
        {libc->rela, libc->relative_count, libc->rela_count},
        {libc->plt_rela, 0, libc->plt_rela_count},
    };
    for (size_t part = 0; part < ARRAY_LENGTH(parts); part++)
        for (size_t i = parts[part].first; i < parts[part].count; i++) {
            uint32_t index = (uint32_t)(parts[part].table[i].r_info >> 32);
            if (index && symbol_index_is_valid(libc, index))
                visit(stub, linker, libc->strings + libc->symbols[index].st_name);
        }
}

static void count_reference(struct stub *stub, struct linker *linker, const char *name) {
    (void)linker;
    stub->symbol_count++;
    stub->strings_used += strlen(name) + 1;
}

static uint32_t add_string(struct stub *stub, const char *text) {
    size_t at = stub->strings_used, size = strlen(text) + 1;
    memcpy(stub->strings + at, text, size);
    stub->strings_used += size;
    return (uint32_t)at;
}

static bool has_symbol(const struct stub *stub, const char *name) {
    for (size_t i = 1; i < stub->symbol_count; i++)
        if (strcmp(stub->strings + stub->symbols[i].st_name, name) == 0)
            return true;
    return false;
}

/* A symbol of the stub for a reference that binds outside of libc.so. */
static void export_reference(struct stub *stub, struct linker *linker, const char *name) {
    struct symbol_request request = symbol_request_for(name, NULL);
    request.newest = true;
    request.for_call = true; /* a PLT entry of the program is no definition */
    struct symbol_result found = symbol_find_in_list(linker->base.global.list, 0, &request);
    unsigned type = found.symbol ? ELF64_ST_TYPE(found.symbol->st_info) : STT_TLS;
    if (found.object == linker->libc || type == STT_TLS || type == STT_GNU_IFUNC ||
        has_symbol(stub, name))
        return;
    stub->symbols[stub->symbol_count] = (Elf64_Sym){
        .st_name = add_string(stub, name),
        .st_info = found.symbol->st_info,
        .st_shndx = SHN_ABS,
        .st_value = symbol_address(found),
        .st_size = found.symbol->st_size,
    };
    stub->symbol_count++;
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

static bool make_symbols(struct stub *stub, struct linker *linker) {
    stub->symbol_count = 1; /* entry 0 is empty, as is the first string */
    stub->strings_used = 1 + sizeof "libc.so";
    each_reference(stub, linker, count_reference);
    stub->symbols = memory_alloc(stub->symbol_count * sizeof stub->symbols[0]);
    stub->hash = memory_alloc((3 + stub->symbol_count) * sizeof stub->hash[0]);
    stub->strings = memory_alloc(stub->strings_used);
    if (!stub->symbols || !stub->hash || !stub->strings)
        return false;
    stub->symbol_count = 1;
    stub->strings_used = 1;
    each_reference(stub, linker, export_reference);
    make_hash(stub);
    return true;
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
        if (object->tls.is_static && object->tls.file_size)
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

static void make_dynamic(struct stub *stub) {
    stub->construct = (uintptr_t)musl_construct_all;
    stub->destruct = (uintptr_t)musl_destruct_all;
    const Elf64_Dyn dynamic[DYNAMIC_COUNT] = {
        {DT_NEEDED, {add_string(stub, "libc.so")}},
        {DT_STRTAB, {(uintptr_t)stub->strings}},
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
    static const unsigned char types[] = {AT_PAGESZ, AT_HWCAP, AT_UID,    AT_EUID,
                                          AT_GID,    AT_EGID,  AT_SECURE, AT_RANDOM};
    return type < 256 && memchr(types, (int)type, sizeof types);
}

static void enter(const struct stub *stub, const struct linker *linker) {
    uintptr_t words[64] = {1, (uintptr_t)musl_program_name(linker), 0, 0};
    const Elf64_auxv_t own[] = {
        {AT_PHDR, {(uintptr_t)stub->phdr}},
        {AT_PHENT, {sizeof stub->phdr[0]}},
        {AT_PHNUM, {PHDR_COUNT}},
        {AT_BASE, {linker->libc->bias}},
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
    musl_enter_libc(linker->libc->entry, words, count + 2); /* ends with AT_NULL, 0 */
}

bool musl_run_libc(struct linker *linker, struct error *error) {
    struct stub *stub = memory_alloc(sizeof *stub); /* libc.so keeps pointers to it */
    if (!stub || !make_symbols(stub, linker) || !make_image(linker))
        return error_no_memory(error, linker->libc->path);
    make_headers(stub, linker);
    make_dynamic(stub);
    enter(stub, linker);
    if (tls_slot(linker, arch_thread_pointer())->magic != THREAD_SLOT_MAGIC)
        return error_set(error, ERROR_OTHER, ENOTSUP, linker->libc->path,
                         "this musl places thread-local storage in a way that myld does not know");
    return true;
}
