/*
 * Lazy binding made visible: the program finds the GOT slot of lazy_next() through its own dynamic
 * section and tells where the slot points before and after the first call.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int lazy_next(int number);

/* Where the tables of the main program are; dl_iterate_phdr visits it first. */
struct tables {
    const ElfW(Rela) * plt;
    size_t count;
    const ElfW(Sym) * symbols;
    const char *strings;
    uintptr_t bias;
};

static uintptr_t absolute(uintptr_t bias, uintptr_t address) {
    return address < bias ? address + bias : address; /* glibc relocates d_ptr, musl does not */
}

static int read_tables(struct dl_phdr_info *info, size_t size, void *out) {
    struct tables *tables = out;
    const ElfW(Dyn) *entry = NULL;

    (void)size;
    tables->bias = info->dlpi_addr;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
            entry = (const ElfW(Dyn) *)(tables->bias + info->dlpi_phdr[i].p_vaddr);
    for (; entry && entry->d_tag != DT_NULL; entry++) {
        uintptr_t address = absolute(tables->bias, entry->d_un.d_ptr);
        if (entry->d_tag == DT_JMPREL)
            tables->plt = (const ElfW(Rela) *)address;
        if (entry->d_tag == DT_PLTRELSZ)
            tables->count = entry->d_un.d_val / sizeof(ElfW(Rela));
        if (entry->d_tag == DT_SYMTAB)
            tables->symbols = (const ElfW(Sym) *)address;
        if (entry->d_tag == DT_STRTAB)
            tables->strings = (const char *)address;
    }
    return 1;
}

static void *volatile *slot_of(const char *name) {
    struct tables tables = {0};

    dl_iterate_phdr(read_tables, &tables);
    for (size_t i = 0; i < tables.count; i++) {
        const ElfW(Sym) *symbol = &tables.symbols[ELF64_R_SYM(tables.plt[i].r_info)];
        if (!strcmp(tables.strings + symbol->st_name, name))
            return (void *volatile *)(tables.bias + tables.plt[i].r_offset);
    }
    return NULL;
}

static void show(const char *when, void *volatile *slot) {
    Dl_info info = {0};

    if (!slot || !dladdr(*slot, &info)) {
        printf("%s: no slot\n", when);
        return;
    }
    const char *slash = strrchr(info.dli_fname, '/');
    printf("%s: the slot points into %s\n", when, slash ? slash + 1 : info.dli_fname);
}

int main(void) {
    void *volatile *slot = slot_of("lazy_next");

    show("before the first call", slot);
    printf("lazy_next(1) = %d\n", lazy_next(1));
    show("after the first call", slot);
    printf("lazy_next(2) = %d\n", lazy_next(2));
    return 0;
}
