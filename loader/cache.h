/* /etc/ld.so.cache, the index of libraries that ldconfig writes (glibc's format,
 * "glibc-ld.so.cache1.1"). */
#ifndef MYLD_CACHE_H
#define MYLD_CACHE_H

#include "types.h"

struct cache {
    const unsigned char *data; /* the mapped file; NULL: not opened, or unusable */
    size_t size;               /* bytes */
    bool tried;
};

/* Maps the cache file at `path` and checks its header. */
void cache_open(struct cache *cache, const char *path);

void cache_close(struct cache *cache);

/* The path of the library `name` for a machine with these flags, in the cache's memory; NULL when
 * there is none. `hwcaps` are the glibc-hwcaps names that the processor can run, best first, with
 * colons between them: an entry of a better one is preferred. */
const char *cache_find(const struct cache *cache, const char *name, int32_t flags,
                       const char *hwcaps);

#endif
