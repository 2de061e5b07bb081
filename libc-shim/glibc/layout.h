/* Layouts of glibc's private structures, as data.
 *
 * libc.so.6 reads and writes structures that its loader owns (_rtld_global, _rtld_global_ro, struct
 * link_map, struct pthread) and whose layout differs by version, machine and distribution revision.
 * tools/glibc-layouts reads them from the DWARF of libc6-dbg and writes <machine>/layouts.c: one
 * row of offsets for each distinct layout, one key for each libc.so.6 (its build-id) that has it.
 * No offset of glibc's is written by hand anywhere.
 */
#ifndef MYLD_GLIBC_LAYOUT_H
#define MYLD_GLIBC_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

/* The value of a field whose member does not exist in that glibc. */
#define GLIBC_ABSENT UINT16_MAX

/* One name per line of fields.def: GLIBC_gl_size, GLIBC_ns_loaded, … */
enum glibc_field {
#define FIELD(id, structure, member) GLIBC_##id,
#define SIZE(id, structure) GLIBC_##id,
#define ALIGNMENT(id, structure) GLIBC_##id,
#include "fields.def"
#undef FIELD
#undef SIZE
#undef ALIGNMENT
    GLIBC_FIELD_COUNT
};

/* What becomes of a tunable in secure mode: glibc's tunable_seclevel_t. */
enum { GLIBC_SECURE_ERASE, GLIBC_SECURE_IGNORE, GLIBC_SECURE_NONE };

/* A tunable's type: glibc's tunable_type_code_t. */
enum { GLIBC_INT32, GLIBC_UINT64, GLIBC_SIZE, GLIBC_STRING };

/* One tunable of a glibc, in the order of its tunable_id_t. */
struct glibc_tunable {
    uint16_t name;    /* "glibc.malloc.check", in the layout's texts: see glibc_tunable_name */
    uint16_t alias;   /* the same of an environment variable that means the same; "": none */
    uint8_t security; /* GLIBC_SECURE_… */
    uint8_t type;     /* GLIBC_INT32 … */
    int64_t initial, minimum, maximum;
};

/* One distinct layout: offsets and sizes in bytes, indexed by enum glibc_field. */
struct glibc_layout {
    uint16_t version_minor;                /* 36 for glibc 2.36 */
    uint16_t tunable_count, first_tunable; /* its rows of glibc_tunables */
    uint16_t field[GLIBC_FIELD_COUNT];
};

/* One libc.so.6: which layout it has. build_id is the note's 20 bytes. */
struct glibc_build {
    uint8_t build_id[20];
    uint8_t layout;   /* index into glibc_layouts */
    char package[40]; /* "libc6 2.36-9+deb12u14 amd64", for messages */
};

/* Those of the loader's machine. */
extern const struct glibc_layout glibc_layouts[];
extern const struct glibc_build glibc_builds[];
extern const size_t glibc_build_count;
extern const struct glibc_tunable glibc_tunables[];
extern const char glibc_tunable_texts[]; /* names and aliases: offsets lead here */

/* The tunable with this number. */
static inline const struct glibc_tunable *glibc_tunable_row(const struct glibc_layout *layout,
                                                            size_t id) {
    return &glibc_tunables[layout->first_tunable + id];
}

static inline const char *glibc_tunable_name(const struct glibc_layout *layout, size_t id) {
    return glibc_tunable_texts + glibc_tunable_row(layout, id)->name;
}

static inline const char *glibc_tunable_alias(const struct glibc_layout *layout, size_t id) {
    return glibc_tunable_texts + glibc_tunable_row(layout, id)->alias;
}

#endif
