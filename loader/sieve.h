/* A short cut for references of an object to what it defines itself, which most references of a
 * large library are: the definition is the object's own if all objects before it in its scopes rule
 * the name out by their bloom filters. No table of names is asked then.
 */
#ifndef MYLD_SIEVE_H
#define MYLD_SIEVE_H

#include "object.h"

/* So many objects before it are worth asking. */
#define SIEVE_ROOM 24

/* The bloom filters of the objects that stand before `object` in its scopes. Fill it with
 * sieve_fill; until then `object` is NULL. */
struct sieve {
    const struct object *object;
    bool serves; /* it has all of them */
    size_t count;
    struct {
        const uint64_t *bloom;
        uint32_t mask, shift;
    } filter[SIEVE_ROOM];
};

/* True when the object's symbol number `index`, a valid one whose name has the GNU hash `hash`, is
 * what the object's own references to it bind to. False: it must be looked up. */
bool sieve_passes(struct sieve *sieve, const struct object *object, uint32_t index, uint32_t hash);

#endif
