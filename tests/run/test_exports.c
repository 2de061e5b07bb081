/*
 * The loader's file stands in ld-linux's place: it exports the same names at the same versions, and
 * it is the kind of file that the kernel, the linker and valgrind expect there. Both files are read
 * with <elf.h>; what is expected is what the system's loader has.
 */
#include <criterion/criterion.h>
#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_LINES 256
#define LINE_SIZE 160

/* An ELF file in memory. */
struct file {
    const char *path;
    const char *bytes;
    const Elf64_Ehdr *header;
    const Elf64_Phdr *segments; /* header->e_phnum of them */
    const Elf64_Shdr *sections; /* header->e_shnum of them */
};

/* A set of facts as lines of text, so that a difference can be shown as it is. */
struct facts {
    size_t count;
    char line[MAX_LINES][LINE_SIZE];
};

static const char *myld_path(void) {
    const char *path = getenv("MYLD");

    return path ? path : "./myld";
}

static struct file open_file(const char *path) {
    int fd = open(path, O_RDONLY);
    struct stat status;

    cr_assert(fd >= 0 && fstat(fd, &status) == 0, "%s cannot be opened", path);
    const char *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    cr_assert(bytes != MAP_FAILED && memcmp(bytes, ELFMAG, SELFMAG) == 0, "%s: not ELF", path);
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)bytes;
    return (struct file){path, bytes, header, (const Elf64_Phdr *)(bytes + header->e_phoff),
                         (const Elf64_Shdr *)(bytes + header->e_shoff)};
}

/* The first section of a type, or NULL. */
static const Elf64_Shdr *find_section(const struct file *file, uint32_t type) {
    for (size_t i = 0; i < file->header->e_shnum; i++)
        if (file->sections[i].sh_type == type)
            return &file->sections[i];
    return NULL;
}

static const Elf64_Shdr *need_section(const struct file *file, uint32_t type, const char *name) {
    const Elf64_Shdr *section = find_section(file, type);

    cr_assert_not_null(section, "%s has no %s", file->path, name);
    return section;
}

/* The string table that a section links to. */
static const char *strings_of(const struct file *file, const Elf64_Shdr *section) {
    return file->bytes + file->sections[section->sh_link].sh_offset;
}

/* The first program header of a type, or NULL. */
static const Elf64_Phdr *find_segment(const struct file *file, uint32_t type) {
    for (size_t i = 0; i < file->header->e_phnum; i++)
        if (file->segments[i].p_type == type)
            return &file->segments[i];
    return NULL;
}

/* The first entry of the dynamic section with a tag, or NULL. */
static const Elf64_Dyn *find_dynamic(const struct file *file, Elf64_Sxword tag) {
    const Elf64_Phdr *segment = find_segment(file, PT_DYNAMIC);

    cr_assert_not_null(segment, "%s has no PT_DYNAMIC", file->path);
    const Elf64_Dyn *entry = (const Elf64_Dyn *)(file->bytes + segment->p_offset);
    for (; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == tag)
            return entry;
    return NULL;
}

/* The text of a dynamic entry with a tag, or "" if there is none. */
static const char *dynamic_text(const struct file *file, Elf64_Sxword tag) {
    const Elf64_Dyn *entry = find_dynamic(file, tag);
    const Elf64_Shdr *dynamic = need_section(file, SHT_DYNAMIC, ".dynamic");

    return entry ? strings_of(file, dynamic) + entry->d_un.d_val : "";
}

static int compare_lines(const void *one, const void *other) {
    return strcmp(one, other);
}

static void add_fact(struct facts *facts, const char *line) {
    cr_assert_lt(facts->count, (size_t)MAX_LINES, "more than %d facts", MAX_LINES);
    snprintf(facts->line[facts->count++], LINE_SIZE, "%s", line);
}

/* Sorts both and fails with every line that only one of them has. */
static void expect_same(struct facts *native, struct facts *ours) {
    size_t i = 0, j = 0;

    qsort(native->line, native->count, LINE_SIZE, compare_lines);
    qsort(ours->line, ours->count, LINE_SIZE, compare_lines);
    cr_assert_gt(native->count, (size_t)0, "nothing to compare with");
    while (i < native->count || j < ours->count) {
        int order = i == native->count ? 1 : j == ours->count ? -1 : 0;
        if (order == 0)
            order = strcmp(native->line[i], ours->line[j]);
        cr_expect(order >= 0, "missing: %s", native->line[i]);
        cr_expect(order <= 0, "too much: %s", ours->line[j]);
        i += order <= 0;
        j += order >= 0;
    }
}

/* The name of a version definition by its index, or "" for the local and the base one. */
static const char *version_name(const struct file *file, uint16_t index) {
    const Elf64_Shdr *section = need_section(file, SHT_GNU_verdef, ".gnu.version_d");
    const char *at = file->bytes + section->sh_offset;

    for (size_t i = 0; i < section->sh_info; i++) {
        const Elf64_Verdef *definition = (const Elf64_Verdef *)at;
        const Elf64_Verdaux *name = (const Elf64_Verdaux *)(at + definition->vd_aux);
        if (definition->vd_ndx == index && !(definition->vd_flags & VER_FLG_BASE))
            return strings_of(file, section) + name->vda_name;
        at += definition->vd_next;
    }
    return "";
}

static const char *type_name(const Elf64_Sym *symbol) {
    switch (ELF64_ST_TYPE(symbol->st_info)) {
    case STT_FUNC:
        return "FUNC";
    case STT_OBJECT:
        return "OBJECT";
    case STT_GNU_IFUNC:
        return "IFUNC";
    case STT_TLS:
        return "TLS";
    default:
        return "NOTYPE";
    }
}

/* What a fact about one dynamic symbol says; "" if it says nothing. */
typedef void describe(char *line, const Elf64_Sym *symbol, const char *name, const char *version,
                      bool hidden);

static void describe_export(char *line, const Elf64_Sym *symbol, const char *name,
                            const char *version, bool hidden) {
    static const char *const bindings[] = {"", "global", "weak"};
    unsigned binding = ELF64_ST_BIND(symbol->st_info);

    snprintf(line, LINE_SIZE, "%s%s%s %s %s", name, hidden ? "@" : "@@", version, type_name(symbol),
             binding < 3 ? bindings[binding] : "other");
}

/* Only of what programs may name: a program that is not position-independent copies such an object,
 * with the size that it saw when it was linked. Sizes in GLIBC_PRIVATE are the loader's own affair.
 */
static void describe_public_object(char *line, const Elf64_Sym *symbol, const char *name,
                                   const char *version, bool hidden) {
    (void)hidden;
    if (ELF64_ST_TYPE(symbol->st_info) == STT_OBJECT && strcmp(version, "GLIBC_PRIVATE") != 0)
        snprintf(line, LINE_SIZE, "%s is %lu bytes", name, symbol->st_size);
}

/* Collects what `describe` says of every symbol that the file exports. */
static void collect_symbols(struct facts *facts, const char *path, describe *describe) {
    struct file file = open_file(path);
    const Elf64_Shdr *section = need_section(&file, SHT_DYNSYM, ".dynsym");
    const Elf64_Shdr *versions = need_section(&file, SHT_GNU_versym, ".gnu.version");
    const Elf64_Sym *symbols = (const Elf64_Sym *)(file.bytes + section->sh_offset);
    const uint16_t *index = (const uint16_t *)(file.bytes + versions->sh_offset);

    for (size_t i = 1; i < section->sh_size / sizeof *symbols; i++) {
        const char *name = strings_of(&file, section) + symbols[i].st_name;
        const char *version = version_name(&file, index[i] & 0x7fff);
        char line[LINE_SIZE] = "";

        if (ELF64_ST_BIND(symbols[i].st_info) == STB_LOCAL)
            continue; /* a section, as some link editors list them: nobody can bind to it */
        cr_expect_neq(symbols[i].st_shndx, SHN_UNDEF, "%s is not defined in %s", name, path);
        describe(line, &symbols[i], name, version, index[i] >> 15);
        if (*line)
            add_fact(facts, line);
    }
}

/* Collects every version that the file defines, with its parents and flags. */
static void collect_versions(struct facts *facts, const char *path) {
    struct file file = open_file(path);
    const Elf64_Shdr *section = need_section(&file, SHT_GNU_verdef, ".gnu.version_d");
    const char *at = file.bytes + section->sh_offset;

    for (size_t i = 0; i < section->sh_info; i++) {
        const Elf64_Verdef *definition = (const Elf64_Verdef *)at;
        const char *name = at + definition->vd_aux;
        char line[LINE_SIZE];
        int length = snprintf(line, sizeof line, "version with flags %x:", definition->vd_flags);

        for (size_t j = 0; j < definition->vd_cnt && (size_t)length < sizeof line; j++) {
            const Elf64_Verdaux *entry = (const Elf64_Verdaux *)name;
            length += snprintf(line + length, sizeof line - (size_t)length, " %s",
                               strings_of(&file, section) + entry->vda_name);
            name += entry->vda_next;
        }
        add_fact(facts, line);
        at += definition->vd_next;
    }
}

static struct facts native, ours;

Test(exports, symbols) {
    collect_symbols(&native, NATIVE_LOADER, describe_export);
    collect_symbols(&ours, myld_path(), describe_export);
    expect_same(&native, &ours);
}

Test(exports, public_sizes) {
    collect_symbols(&native, NATIVE_LOADER, describe_public_object);
    collect_symbols(&ours, myld_path(), describe_public_object);
    expect_same(&native, &ours);
}

Test(exports, versions) {
    collect_versions(&native, NATIVE_LOADER);
    collect_versions(&ours, myld_path());
    expect_same(&native, &ours);
}

Test(exports, kind_of_file) {
    struct file file = open_file(myld_path()), original = open_file(NATIVE_LOADER);

    cr_expect_eq(file.header->e_type, ET_DYN);
    cr_expect_eq(file.header->e_machine, original.header->e_machine);
    cr_expect_neq(file.header->e_entry, 0, "no entry point");
    cr_expect_str_eq(dynamic_text(&file, DT_SONAME), dynamic_text(&original, DT_SONAME));
    cr_expect_null(find_segment(&file, PT_INTERP), "PT_INTERP");
    cr_expect_null(find_segment(&file, PT_TLS), "PT_TLS");
    cr_expect_null(find_dynamic(&file, DT_NEEDED), "DT_NEEDED");
}

/* valgrind looks for names in the full symbol table, libc's and the linker's hash is GNU's. */
Test(exports, tables) {
    struct file file = open_file(myld_path());
    const Elf64_Shdr *section = need_section(&file, SHT_SYMTAB, ".symtab");
    const Elf64_Sym *symbols = (const Elf64_Sym *)(file.bytes + section->sh_offset);
    size_t found = 0;

    for (size_t i = 0; i < section->sh_size / sizeof *symbols; i++)
        found += strcmp(strings_of(&file, section) + symbols[i].st_name, "strlen") == 0 &&
                 symbols[i].st_shndx != SHN_UNDEF;
    cr_expect_gt(found, (size_t)0, "no strlen in .symtab");
    cr_expect_not_null(find_dynamic(&file, DT_GNU_HASH), "no DT_GNU_HASH");
}

Test(exports, protection) {
    struct file file = open_file(myld_path());
    const Elf64_Phdr *stack = find_segment(&file, PT_GNU_STACK);
    const Elf64_Dyn *flags = find_dynamic(&file, DT_FLAGS);

    cr_expect_null(find_dynamic(&file, DT_TEXTREL), "DT_TEXTREL");
    cr_expect_null(find_dynamic(&file, DT_RELA), "relocations");
    cr_expect(!flags || !(flags->d_un.d_val & DF_TEXTREL), "DF_TEXTREL");
    cr_assert_not_null(stack, "no PT_GNU_STACK");
    cr_expect(!(stack->p_flags & PF_X), "executable stack");
    for (size_t i = 0; i < file.header->e_phnum; i++) {
        const Elf64_Phdr *segment = &file.segments[i];
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_W))
            continue;
        cr_expect(!(segment->p_flags & PF_X), "segment %zu is writable and executable", i);
        cr_expect_eq(segment->p_filesz, 0UL, "data that needs PT_GNU_RELRO to be protected");
    }
}

/* ld binds references to the loader's file as it does to ld-linux, and records its soname. */
Test(exports, linkable) {
    static const char source[] = "extern int __rseq_size; void *__tls_get_addr(void *);"
                                 "void *f(void *x) { return __rseq_size ? __tls_get_addr(x) : x; }";
    char folder[] = BUILD_FOLDER "/exports-XXXXXX", command[1024], output[64];

    cr_assert_not_null(mkdtemp(folder));
    snprintf(output, sizeof output, "%s/lib.so", folder);
    snprintf(command, sizeof command,
             "echo '%s' | " TOOL_PREFIX
             "gcc -shared -fPIC -nostdlib -Wl,-z,defs -o %s -x c - -x none '%s'",
             source, output, myld_path());
    cr_expect_eq(system(command), 0, "%s", command);
    struct file file = open_file(output), original = open_file(NATIVE_LOADER);
    cr_expect_str_eq(dynamic_text(&file, DT_NEEDED), dynamic_text(&original, DT_SONAME));
    unlink(output);
    rmdir(folder);
}
