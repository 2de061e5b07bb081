/* The kernel's initial stack, read and rewritten. */
#include "process.h"

#include <string.h>

static void read_auxiliary(struct process *process, const Elf64_auxv_t *entry) {
    uint64_t value = entry->a_un.a_val;
    switch (entry->a_type) {
    case AT_PAGESZ:
        process->page_size = value;
        break;
    case AT_PHDR:
        process->phdr = (const Elf64_Phdr *)value;
        break;
    case AT_PHNUM:
        process->phnum = value;
        break;
    case AT_ENTRY:
        process->entry = value;
        break;
    case AT_BASE:
        process->base = value;
        break;
    case AT_RANDOM:
        process->random = (const unsigned char *)value;
        break;
    case AT_SYSINFO_EHDR:
        process->vdso = (const Elf64_Ehdr *)value;
        break;
    case AT_PLATFORM:
        process->platform = (const char *)value;
        break;
    case AT_EXECFN:
        process->executable = (const char *)value;
        break;
    case AT_HWCAP:
        process->hwcap = value;
        break;
    case AT_HWCAP2:
        process->hwcap2 = value;
        break;
    case AT_MINSIGSTKSZ:
        process->minimum_signal_stack = value;
        break;
    case AT_SECURE:
        process->secure = value != 0;
        break;
    default:
        break;
    }
}

void process_read(struct process *process, void *stack) {
    *process = (struct process){.stack = stack, .page_size = 4096};
    process->argc = (int)*(uintptr_t *)stack;
    process->argv = (char **)stack + 1;
    process->envp = process->argv + process->argc + 1;
    char **after = process->envp;
    while (*after)
        after++;
    process->auxv = (Elf64_auxv_t *)(after + 1);
    for (const Elf64_auxv_t *entry = process->auxv; entry->a_type != AT_NULL; entry++)
        read_auxiliary(process, entry);
}

/* True when the definition "NAME=value" is of the variable `name`. */
static bool defines(const char *definition, const char *name, size_t length) {
    return strncmp(definition, name, length) == 0 && definition[length] == '=';
}

/* Moves what lies on the stack from `from` on, to the end of the auxiliary vector, down to `to`:
 * the vector must follow the environment's NULL directly, for musl and others find it by walking
 * there. */
static void close_gap(struct process *process, char **to, char **from) {
    Elf64_auxv_t *last = process->auxv;
    while (last->a_type != AT_NULL)
        last++;
    memmove(to, from, (size_t)((char *)(last + 1) - (char *)from));
    process->auxv = (Elf64_auxv_t *)((char **)process->auxv - (from - to));
}

void process_unset(struct process *process, const char *name) {
    size_t length = strlen(name);
    char **variable = process->envp;
    while (*variable)
        if (defines(*variable, name, length))
            close_gap(process, variable, variable + 1);
        else
            variable++;
}

void process_drop_arguments(struct process *process, int count) {
    if (count == 0)
        return;
    close_gap(process, process->argv, process->argv + count);
    process->argc -= count;
    *(uintptr_t *)process->stack = (uintptr_t)process->argc;
    process->envp -= count;
}

void process_set_auxiliary(struct process *process, uint64_t type, uint64_t value) {
    for (Elf64_auxv_t *entry = process->auxv; entry->a_type != AT_NULL; entry++)
        if (entry->a_type == type)
            entry->a_un.a_val = value;
}
