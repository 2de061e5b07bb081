/* Planning and mapping of ELF files; see image.h. */
#include "image.h"

#include "guard.h"
#include "memory.h"
#include "sys.h"
#include "text.h"
#include <errno.h>
#include <string.h>

/* No address of a file may reach this: above lies nothing that a user process can map. */
#define ADDRESS_LIMIT (1ULL << 47)

static int protection(uint32_t flags) {
    return (flags & PF_R ? PROT_READ : 0) | (flags & PF_W ? PROT_WRITE : 0) |
           (flags & PF_X ? PROT_EXEC : 0);
}

/* -- planning -- */

static const char *plan_segment(struct plan *plan, const Elf64_Phdr *header, uint64_t file_size,
                                uint64_t page_size) {
    if (header->p_align > 1 && !is_power_of_two(header->p_align))
        return "ELF load command alignment not a power of two";
    if ((header->p_vaddr - header->p_offset) & (page_size - 1))
        return "ELF load command address/offset not page-aligned";
    if (header->p_filesz > header->p_memsz)
        return "ELF load command larger in the file than in memory";
    if (!range_fits(header->p_vaddr, header->p_memsz, ADDRESS_LIMIT))
        return "ELF load command address out of range";
    if (!range_fits(header->p_offset, header->p_filesz, file_size))
        return "file too short";
    struct plan_segment *segment = &plan->segments[plan->segment_count];
    uint64_t file_end = header->p_vaddr + header->p_filesz;
    *segment = (struct plan_segment){
        .start = align_down(header->p_vaddr, page_size),
        .file_end = align_up(file_end, page_size),
        .end = align_up(header->p_vaddr + header->p_memsz, page_size),
        .file_offset = align_down(header->p_offset, page_size),
        .prot = protection(header->p_flags),
    };
    if (header->p_filesz == 0)
        segment->file_end = segment->start;
    /* The rest of the last page is bss, and what malloc may use behind it: clear it whole, as ld.so
     * does. */
    if (header->p_memsz > header->p_filesz && segment->file_end > segment->start) {
        segment->zero_start = file_end;
        segment->zero_end = segment->file_end;
    }
    if (plan->segment_count && header->p_vaddr < plan->last_byte)
        return "ELF load commands not in order of their addresses";
    plan->last_byte = header->p_vaddr + header->p_memsz;
    plan->segment_count++;
    return NULL;
}

const char *image_plan(struct plan *plan, const Elf64_Ehdr *header, const Elf64_Phdr *phdr,
                       size_t phnum, uint64_t file_size, uint64_t page_size) {
    plan->segment_count = 0;
    plan->type = header->e_type;
    plan->entry = header->e_entry;
    plan->alignment = page_size;
    for (size_t i = 0; i < phnum; i++) {
        if (phdr[i].p_type != PT_LOAD || phdr[i].p_memsz == 0)
            continue;
        const char *wrong = plan_segment(plan, &phdr[i], file_size, page_size);
        if (wrong)
            return wrong;
        plan->alignment = max_size(plan->alignment, phdr[i].p_align);
    }
    if (plan->segment_count == 0)
        return "object file has no loadable segments";
    if (plan->alignment > ADDRESS_LIMIT / 4)
        return "ELF load command alignment too large";
    plan->start = plan->segments[0].start;
    plan->end = plan->segments[plan->segment_count - 1].end;
    return NULL;
}

/* Branch targets of the code's pages are checked where guard.c wants it. */
static void plan_guard(const struct plan *plan, int guard) {
    for (size_t i = 0; i < plan->segment_count; i++)
        if (plan->segments[i].prot & PROT_EXEC)
            plan->segments[i].prot |= guard;
}

/* True when the segments lie page to page. Where two share a page, the later one is mapped over the
 * earlier one's tail; where there is a gap, nothing else must be mapped into it: both need a
 * reservation. */
static bool is_seamless(const struct plan *plan) {
    for (size_t i = 1; i < plan->segment_count; i++)
        if (plan->segments[i].start != plan->segments[i - 1].end)
            return false;
    return true;
}

/* -- mapping -- */

/* Maps `size` bytes of the file (fd -1: anonymous memory) at `at`. */
static long map_at(uintptr_t at, size_t size, int prot, int flags, int fd, uint64_t offset) {
    if (size == 0)
        return 0;
    uintptr_t got = sys_mmap(at, size, prot, MAP_PRIVATE | flags, fd, offset);
    if (sys_failed(got))
        return (long)got;
    if (got == at)
        return 0;
    sys_munmap(got, size); /* a kernel before 4.17 takes MAP_FIXED_NOREPLACE for a hint */
    return -EEXIST;
}

/* Clears the bytes of the last file page that belong to bss. */
static long clear_tail(const struct plan_segment *segment, uintptr_t bias, uint64_t page_size) {
    if (segment->zero_end == segment->zero_start)
        return 0;
    uintptr_t page = bias + align_down(segment->zero_start, page_size);
    size_t size = bias + segment->zero_end - page;
    bool writable = segment->prot & PROT_WRITE;
    if (!writable) {
        long result = sys_mprotect(page, size, segment->prot | PROT_READ | PROT_WRITE);
        if (result < 0)
            return result;
    }
    memset((void *)(bias + segment->zero_start), 0, segment->zero_end - segment->zero_start);
    return writable ? 0 : sys_mprotect(page, size, segment->prot);
}

/* Maps one segment at its place. `fixed` is MAP_FIXED inside a reservation, else
 * MAP_FIXED_NOREPLACE: then what lies there is somebody else's, and on failure nothing of the
 * segment stays mapped. */
static long map_segment(const struct plan_segment *segment, uintptr_t bias, int fd, int fixed,
                        uint64_t page_size) {
    size_t from_file = segment->file_end - segment->start;
    size_t anonymous = segment->end > segment->file_end ? segment->end - segment->file_end : 0;
    long result =
        map_at(bias + segment->start, from_file, segment->prot, fixed, fd, segment->file_offset);
    if (result < 0)
        return result;
    result =
        map_at(bias + segment->file_end, anonymous, segment->prot, MAP_ANONYMOUS | fixed, -1, 0);
    size_t mapped = from_file + (result == 0 ? anonymous : 0);
    if (result == 0)
        result = clear_tail(segment, bias, page_size);
    if (result < 0 && mapped)
        sys_munmap(bias + segment->start, mapped);
    return result;
}

static long map_segments(const struct plan *plan, uintptr_t bias, int fd, int fixed,
                         uint64_t page_size) {
    for (size_t i = 0; i < plan->segment_count; i++) {
        long result = map_segment(&plan->segments[i], bias, fd, fixed, page_size);
        if (result == 0)
            continue;
        while (i-- > 0)
            sys_munmap(bias + plan->segments[i].start,
                       plan->segments[i].end - plan->segments[i].start);
        return result;
    }
    return 0;
}

/* Reserves room for the whole image at an address of the kernel's choice. Returns the address or
 * -errno. */
static uintptr_t reserve(const struct plan *plan, uint64_t page_size) {
    size_t size = plan->end - plan->start;
    size_t slack = plan->alignment > page_size ? plan->alignment : 0;
    uintptr_t got =
        sys_mmap(0, size + slack, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (sys_failed(got) || !slack)
        return got;
    uintptr_t bias = align_up(got - plan->start, plan->alignment);
    uintptr_t at = bias + plan->start;
    if (at > got)
        sys_munmap(got, at - got);
    if (got + slack > at)
        sys_munmap(at + size, got + slack - at);
    return at;
}

/* Maps a position-independent image. First each segment exactly, directly below the last image, so
 * that no reservation must be made and cut up again; where that place is taken, inside a
 * reservation. */
static long map_anywhere(const struct plan *plan, int fd, uint64_t page_size, uintptr_t *hint,
                         uintptr_t *bias) {
    uint64_t size = plan->end - plan->start;
    if (*hint > size + plan->alignment && is_seamless(plan)) {
        *bias = align_down(*hint - size - plan->start, plan->alignment);
        if (map_segments(plan, *bias, fd, MAP_FIXED_NOREPLACE, page_size) == 0) {
            *hint = *bias + plan->start;
            return 0;
        }
    }
    uintptr_t at = reserve(plan, page_size);
    if (sys_failed(at))
        return (long)at;
    *bias = at - plan->start;
    *hint = at;
    long result = map_segments(plan, *bias, fd, MAP_FIXED, page_size);
    if (result < 0)
        sys_munmap(at, size);
    return result;
}

/* -- from headers to the object's fields -- */

/* Where two segments share a page, it is the later one's, with its protection. */
static void settle_shared_page(struct segment *earlier, struct segment *later, uint64_t page_size) {
    uintptr_t page = align_down(later->start, page_size);
    if (earlier->end <= page)
        return;
    earlier->end = max_size(earlier->start, page);
    later->start = page;
}

static bool add_segments(struct object *object, const Elf64_Phdr *phdr, size_t phnum,
                         uint64_t page_size) {
    size_t count = 0;
    for (size_t i = 0; i < phnum; i++)
        count += phdr[i].p_type == PT_LOAD && phdr[i].p_memsz;
    object->segments = memory_alloc(count * sizeof *object->segments);
    if (!object->segments)
        return false;
    for (size_t i = 0; i < phnum; i++)
        if (phdr[i].p_type == PT_LOAD && phdr[i].p_memsz)
            object->segments[object->segment_count++] = (struct segment){
                .start = object->bias + phdr[i].p_vaddr,
                .end = object->bias + phdr[i].p_vaddr + phdr[i].p_memsz,
                .prot = protection(phdr[i].p_flags),
            };
    for (size_t i = 1; i < object->segment_count; i++)
        settle_shared_page(&object->segments[i - 1], &object->segments[i], page_size);
    return true;
}

static const char *read_tls_header(struct object *object, const Elf64_Phdr *header) {
    uint64_t alignment = header->p_align ? header->p_align : 1;
    if (header->p_memsz == 0)
        return NULL;
    if (!is_power_of_two(alignment) || alignment > (1 << 24) || header->p_memsz > (1UL << 32) ||
        header->p_filesz > header->p_memsz ||
        (header->p_filesz &&
         !object_segment(object, object->bias + header->p_vaddr, header->p_filesz)))
        return "invalid thread-local storage segment";
    object->tls.image = (const void *)(object->bias + header->p_vaddr);
    object->tls.file_size = header->p_filesz;
    object->tls.memory_size = header->p_memsz;
    object->tls.alignment = alignment;
    object->tls.misalignment = header->p_vaddr & (alignment - 1);
    return NULL;
}

static const char *read_header(struct object *object, const Elf64_Phdr *header,
                               uint64_t page_size) {
    uintptr_t at = object->bias + header->p_vaddr;
    switch (header->p_type) {
    case PT_DYNAMIC:
        if (at % sizeof(uint64_t) || !object_segment(object, at, header->p_memsz))
            return "dynamic section outside of the loaded segments";
        object->dynamic = (Elf64_Dyn *)at;
        object->dynamic_count = header->p_memsz / sizeof(Elf64_Dyn);
        return NULL;
    case PT_TLS:
        return read_tls_header(object, header);
    case PT_GNU_STACK:
        object->executable_stack = header->p_flags & PF_X;
        return NULL;
    case PT_GNU_EH_FRAME:
        if (object_segment(object, at, header->p_memsz))
            object->eh_frame_header = at;
        return NULL;
    case PT_GNU_RELRO:
        /* Only whole pages can be protected. */
        if (!object_segment(object, at, 1) || header->p_memsz > object->map_end - at)
            return "RELRO region outside of the loaded segments";
        object->relro_start = align_down(at, page_size);
        object->relro_end =
            max_size(object->relro_start, align_down(at + header->p_memsz, page_size));
        return NULL;
    default:
        return NULL;
    }
}

/* Fills everything that program headers say; bias, map_start and map_end are known. */
static bool read_all_headers(struct object *object, const Elf64_Phdr *phdr, size_t phnum,
                             uint64_t page_size, struct error *error) {
    /* No PT_GNU_STACK at all means an old object, which may run code on the stack. */
    object->executable_stack = true;
    if (!add_segments(object, phdr, phnum, page_size))
        return error_no_memory(error, object->label);
    for (size_t i = 0; i < phnum; i++) {
        const char *wrong = read_header(object, &phdr[i], page_size);
        if (wrong)
            return error_set(error, ERROR_FILE, 0, object->label, "%s", wrong);
    }
    return true;
}

/* The program header table in the mapped image, or a copy where no segment shows it. */
static const Elf64_Phdr *find_phdr(const struct object *object, const struct image_file *file) {
    size_t size = file->phnum * sizeof(Elf64_Phdr);
    for (size_t i = 0; i < file->phnum; i++) {
        const Elf64_Phdr *header = &file->phdr[i];
        uint64_t offset = file->header.e_phoff - header->p_offset;
        uintptr_t at = object->bias + header->p_vaddr + offset;
        if (header->p_type == PT_LOAD && file->header.e_phoff >= header->p_offset &&
            range_fits(offset, size, header->p_filesz) && object_segment(object, at, size))
            return (const Elf64_Phdr *)at;
    }
    void *copy = memory_alloc(size);
    return copy ? memcpy(copy, file->phdr, size) : NULL;
}

bool image_map(struct object *object, const struct image_file *file, uint64_t page_size,
               uintptr_t *hint, struct error *error) {
    struct plan_segment segments[file->phnum + 1];
    struct plan plan = {.segments = segments};
    const char *wrong =
        image_plan(&plan, &file->header, file->phdr, file->phnum, file->size, page_size);
    if (wrong)
        return error_set(error, ERROR_FILE, 0, object->label, "%s", wrong);
    guard_read(object, file);
    plan_guard(&plan, object->guard);
    long result;
    if (plan.type == ET_EXEC) {
        object->bias = 0;
        result = map_segments(&plan, 0, file->fd, MAP_FIXED_NOREPLACE, page_size);
    } else {
        result = map_anywhere(&plan, file->fd, page_size, hint, &object->bias);
    }
    if (result < 0) {
        error_set(error, ERROR_MAP, (int)-result, object->label,
                  "failed to map segment from shared object");
        format_text(error->detail, sizeof error->detail, "the kernel says: %s",
                    error_number_text((int)-result));
        return false;
    }
    object->page_size = page_size;
    object->owns_mapping = true;
    object->map_start = object->bias + plan.start;
    object->map_end = object->bias + plan.end;
    object->device = file->device;
    object->inode = file->inode;
    object->phnum = file->phnum;
    object->entry = plan.entry ? object->bias + plan.entry : 0;
    if (!read_all_headers(object, file->phdr, file->phnum, page_size, error))
        return false;
    for (size_t i = 0; i < object->segment_count; i++)
        if (object->segments[i].prot & PROT_EXEC)
            object->segments[i].prot |= object->guard;
    object->phdr = find_phdr(object, file);
    return object->phdr || error_no_memory(error, object->label);
}

bool image_adopt(struct object *object, const Elf64_Phdr *phdr, size_t phnum, uintptr_t bias,
                 uint64_t page_size, struct error *error) {
    if (phnum > IMAGE_MAX_HEADERS)
        return error_set(error, ERROR_FILE, 0, object->label, "invalid program header table");
    struct plan_segment segments[phnum + 1];
    struct plan plan = {.segments = segments};
    const Elf64_Ehdr header = {.e_type = ET_DYN};
    const char *wrong = image_plan(&plan, &header, phdr, phnum, UINT64_MAX, page_size);
    if (wrong)
        return error_set(error, ERROR_FILE, 0, object->label, "%s", wrong);
    object->bias = bias;
    object->phdr = phdr;
    object->phnum = phnum;
    object->page_size = page_size;
    object->map_start = bias + plan.start;
    object->map_end = bias + plan.end;
    return read_all_headers(object, phdr, phnum, page_size, error) && guard_adopt(object, error);
}
