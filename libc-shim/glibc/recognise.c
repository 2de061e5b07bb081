/* Which of the known layouts a mapped libc.so.6 has: see recognise.h.
 *
 * The fingerprint rests on glibc's interface to libthread_db: for each member that debuggers need,
 * libc.so.6 exports a descriptor {size in bits, number of elements, offset in bytes}, three 32-bit
 * words; for each structure, its size in bytes, one word (glibc's nptl_db/structs.def).
 */
#include "recognise.h"
#include <elf.h>
#include <string.h>

#define PREFIX "_thread_db_"
#define BUILD_ID_SIZE 20
#define DESCRIPTOR_OFFSET 2 /* the word of a descriptor that holds the offset */
#define MINIMUM_SEEN 12     /* fewer descriptors than this prove nothing */

/* One thing that libc.so.6 tells, and the field of a layout that it must equal. */
struct descriptor {
    char name[56]; /* not a pointer, so that the table needs no relocation */
    enum glibc_field field;
    uint8_t word; /* index of the 32-bit word that holds the value */
};

#define SIZE_OF(structure, field)                                                                  \
    { PREFIX "sizeof_" #structure, GLIBC_##field, 0 }
#define OFFSET_OF(member, field)                                                                   \
    { PREFIX #member, GLIBC_##field, DESCRIPTOR_OFFSET }

static const struct descriptor descriptors[] = {
    SIZE_OF(pthread, pt_size),
    OFFSET_OF(pthread_list, pt_list),
    OFFSET_OF(pthread_tid, pt_tid),
    OFFSET_OF(pthread_specific, pt_specific),
    OFFSET_OF(pthread_report_events, pt_report_events),
    OFFSET_OF(link_map_l_tls_modid, lm_tls_modid),
    OFFSET_OF(link_map_l_tls_offset, lm_tls_offset),
    OFFSET_OF(rtld_global__dl_stack_used, gl_stack_used),
    OFFSET_OF(rtld_global__dl_stack_user, gl_stack_user),
    OFFSET_OF(rtld_global__dl_tls_dtv_slotinfo_list, gl_tls_dtv_slotinfo_list),
    SIZE_OF(dtv_slotinfo_list, slotinfo_list_size),
    OFFSET_OF(dtv_slotinfo_list_len, slotinfo_len),
    OFFSET_OF(dtv_slotinfo_list_next, slotinfo_next),
    OFFSET_OF(dtv_slotinfo_list_slotinfo, slotinfo_array),
    SIZE_OF(dtv_slotinfo, slotinfo_size),
    OFFSET_OF(dtv_slotinfo_gen, slotinfo_gen),
    OFFSET_OF(dtv_slotinfo_map, slotinfo_map),
};
#define DESCRIPTOR_COUNT (sizeof descriptors / sizeof *descriptors)

static size_t align_up(size_t value, size_t alignment) {
    return (value + alignment - 1) & ~(alignment - 1);
}

const uint8_t *glibc_build_id(const void *notes, size_t size, size_t alignment) {
    const uint8_t *bytes = notes;
    alignment = alignment == 8 ? 8 : 4; /* gABI: whatever else p_align says, notes are of words */

    for (size_t at = 0; at < size && size - at >= sizeof(Elf64_Nhdr);) {
        const Elf64_Nhdr *note = (const Elf64_Nhdr *)(bytes + at);
        size_t name = at + sizeof *note;
        size_t content = align_up(name + note->n_namesz, alignment);

        if (content > size || size - content < note->n_descsz)
            return NULL;
        if (note->n_type == NT_GNU_BUILD_ID && note->n_descsz == BUILD_ID_SIZE &&
            note->n_namesz == sizeof "GNU" && memcmp(bytes + name, "GNU", sizeof "GNU") == 0)
            return bytes + content;
        at = align_up(content + note->n_descsz, alignment);
    }
    return NULL;
}

/* The number that follows `words` in the text from `from` to `end`; 0 if the words do not occur. */
static uint16_t number_after(const char *words, const char *from, const char *end) {
    size_t length = strlen(words);
    uint16_t number = 0;

    for (; (size_t)(end - from) > length; from++) {
        if (memcmp(from, words, length) != 0)
            continue;
        for (from += length; from < end && *from >= '0' && *from <= '9' && number < 1000; from++)
            number = (uint16_t)(number * 10 + (*from - '0'));
        return number;
    }
    return 0;
}

bool glibc_find_banner(struct glibc_banner *banner, const void *segment, size_t size) {
    static const char start[] = "GNU C Library (";
    const char *end = (const char *)segment + size;
    const char *at = segment;

    while (at < end && (at = memchr(at, start[0], (size_t)(end - at)))) {
        const char *package = at + strlen(start);
        at++;
        if (package >= end || memcmp(at, start + 1, strlen(start) - 1) != 0)
            continue;
        const char *line_end = memchr(package, '\n', (size_t)(end - package));
        const char *bracket = line_end ? memchr(package, ')', (size_t)(line_end - package)) : NULL;
        uint16_t minor = bracket ? number_after(" version 2.", bracket, line_end) : 0;
        if (minor) {
            *banner = (struct glibc_banner){package, (size_t)(bracket - package), minor};
            return true;
        }
    }
    return false;
}

/* Where the dtv's address is, as libthread_db counts: from struct pthread. With TLS variant I (no
 * pointer to itself in the header) the header follows struct pthread, else it begins it. */
static uint32_t expected_dtv(const struct glibc_layout *layout) {
    uint32_t offset = layout->field[GLIBC_pt_header_dtv];

    if (layout->field[GLIBC_pt_header_self] == GLIBC_ABSENT)
        offset += layout->field[GLIBC_pt_size];
    return offset;
}

/* How far a layout agrees with the evidence. */
struct comparison {
    size_t agreed;          /* things that are equal */
    const char *difference; /* the first thing that is not, or NULL */
};

static void compare(struct comparison *comparison, const char *what, uint64_t seen,
                    uint64_t expected) {
    if (seen == expected)
        comparison->agreed++;
    else if (!comparison->difference)
        comparison->difference = what;
}

/* Compares one descriptor word of libc.so.6, if it exports it. A member that is described but
 * absent from the layout differs, for GLIBC_ABSENT is no offset. */
static void compare_descriptor(struct comparison *comparison, const struct glibc_evidence *evidence,
                               const char *name, unsigned word, uint64_t expected) {
    const uint32_t *words = evidence->symbol(evidence->context, name);

    if (words)
        compare(comparison, name, words[word], expected);
    else if (!comparison->difference && expected != GLIBC_ABSENT)
        comparison->difference = name;
}

static struct comparison compare_layout(const struct glibc_layout *layout,
                                        const struct glibc_evidence *evidence) {
    struct comparison comparison = {0};

    compare(&comparison, "version", evidence->version_minor, layout->version_minor);
    for (size_t i = 0; i < DESCRIPTOR_COUNT; i++)
        compare_descriptor(&comparison, evidence, descriptors[i].name, descriptors[i].word,
                           layout->field[descriptors[i].field]);
    compare_descriptor(&comparison, evidence, PREFIX "pthread_dtvp", DESCRIPTOR_OFFSET,
                       expected_dtv(layout));
    return comparison;
}

static size_t count_descriptors(const struct glibc_evidence *evidence) {
    size_t seen = 0;

    for (size_t i = 0; i < DESCRIPTOR_COUNT; i++)
        seen += evidence->symbol(evidence->context, descriptors[i].name) != NULL;
    return seen;
}

static struct glibc_recognition by_fingerprint(const struct glibc_known *known,
                                               const struct glibc_evidence *evidence) {
    struct glibc_recognition result = {.verdict = GLIBC_UNKNOWN};
    size_t best = 0;

    for (size_t i = 0; i < known->build_count; i++) {
        const struct glibc_build *build = &known->builds[i];
        const struct glibc_layout *layout = &known->layouts[build->layout];

        struct comparison found = compare_layout(layout, evidence);
        if (!found.difference && result.layout && result.layout != layout)
            return (struct glibc_recognition){.verdict = GLIBC_AMBIGUOUS, .build = build};
        if (!found.difference && !result.layout) {
            result = (struct glibc_recognition){GLIBC_BY_FINGERPRINT, layout, build, NULL};
        } else if (!result.layout && (!result.build || found.agreed > best)) {
            best = found.agreed;
            result.build = build;
            result.difference = found.difference;
        }
    }
    return result;
}

struct glibc_recognition glibc_recognise(const struct glibc_known *known,
                                         const struct glibc_evidence *evidence) {
    for (size_t i = 0; evidence->build_id && i < known->build_count; i++) {
        const struct glibc_build *build = &known->builds[i];

        if (memcmp(build->build_id, evidence->build_id, BUILD_ID_SIZE) == 0)
            return (struct glibc_recognition){GLIBC_BY_BUILD_ID, &known->layouts[build->layout],
                                              build, NULL};
    }
    if (count_descriptors(evidence) < MINIMUM_SEEN)
        return (struct glibc_recognition){.verdict = GLIBC_UNDESCRIBED};
    return by_fingerprint(known, evidence);
}
