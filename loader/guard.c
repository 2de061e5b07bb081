/* Checked branch targets; see guard.h. */
#include "guard.h"

#include "sys.h"
#include <string.h>

enum { NOTE_MAX = 256, NT_GNU_PROPERTY = 5 };

/* One property: type and size of the data that follow it, padded to eight bytes. */
struct property {
    uint32_t type, size;
};

/* Looks for the property among those of one note. */
static bool has_property(const unsigned char *data, size_t size, uint32_t type, uint32_t features) {
    struct property property;
    while (size >= sizeof property) {
        memcpy(&property, data, sizeof property);
        uint64_t padded = sizeof property + align_up(property.size, 8);
        if (padded > size)
            return false;
        uint32_t value = 0;
        if (property.type == type && property.size == sizeof value)
            memcpy(&value, data + sizeof property, sizeof value);
        if (value & features)
            return true;
        data += padded;
        size -= padded;
    }
    return false;
}

bool guard_note_has(const void *note, size_t size, uint32_t type, uint32_t features) {
    Elf64_Nhdr header;
    const unsigned char *at = note;
    while (size >= sizeof header + 4) {
        memcpy(&header, at, sizeof header);
        uint64_t start = align_up(sizeof header + (uint64_t)header.n_namesz, 8);
        uint64_t padded = align_up(start + header.n_descsz, 8);
        if (start + header.n_descsz > size)
            return false;
        if (header.n_type == NT_GNU_PROPERTY && header.n_namesz == 4 &&
            memcmp(at + sizeof header, "GNU", 4) == 0)
            return has_property(at + start, header.n_descsz, type, features);
        if (padded >= size)
            return false;
        at += padded;
        size -= padded;
    }
    return false;
}

static bool is_wanted(const void *note, size_t size) {
    return guard_note_has(note, size, ARCH_FEATURE_PROPERTY, ARCH_FEATURE_GUARDED);
}

static const Elf64_Phdr *find_note(const Elf64_Phdr *phdr, size_t phnum) {
    for (size_t i = 0; i < phnum; i++)
        if (phdr[i].p_type == PT_GNU_PROPERTY)
            return &phdr[i];
    return NULL;
}

void guard_read(struct object *object, const struct image_file *file) {
    unsigned char note[NOTE_MAX];
    if (!ARCH_FEATURE_PROPERTY || !object->guard)
        return;
    const Elf64_Phdr *header = find_note(file->phdr, file->phnum);
    size_t size = header ? min_size(header->p_filesz, sizeof note) : 0;
    const void *bytes = note;
    if (size && range_fits(header->p_offset, size, min_size(file->size, sizeof file->start)))
        bytes = file->start + header->p_offset;
    else if (size && sys_pread(file->fd, note, size, header->p_offset) != (long)size)
        size = 0;
    if (!is_wanted(bytes, size))
        object->guard = 0;
}

const void *guard_find_note(const struct object *object, size_t *size) {
    const Elf64_Phdr *header = find_note(object->phdr, object->phnum);
    uintptr_t note = header ? object->bias + header->p_vaddr : 0;
    if (!header || !object_segment(object, note, header->p_memsz))
        return NULL;
    *size = header->p_memsz;
    return (const void *)note;
}

bool guard_adopt(struct object *object, struct error *error) {
    if (!ARCH_FEATURE_PROPERTY || !object->guard)
        return true;
    size_t size;
    const void *note = guard_find_note(object, &size);
    int guard = object->guard;
    object->guard = 0;
    if (!note || !is_wanted(note, size))
        return true;
    object->guard = guard;
    for (size_t i = 0; i < object->segment_count; i++) {
        struct segment *segment = &object->segments[i];
        if (!(segment->prot & PROT_EXEC))
            continue;
        segment->prot |= guard;
        uintptr_t start = align_down(segment->start, object->page_size);
        long result =
            sys_mprotect(start, align_up(segment->end, object->page_size) - start, segment->prot);
        if (result < 0)
            return error_set(error, ERROR_FILE, (int)-result, object->label,
                             "failed to turn on BTI protection");
    }
    return true;
}
