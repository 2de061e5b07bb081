/* An index over the symbols of a whole scope: one look into one table takes the place of a look
 * into each object's. It lives while objects are relocated and is dropped before the program runs.
 */
#ifndef MYLD_INDEX_H
#define MYLD_INDEX_H

#include "symbol.h"

struct linker;
struct sieve;

/* So many symbols are looked at ahead, and at most so many relocations. */
#define INDEX_BATCH 16
#define INDEX_COVERED 64

/* True when `lookups` lookups in `list` cost more without an index than with one, its making
 * included. */
bool index_pays(const struct object_list *list, size_t lookups);

/* Gives `list` an index. Without memory there is none: it only saves time. Needs the load lock, or
 * a single thread. */
void index_build(struct object_list *list);

/* Takes the list's index away, if it has one. Other threads may be using it. */
void index_drop(struct linker *linker, struct object_list *list);

/* Where a scan of the list would first meet a symbol of this hash: the number of the object in the
 * list, and the symbol's among those that the object hashes. Returns false when nowhere. */
bool index_find(const struct symbol_index *index, uint32_t hash, size_t *object, uint32_t *symbol);

/* What reading ahead finds out about the symbol of a relocation. */
struct foreseen {
    uint32_t hash; /* the GNU hash of its name; 0: not known */
    bool own;      /* it binds to the object's own definition */
};

/* Brings what the next relocations of `object` will need into the cache: their symbols' names and,
 * with an index, its slots and the definitions. `sieve`: finds those that bind to the object
 * itself, whose names nobody needs; NULL: all are to be looked up. `last`: the symbol that was
 * looked up last, 0: none. Returns how many of the `covered` (up to INDEX_COVERED) relocations it
 * has looked at, and fills foreseen[] for these. */
size_t index_look_ahead(const struct symbol_index *index, struct sieve *sieve,
                        const struct object *object, const Elf64_Rela *table, size_t covered,
                        uint32_t last, struct foreseen *foreseen);

/* Brings the slot of a hash, of which the lowest bit does not count, into the cache. */
void index_prefetch(const struct symbol_index *index, uint32_t hash);

#endif
