/* Reading of PT_DYNAMIC; see dynamic.h. */
#include "dynamic.h"

#include "arch.h"

#include <string.h>
#include <sys/mman.h>

/* The values of the tags that are looked at, before they are checked. One pass over the section
 * fills it. */
struct raw {
    uint64_t strtab, strsz, symtab, syment, hash, gnu_hash, versym, verneed, verdef;
    uint64_t rela, relasz, relaent, relacount, relr, relrsz, relrent, rel, jmprel, pltrelsz, pltrel;
    uint64_t pltgot, init, fini;
    uint64_t init_array, init_arraysz, fini_array, fini_arraysz, preinit_array, preinit_arraysz;
    uint64_t soname, rpath, runpath;
    bool has_soname, has_rpath, has_runpath;
};

/* Where the value of a tag goes, or NULL for tags that are of no interest here. */
static uint64_t *raw_field(struct raw *raw, int64_t tag) {
    switch (tag) {
    case DT_STRTAB:
        return &raw->strtab;
    case DT_STRSZ:
        return &raw->strsz;
    case DT_SYMTAB:
        return &raw->symtab;
    case DT_SYMENT:
        return &raw->syment;
    case DT_HASH:
        return &raw->hash;
    case DT_GNU_HASH:
        return &raw->gnu_hash;
    case DT_VERSYM:
        return &raw->versym;
    case DT_VERNEED:
        return &raw->verneed;
    case DT_VERDEF:
        return &raw->verdef;
    case DT_RELA:
        return &raw->rela;
    case DT_RELASZ:
        return &raw->relasz;
    case DT_RELAENT:
        return &raw->relaent;
    case DT_RELACOUNT:
        return &raw->relacount;
    case DT_RELR:
        return &raw->relr;
    case DT_RELRSZ:
        return &raw->relrsz;
    case DT_RELRENT:
        return &raw->relrent;
    case DT_REL:
        return &raw->rel;
    case DT_JMPREL:
        return &raw->jmprel;
    case DT_PLTRELSZ:
        return &raw->pltrelsz;
    case DT_PLTREL:
        return &raw->pltrel;
    case DT_PLTGOT:
        return &raw->pltgot;
    case DT_INIT:
        return &raw->init;
    case DT_FINI:
        return &raw->fini;
    case DT_INIT_ARRAY:
        return &raw->init_array;
    case DT_INIT_ARRAYSZ:
        return &raw->init_arraysz;
    case DT_FINI_ARRAY:
        return &raw->fini_array;
    case DT_FINI_ARRAYSZ:
        return &raw->fini_arraysz;
    case DT_PREINIT_ARRAY:
        return &raw->preinit_array;
    case DT_PREINIT_ARRAYSZ:
        return &raw->preinit_arraysz;
    case DT_SONAME:
        raw->has_soname = true;
        return &raw->soname;
    case DT_RPATH:
        raw->has_rpath = true;
        return &raw->rpath;
    case DT_RUNPATH:
        raw->has_runpath = true;
        return &raw->runpath;
    default:
        return NULL;
    }
}

static void read_flags(struct object *object, const Elf64_Dyn *entry) {
    switch (entry->d_tag) {
    case DT_FLAGS:
        object->flags = (uint32_t)entry->d_un.d_val;
        break;
    case DT_FLAGS_1:
        object->flags_1 = (uint32_t)entry->d_un.d_val;
        break;
    case DT_SYMBOLIC:
        object->symbolic = true;
        break;
    case DT_TEXTREL:
        object->text_relocations = true;
        break;
    case DT_BIND_NOW:
        object->bind_now = true;
        break;
    case DT_DEBUG:
        object->debug_entry = true;
        break;
    default:
        object->signed_plt |= ARCH_SIGNED_PLT_TAG && entry->d_tag == ARCH_SIGNED_PLT_TAG;
        break;
    }
}

static void collect(struct object *object, struct raw *raw) {
    *raw = (struct raw){.syment = sizeof(Elf64_Sym),
                        .relaent = sizeof(Elf64_Rela),
                        .relrent = sizeof(uint64_t),
                        .pltrel = DT_RELA};
    size_t i = 0;
    for (; i < object->dynamic_count && object->dynamic[i].d_tag != DT_NULL; i++) {
        uint64_t *field = raw_field(raw, object->dynamic[i].d_tag);
        if (field)
            *field = object->dynamic[i].d_un.d_val;
        read_flags(object, &object->dynamic[i]);
    }
    object->dynamic_count = i;
    object->symbolic |= (object->flags & DF_SYMBOLIC) != 0;
    object->text_relocations |= (object->flags & DF_TEXTREL) != 0;
    object->bind_now |= (object->flags & DF_BIND_NOW) || (object->flags_1 & DF_1_NOW);
    object->static_tls = (object->flags & DF_STATIC_TLS) != 0;
}

/* The memory at a file's virtual address, when `size` bytes from there lie in one segment and the
 * address is a multiple of `alignment`; else NULL. *room becomes the bytes from there to the
 * segment's end. */
static void *locate(const struct object *object, uint64_t address, uint64_t size,
                    uint64_t alignment, uint64_t *room) {
    uintptr_t at = object->bias + address;
    const struct segment *segment = object_segment(object, at, size ? size : 1);
    if (!segment || at % alignment)
        return NULL;
    if (room)
        *room = segment->end - at;
    return (void *)at;
}

static const char *check_strings(struct object *object, const struct raw *raw) {
    if (raw->strtab) {
        object->strings = locate(object, raw->strtab, raw->strsz, 1, NULL);
        object->strings_size = raw->strsz;
        if (!object->strings || !raw->strsz || object->strings[raw->strsz - 1] != 0)
            return "invalid string table";
    } else if (raw->symtab) {
        return "no DT_STRTAB in the dynamic section";
    }
    for (size_t i = 0; i < object->dynamic_count; i++) {
        const Elf64_Dyn *entry = &object->dynamic[i];
        bool is_string = entry->d_tag == DT_NEEDED || entry->d_tag == DT_SONAME ||
                         entry->d_tag == DT_RPATH || entry->d_tag == DT_RUNPATH ||
                         entry->d_tag == DT_AUXILIARY || entry->d_tag == DT_FILTER;
        if (is_string && entry->d_un.d_val >= object->strings_size)
            return "string offset outside of the string table";
    }
    if (raw->has_soname) {
        object->soname = object->strings + raw->soname;
        object->name_bits |= object_name_bits(object->soname);
    }
    if (raw->has_runpath)
        object->runpath = object->strings + raw->runpath;
    else if (raw->has_rpath) /* gABI: DT_RPATH is ignored beside DT_RUNPATH */
        object->rpath = object->strings + raw->rpath;
    return NULL;
}

static const char *check_gnu_hash(struct object *object, const struct raw *raw) {
    uint64_t room;
    const uint32_t *table = locate(object, raw->gnu_hash, 16, 4, &room);
    if (!table)
        return "invalid GNU hash table";
    uint32_t bucket_count = table[0], first = table[1], bloom_count = table[2];
    uint64_t fixed = 16 + 8 * (uint64_t)bloom_count + 4 * (uint64_t)bucket_count;
    if (!bucket_count || !is_power_of_two(bloom_count) || fixed > room || raw->gnu_hash % 8)
        return "invalid GNU hash table";
    object->gnu_hash.bloom = (const uint64_t *)(table + 4);
    object->gnu_hash.bloom_mask = bloom_count - 1;
    object->gnu_hash.bloom_shift = table[3] & 63;
    object->gnu_hash.buckets = table + 4 + 2 * (size_t)bloom_count;
    object->gnu_hash.bucket_count = bucket_count;
    object->gnu_hash.chain = object->gnu_hash.buckets + bucket_count;
    object->gnu_hash.first = first;
    object->gnu_hash.limit = (uint32_t)min_size(first + (room - fixed) / 4, object->symbol_limit);
    return NULL;
}

static const char *check_sysv_hash(struct object *object, const struct raw *raw) {
    uint64_t room;
    const uint32_t *table = locate(object, raw->hash, 8, 4, &room);
    if (!table || 8 + 4 * ((uint64_t)table[0] + table[1]) > room || !table[0])
        return "invalid hash table";
    object->sysv_hash.bucket_count = table[0];
    object->sysv_hash.chain_count = (uint32_t)min_size(table[1], object->symbol_limit);
    object->sysv_hash.buckets = table + 2;
    object->sysv_hash.chain = object->sysv_hash.buckets + table[0];
    return NULL;
}

static const char *check_symbols(struct object *object, const struct raw *raw) {
    if (!raw->symtab)
        return NULL;
    uint64_t room;
    object->symbols = locate(object, raw->symtab, sizeof(Elf64_Sym), 8, &room);
    if (!object->symbols || raw->syment != sizeof(Elf64_Sym))
        return "invalid symbol table";
    object->symbol_limit = room / sizeof(Elf64_Sym);
    if (raw->versym) {
        object->versym = locate(object, raw->versym, 2, 2, &room);
        if (!object->versym)
            return "invalid symbol version table";
        object->symbol_limit = min_size(object->symbol_limit, room / 2);
    }
    if (object->symbol_limit > UINT32_MAX)
        object->symbol_limit = UINT32_MAX;
    const char *wrong = raw->gnu_hash ? check_gnu_hash(object, raw) : NULL;
    /* One table is enough; the old one is kept only where there is no other. */
    if (!wrong && raw->hash && !raw->gnu_hash)
        wrong = check_sysv_hash(object, raw);
    return wrong;
}

static const char *check_versions(struct object *object, const struct raw *raw) {
    if (raw->verneed &&
        !(object->verneed = locate(object, raw->verneed, sizeof(Elf64_Verneed), 4, NULL)))
        return "invalid version needs";
    if (raw->verdef &&
        !(object->verdef = locate(object, raw->verdef, sizeof(Elf64_Verdef), 4, NULL)))
        return "invalid version definitions";
    return NULL;
}

static const char *check_relocations(struct object *object, const struct raw *raw) {
    if (raw->rel)
        return "relocations without addends (DT_REL) are not of this machine";
    if (raw->relasz) {
        object->rela = locate(object, raw->rela, raw->relasz, 8, NULL);
        object->rela_count = raw->relasz / sizeof(Elf64_Rela);
        if (!object->rela || raw->relaent != sizeof(Elf64_Rela))
            return "invalid relocation table";
        object->relative_count = min_size(raw->relacount, object->rela_count);
    }
    if (raw->relrsz) {
        object->relr = locate(object, raw->relr, raw->relrsz, 8, NULL);
        object->relr_count = raw->relrsz / sizeof(uint64_t);
        if (!object->relr || raw->relrent != sizeof(uint64_t))
            return "invalid table of relative relocations";
    }
    if (raw->pltrelsz) {
        object->plt_rela = locate(object, raw->jmprel, raw->pltrelsz, 8, NULL);
        object->plt_rela_count = raw->pltrelsz / sizeof(Elf64_Rela);
        if (!object->plt_rela || raw->pltrel != DT_RELA)
            return "invalid relocation table of the PLT";
        /* Some linkers count the PLT's relocations, at the end, in DT_RELASZ, too. */
        if (object->rela && object->plt_rela >= object->rela &&
            object->plt_rela < object->rela + object->rela_count)
            object->rela_count = (size_t)(object->plt_rela - object->rela);
    }
    if (raw->pltgot)
        object->plt_got = locate(object, raw->pltgot, 3 * sizeof(uintptr_t), 8, NULL);
    return NULL;
}

/* Fills one array of functions. Returns false when it does not lie in a segment. */
static bool check_array(const struct object *object, uint64_t address, uint64_t size,
                        uintptr_t **array, size_t *count) {
    *count = size / sizeof(uintptr_t);
    if (*count == 0)
        return true;
    *array = locate(object, address, size, sizeof(uintptr_t), NULL);
    return *array != NULL;
}

static const char *check_functions(struct object *object, const struct raw *raw) {
    object->init = raw->init ? object->bias + raw->init : 0;
    object->fini = raw->fini ? object->bias + raw->fini : 0;
    if ((object->init && !object_has_code(object, object->init)) ||
        (object->fini && !object_has_code(object, object->fini)))
        return "DT_INIT or DT_FINI is not code of the object";
    if (!check_array(object, raw->preinit_array, raw->preinit_arraysz, &object->preinit_array,
                     &object->preinit_count) ||
        !check_array(object, raw->init_array, raw->init_arraysz, &object->init_array,
                     &object->init_count) ||
        !check_array(object, raw->fini_array, raw->fini_arraysz, &object->fini_array,
                     &object->fini_count))
        return "array of constructors or destructors outside of the loaded segments";
    return NULL;
}

/* The section's page is read now and will be written soon (DT_DEBUG, relocations beside it): a
 * first access that writes makes that one page fault instead of two. */
static void touch(const struct object *object) {
    const struct segment *segment = object_segment(object, (uintptr_t)object->dynamic, 1);
    if (segment && segment->prot & PROT_WRITE && object->kind != OBJECT_VDSO)
        __atomic_fetch_or((unsigned char *)object->dynamic, 0, __ATOMIC_RELAXED);
}

bool dynamic_read(struct object *object, struct error *error) {
    if (!object->dynamic)
        return true;
    struct raw raw;
    touch(object);
    collect(object, &raw);
    const char *wrong = check_strings(object, &raw);
    wrong = wrong ? wrong : check_symbols(object, &raw);
    wrong = wrong ? wrong : check_versions(object, &raw);
    wrong = wrong ? wrong : check_relocations(object, &raw);
    wrong = wrong ? wrong : check_functions(object, &raw);
    return !wrong || error_set(error, ERROR_FILE, 0, object->label, "%s", wrong);
}

Elf64_Dyn *dynamic_entry(const struct object *object, int64_t tag) {
    for (size_t i = 0; i < object->dynamic_count; i++)
        if (object->dynamic[i].d_tag == tag)
            return &object->dynamic[i];
    return NULL;
}
