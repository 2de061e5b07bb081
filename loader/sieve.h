/* A short cut for references of an object to what it defines itself, which most references of a
 * large library are: the definition is the object's own if nobody before it in its scopes has a
 * symbol of that hash, as their bloom filters or the scope's index (index.h) tell. The hash stands
 * in the object's own table, without its lowest bit; so no name is read, and no other table.
 */
#ifndef MYLD_SIEVE_H
#define MYLD_SIEVE_H

#include "index.h"
#include "object.h"

/* So many objects before it are worth asking. */
#define SIEVE_ROOM 24

/* What tells of the objects that stand before `object` in its scopes. To begin with, `object` is
 * NULL and `index` that of the first scope, or NULL; the rest is filled when it is first asked. */
struct sieve {
    const struct object *object;
    const struct symbol_index *index;
    bool serves;  /* it knows of all of them */
    size_t place; /* the object's in the index's list */
    size_t count;
    struct {
        const uint64_t *bloom;
        uint32_t mask, shift;
    } filter[SIEVE_ROOM]; /* where there is no index */
};

/* True when the object's symbol number `symbol`, below its symbol_limit, is what the object's own
 * references to it bind to. False: it must be looked up. */
bool sieve_passes(struct sieve *sieve, const struct object *object, uint32_t symbol);

/* Two steps ahead of that question: each brings what the next one reads into the cache. */
void sieve_prefetch(const struct object *object, uint32_t symbol);
void sieve_prefetch_filter(const struct sieve *sieve, const struct object *object, uint32_t symbol);

#endif
