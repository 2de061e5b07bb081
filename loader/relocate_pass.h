/* The relocation of one object from within: what relocate.c (the loop), relocate_relative.c,
 * relocate_ifunc.c, relocate_tls.c and relocate_tell.c (events) share. For these alone.
 */
#ifndef MYLD_RELOCATE_PASS_H
#define MYLD_RELOCATE_PASS_H

#include "arch.h"
#include "reloc_kind.h"
#include "relocate.h"
#include "sieve.h"

/* A relocation that runs an IFUNC resolver, put off to the end. */
struct deferred {
    uintptr_t *place;
    struct symbol_result definition; /* symbol NULL: IRELATIVE */
    uintptr_t addend;                /* IRELATIVE: the resolver; else what is added to its result */
    bool is_slot;                    /* of the PLT */
    bool sign;                       /* the place is a slot of a signed PLT */
};

/* What the relocation of one object carries along. */
struct pass {
    struct linker *linker;
    struct object *object;
    struct relocate_options options;
    struct error *error;
    struct segment place; /* the segment of the last place: most relocations hit the same one */
    uint32_t last_index;  /* the last symbol that was looked up, and how */
    bool last_for_call, last_valid;
    bool again;   /* the last reference hit that memory */
    bool sign;    /* the relocations are those of a signed PLT */
    bool waiting; /* those of the PLT, which may wait for their first call */
    struct symbol_result last;
    uint64_t same;        /* r_info of the last plain word that needed a symbol; 0: none yet */
    uintptr_t same_value; /* and that symbol's value */
    const struct symbol_index *index; /* of the first scope; NULL: none */
    struct sieve *sieve;              /* NULL: every symbol is looked up */
    struct foreseen foreseen;         /* of the present relocation */
    bool watched;                     /* auditors want to see what PLT slots are bound to */
    bool calls;                       /* and each call through them: none is ever filled */
    struct deferred *deferred;
    size_t deferred_count, deferred_capacity;
};

/* The generic part of one relocation, decoded. */
struct relocation {
    enum reloc_kind kind;
    uint32_t type; /* the machine's number, for messages */
    uint32_t symbol;
    uint64_t addend;
    uintptr_t place;
};

/* Fills the error with `text`, about the object. Returns false. */
bool pass_fail(struct pass *pass, const char *text);

/* Makes the segment that holds `size` bytes at `address` pass->place, if it may be written. */
bool pass_find_place(struct pass *pass, uintptr_t address, size_t size);

/* True when `size` bytes at `address` lie in a writable segment. */
static inline bool pass_has_place(struct pass *pass, uintptr_t address, size_t size) {
    return (address >= pass->place.start &&
            range_fits(address - pass->place.start, size, pass->place.end - pass->place.start)) ||
           pass_find_place(pass, address, size);
}

/* Finds the definition for a relocation. True with result->symbol == NULL: weak and undefined. */
bool pass_resolve(struct pass *pass, uint32_t index, bool for_call, bool for_copy,
                  struct symbol_result *result);

/* Relocated words may be unaligned (packed structures), and are of any type. */
typedef uintptr_t word __attribute__((aligned(1), may_alias));

static inline void store(uintptr_t place, uintptr_t value) {
    *(word *)place = value;
}

static inline uintptr_t load(uintptr_t place) {
    return *(const word *)place;
}

/* Stores an address that code will jump to. */
static inline void store_target(uintptr_t place, uintptr_t value, bool sign) {
    store(place, sign && value ? arch_sign(value, place) : value);
}

static inline bool is_ifunc(struct symbol_result definition) {
    return definition.symbol && ELF64_ST_TYPE(definition.symbol->st_info) == STT_GNU_IFUNC &&
           definition.symbol->st_shndx != SHN_UNDEF;
}

/* Bytes that a relocation of this kind writes; 0: none, or as many as its symbol has. */
static inline size_t place_size(enum reloc_kind kind) {
    switch (kind) {
    case RELOC_NONE:
    case RELOC_COPY: /* its size is the symbol's */
        return 0;
    case RELOC_ABSOLUTE32:
    case RELOC_PC32:
    case RELOC_SIZE32:
        return 4;
    default:
        return sizeof(uintptr_t);
    }
}

/* -- relocate_relative.c -- */

/* DT_RELR, all of it. */
bool pass_apply_relr(struct pass *pass);

/* The run of RELATIVE relocations that DT_RELACOUNT announces, in a loop of its own. Returns how
 * many there really were. */
size_t pass_apply_relative(struct pass *pass);

/* -- relocate_ifunc.c -- */

/* Puts the relocation that was decoded last off to the end. */
bool pass_defer(struct pass *pass, struct deferred entry);

/* Applies those that were put off: calls their resolvers. */
bool pass_run_deferred(struct pass *pass);

/* An IFUNC whose resolver may read what is not relocated yet: as ld.so of some machines, warns
 * where its object comes later, and ends the process where that is the program, which always comes
 * last. */
void pass_check_resolver(const struct pass *pass, const struct relocation *relocation,
                         struct symbol_result definition);

/* -- relocate_tls.c -- */

/* Applies a relocation of one of the kinds DTPMOD, DTPREL, TPREL and TLSDESC. */
bool pass_apply_tls(struct pass *pass, const struct relocation *relocation);

/* -- relocate_tell.c -- */

/* The object's relocation begins or ends. */
void pass_tell_state(const struct pass *pass, const char *state);

/* What is still to be told of references that repeated the one before: code runs next that may
 * never return. */
void pass_tell_repeats(const struct pass *pass);

/* What the relocation that was just applied did. */
void pass_tell_applied(const struct pass *pass, const struct relocation *relocation);

/* The same for those that were applied in loops of their own: RELR, and the first `relative` ones
 * of DT_RELA. */
void pass_tell_relatives(const struct pass *pass, size_t relative);

/* What an IFUNC's resolver has answered. */
void pass_tell_choice(const struct pass *pass, const struct deferred *entry, uintptr_t value);

#endif
