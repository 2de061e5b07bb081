/* Reading of PT_DYNAMIC; see dynamic.h. */
#include "dynamic.h"

#include "arch.h"

#include <string.h>
#include <sys/mman.h>

/* The values of the section's tags, before they are checked. One pass over the section fills it. */
struct raw {
    uint64_t present;               /* a bit for each tag of the gABI that is there */
    uint64_t value[DT_RELRENT + 1]; /* by tag; 0: not there */
    uint64_t gnu_hash, versym, verneed, verdef, relacount;
};

/* A tag that is not of the gABI. */
static void collect_other(struct object *object, struct raw *raw, const Elf64_Dyn *entry) {
    uint64_t value = entry->d_un.d_val;
    switch (entry->d_tag) {
    case DT_GNU_HASH:
        raw->gnu_hash = value;
        break;
    case DT_VERSYM:
        raw->versym = value;
        break;
    case DT_VERNEED:
        raw->verneed = value;
        break;
    case DT_VERDEF:
        raw->verdef = value;
        break;
    case DT_RELACOUNT:
        raw->relacount = value;
        break;
    case DT_FLAGS_1:
        object->flags_1 = (uint32_t)value;
        break;
    default:
        object->signed_plt |= ARCH_SIGNED_PLT_TAG && entry->d_tag == ARCH_SIGNED_PLT_TAG;
        break;
    }
}

static inline bool has(const struct raw *raw, unsigned tag) {
    return raw->present >> tag & 1;
}

static void collect(struct object *object, struct raw *raw) {
    *raw = (struct raw){.value = {[DT_SYMENT] = sizeof(Elf64_Sym),
                                  [DT_RELAENT] = sizeof(Elf64_Rela),
                                  [DT_RELRENT] = sizeof(uint64_t),
                                  [DT_PLTREL] = DT_RELA}};
    const Elf64_Dyn *entry = object->dynamic, *end = entry + object->dynamic_count;
    for (; entry < end && entry->d_tag != DT_NULL; entry++) {
        if ((uint64_t)entry->d_tag < ARRAY_LENGTH(raw->value)) {
            raw->present |= UINT64_C(1) << entry->d_tag;
            raw->value[entry->d_tag] = entry->d_un.d_val;
        } else {
            collect_other(object, raw, entry);
        }
    }
    object->dynamic_count = (size_t)(entry - object->dynamic);
    object->flags = (uint32_t)raw->value[DT_FLAGS];
    object->symbolic = has(raw, DT_SYMBOLIC) || object->flags & DF_SYMBOLIC;
    object->text_relocations = has(raw, DT_TEXTREL) || object->flags & DF_TEXTREL;
    object->bind_now =
        has(raw, DT_BIND_NOW) || object->flags & DF_BIND_NOW || object->flags_1 & DF_1_NOW;
    object->static_tls = (object->flags & DF_STATIC_TLS) != 0;
    object->debug_entry = has(raw, DT_DEBUG);
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

/* True for a tag whose value is an offset in the string table. */
static inline bool is_string(int64_t tag) {
    const uint64_t strings = UINT64_C(1) << DT_NEEDED | UINT64_C(1) << DT_SONAME |
                             UINT64_C(1) << DT_RPATH | UINT64_C(1) << DT_RUNPATH;
    return (uint64_t)tag < 64 ? strings >> tag & 1 : tag == DT_AUXILIARY || tag == DT_FILTER;
}

static const char *check_strings(struct object *object, const struct raw *raw) {
    const uint64_t *value = raw->value;
    if (value[DT_STRTAB]) {
        object->strings = locate(object, value[DT_STRTAB], value[DT_STRSZ], 1, NULL);
        object->strings_size = value[DT_STRSZ];
        if (!object->strings || !value[DT_STRSZ] || object->strings[value[DT_STRSZ] - 1] != 0)
            return "invalid string table";
    } else if (value[DT_SYMTAB]) {
        return "no DT_STRTAB in the dynamic section";
    }
    for (size_t i = 0; i < object->dynamic_count; i++)
        if (is_string(object->dynamic[i].d_tag) &&
            object->dynamic[i].d_un.d_val >= object->strings_size)
            return "string offset outside of the string table";
    if (has(raw, DT_SONAME)) {
        object->soname = object->strings + value[DT_SONAME];
        object->name_bits |= object_name_bits(object->soname);
    }
    if (has(raw, DT_RUNPATH))
        object->runpath = object->strings + value[DT_RUNPATH];
    else if (has(raw, DT_RPATH)) /* gABI: DT_RPATH is ignored beside DT_RUNPATH */
        object->rpath = object->strings + value[DT_RPATH];
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
    const uint64_t *value = raw->value;
    uint64_t room;
    const uint32_t *table = locate(object, value[DT_HASH], 8, 4, &room);
    if (!table || 8 + 4 * ((uint64_t)table[0] + table[1]) > room || !table[0])
        return "invalid hash table";
    object->sysv_hash.bucket_count = table[0];
    object->sysv_hash.chain_count = (uint32_t)min_size(table[1], object->symbol_limit);
    object->sysv_hash.buckets = table + 2;
    object->sysv_hash.chain = object->sysv_hash.buckets + table[0];
    return NULL;
}

static const char *check_symbols(struct object *object, const struct raw *raw) {
    const uint64_t *value = raw->value;
    if (!value[DT_SYMTAB])
        return NULL;
    uint64_t room;
    object->symbols = locate(object, value[DT_SYMTAB], sizeof(Elf64_Sym), 8, &room);
    if (!object->symbols || value[DT_SYMENT] != sizeof(Elf64_Sym))
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
    if (!wrong && value[DT_HASH] && !raw->gnu_hash)
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
    const uint64_t *value = raw->value;
    if (value[DT_REL])
        return "relocations without addends (DT_REL) are not of this machine";
    if (value[DT_RELASZ]) {
        object->rela = locate(object, value[DT_RELA], value[DT_RELASZ], 8, NULL);
        object->rela_count = value[DT_RELASZ] / sizeof(Elf64_Rela);
        if (!object->rela || value[DT_RELAENT] != sizeof(Elf64_Rela))
            return "invalid relocation table";
        object->relative_count = min_size(raw->relacount, object->rela_count);
    }
    if (value[DT_RELRSZ]) {
        object->relr = locate(object, value[DT_RELR], value[DT_RELRSZ], 8, NULL);
        object->relr_count = value[DT_RELRSZ] / sizeof(uint64_t);
        if (!object->relr || value[DT_RELRENT] != sizeof(uint64_t))
            return "invalid table of relative relocations";
    }
    if (value[DT_PLTRELSZ]) {
        object->plt_rela = locate(object, value[DT_JMPREL], value[DT_PLTRELSZ], 8, NULL);
        object->plt_rela_count = value[DT_PLTRELSZ] / sizeof(Elf64_Rela);
        if (!object->plt_rela || value[DT_PLTREL] != DT_RELA)
            return "invalid relocation table of the PLT";
        /* Some linkers count the PLT's relocations, at the end, in DT_RELASZ, too. */
        if (object->rela && object->plt_rela >= object->rela &&
            object->plt_rela < object->rela + object->rela_count)
            object->rela_count = (size_t)(object->plt_rela - object->rela);
    }
    if (value[DT_PLTGOT])
        object->plt_got = locate(object, value[DT_PLTGOT], 3 * sizeof(uintptr_t), 8, NULL);
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
    const uint64_t *value = raw->value;
    object->init = value[DT_INIT] ? object->bias + value[DT_INIT] : 0;
    object->fini = value[DT_FINI] ? object->bias + value[DT_FINI] : 0;
    if ((object->init && !object_has_code(object, object->init)) ||
        (object->fini && !object_has_code(object, object->fini)))
        return "DT_INIT or DT_FINI is not code of the object";
    if (!check_array(object, value[DT_PREINIT_ARRAY], value[DT_PREINIT_ARRAYSZ],
                     &object->preinit_array, &object->preinit_count) ||
        !check_array(object, value[DT_INIT_ARRAY], value[DT_INIT_ARRAYSZ], &object->init_array,
                     &object->init_count) ||
        !check_array(object, value[DT_FINI_ARRAY], value[DT_FINI_ARRAYSZ], &object->fini_array,
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
