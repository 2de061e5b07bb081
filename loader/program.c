/* From the kernel's mapping or from a file to the program's object; see program.h. */
#include "program.h"

#include "dynamic.h"
#include "facts.h"
#include "linker.h"
#include "load.h"
#include "sys.h"
#include "text.h"
#include "version.h"
#include <string.h>

static bool read_contents(struct linker *linker, struct object *object, struct error *error) {
    return dynamic_read(object, error) && version_read(object, error) &&
           (!object->tls.memory_size || tls_add_module(linker, object, error));
}

static const char *find_interpreter(const struct object *program) {
    for (size_t i = 0; i < program->phnum; i++) {
        const Elf64_Phdr *header = &program->phdr[i];
        const char *text = (const char *)(program->bias + header->p_vaddr);
        if (header->p_type == PT_INTERP && header->p_filesz &&
            object_segment(program, (uintptr_t)text, header->p_filesz) &&
            text[header->p_filesz - 1] == 0)
            return text;
    }
    return NULL;
}

/* True when PT_PHDR, from which the load bias was taken, agrees with every segment that holds it.
 */
static bool bias_is_sound(const struct process *process, const Elf64_Phdr *table, uintptr_t bias) {
    for (size_t i = 0; table && i < process->phnum; i++) {
        const Elf64_Phdr *header = &process->phdr[i];
        if (header->p_type == PT_LOAD && table->p_offset >= header->p_offset &&
            table->p_offset - header->p_offset < header->p_filesz &&
            table->p_vaddr - table->p_offset != header->p_vaddr - header->p_offset)
            return false;
    }
    return bias % process->page_size == 0;
}

/* Where no segment holds the program header table, or none that can be read, the kernel names an
 * address all the same. */
static bool table_is_readable(const struct process *process) {
    const Elf64_Phdr *table = process->phdr;
    const char *end = (const char *)(table + process->phnum) - SYS_PROBE_SIZE;
    bool one_page = ((uintptr_t)table ^ (uintptr_t)end) < process->page_size;
    return table && process->phnum && sys_can_read(table) && (one_page || sys_can_read(end));
}

/* A file that is shorter than its headers say was mapped all the same. If the last of its pages is
 * there, all are. */
static bool is_complete(const struct object *program) {
    const Elf64_Phdr *last = NULL;
    for (size_t i = 0; i < program->phnum; i++) {
        const Elf64_Phdr *header = &program->phdr[i];
        if (header->p_type == PT_LOAD && header->p_flags & PF_R && header->p_filesz &&
            (!last || header->p_offset + header->p_filesz > last->p_offset + last->p_filesz))
            last = header;
    }
    if (!last)
        return true;
    uintptr_t end = program->bias + last->p_vaddr + last->p_filesz;
    return sys_can_read((const void *)align_down(end - 1, SYS_PROBE_SIZE));
}

/* The kernel has mapped the program: its load bias follows from where its program headers are. */
static bool adopt_program(struct linker *linker, struct object *program, struct error *error) {
    const struct process *process = &linker->process;
    const Elf64_Phdr *table = NULL;
    if (!table_is_readable(process))
        return error_set(error, ERROR_FILE, 0, program->label, "invalid program header table");
    for (size_t i = 0; i < process->phnum; i++)
        if (process->phdr[i].p_type == PT_PHDR)
            table = &process->phdr[i];
    uintptr_t bias = table ? (uintptr_t)process->phdr - table->p_vaddr : 0;
    program->kernel_mapped = true;
    program->entry = process->entry;
    if (!image_adopt(program, process->phdr, process->phnum, bias, process->page_size, error))
        return false;
    if (!is_complete(program))
        return error_set(error, ERROR_FILE, 0, program->label, "file too short");
    return (bias_is_sound(process, table, bias) &&
            object_segment(program, (uintptr_t)process->phdr, process->phnum * sizeof *table)) ||
           error_set(error, ERROR_FILE, 0, program->label, "invalid program header table");
}

/* $ORIGIN of a program is the folder of the file itself, whatever links led to it: as
 * /proc/self/exe has it. */
OWN_FRAME static void set_program_origin(struct object *program, int fd) {
    char link[32], path[SEARCH_PATH_MAX];
    format_text(link, sizeof link, "/proc/self/fd/%d", fd);
    long length = sys_readlink(link, path, sizeof path - 1);
    if (length <= 0 || path[0] != '/')
        return;
    path[length] = 0;
    search_set_origin(program, path);
}

/* What is only listed has the origin that ld.so's --list gives it: by the path, links not followed.
 */
static void set_listed_origin(struct linker *linker, struct object *program, const char *path) {
    const char *empty = program->path;
    program->path = path;
    search_origin(&linker->search, program);
    program->path = empty;
}

/* A name without a slash is searched for like a library; nobody looks at PATH (ld.so(8)). */
OWN_FRAME static bool find_program(struct linker *linker, const char *name, struct image_file *file,
                                   struct error *error) {
    char path[SEARCH_PATH_MAX];
    bool foreign;
    if (strchr(name, '/'))
        return image_open_for(
            file, name, options_is_question(&linker->options) ? 0 : linker->search.facts->machine,
            &foreign, error);
    linker->shim->set_search(linker);
    if (search_open(&linker->search, name, NULL, NULL, file, path, error))
        return true;
    return error_set(error, ERROR_OPEN, 0, name, "cannot open shared object file");
}

/* A question about a program of another machine: its rules count, and myld is not its loader. */
static void turn_to_machine(struct linker *linker, uint16_t machine) {
    linker->search.facts = facts_find(machine);
    linker->self->soname = NULL;
}

OWN_FRAME static bool open_program(struct linker *linker, struct object *program, const char *path,
                                   struct error *error) {
    struct image_file file;
    if (!find_program(linker, path, &file, error))
        return false;
    if (linker->options.mode == MODE_RUN)
        set_program_origin(program, file.fd);
    else
        set_listed_origin(linker, program, path);
    if (file.header.e_machine != linker->search.facts->machine)
        turn_to_machine(linker, file.header.e_machine);
    bool mapped = image_map(program, &file, linker->process.page_size, &linker->map_hint, error);
    image_close(&file);
    program->owns_mapping = false;
    return mapped;
}

bool program_load(struct linker *linker, const char *path, struct error *error) {
    struct object *program = object_new(OBJECT_PROGRAM, "");
    if (!program)
        return error_no_memory(error, "");
    program->label = path ? path : linker->process.argc ? linker->process.argv[0] : "";
    program->never_unload = true;
    program->open_count = 1; /* whoever started it */
    program->guard = arch_guard(linker->process.hwcap2);
    linker->program = program;
    load_append(linker, &linker->base, program);
    if (!(path ? open_program(linker, program, path, error)
               : adopt_program(linker, program, error)))
        return false;
    linker->interpreter = find_interpreter(program);
    return read_contents(linker, program, error);
}

bool program_add_vdso(struct linker *linker, struct error *error) {
    const struct process *process = &linker->process;
    if (!process->vdso || linker->search.facts != facts_here())
        return true;
    const Elf64_Phdr *phdr =
        (const Elf64_Phdr *)((const char *)process->vdso + process->vdso->e_phoff);
    struct object *vdso = object_new(OBJECT_VDSO, "linux-vdso.so.1");
    if (!vdso)
        return error_no_memory(error, "");
    uintptr_t bias = (uintptr_t)process->vdso;
    for (size_t i = 0; i < process->vdso->e_phnum; i++)
        if (phdr[i].p_type == PT_LOAD) {
            bias -= phdr[i].p_vaddr;
            break;
        }
    vdso->never_unload = true;
    if (!image_adopt(vdso, phdr, process->vdso->e_phnum, bias, process->page_size, error) ||
        !read_contents(linker, vdso, error))
        return false;
    vdso->needed = object_list_new(0);
    vdso->relocated = true;
    vdso->executable_stack = false;
    load_append(linker, &linker->base, vdso);
    linker->vdso = vdso;
    return vdso->needed != NULL;
}
