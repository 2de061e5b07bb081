/* Finding the definition of a symbol (gABI chapter 5, "Hash Table" and "Symbol Table"; the GNU hash
 * table; symbol versions). */
#ifndef MYLD_SYMBOL_H
#define MYLD_SYMBOL_H

#include "object.h"

struct linker;

/* What is asked. */
struct symbol_request {
    const char *name;
    uint32_t gnu_hash;             /* of the name: symbol_gnu_hash */
    const struct version *version; /* NULL: none in particular */
    bool for_call;  /* a PLT slot: a canonical PLT entry of the program does not count */
    bool for_copy;  /* a COPY relocation: the program itself does not count */
    bool weak_last; /* a weak definition counts where there is no other one (LD_DYNAMIC_WEAK) */
    bool newest;    /* without version: the default one counts, not the oldest (dlsym) */
    const struct object *from; /* whose reference it is; NULL: nobody's */
    struct linker *observer;   /* told of each object that is asked (events); NULL: nobody */
};

/* What was found; symbol is NULL when nothing was. */
struct symbol_result {
    const struct object *object;
    const Elf64_Sym *symbol;
};

/* A request for `name` in `version` (or NULL). */
struct symbol_request symbol_request_for(const char *name, const struct version *version);

/* The GNU hash of a name. */
uint32_t symbol_gnu_hash(const char *name);

/* The hash function of the gABI: of DT_HASH and of version names. */
uint32_t symbol_sysv_hash(const char *name);

/* The definition in one object. Hidden and local symbols do not count. */
const Elf64_Sym *symbol_find_in(const struct object *object, const struct symbol_request *request);

/* Why `object` has no definition for the request, in the words of the event "candidate". */
const char *symbol_why_not(const struct object *object, const struct symbol_request *request);

/* The definition in the first object of `list`, from index `start`, that has one. */
struct symbol_result symbol_find_in_list(const struct object_list *list, size_t start,
                                         const struct symbol_request *request);

/* The definition that binds a reference of `object`: its scopes in order. */
struct symbol_result symbol_find(const struct object *object, const struct symbol_request *request);

/* What the symbol number `index` of `object` refers to: itself when it is bound locally, else what
 * symbol_find says. `index` was checked. *request is filled with what was asked, for messages. */
struct symbol_result symbol_resolve(const struct object *object, uint32_t index, bool for_call,
                                    bool for_copy, struct symbol_request *request);

/* The same for a caller who has the GNU hash of the symbol's name already (0: has not). */
struct symbol_result symbol_resolve_hashed(const struct object *object, uint32_t index,
                                           uint32_t hash, bool for_call, bool for_copy,
                                           struct symbol_request *request);

/* The version that symbol number `index` refers to, or NULL. */
const struct version *symbol_version(const struct object *object, uint32_t index);

/* True when `index` and the name it has lie within the object's tables. */
static inline bool symbol_index_is_valid(const struct object *object, uint32_t index) {
    return index < object->symbol_limit && object->symbols[index].st_name < object->strings_size;
}

/* Address of a definition that is neither TLS nor IFUNC. */
static inline uintptr_t symbol_address(struct symbol_result definition) {
    return (definition.symbol->st_shndx == SHN_ABS ? 0 : definition.object->bias) +
           definition.symbol->st_value;
}

/* How many symbols the object's hash table knows: from gnu_hash.first on, or from 0 on where there
 * is DT_HASH alone. */
uint32_t symbol_count(const struct object *object);

/* Of the definitions that cover `address`, the one that starts last; NULL: none does. The object
 * has symbols. */
const Elf64_Sym *symbol_covering(const struct object *object, uintptr_t address);

/* The plain rule: of the symbols up to `address` the last one, if it covers it. */
const Elf64_Sym *symbol_nearest(const struct object *object, uintptr_t address);

#endif
