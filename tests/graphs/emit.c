/* Writes the files of a graph; see graph.h. */
#include "graph.h"
#include "machine.h"
#include "writer.h"
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The engine's code, from the file that the build made (tests.mk). */
extern const unsigned char engine_code[], engine_code_end[];

static char *name_buffer(void) {
    static char buffers[4][80];
    static unsigned next;
    return buffers[next++ % 4];
}

const char *module_path(const struct module *module) {
    char *text = name_buffer();
    if (module->id == 0)
        return "./graph";
    snprintf(text, 80, "./%slibgraph%d.so", module->in_folder ? "sub/" : "", module->id);
    return text;
}

const char *module_name(const struct module *module, enum naming naming) {
    char *text = name_buffer();
    const char *path = module_path(module), *file = strrchr(path, '/') + 1;
    if (naming == BY_PATH)
        return path;
    if (naming == BY_SONAME && module->soname[0])
        return module->soname;
    snprintf(text, 80, "%s%s", naming == BY_ORIGIN ? "$ORIGIN/" : "", file);
    return text;
}

/* What one file's parts know of each other. */
struct file {
    const struct graph *graph;
    const struct module *module;
    struct elf *elf;
    uint64_t engine, table;
    uint64_t plt0, plt, got; /* the PLT, and GOT[0] */
    uint64_t thread_local_start;
    unsigned symbols[DEFINITIONS];
    uint64_t labels[DEFINITIONS]; /* of data: the definition itself */
};

/* -- definitions -- */

static const char *symbol_name(char kind, int number) {
    char *text = name_buffer();
    snprintf(text, 80, "%c%d", kind, number);
    return text;
}

static void write_label(const struct file *file, uint64_t at, const struct definition *from) {
    char text[LABEL_SIZE + 40];
    snprintf(text, sizeof text, "%d:%c%d", file->module->id, from->kind, from->number);
    if (from->version)
        snprintf(text + strlen(text), 20, "%s%d", from->hidden ? "@V" : "@@V", from->version);
    memcpy(elf_at(file->elf, at), text, strlen(text));
}

/* Text, so that a function stands where code may be run: a stub that returns the label. */
static uint64_t place_stub(struct file *file) {
    return elf_place(file->elf, MACHINE_STUB_SIZE, MACHINE_STUB_SIZE);
}

static uint16_t version_number(struct file *file, const struct definition *from) {
    char name[16];
    if (!from->version)
        return VER_NDX_GLOBAL;
    snprintf(name, sizeof name, "V%d", from->version);
    return elf_define_version(file->elf, name) | (from->hidden ? 0x8000 : 0);
}

static void define(struct file *file, int i, uint64_t code) {
    const struct definition *from = &file->module->definitions[i];
    struct elf *elf = file->elf;
    unsigned char type = from->kind == 'd' ? STT_OBJECT : from->kind == 't' ? STT_TLS : STT_FUNC;
    uint64_t value = from->kind == 'd'   ? file->labels[i]
                     : from->kind == 't' ? file->labels[i] - file->thread_local_start
                                         : code;
    if (from->kind == 'f') {
        machine_put_return(elf_at(elf, code), code, file->labels[i]);
        if (from->indirect) {
            type = STT_GNU_IFUNC;
            value = code + MACHINE_STUB_SIZE;
            machine_put_return(elf_at(elf, value), value, code);
        }
    }
    file->symbols[i] =
        elf_symbol(elf, symbol_name(from->kind, from->number), ELF64_ST_INFO(from->binding, type),
                   from->visibility, 1, value, from->kind == 'f' ? MACHINE_STUB_SIZE : LABEL_SIZE,
                   version_number(file, from));
}

/* The initial image of the thread-local variables, which lie together. */
static void place_thread_locals(struct file *file) {
    const struct module *module = file->module;
    struct elf *elf = file->elf;
    uint64_t alignment = module->aligned_tls ? 64 : 8;
    file->thread_local_start = elf_place(elf, 0, alignment);
    for (int i = 0; i < module->definition_count; i++)
        if (module->definitions[i].kind == 't')
            file->labels[i] = elf_place(elf, LABEL_SIZE, 8);
    /* Where the program has none, ld-musl on aarch64 gives a library's first variable the offset 0,
     * which the engine would take for an undefined one. */
    if (module->id == 0 && file->graph->libc == LIBC_MUSL)
        elf_place(elf, 8, 8);
    uint64_t size = elf_here(elf) - file->thread_local_start;
    if (size)
        elf_header(elf, PT_TLS, PF_R, file->thread_local_start, size, size + 40, alignment);
}

static void place_definitions(struct file *file, const uint64_t *code) {
    const struct module *module = file->module;
    place_thread_locals(file);
    for (int i = 0; i < module->definition_count; i++) {
        const struct definition *from = &module->definitions[i];
        if (!from->kind)
            continue;
        if (from->kind != 't')
            file->labels[i] = elf_place(file->elf, LABEL_SIZE, 8);
        write_label(file, file->labels[i], from);
        define(file, i, code[i]);
    }
}

/* -- references -- */

static char kind_letter(enum engine_reference kind) {
    if (kind <= REFERENCE_FUNCTION_WORD)
        return 'f';
    return kind <= REFERENCE_COPY ? 'd' : 't';
}

/* As the link editor: a symbol that the file defines itself stands for the reference, too. */
static unsigned own_symbol(const struct file *file, char letter, int number) {
    const struct module *module = file->module;
    unsigned found = ELF_NO_SYMBOL;
    for (int i = module->definition_count; i-- > 0;)
        if (module->definitions[i].kind == letter && module->definitions[i].number == number &&
            (found == ELF_NO_SYMBOL || !module->definitions[i].hidden))
            found = file->symbols[i];
    return found;
}

static unsigned reference_symbol(struct file *file, const struct reference *reference) {
    char letter = kind_letter(reference->kind), version[16];
    unsigned own = own_symbol(file, letter, reference->number);
    uint16_t number = VER_NDX_GLOBAL;
    if (own != ELF_NO_SYMBOL)
        return own;
    const struct need *need = &file->module->needs[reference->of];
    if (reference->version && need->module >= 0) {
        snprintf(version, sizeof version, "V%d", reference->version);
        const struct module *of = &file->graph->modules[need->module];
        number = elf_need_version(file->elf, module_name(of, need->naming), version);
    }
    unsigned char type = letter == 't' ? STT_TLS : letter == 'd' ? STT_OBJECT : STT_FUNC;
    return elf_symbol(file->elf, symbol_name(letter, reference->number),
                      ELF64_ST_INFO(reference->weak ? STB_WEAK : STB_GLOBAL, type), STV_DEFAULT,
                      SHN_UNDEF, 0, 0, number);
}

/* A copy is a definition of the program's. */
static void write_copy(struct file *file, const struct reference *reference, uint64_t slot) {
    unsigned symbol = elf_symbol(file->elf, symbol_name('d', reference->number),
                                 ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), STV_DEFAULT, 1, slot,
                                 LABEL_SIZE, VER_NDX_GLOBAL);
    elf_relocation(file->elf, false, MACHINE_COPY, slot, symbol, 0);
}

/* Returns what the engine takes for the slot. */
static uint64_t write_call(struct file *file, const struct reference *reference) {
    uint32_t number = elf_plt_count(file->elf);
    uint64_t slot = file->got + 8 * (3 + (uint64_t)number);
    uint64_t entry = file->plt + (uint64_t)number * MACHINE_STUB_SIZE;
    uint64_t first = machine_put_plt(elf_at(file->elf, entry), entry, file->plt0, slot, number);
    memcpy(elf_at(file->elf, slot), &first, sizeof first);
    elf_relocation(file->elf, true, MACHINE_JUMP_SLOT, slot, reference_symbol(file, reference), 0);
    return entry;
}

static void write_local(struct file *file, uint64_t slot) {
    elf_relocation(file->elf, false, MACHINE_DTPMOD, slot, ELF_NO_SYMBOL, 0);
}

static uint64_t write_reference(struct file *file, const struct reference *reference,
                                uint64_t slot) {
    static const uint32_t types[] = {
        [REFERENCE_POINTER] = MACHINE_GLOB_DAT,       [REFERENCE_FUNCTION_WORD] = MACHINE_ABSOLUTE,
        [REFERENCE_DATA] = MACHINE_GLOB_DAT,          [REFERENCE_WORD] = MACHINE_ABSOLUTE,
        [REFERENCE_TLS_GENERAL] = MACHINE_DTPMOD,     [REFERENCE_TLS_INITIAL] = MACHINE_TPREL,
        [REFERENCE_TLS_DESCRIPTOR] = MACHINE_TLSDESC,
    };
    if (reference->kind == REFERENCE_CALL)
        return write_call(file, reference);
    if (reference->kind == REFERENCE_COPY)
        write_copy(file, reference, slot);
    else if (reference->kind == REFERENCE_TLS_LOCAL)
        write_local(file, slot);
    else {
        unsigned symbol = reference_symbol(file, reference);
        elf_relocation(file->elf, false, types[reference->kind], slot, symbol,
                       reference->kind == REFERENCE_WORD ? REFERENCE_ADDEND : 0);
        if (reference->kind == REFERENCE_TLS_GENERAL)
            elf_relocation(file->elf, false, MACHINE_DTPREL, slot + 8, symbol, 0);
    }
    return slot;
}

static uint64_t place_imports(struct file *file, uint64_t slots) {
    const struct module *module = file->module;
    struct elf *elf = file->elf;
    uint64_t at =
        elf_place(elf, (uint64_t)module->reference_count * sizeof(struct engine_import), 8);
    struct engine_import *imports = elf_at(elf, at);
    uint64_t next = at;
    for (int i = 0; i < module->reference_count; i++) {
        const struct reference *reference = &module->references[i];
        if (reference->removed)
            continue;
        uint64_t slot = slots + (uint64_t)i * LABEL_SIZE;
        imports->kind = reference->kind;
        elf_pointer(elf, next + offsetof(struct engine_import, name),
                    elf_text(elf, symbol_name(kind_letter(reference->kind), reference->number)));
        elf_pointer(elf, next + offsetof(struct engine_import, slot),
                    write_reference(file, reference, slot));
        imports++;
        next += sizeof *imports;
    }
    uint64_t count = (next - at) / sizeof *imports;
    memcpy(elf_at(elf, file->table + offsetof(struct engine_library, import_count)), &count,
           sizeof count);
    return at;
}

/* -- steps -- */

static const char *step_text(const struct file *file, const struct step *step) {
    return step->module >= 0 ? module_name(&file->graph->modules[step->module], step->naming)
                             : step->name;
}

static uint64_t place_steps(struct file *file, const struct steps *steps) {
    struct elf *elf = file->elf;
    char version[16];
    uint64_t at = elf_place(elf, (uint64_t)(steps->count + 1) * sizeof(struct engine_step), 8);
    for (int i = 0; i < steps->count; i++) {
        const struct step *from = &steps->step[i];
        uint64_t here = at + (uint64_t)i * sizeof(struct engine_step);
        *(struct engine_step *)elf_at(elf, here) = (struct engine_step){
            .operation = from->operation, .slot = from->slot, .number = from->number};
        elf_pointer(elf, here + offsetof(struct engine_step, text),
                    elf_text(elf, step_text(file, from)));
        snprintf(version, sizeof version, "V%d", from->version);
        if (from->operation == OPERATION_VERSION)
            elf_pointer(elf, here + offsetof(struct engine_step, version), elf_text(elf, version));
    }
    return at;
}

/* -- the file -- */

static uint64_t entry_stub(struct file *file, enum engine_entry entry) {
    uint64_t at = place_stub(file);
    machine_put_jump(elf_at(file->elf, at), at, file->table,
                     file->engine + (uint64_t)entry * ENGINE_ENTRY_SIZE);
    return at;
}

static void place_services(struct file *file) {
#define ENGINE_SERVICE_NAME(name) #name,
    static const char *const names[] = {ENGINE_SERVICES(ENGINE_SERVICE_NAME)};
    struct elf *elf = file->elf;
    for (int i = 0; i < SERVICE_COUNT; i++) {
        bool is_start = i == SERVICE___libc_start_main;
        if (is_start && file->module->id)
            continue;
        uint16_t version = is_start && file->graph->libc == LIBC_GLIBC
                               ? elf_need_version(elf, "libc.so.6", "GLIBC_2.34")
                               : VER_NDX_GLOBAL;
        unsigned symbol = elf_symbol(elf, names[i], ELF64_ST_INFO(STB_WEAK, STT_NOTYPE),
                                     STV_DEFAULT, SHN_UNDEF, 0, 0, version);
        elf_relocation(elf, false, MACHINE_GLOB_DAT,
                       file->table + offsetof(struct engine_library, services) + 8 * (uint64_t)i,
                       symbol, 0);
    }
}

static void fill_table(struct file *file, uint64_t slots) {
    const struct module *module = file->module;
    struct elf *elf = file->elf;
    uint64_t table = file->table;
    char name[16] = "main";
    if (module->id)
        snprintf(name, sizeof name, "lib%d", module->id);
#define FIELD(name) (table + offsetof(struct engine_library, name))
    elf_pointer(elf, FIELD(name), elf_text(elf, name));
    elf_pointer(elf, FIELD(imports), place_imports(file, slots));
    elf_pointer(elf, FIELD(constructor), place_steps(file, &module->constructor));
    elf_pointer(elf, FIELD(destructor), place_steps(file, &module->destructor));
    elf_pointer(elf, FIELD(main), place_steps(file, &module->main));
    elf_pointer(elf, FIELD(act), place_steps(file, &module->act));
    elf_pointer(elf, FIELD(start), (table & ~0xfffffULL) + sizeof(Elf64_Ehdr));
    elf_pointer(elf, FIELD(end), elf_here(elf));
    place_services(file);
}

static void write_needs(const struct file *file) {
    const struct module *module = file->module;
    for (int i = 0; i < module->need_count; i++)
        if (module->needs[i].module >= 0)
            elf_dynamic_text(file->elf, DT_NEEDED,
                             module_name(&file->graph->modules[module->needs[i].module],
                                         module->needs[i].naming));
    if (module->missing)
        elf_dynamic_text(file->elf, DT_NEEDED, "libgraph_missing.so");
    if (module->needs_libc)
        elf_dynamic_text(file->elf, DT_NEEDED,
                         file->graph->libc == LIBC_MUSL ? "libc.so" : "libc.so.6");
    if (module->soname[0])
        elf_dynamic_text(file->elf, DT_SONAME, module->soname);
    if (module->rpath)
        elf_dynamic_text(file->elf, DT_RPATH, module->rpath);
    if (module->runpath)
        elf_dynamic_text(file->elf, DT_RUNPATH, module->runpath);
}

static void write_flags(const struct file *file) {
    const struct module *module = file->module;
    uint64_t flags = (module->bind_now ? DF_BIND_NOW : 0) | (module->symbolic ? DF_SYMBOLIC : 0);
    uint64_t flags_1 = (module->bind_now ? DF_1_NOW : 0) | (module->no_delete ? DF_1_NODELETE : 0) |
                       (module->init_first ? DF_1_INITFIRST : 0) |
                       (module->no_open ? DF_1_NOOPEN : 0) | (module->global ? DF_1_GLOBAL : 0);
    if (flags)
        elf_dynamic(file->elf, DT_FLAGS, flags);
    if (flags_1)
        elf_dynamic(file->elf, DT_FLAGS_1, flags_1);
}

/* Arrays of one function. */
static void write_life(struct file *file, uint64_t arrays, const uint64_t *entries) {
    struct elf *elf = file->elf;
    elf_pointer(elf, arrays, entries[ENTRY_CONSTRUCT]);
    elf_pointer(elf, arrays + 8, entries[ENTRY_DESTRUCT]);
    elf_dynamic(elf, DT_INIT_ARRAY, arrays);
    elf_dynamic(elf, DT_INIT_ARRAYSZ, 8);
    elf_dynamic(elf, DT_FINI_ARRAY, arrays + 8);
    elf_dynamic(elf, DT_FINI_ARRAYSZ, 8);
    if (file->module->init)
        elf_dynamic(elf, DT_INIT, entries[ENTRY_INIT]);
    if (file->module->fini)
        elf_dynamic(elf, DT_FINI, entries[ENTRY_FINI]);
    if (file->module->id == 0)
        elf_pointer(elf, file->table + offsetof(struct engine_library, main_entry),
                    entries[ENTRY_MAIN]);
}

static void define_act(struct file *file, uint64_t entry) {
    elf_symbol(file->elf, symbol_name('a', file->module->id), ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
               STV_DEFAULT, 1, entry, MACHINE_STUB_SIZE, VER_NDX_GLOBAL);
}

/* Code, then what RELRO covers, then data. The table's address is needed by the code: the data's
 * beginning is computed first. */
static uint64_t write_parts(struct file *file) {
    enum { CODE_PAGES = 4, PAGE = 0x1000 };
    const struct module *module = file->module;
    struct elf *elf = file->elf;
    uint64_t code[DEFINITIONS], entries[ENTRIES];
    file->table = (elf_here(elf) & -(uint64_t)PAGE) + CODE_PAGES * PAGE;
    size_t size = (size_t)(engine_code_end - engine_code);
    file->engine = elf_place(elf, size, 64);
    memcpy(elf_at(elf, file->engine), engine_code, size);
    for (int i = 0; i < ENTRIES; i++)
        entries[i] = entry_stub(file, (enum engine_entry)i);
    for (int i = 0; i < module->definition_count; i++) {
        code[i] = place_stub(file);
        place_stub(file);
    }
    file->plt0 = place_stub(file);
    file->plt = elf_place(elf, (uint64_t)module->reference_count * MACHINE_STUB_SIZE, 16);
    if (elf_here(elf) >= file->table)
        errx(2, "the code of a library takes more than its pages");
    elf_place(elf, 0, PAGE);
    while (elf_here(elf) < file->table)
        elf_place(elf, PAGE, PAGE);

    elf_segment(elf, PF_R | PF_W);
    uint64_t table = elf_place(elf, PAGE, PAGE); /* writable for good */
    uint64_t start = elf_here(elf);
    elf_place_dynamic(elf);
    uint64_t slots = elf_place(elf, (uint64_t)module->reference_count * LABEL_SIZE, 16);
    uint64_t arrays = elf_place(elf, 16, 8);
    if (module->relro) {
        elf_place(elf, 0, PAGE);
        elf_header(elf, PT_GNU_RELRO, PF_R, start, elf_here(elf) - start, elf_here(elf) - start, 1);
    }
    file->got = elf_place(elf, 8 * (3 + (uint64_t)module->reference_count), 8);
    machine_put_plt0(elf_at(elf, file->plt0), file->plt0, file->got);
    memcpy(elf_at(elf, file->got), &start, sizeof start);
    if (table != file->table)
        errx(2, "the table is not where it was to be");
    place_definitions(file, code);
    define_act(file, entries[ENTRY_ACT]);
    fill_table(file, slots);
    write_life(file, arrays, entries);
    if (elf_plt_count(elf))
        elf_dynamic(elf, DT_PLTGOT, file->got);
    return entries[ENTRY_START];
}

static void emit_module(const struct graph *graph, const struct module *module,
                        const char *interpreter) {
    bool is_program = module->id == 0;
    struct file file = {
        .graph = graph,
        .module = module,
        .elf = elf_new((struct elf_options){
            .base = is_program && module->fixed ? 0x400000 : 0,
            .interpreter = is_program ? interpreter : NULL,
            .gnu_hash = !module->sysv_hash,
            .sysv_hash = module->sysv_hash,
            .count_relative = module->id % 2,
        }),
    };
    write_needs(&file);
    write_flags(&file);
    uint64_t entry = write_parts(&file);
    if (is_program)
        elf_dynamic(file.elf, DT_DEBUG, 0);
    elf_write(file.elf, module_path(module), is_program ? entry : 0);
}

/* What an earlier graph has left must not be found. */
static void clear_folder(void) {
    mkdir("sub", 0755);
    for (int id = 1; id < MODULES; id++)
        for (int in_folder = 0; in_folder < 2; in_folder++)
            unlink(module_path(&(struct module){.id = id, .in_folder = in_folder}));
}

void graph_emit(const struct graph *graph, const char *interpreter) {
    clear_folder();
    for (int i = 0; i < graph->count; i++)
        if (!graph->modules[i].removed)
            emit_module(graph, &graph->modules[i], interpreter);
}
