/* Relocation: putting addresses into an object's data (gABI chapter 4, "Relocation"; psABI 4.4). */
#ifndef MYLD_RELOCATE_H
#define MYLD_RELOCATE_H

#include "error.h"
#include "object.h"
#include "symbol.h"

struct linker;

struct relocate_options {
    bool lazy;    /* leave PLT slots to their first call, where the object allows it */
    bool copies;  /* do COPY relocations now */
    bool patient; /* an undefined function or variable of a GOT entry is no error: the entry stays
                     as it is */
};

/* Relocates one object whose dependencies are relocated. RELR and RELATIVE first, then what needs
 * symbols, last what runs code (IRELATIVE, STT_GNU_IFUNC): resolvers may use the object's own data.
 */
bool relocate_object(struct linker *linker, struct object *object, struct relocate_options options,
                     struct error *error);

/* Relocates all of root->order that is not relocated yet, the last one first. */
bool relocate_group(struct linker *linker, const struct object *root,
                    struct relocate_options options, struct error *error);

/* The COPY relocations alone, where relocate_object left them out. */
bool relocate_copies(struct linker *linker, struct object *object, struct error *error);

/* Fills the GOT entries that a patient relocation has left, as far as their symbols are defined by
 * now and the entries lie outside of RELRO. */
bool relocate_missing(struct linker *linker, struct object *object, struct error *error);

/* True when the word at `place` can still be stored to when RELRO is in place: it is neither there
 * nor in text that was made writable for a while. */
bool relocate_stays_writable(const struct object *object, uintptr_t place);

/* Makes the RELRO regions of the objects from `first` on read-only (NULL: of none). */
bool relocate_protect(const struct object *first, struct error *error);

/* The address of a definition for use as a value: an IFUNC's resolver is called. False with *error
 * set when that resolver is not code of its object. */
bool relocate_value(struct linker *linker, struct symbol_result definition, uintptr_t *value,
                    struct error *error);

/* Remembers that `object` uses a symbol of `used`, so that this one is not unloaded before it.
 * Needs no lock. */
void relocate_note_binding(struct object *object, struct object *used);

/* Nobody defines what the reference of `object` asks for, and it is not weak: tells of it and fills
 * *error. Returns false. */
bool relocate_undefined(struct linker *linker, const struct object *object,
                        const struct symbol_request *request, struct error *error);

/* Binds the PLT slot of relocation number `index` in DT_JMPREL and returns the function's address.
 * The C side of the lazy-binding trampoline. Ends the process where the symbol is undefined. */
uintptr_t lazy_bind(struct object *object, size_t index);

#endif
