/* An index over the symbols of a whole scope: one look into one table takes the place of a look
 * into each object's. It lives while objects are relocated and is dropped before the program runs.
 */
#ifndef MYLD_INDEX_H
#define MYLD_INDEX_H

#include "symbol.h"

struct linker;

/* So many relocations are looked at ahead. */
#define INDEX_BATCH 16

/* True when `lookups` lookups in `list` cost more without an index than with one, its making
 * included. */
bool index_pays(const struct object_list *list, size_t lookups);

/* Gives `list` an index. Without memory there is none: it only saves time. Needs the load lock, or
 * a single thread. */
void index_build(struct object_list *list);

/* Takes the list's index away, if it has one. Other threads may be using it. */
void index_drop(struct linker *linker, struct object_list *list);

/* What symbol_find_in_list(list, 0, request) says, from the list's index. */
struct symbol_result index_find(const struct symbol_index *index,
                                const struct symbol_request *request);

/* Brings what `count` (up to INDEX_BATCH) relocations of `object` will need into the cache: their
 * symbols' names and, with an index, its entries and the definitions. Fills hash[] with the names'
 * GNU hashes; 0 where there is no name. */
void index_look_ahead(const struct symbol_index *index, const struct object *object,
                      const Elf64_Rela *table, size_t count, uint32_t *hash);

#endif
