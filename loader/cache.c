/* Looking up names in ld.so.cache.
 *
 * The file: a header of 48 bytes, an array of entries sorted by name (in descending order of
 * cache_compare), then strings. Offsets count from the header. An extension block names the
 * glibc-hwcaps folders that entries refer to by index. Nothing of it is trusted: each offset is
 * checked when it is used.
 */
#include "cache.h"

#include "sys.h"
#include "text.h"
#include <string.h>

#define MAGIC "glibc-ld.so.cache1.1"
#define EXTENSION_MAGIC 0xeaa42174u
#define EXTENSION_HWCAPS 1
/* Set in an entry's hwcap when its low half is an index of the extension's names. */
#define HWCAP_IS_INDEX (1ULL << 62)

struct header {
    char magic[20];
    uint32_t count;
    uint32_t strings_size;
    uint8_t flags;
    uint8_t padding[3];
    uint32_t extension;
    uint32_t unused[3];
};

struct entry {
    int32_t flags;
    uint32_t name, path; /* offsets of strings */
    uint32_t os_version;
    uint64_t hwcap;
};

void cache_open(struct cache *cache, const char *path) {
    cache->tried = true;
    int fd = sys_open(path);
    if (fd < 0)
        return;
    struct stat status;
    if (sys_fstat(fd, &status) == 0 && (size_t)status.st_size > sizeof(struct header)) {
        uintptr_t at = sys_mmap(0, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (!sys_failed(at)) {
            cache->data = (const unsigned char *)at;
            cache->size = (size_t)status.st_size;
        }
    }
    sys_close(fd);
    if (!cache->data)
        return;
    const struct header *header = (const struct header *)cache->data;
    if (memcmp(header->magic, MAGIC, sizeof header->magic) != 0 ||
        (header->flags & 3) == 3 || /* big-endian */
        header->count > (cache->size - sizeof *header) / sizeof(struct entry)) {
        cache_close(cache);
        cache->tried = true;
    }
}

void cache_close(struct cache *cache) {
    if (cache->data)
        sys_munmap((uintptr_t)cache->data, cache->size);
    cache->data = NULL;
    cache->tried = false;
}

/* The string at `offset`, or "" where that is not a string of the file. */
static const char *text_at(const struct cache *cache, uint32_t offset) {
    if (offset >= cache->size || !memchr(cache->data + offset, 0, cache->size - offset))
        return "";
    return (const char *)cache->data + offset;
}

static bool is_digit(unsigned char c) {
    return c >= '0' && c <= '9';
}

static uint64_t take_number(const unsigned char **text) {
    uint64_t value = 0;
    while (is_digit(**text))
        value = value * 10 + (uint64_t)(*(*text)++ - '0');
    return value;
}

/* ldconfig's order of names: runs of digits compare as numbers. */
static int cache_compare(const char *left, const char *right) {
    const unsigned char *a = (const unsigned char *)left, *b = (const unsigned char *)right;
    while (*a) {
        if (is_digit(*a)) {
            if (!is_digit(*b))
                return 1;
            uint64_t x = take_number(&a), y = take_number(&b);
            if (x != y)
                return x < y ? -1 : 1;
        } else if (is_digit(*b)) {
            return -1;
        } else if (*a != *b) {
            return *a < *b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    return *b ? -1 : 0;
}

/* The name of hwcap number `index` in the extension block, or NULL. */
static const char *hwcap_name(const struct cache *cache, uint32_t index) {
    const struct header *header = (const struct header *)cache->data;
    uint32_t at = header->extension;
    if (!at || at % 4 || !range_fits(at, 8, cache->size))
        return NULL;
    const uint32_t *extension = (const uint32_t *)(cache->data + at);
    if (extension[0] != EXTENSION_MAGIC || !range_fits(at + 8, 16ULL * extension[1], cache->size))
        return NULL;
    for (uint32_t i = 0; i < extension[1]; i++) {
        const uint32_t *section = extension + 2 + 4 * (size_t)i; /* tag, flags, offset, size */
        if (section[0] != EXTENSION_HWCAPS || index >= section[3] / 4 || section[2] % 4 ||
            !range_fits(section[2], section[3], cache->size))
            continue;
        return text_at(cache, ((const uint32_t *)(cache->data + section[2]))[index]);
    }
    return NULL;
}

/* How good an entry is: 0 best, the higher the worse; -1: this processor cannot use it. */
static int rank(const struct cache *cache, const struct entry *entry, const char *hwcaps) {
    const char *name = NULL, *word;
    size_t length;
    int i = 0;
    if (entry->hwcap & HWCAP_IS_INDEX) {
        name = hwcap_name(cache, (uint32_t)entry->hwcap);
        if (!name)
            return -1;
    } else if (entry->hwcap) { /* the old folders by platform, gone since glibc 2.37 */
        return -1;
    }
    for (; (word = next_word(&hwcaps, &length)); i++)
        if (name && strncmp(word, name, length) == 0 && !name[length])
            return i;
    return name ? -1 : i;
}

const char *cache_find(const struct cache *cache, const char *name, int32_t flags,
                       const char *hwcaps) {
    if (!cache->data)
        return NULL;
    const struct header *header = (const struct header *)cache->data;
    const struct entry *entries = (const struct entry *)(header + 1);
    size_t low = 0, high = header->count; /* descending: find the first entry that is <= name */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (cache_compare(text_at(cache, entries[middle].name), name) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    const char *best = NULL;
    int best_rank = -1;
    for (; low < header->count; low++) {
        const struct entry *entry = &entries[low];
        if (cache_compare(text_at(cache, entry->name), name) != 0)
            break;
        int entry_rank = entry->flags == flags ? rank(cache, entry, hwcaps) : -1;
        if (entry_rank < 0 || (best && entry_rank >= best_rank))
            continue;
        best = text_at(cache, entry->path);
        best_rank = entry_rank;
    }
    return best;
}
