/*
 * From a file's headers to memory (loader/image.c): the pure plan with good and bad program
 * headers and three page sizes; the checks of the ELF header; and this test's own program file,
 * mapped a second time.
 */
#define _GNU_SOURCE
#include "arch.h"
#include "loader/image.h"
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_SIZE 0x40000

/* Text, constants and data with bss, laid out for pages of 64 KiB. */
static const Elf64_Phdr sound[] = {
    {PT_LOAD, PF_R, 0, 0, 0, 0x1800, 0x1800, 0x10000},
    {PT_LOAD, PF_R | PF_X, 0x10000, 0x10000, 0x10000, 0x2345, 0x2345, 0x10000},
    {PT_NOTE, PF_R, 0x200, 0x200, 0x200, 0x20, 0x20, 4},
    {PT_LOAD, PF_R | PF_W, 0x2ff00, 0x3ff00, 0x3ff00, 0x180, 0x21000, 0x10000},
};
enum { COUNT = ARRAY_LENGTH(sound), DATA = 3 };

/* A plan with its segments. */
struct planned {
    struct plan plan;
    struct plan_segment segment[IMAGE_MAX_HEADERS];
    const char *wrong;
};

static struct planned plan_of(const Elf64_Phdr *phdr, size_t count, uint64_t page_size) {
    static struct planned planned;
    const Elf64_Ehdr header = {.e_type = ET_DYN, .e_entry = 0x10010};

    memset(&planned, 0xee, sizeof planned);
    planned.plan.segments = planned.segment;
    planned.wrong = image_plan(&planned.plan, &header, phdr, count, FILE_SIZE, page_size);
    return planned;
}

Test(image, plan_with_three_page_sizes) {
    for (uint64_t page = 4096; page <= 65536; page *= 4) {
        struct planned planned = plan_of(sound, COUNT, page);
        const struct plan_segment *data = &planned.segment[2];
        cr_assert_null(planned.wrong, "%s", planned.wrong);
        cr_expect_eq(planned.plan.segment_count, 3);
        cr_expect_eq(planned.plan.type, ET_DYN);
        cr_expect_eq(planned.plan.entry, 0x10010);
        cr_expect_eq(planned.plan.alignment, 0x10000);
        cr_expect_eq(planned.plan.start, 0);
        cr_expect_eq(planned.plan.last_byte, 0x60f00);
        cr_expect_eq(planned.plan.end, align_up(0x60f00, page));
        cr_expect_eq(planned.segment[1].prot, PROT_READ | PROT_EXEC);
        cr_expect_eq(planned.segment[1].end, align_up(0x12345, page));
        cr_expect_eq(planned.segment[1].zero_start, planned.segment[1].zero_end);
        cr_expect_eq(data->start, 0x3ff00 & -page);
        cr_expect_eq(data->file_offset, 0x2ff00 & -page);
        cr_expect_eq(data->file_end, align_up(0x40080, page));
        cr_expect_eq(data->zero_start, 0x40080);
        cr_expect_eq(data->zero_end, data->file_end, "bss of the last page from the file");
        cr_expect_eq(data->prot, PROT_READ | PROT_WRITE);
    }
}

/* One field of the sound table changed, and what the plan says then; NULL: nothing. */
static const struct {
    size_t header, offset, size;
    uint64_t value;
    const char *wrong;
} changes[] = {
#define FIELD(header, name) header, offsetof(Elf64_Phdr, name), sizeof(((Elf64_Phdr *)0)->name)
#define ALIGNED "ELF load command alignment not a power of two"
#define PAGES "ELF load command address/offset not page-aligned"
#define LARGER "ELF load command larger in the file than in memory"
#define RANGE "ELF load command address out of range"
#define SHORT "file too short"
#define ORDER "ELF load commands not in order of their addresses"
    {FIELD(0, p_align), 0, NULL},
    {FIELD(0, p_align), 1, NULL},
    {FIELD(0, p_align), 0x3000, ALIGNED},
    {FIELD(0, p_align), UINT64_MAX, ALIGNED},
    {FIELD(0, p_align), 1ULL << 45, NULL},
    {FIELD(0, p_align), 1ULL << 46, "ELF load command alignment too large"},
    {FIELD(0, p_align), 1ULL << 63, "ELF load command alignment too large"},
    {FIELD(DATA, p_vaddr), 0x3ff01, PAGES},
    {FIELD(DATA, p_offset), 0x2fe00, PAGES},
    {FIELD(DATA, p_vaddr), 0xff00, ORDER},
    {FIELD(1, p_vaddr), 0x50000, ORDER},
    {FIELD(DATA, p_vaddr), UINT64_MAX - 0xff, RANGE},
    {FIELD(DATA, p_vaddr), (1ULL << 47) - 0x100, RANGE},
    {FIELD(DATA, p_memsz), 1ULL << 47, RANGE},
    {FIELD(DATA, p_memsz), UINT64_MAX, RANGE},
    {FIELD(DATA, p_memsz), 1ULL << 40, NULL}, /* the kernel has the last word */
    {FIELD(DATA, p_memsz), 0x17f, LARGER},
    {FIELD(DATA, p_memsz), 0, NULL}, /* nothing to map */
    {FIELD(DATA, p_filesz), UINT64_MAX, LARGER},
    {FIELD(DATA, p_filesz), 0x10101, SHORT},
    {FIELD(DATA, p_filesz), 0x10100, NULL}, /* up to the file's last byte */
    {FIELD(DATA, p_filesz), 0, NULL},       /* bss alone */
    {FIELD(DATA, p_offset), UINT64_MAX - 0xff, SHORT},
    {FIELD(DATA, p_offset), 0x3ff00, SHORT},
    {FIELD(DATA, p_flags), 0, NULL},
    {FIELD(2, p_vaddr), UINT64_MAX, NULL}, /* a note is no business of the plan */
};

Test(image, plan_checks_each_field) {
    for (size_t i = 0; i < ARRAY_LENGTH(changes); i++) {
        Elf64_Phdr phdr[COUNT];
        memcpy(phdr, sound, sizeof phdr);
        memcpy((char *)&phdr[changes[i].header] + changes[i].offset, &changes[i].value,
               changes[i].size);
        const char *wrong = plan_of(phdr, COUNT, 4096).wrong;
        cr_expect_eq(!wrong, !changes[i].wrong, "row %zu: %s", i, wrong ? wrong : "sound");
        if (wrong && changes[i].wrong)
            cr_expect_str_eq(wrong, changes[i].wrong, "row %zu: %s", i, wrong);
    }
}

Test(image, plan_without_segments) {
    cr_expect_str_eq(plan_of(sound, 0, 4096).wrong, "object file has no loadable segments");
    cr_expect_str_eq(plan_of(sound + 2, 1, 4096).wrong, "object file has no loadable segments");
}

Test(image, plan_of_bss_alone) {
    static const Elf64_Phdr bss = {PT_LOAD, PF_R | PF_W, 0x123, 0x5123, 0, 0, 0x1000, 0x1000};
    struct planned planned = plan_of(&bss, 1, 4096);

    cr_assert_null(planned.wrong);
    cr_expect_eq(planned.segment[0].file_end, planned.segment[0].start, "nothing of the file");
    cr_expect_eq(planned.segment[0].start, 0x5000);
    cr_expect_eq(planned.segment[0].end, 0x7000);
    cr_expect_eq(planned.segment[0].zero_start, planned.segment[0].zero_end);
}

Test(image, plan_of_as_many_segments_as_there_may_be) {
    Elf64_Phdr phdr[IMAGE_MAX_HEADERS];

    for (size_t i = 0; i < IMAGE_MAX_HEADERS; i++)
        phdr[i] = (Elf64_Phdr){PT_LOAD, PF_R, 0, i * 0x1000, 0, 0x10, 0x10, 0x1000};
    struct planned planned = plan_of(phdr, IMAGE_MAX_HEADERS, 4096);
    cr_assert_null(planned.wrong);
    cr_expect_eq(planned.plan.segment_count, IMAGE_MAX_HEADERS);
}

/* Any headers at all: a plan that is accepted never leaves the address space or the file. */
Test(image, plans_of_chance) {
    uint64_t random = 88172645463325252ULL;
    size_t accepted = 0;

    for (int round = 0; round < 200000; round++) {
        Elf64_Phdr phdr[COUNT];
        memcpy(phdr, sound, sizeof phdr);
        for (int change = 0; change < 2; change++) {
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            uint64_t *words = (uint64_t *)&phdr[random % COUNT];
            words[1 + random / 8 % 6] =
                (random >> (random % 64)) & (random % 3 ? ~0xfffULL : ~0ULL);
        }
        struct planned planned = plan_of(phdr, COUNT, 4096);
        accepted += !planned.wrong;
        for (size_t i = 0; !planned.wrong && i < planned.plan.segment_count; i++) {
            const struct plan_segment *segment = &planned.segment[i];
            cr_assert(segment->start <= segment->file_end && segment->start < segment->end);
            cr_assert(planned.plan.start <= segment->start && segment->end <= planned.plan.end);
            cr_assert(planned.plan.end <= 1ULL << 47);
            cr_assert(segment->zero_start <= segment->zero_end);
            cr_assert(segment->zero_end - segment->zero_start < 4096);
            cr_assert(segment->file_offset + (segment->file_end - segment->start) <=
                      align_up(FILE_SIZE, 4096));
            cr_assert(segment->start % 4096 == 0 && segment->end % 4096 == 0);
        }
    }
    cr_expect(accepted > 1000 && accepted < 190000, "%zu accepted", accepted);
}

/* ---- headers of files ---- */

static int file_of(const void *bytes, size_t size) {
    int file = memfd_create("image", MFD_CLOEXEC);

    cr_assert(file >= 0 && write(file, bytes, size) == (ssize_t)size);
    return file;
}

static Elf64_Ehdr sound_header(void) {
    Elf64_Ehdr header = {.e_type = ET_DYN,
                         .e_machine = ARCH_MACHINE,
                         .e_version = EV_CURRENT,
                         .e_phoff = sizeof header,
                         .e_phentsize = sizeof(Elf64_Phdr),
                         .e_phnum = COUNT};

    memcpy(header.e_ident, ELFMAG "\2\1\1", 7);
    return header;
}

/* One field of the header changed; `wrong` in glibc's words. */
static const struct {
    size_t offset, size;
    uint64_t value;
    const char *wrong;
    bool foreign;
} headers[] = {
#define IDENT(index) index, 1
#define HEADER(name) offsetof(Elf64_Ehdr, name), sizeof(((Elf64_Ehdr *)0)->name)
    {IDENT(0), 0x7f, NULL, false},
    {IDENT(0), 0x7e, "invalid ELF header", false},
    {IDENT(EI_CLASS), ELFCLASS32, "wrong ELF class: ELFCLASS32", true},
    {IDENT(EI_DATA), ELFDATA2MSB, "ELF file data encoding not little-endian", false},
    {IDENT(EI_VERSION), 2, "ELF file version ident does not match current one", false},
    {IDENT(EI_OSABI), ELFOSABI_GNU, NULL, false},
    {IDENT(EI_OSABI), ELFOSABI_FREEBSD, "ELF file OS ABI invalid", false},
    {IDENT(EI_ABIVERSION), 1, "ELF file ABI version invalid", false},
    {IDENT(EI_PAD), 1, "nonzero padding in e_ident", false},
    {HEADER(e_version), 2, "ELF file version does not match current one", false},
    {HEADER(e_machine), EM_RISCV, "cannot open shared object file", true},
    {HEADER(e_type), ET_EXEC, NULL, false},
    {HEADER(e_type), ET_REL, "only ET_DYN and ET_EXEC can be loaded", false},
    {HEADER(e_type), ET_CORE, "only ET_DYN and ET_EXEC can be loaded", false},
    {HEADER(e_phentsize), 32, "ELF file's phentsize not the expected size", false},
    {HEADER(e_phnum), UINT16_MAX, "cannot read file data", false},
    {HEADER(e_phoff), UINT64_MAX, "cannot read file data", false},
    {HEADER(e_phoff), UINT64_MAX - sizeof sound + 1, "cannot read file data", false},
    {HEADER(e_phoff), 65, "invalid program header table", false},
};

Test(image, each_field_of_the_header) {
    for (size_t i = 0; i < ARRAY_LENGTH(headers); i++) {
        struct {
            Elf64_Ehdr header;
            Elf64_Phdr phdr[COUNT + 1];
        } bytes = {.header = sound_header()};
        struct image_file file;
        struct error error = {.kind = ERROR_NONE};
        bool foreign;
        memcpy(bytes.phdr, sound, sizeof sound);
        memcpy((char *)&bytes + headers[i].offset, &headers[i].value, headers[i].size);
        bool done = image_read(&file, file_of(&bytes, sizeof bytes), "file", &foreign, &error);
        cr_expect_eq(done, !headers[i].wrong, "row %zu: %s", i, error.text);
        cr_expect_eq(foreign, headers[i].foreign, "row %zu", i);
        if (headers[i].wrong)
            cr_expect_str_eq(error.text, headers[i].wrong, "row %zu: %s", i, error.text);
        if (done)
            image_close(&file);
    }
}

Test(image, short_files) {
    struct {
        Elf64_Ehdr header;
        Elf64_Phdr phdr[COUNT];
    } bytes = {.header = sound_header()};

    memcpy(bytes.phdr, sound, sizeof sound);
    for (size_t size = 0; size <= sizeof bytes; size++) {
        struct image_file file;
        struct error error;
        bool foreign;
        bool done = image_read(&file, file_of(&bytes, size), "file", &foreign, &error);
        cr_expect_eq(done, size == sizeof bytes, "%zu bytes: %s", size, error.text);
        if (!done)
            cr_expect_str_eq(error.text, size < sizeof bytes.header ? "file too short"
                                                                    : "cannot read file data");
        else
            image_close(&file);
    }
}

Test(image, program_headers_far_from_the_start) {
    static unsigned char bytes[8192 + sizeof sound];
    Elf64_Ehdr header = sound_header();
    struct image_file file;
    struct error error;
    bool foreign;

    header.e_phoff = 8192;
    memcpy(bytes, &header, sizeof header);
    memcpy(bytes + 8192, sound, sizeof sound);
    cr_assert(image_read(&file, file_of(bytes, sizeof bytes), "file", &foreign, &error));
    cr_expect_eq(memcmp(file.phdr, sound, sizeof sound), 0);
    image_close(&file);
}

/* ---- mapping ---- */

static struct object *map_self(struct image_file *file, uintptr_t *hint) {
    struct object *object = object_new(OBJECT_LIBRARY, "/proc/self/exe");
    struct error error;
    bool foreign;

    cr_assert(image_open(file, "/proc/self/exe", &foreign, &error), "%s", error.text);
    cr_assert(image_map(object, file, (uint64_t)sysconf(_SC_PAGESIZE), hint, &error), "%s",
              error.text);
    return object;
}

static bool is_mapped(uintptr_t page) {
    unsigned char present;
    return mincore((void *)page, 1, &present) == 0;
}

Test(image, maps_each_byte_and_nothing_stays) {
    struct image_file file;
    uintptr_t hint = 0;
    struct object *object = map_self(&file, &hint);
    uintptr_t start = object->map_start, end = object->map_end;

    cr_expect_eq(hint, object->map_start);
    cr_expect(object->segment_count >= 4);
    for (size_t i = 0; i < file.phnum; i++) {
        const Elf64_Phdr *header = &file.phdr[i];
        if (header->p_type != PT_LOAD)
            continue;
        const unsigned char *memory = (const void *)(object->bias + header->p_vaddr);
        unsigned char *bytes = malloc(header->p_filesz + 1);
        cr_assert(pread(file.fd, bytes, header->p_filesz, (off_t)header->p_offset) ==
                  (ssize_t)header->p_filesz);
        cr_expect_eq(memcmp(memory, bytes, header->p_filesz), 0, "segment %zu", i);
        for (size_t j = header->p_filesz; j < header->p_memsz; j++)
            cr_assert_eq(memory[j], 0, "bss");
        free(bytes);
    }
    cr_expect_eq(memcmp(object->phdr, file.phdr, file.phnum * sizeof *file.phdr), 0);
    cr_expect(object_contains(object, (uintptr_t)object->phdr), "headers in the image");
    cr_expect(object_has_code(object, object->entry));
    cr_expect(object->relro_end > object->relro_start && object->eh_frame_header);
    cr_expect_not(object->executable_stack);
    image_close(&file);
    object_free(object);
    for (uintptr_t page = start; page < end; page += 4096)
        cr_expect_not(is_mapped(page), "%#lx stays", (unsigned long)page);
}

/* An address with 16 MiB of unused address space on both sides. */
static uintptr_t lonely_place(void) {
    size_t size = 32 << 20;
    char *start = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    cr_assert_neq(start, MAP_FAILED);
    munmap(start, size);
    return (uintptr_t)start + size / 2;
}

/* Where the wanted place is taken, the image goes elsewhere, and the place's owner keeps all of it.
 */
Test(image, takes_no_memory_of_others) {
    struct image_file file;
    uintptr_t hint = lonely_place();
    struct object *first = map_self(&file, &hint);
    size_t size = first->map_end - first->map_start;

    image_close(&file);
    for (size_t page = 4096; page <= size; page += 4096) {
        hint = first->map_start;
        void *other = mmap((void *)(first->map_start - page), 4096, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        cr_assert_neq(other, MAP_FAILED);
        memset(other, 0x5a, 4096);
        struct object *second = map_self(&file, &hint);
        image_close(&file);
        cr_expect(second->map_end <= (uintptr_t)other ||
                  second->map_start >= (uintptr_t)other + 4096);
        cr_expect_eq(((unsigned char *)other)[4095], 0x5a);
        object_free(second);
        for (size_t below = 4096; below <= size; below += 4096)
            cr_assert_eq(is_mapped(first->map_start - below), below == page, "%zu, %zu", page,
                         below);
        munmap(other, 4096);
    }
}

/* Segments that share a page: the later one's protection counts there. */
Test(image, shared_page) {
    static _Alignas(4096) char memory[3 * 4096];
    const Elf64_Phdr phdr[] = {{PT_LOAD, PF_R | PF_W, 0, 0, 0, 0x1800, 0x1800, 0x1000},
                               {PT_LOAD, PF_R, 0x1900, 0x1900, 0x1900, 0x700, 0x700, 0x1000}};
    struct object *object = object_new(OBJECT_LIBRARY, "shared");
    struct error error;

    cr_assert(image_adopt(object, phdr, 2, (uintptr_t)memory, 4096, &error));
    cr_expect_eq(object_segment(object, (uintptr_t)memory + 0xff8, 8)->prot,
                 PROT_READ | PROT_WRITE);
    cr_expect_eq(object_segment(object, (uintptr_t)memory + 0x1100, 8)->prot, PROT_READ);
    cr_expect_null(object_segment(object, (uintptr_t)memory + 0xffc, 8), "across the border");
    cr_expect_null(object_segment(object, (uintptr_t)memory + 0x2000, 1));
    cr_expect(object_contains(object, (uintptr_t)memory + 0x1fff));
}

/* What program headers besides PT_LOAD say, and when they lie. */
Test(image, other_headers) {
    static _Alignas(4096) char memory[2 * 4096];
    static const struct {
        Elf64_Phdr header;
        const char *wrong;
    } rows[] = {
        {{PT_DYNAMIC, PF_R, 0, 0x100, 0, 0x40, 0x40, 8}, NULL},
        {{PT_DYNAMIC, PF_R, 0, 0x104, 0, 0x40, 0x40, 8},
         "dynamic section outside of the loaded segments"},
        {{PT_DYNAMIC, PF_R, 0, 0x1ff8, 0, 0x40, 0x40, 8},
         "dynamic section outside of the loaded segments"},
        {{PT_DYNAMIC, PF_R, 0, 0x100, 0, 0x40, UINT64_MAX, 8},
         "dynamic section outside of the loaded segments"},
        {{PT_TLS, PF_R, 0, 0x100, 0, 0x20, 0x40, 16}, NULL},
        {{PT_TLS, PF_R, 0, 0x100, 0, 0x20, 0x40, 24}, "invalid thread-local storage segment"},
        {{PT_TLS, PF_R, 0, 0x100, 0, 0x20, 0x40, 1 << 25}, "invalid thread-local storage segment"},
        {{PT_TLS, PF_R, 0, 0x100, 0, 0x41, 0x40, 16}, "invalid thread-local storage segment"},
        {{PT_TLS, PF_R, 0, 0x1ff0, 0, 0x20, 0x40, 16}, "invalid thread-local storage segment"},
        {{PT_TLS, PF_R, 0, 0x100, 0, 0x20, 1ULL << 40, 16}, "invalid thread-local storage segment"},
        {{PT_GNU_RELRO, PF_R, 0, 0x100, 0, 0x20, 0x1f00, 1}, NULL},
        {{PT_GNU_RELRO, PF_R, 0, 0x3000, 0, 0x20, 0x20, 1},
         "RELRO region outside of the loaded segments"},
        {{PT_GNU_RELRO, PF_R, 0, 0x100, 0, 0x20, UINT64_MAX, 1},
         "RELRO region outside of the loaded segments"},
        {{PT_GNU_STACK, PF_R | PF_W | PF_X, 0, 0, 0, 0, 0, 16}, NULL},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Elf64_Phdr phdr[] = {{PT_LOAD, PF_R | PF_W, 0, 0, 0, 0x2000, 0x2000, 0x1000},
                             rows[i].header};
        struct object *object = object_new(OBJECT_LIBRARY, "other");
        struct error error = {.kind = ERROR_NONE};
        bool done = image_adopt(object, phdr, 2, (uintptr_t)memory, 4096, &error);
        cr_expect_eq(done, !rows[i].wrong, "row %zu: %s", i, error.text);
        if (rows[i].wrong)
            cr_expect_str_eq(error.text, rows[i].wrong, "row %zu: %s", i, error.text);
        object_free(object);
    }
}
