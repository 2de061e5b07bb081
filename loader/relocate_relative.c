/* Relative relocations: the words to which only the load bias is added (gABI: DT_RELR;
 * DT_RELACOUNT). Large programs have hundreds of thousands. See relocate_pass.h.
 */
#include "relocate_pass.h"

#include "linker.h"
#include "reloc.h"
#include "sys.h"

#define BITMAP_WORDS 63 /* that one bitmap speaks of */

static bool add_bias(struct pass *pass, uintptr_t place) {
    if (!pass_has_place(pass, place, sizeof place))
        return pass_fail(pass, "relative relocation outside of the writable segments");
    store(place, load(place) + pass->object->bias);
    return true;
}

/* The words of one bitmap, from `first` on. Nearly always all of them lie in one segment. */
static bool apply_bitmap(struct pass *pass, uintptr_t first, uint64_t bits) {
    uintptr_t bias = pass->object->bias;
    bool inside = pass_has_place(pass, first, BITMAP_WORDS * sizeof first);
    for (; bits; bits &= bits - 1) {
        uintptr_t place = first + (unsigned)__builtin_ctzl(bits) * sizeof first;
        if (inside)
            store(place, load(place) + bias);
        else if (!add_bias(pass, place))
            return false;
    }
    return true;
}

/* RELR: an even entry is an address, each odd one a bitmap of the 63 words that follow. */
bool pass_apply_relr(struct pass *pass) {
    const struct object *object = pass->object;
    uintptr_t next = 0;
    for (size_t i = 0; i < object->relr_count; i++) {
        uint64_t entry = object->relr[i];
        if (entry & 1) {
            if (!apply_bitmap(pass, next, entry >> 1))
                return false;
            next += BITMAP_WORDS * sizeof next;
        } else {
            if (!add_bias(pass, object->bias + entry))
                return false;
            next = object->bias + entry + sizeof next;
        }
    }
    return true;
}

/* A relocated page is a copy of the file's: one page fault for each, unless the kernel is told
 * beforehand. It pays for so many pages in a row. (Linux 5.14; an older one says EINVAL.) */
#define MADV_POPULATE_WRITE 23
#define POPULATED_PAGES 8

/* Has the pages made that the relocations from number `from` on write to without a gap. Returns the
 * end of the last one. */
static uintptr_t populate(struct pass *pass, size_t from) {
    const struct object *object = pass->object;
    size_t page_size = object->page_size;
    uintptr_t start = align_down(object->bias + object->rela[from].r_offset, page_size);
    uintptr_t end = start + page_size, limit = pass->place.end;
    for (size_t i = from + 1; i < object->relative_count; i++) {
        uintptr_t place = object->bias + object->rela[i].r_offset;
        if (place < start || place >= end + page_size || place >= limit)
            break;
        if (place >= end)
            end += page_size;
    }
    if (end - start >= POPULATED_PAGES * page_size)
        sys3(SYS_madvise, (long)start, (long)(end - start), MADV_POPULATE_WRITE);
    return end;
}

size_t pass_apply_relative(struct pass *pass) {
    const struct object *object = pass->object;
    uintptr_t bias = object->bias, populated = 0;
    size_t i = 0;
    for (; i < object->relative_count; i++) {
        const Elf64_Rela *rela = &object->rela[i];
        uintptr_t place = bias + rela->r_offset;
        if (arch_reloc_kind((uint32_t)rela->r_info) != RELOC_RELATIVE ||
            !pass_has_place(pass, place, sizeof place))
            break;
        if (place >= populated)
            populated = populate(pass, i);
        store(place, bias + (uint64_t)rela->r_addend);
    }
    return i;
}
