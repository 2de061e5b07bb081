/* struct link_map as glibc lays it out: a mirror of struct object for libc, debuggers and programs
 * that read it.
 *
 * libc.so.6 itself uses little of it: it runs the program's DT_INIT and DT_INIT_ARRAY through
 * l_info, and gives the program headers to dl_iterate_phdr. Programs and debuggers use the public
 * part and l_ld, whose addresses glibc relocates in place.
 */
#include "glibc.h"

#include "loader/memory.h"

/* Numbers of entries that l_info has for tags of other ranges than the generic one (glibc's
 * include/link.h). */
#define VERSION_TAGS 16
#define EXTRA_TAGS 3
#define VALUE_TAGS 12
#define ADDRESS_TAGS 11

/* Where glibc keeps the entry of a tag in l_info, an array of `length` entries; SIZE_MAX: nowhere.
 */
static size_t info_index(int64_t tag, size_t length) {
    size_t others = VERSION_TAGS + EXTRA_TAGS + VALUE_TAGS + ADDRESS_TAGS;
    size_t machine = ARCH_DYNAMIC_TAGS, generic = length - others - machine;
    uint64_t number = (uint64_t)tag;
    if (number < generic)
        return number;
    size_t base = generic;
    if (number - DT_LOPROC < machine)
        return base + (number - DT_LOPROC);
    base += machine;
    if (DT_VERNEEDNUM - number < VERSION_TAGS)
        return base + (DT_VERNEEDNUM - number);
    base += VERSION_TAGS + EXTRA_TAGS; /* DT_AUXILIARY, DT_FILTER: libc does not look */
    if (DT_VALRNGHI - number < VALUE_TAGS)
        return base + (DT_VALRNGHI - number);
    base += VALUE_TAGS;
    if (DT_ADDRRNGHI - number < ADDRESS_TAGS)
        return base + (DT_ADDRRNGHI - number);
    return SIZE_MAX;
}

/* The tags whose values glibc turns into addresses in place. */
static bool is_relocated_in_place(int64_t tag) {
    switch (tag) {
    case DT_HASH:
    case DT_PLTGOT:
    case DT_STRTAB:
    case DT_SYMTAB:
    case DT_RELA:
    case DT_JMPREL:
    case DT_VERSYM:
    case DT_GNU_HASH:
        return true;
    default:
        return false;
    }
}

static void mirror_dynamic(const struct glibc_layout *layout, struct object *object) {
    Elf64_Dyn **info = glibc_member(layout, object->map, GLIBC_lm_info);
    size_t length = (size_t)((Elf64_Dyn **)glibc_member(layout, object->map, GLIBC_lm_phdr) - info);
    const struct segment *segment =
        object->dynamic ? object_segment(object, (uintptr_t)object->dynamic, 1) : NULL;
    bool writable = segment && segment->prot & 2 && object->kind != OBJECT_VDSO;
    for (size_t i = 0; i < object->dynamic_count; i++) {
        Elf64_Dyn *entry = &object->dynamic[i];
        size_t index = info_index(entry->d_tag, length);
        if (index < length)
            info[index] = entry;
        if (writable && is_relocated_in_place(entry->d_tag))
            entry->d_un.d_ptr += object->bias;
    }
}

/* backtrace_symbols looks for names in the hash table. */
static void mirror_hash(const struct glibc_layout *layout, const struct object *object) {
    unsigned char *map = (unsigned char *)object->map;
    const typeof(object->gnu_hash) *hash = &object->gnu_hash;
    if (!hash->bloom)
        return;
    *(uint32_t *)glibc_member(layout, map, GLIBC_lm_nbuckets) = hash->bucket_count;
    *(uint32_t *)glibc_member(layout, map, GLIBC_lm_gnu_bitmask_idxbits) = hash->bloom_mask;
    *(uint32_t *)glibc_member(layout, map, GLIBC_lm_gnu_shift) = hash->bloom_shift;
    glibc_put_word(layout, map, GLIBC_lm_gnu_bitmask, (uintptr_t)hash->bloom);
    glibc_put_word(layout, map, GLIBC_lm_gnu_buckets, (uintptr_t)hash->buckets);
    glibc_put_word(layout, map, GLIBC_lm_gnu_chain_zero, (uintptr_t)(hash->chain - hash->first));
}

/* glibc's struct libname_list. */
struct libname {
    const char *name;
    struct libname *next;
    int is_static;
};

static void mirror_names(const struct glibc_layout *layout, struct object *object) {
    struct libname *name = memory_alloc(sizeof *name);
    if (!name)
        return;
    name->name = object->names ? object->names->text : object->path;
    name->is_static = 1;
    glibc_put_word(layout, object->map, GLIBC_lm_libname, (uintptr_t)name);
}

void glibc_mirror(struct linker *linker, struct object *object) {
    const struct glibc *glibc = glibc_of(linker);
    if (!glibc)
        return;
    const struct glibc_layout *layout = glibc->layout;
    unsigned char *map = (unsigned char *)object->map;
    mirror_names(layout, object);
    glibc_put_word(layout, map, GLIBC_lm_ns, object->space ? (uintptr_t)object->space->id : 0);
    glibc_put_word(layout, map, GLIBC_lm_real,
                   (uintptr_t)(object->real ? object->real->map : object->map));
    if (object->real) /* the rest is found there */
        return;
    glibc_put_word(layout, map, GLIBC_lm_phdr, (uintptr_t)object->phdr);
    *(uint16_t *)glibc_member(layout, map, GLIBC_lm_phnum) = (uint16_t)object->phnum;
    *(uint16_t *)glibc_member(layout, map, GLIBC_lm_ldnum) = (uint16_t)object->dynamic_count;
    glibc_put_word(layout, map, GLIBC_lm_entry, object->entry);
    glibc_put_word(layout, map, GLIBC_lm_map_start, object->map_start);
    glibc_put_word(layout, map, GLIBC_lm_map_end, object->map_end);
    glibc_put_word(layout, map, GLIBC_lm_text_end, object->map_end);
    glibc_put_word(layout, map, GLIBC_lm_tls_initimage, (uintptr_t)object->tls.image);
    glibc_put_word(layout, map, GLIBC_lm_tls_initimage_size, object->tls.file_size);
    glibc_put_word(layout, map, GLIBC_lm_tls_blocksize, object->tls.memory_size);
    glibc_put_word(layout, map, GLIBC_lm_tls_align, object->tls.alignment);
    glibc_put_word(layout, map, GLIBC_lm_tls_modid, object->tls.module);
    glibc_put_word(layout, map, GLIBC_lm_tls_offset,
                   tls_is_static(object)
                       ? (uintptr_t)(ARCH_TLS_BELOW_TP ? -object->tls.offset : object->tls.offset)
                       : 0);
    glibc_put_word(layout, map, GLIBC_lm_relro_addr, object->relro_start - object->bias);
    glibc_put_word(layout, map, GLIBC_lm_relro_size, object->relro_end - object->relro_start);
    mirror_dynamic(layout, object);
    mirror_hash(layout, object);
}
