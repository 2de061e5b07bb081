/*
 * Which implementation of each IFUNC function the loader has let libc.so.6 and libm.so.6 choose.
 *
 * Such a function (memcpy, strlen, sin …) exists several times, for several processors. The loader
 * runs its resolver, which looks at what the loader has found out about the processor, and writes
 * the answer into a slot. This program reads the relocations of both libraries and its own again
 * and prints those slots, without load addresses: equal lines mean equal choices. Then it prints
 * what sysconf tells of the caches, which comes from the same place.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#ifdef __aarch64__
#define IRELATIVE R_AARCH64_IRELATIVE
#else
#define IRELATIVE R_X86_64_IRELATIVE
#endif

/* A loaded object: its name without folders, load bias, and what its dynamic section points to. */
struct object {
    const char *name;
    uintptr_t bias, end;
    const ElfW(Sym) * symbols;
    const char *strings;
    const ElfW(Rela) * relocations[2]; /* DT_RELA's, DT_JMPREL's */
    size_t sizes[2];
    const uint32_t *gnu_hash;
};

enum { LIBC, LIBM, PROGRAM, VDSO, OBJECTS };
static struct object objects[OBJECTS];

/* Slots of the program's own, found by name. The last two are the vdso's. */
void *const named[] = {memcpy, memmove, memset, strlen, strchr, time, gettimeofday};

static void read_dynamic(struct object *object, const ElfW(Dyn) * entry) {
    for (; entry->d_tag != DT_NULL; entry++) {
        /* The loader has turned addresses in the file into addresses in memory, but not in the
         * vdso. */
        uintptr_t value = entry->d_un.d_ptr;
        const void *address = (const void *)(value < object->bias ? value + object->bias : value);
        switch (entry->d_tag) {
        case DT_SYMTAB:
            object->symbols = address;
            break;
        case DT_STRTAB:
            object->strings = address;
            break;
        case DT_RELA:
            object->relocations[0] = address;
            break;
        case DT_RELASZ:
            object->sizes[0] = entry->d_un.d_val;
            break;
        case DT_JMPREL:
            object->relocations[1] = address;
            break;
        case DT_PLTRELSZ:
            object->sizes[1] = entry->d_un.d_val;
            break;
        case DT_GNU_HASH:
            object->gnu_hash = address;
            break;
        }
    }
}

static void read_segments(struct object *object, const ElfW(Phdr) * phdr, size_t count) {
    const ElfW(Dyn) *dynamic = NULL;
    for (size_t i = 0; i < count; i++) {
        uintptr_t end = object->bias + phdr[i].p_vaddr + phdr[i].p_memsz;
        if (phdr[i].p_type == PT_DYNAMIC)
            dynamic = (const ElfW(Dyn) *)(object->bias + phdr[i].p_vaddr);
        else if (phdr[i].p_type == PT_LOAD && end > object->end)
            object->end = end;
    }
    if (dynamic)
        read_dynamic(object, dynamic);
}

static int remember(struct dl_phdr_info *info, size_t size, void *data) {
    static const char *const names[] = {"libc.so.6", "libm.so.6", ""};
    const char *slash = strrchr(info->dlpi_name, '/');
    const char *name = slash ? slash + 1 : info->dlpi_name;
    (void)size, (void)data;
    for (int i = LIBC; i <= PROGRAM; i++) {
        if (strcmp(name, names[i]) == 0) {
            objects[i].name = *names[i] ? names[i] : "program";
            objects[i].bias = info->dlpi_addr;
            read_segments(&objects[i], info->dlpi_phdr, info->dlpi_phnum);
        }
    }
    return 0;
}

/* The vdso also holds choices (time, gettimeofday). It is asked of the kernel, not of the loader.
 */
static void remember_vdso(void) {
    const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)getauxval(AT_SYSINFO_EHDR);
    if (!header)
        return;
    objects[VDSO].name = "vdso";
    objects[VDSO].bias = (uintptr_t)header;
    const ElfW(Phdr) *phdr = (const ElfW(Phdr) *)((const char *)header + header->e_phoff);
    read_segments(&objects[VDSO], phdr, header->e_phnum);
}

static uint32_t hash_of(const char *name) {
    uint32_t hash = 5381;
    for (; *name; name++)
        hash = hash * 33 + (unsigned char)*name;
    return hash;
}

/* Whether the object defines a function of that name, of any version, as STT_GNU_IFUNC. */
static int defines_ifunc(const struct object *object, const char *name) {
    if (!object->gnu_hash)
        return 0;
    uint32_t buckets = object->gnu_hash[0], first = object->gnu_hash[1],
             words = object->gnu_hash[2];
    const uint32_t *bucket = object->gnu_hash + 4 + words * sizeof(ElfW(Addr)) / sizeof(uint32_t);
    const uint32_t *chain = bucket + buckets;
    uint32_t hash = hash_of(name);
    for (uint32_t i = bucket[hash % buckets]; i >= first; i++) {
        const ElfW(Sym) *symbol = &object->symbols[i];
        if ((chain[i - first] | 1) == (hash | 1) &&
            ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC &&
            strcmp(object->strings + symbol->st_name, name) == 0)
            return 1;
        if (chain[i - first] & 1)
            break;
    }
    return 0;
}

/* What a slot holds, in words that do not depend on where things are loaded. */
static void print_value(uintptr_t value) {
    for (int i = 0; i < OBJECTS; i++) {
        if (objects[i].name && value >= objects[i].bias && value < objects[i].end) {
            printf("%s+%#jx\n", objects[i].name, (uintmax_t)(value - objects[i].bias));
            return;
        }
    }
    printf(value ? "somewhere else\n" : "nothing\n");
}

static void print_slot(const struct object *object, const ElfW(Rela) * relocation) {
    const ElfW(Sym) *symbol = &object->symbols[ELF64_R_SYM(relocation->r_info)];
    const char *name = object->strings + symbol->st_name;
    if (ELF64_R_TYPE(relocation->r_info) == IRELATIVE)
        name = "IRELATIVE";
    else if (symbol->st_shndx == SHN_UNDEF
                 ? !defines_ifunc(&objects[LIBC], name) && !defines_ifunc(&objects[LIBM], name)
                 : ELF64_ST_TYPE(symbol->st_info) != STT_GNU_IFUNC)
        return;
    printf("%s %#jx %s = ", object->name, (uintmax_t)relocation->r_offset, name);
    print_value(*(const uintptr_t *)(object->bias + relocation->r_offset));
}

static void print_slots(const struct object *object) {
    for (int table = 0; table < 2; table++)
        for (size_t i = 0; i < object->sizes[table] / sizeof(ElfW(Rela)); i++)
            print_slot(object, &object->relocations[table][i]);
}

int main(void) {
    dl_iterate_phdr(remember, NULL);
    remember_vdso();
    print_slots(&objects[LIBC]);
    print_slots(&objects[LIBM]);
    print_slots(&objects[PROGRAM]);
    for (int name = _SC_LEVEL1_ICACHE_SIZE; name <= _SC_LEVEL4_CACHE_LINESIZE; name++)
        printf("sysconf %d = %ld\n", name - _SC_LEVEL1_ICACHE_SIZE, sysconf(name));
    printf("hwcap %#lx %#lx\n", getauxval(AT_HWCAP), getauxval(AT_HWCAP2));
    return 0;
}
