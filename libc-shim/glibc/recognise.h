/* Which of the known layouts a mapped libc.so.6 has.
 *
 * In: its build-id and, where that is unknown, what else it tells about itself: the _thread_db_*
 * descriptors that it exports for debuggers (offsets and sizes of private structures) and its
 * version. Out: the layout, and how it was recognised; or no layout, and why. Nothing is ever
 * guessed: a wrong layout would corrupt the program's memory later, far from its cause.
 */
#ifndef MYLD_GLIBC_RECOGNISE_H
#define MYLD_GLIBC_RECOGNISE_H

#include "layout.h"
#include <stdbool.h>

/* The tables to look in: those of layout.h, or a test's own. */
struct glibc_known {
    const struct glibc_layout *layouts;
    const struct glibc_build *builds;
    size_t build_count;
};

/* What libc.so.6 says of itself: "GNU C Library (Debian GLIBC 2.36-9+deb12u14) stable release
 * version 2.36." */
struct glibc_banner {
    const char *package; /* what stands in the brackets, for messages; not ended by a zero byte */
    size_t package_length;
    uint16_t version_minor; /* 36 for glibc 2.36 */
};

/* What the caller knows about the libc.so.6. A build-id of NULL means not known. */
struct glibc_evidence {
    const uint8_t *build_id; /* 20 bytes, from glibc_build_id() */
    uint16_t version_minor;  /* from glibc_find_banner(); needed unless the build-id is known */

    /* Returns the address of a data symbol of libc.so.6, or NULL if it has none of that name. */
    const void *(*symbol)(void *context, const char *name);
    void *context; /* for symbol() */
};

enum glibc_verdict {
    GLIBC_BY_BUILD_ID,    /* recognised: the very file is known */
    GLIBC_BY_FINGERPRINT, /* recognised: all that can be seen equals exactly one known layout */
    GLIBC_UNDESCRIBED,    /* refused: too few descriptors to tell layouts apart (before 2.34) */
    GLIBC_UNKNOWN,        /* refused: differs from every known layout */
    GLIBC_AMBIGUOUS,      /* refused: equals several known layouts that differ elsewhere */
};

struct glibc_recognition {
    enum glibc_verdict verdict;
    const struct glibc_layout *layout; /* NULL when refused */
    const struct glibc_build *build; /* a build with that layout; when unknown, of the closest one;
                                      * NULL if none is known */
    const char *difference;          /* when unknown: the first thing that differs from the
                                      * closest layout, a symbol's name or "version"; else NULL */
};

/* Finds the GNU build-id in a PT_NOTE segment of `size` bytes at `notes`, whose p_align is
 * `alignment` (4 or 8). Returns its 20 bytes, or NULL if there is none or it has another length. */
const uint8_t *glibc_build_id(const void *notes, size_t size, size_t alignment);

/* Finds the version banner in a segment of libc.so.6 that is not writable, `size` bytes long.
 * Returns false, and leaves *banner alone, if there is none. It reads up to the whole segment: for
 * a libc.so.6 whose build-id is not known. */
bool glibc_find_banner(struct glibc_banner *banner, const void *segment, size_t size);

/* Finds the layout of a libc.so.6 in `known`. Pure: reads only what it is given. */
struct glibc_recognition glibc_recognise(const struct glibc_known *known,
                                         const struct glibc_evidence *evidence);

#endif
