/*
 * Which layout a libc.so.6 has (libc-shim/glibc/recognise.c): from the tables that the loader
 * carries, against the libc of this process and against changed evidence. No evidence may lead to a
 * wrong layout: whatever differs, is refused.
 */
#define _GNU_SOURCE
#include "glibc/recognise.h"
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <elf.h>
#include <gnu/libc-version.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

/* What one libc.so.6 exports: the descriptors that a layout implies, one of them changed if wanted.
 */
struct descriptors {
    const struct glibc_layout *layout;
    const char *changed; /* this one is 8 more than the layout says */
    const char *missing; /* this one does not exist */
    uint32_t words[3];
};

static const struct {
    const char *name;
    enum glibc_field field;
    int word;
} samples[] = {
    {"_thread_db_sizeof_pthread", GLIBC_pt_size, 0},
    {"_thread_db_pthread_list", GLIBC_pt_list, 2},
    {"_thread_db_pthread_tid", GLIBC_pt_tid, 2},
    {"_thread_db_pthread_specific", GLIBC_pt_specific, 2},
    {"_thread_db_pthread_report_events", GLIBC_pt_report_events, 2},
    {"_thread_db_pthread_dtvp", GLIBC_pt_header_dtv, 2},
    {"_thread_db_link_map_l_tls_modid", GLIBC_lm_tls_modid, 2},
    {"_thread_db_link_map_l_tls_offset", GLIBC_lm_tls_offset, 2},
    {"_thread_db_rtld_global__dl_stack_used", GLIBC_gl_stack_used, 2},
    {"_thread_db_rtld_global__dl_stack_user", GLIBC_gl_stack_user, 2},
    {"_thread_db_rtld_global__dl_tls_dtv_slotinfo_list", GLIBC_gl_tls_dtv_slotinfo_list, 2},
    {"_thread_db_sizeof_dtv_slotinfo_list", GLIBC_slotinfo_list_size, 0},
    {"_thread_db_dtv_slotinfo_list_len", GLIBC_slotinfo_len, 2},
    {"_thread_db_dtv_slotinfo_list_next", GLIBC_slotinfo_next, 2},
    {"_thread_db_dtv_slotinfo_list_slotinfo", GLIBC_slotinfo_array, 2},
    {"_thread_db_sizeof_dtv_slotinfo", GLIBC_slotinfo_size, 0},
    {"_thread_db_dtv_slotinfo_gen", GLIBC_slotinfo_gen, 2},
    {"_thread_db_dtv_slotinfo_map", GLIBC_slotinfo_map, 2},
};
#define SAMPLE_COUNT (sizeof samples / sizeof *samples)

static const void *described(void *context, const char *name) {
    struct descriptors *descriptors = context;

    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        if (strcmp(samples[i].name, name) != 0)
            continue;
        if (descriptors->missing && strcmp(descriptors->missing, name) == 0)
            return NULL;
        uint32_t value = descriptors->layout->field[samples[i].field];
        if (samples[i].field == GLIBC_pt_header_dtv &&
            descriptors->layout->field[GLIBC_pt_header_self] == GLIBC_ABSENT)
            value += descriptors->layout->field[GLIBC_pt_size];
        if (descriptors->changed && strcmp(descriptors->changed, name) == 0)
            value += 8;
        descriptors->words[samples[i].word] = value;
        return descriptors->words;
    }
    return NULL;
}

static const void *in_process(void *context, const char *name) {
    (void)context;
    return dlsym(RTLD_DEFAULT, name);
}

static struct glibc_known known(void) {
    return (struct glibc_known){glibc_layouts, glibc_builds, glibc_build_count};
}

/* The evidence that a build gives, when its file is not known. */
static struct glibc_evidence evidence_of(const struct glibc_build *build,
                                         struct descriptors *descriptors) {
    descriptors->layout = &glibc_layouts[build->layout];
    return (struct glibc_evidence){.version_minor = descriptors->layout->version_minor,
                                   .symbol = described,
                                   .context = descriptors};
}

static struct glibc_recognition recognise(const struct glibc_evidence *evidence) {
    struct glibc_known tables = known();

    return glibc_recognise(&tables, evidence);
}

Test(recognise, every_build_by_its_id) {
    for (size_t i = 0; i < glibc_build_count; i++) {
        struct descriptors none = {0};
        struct glibc_evidence evidence = evidence_of(&glibc_builds[i], &none);
        evidence.build_id = glibc_builds[i].build_id;
        struct glibc_recognition found = recognise(&evidence);
        cr_expect_eq(found.verdict, GLIBC_BY_BUILD_ID);
        cr_expect_eq(found.build, &glibc_builds[i]);
        cr_expect_eq(found.layout, &glibc_layouts[glibc_builds[i].layout]);
    }
}

Test(recognise, every_layout_by_its_fingerprint) {
    static const uint8_t stranger[20] = {1, 2, 3};

    for (size_t i = 0; i < glibc_build_count; i++) {
        struct descriptors descriptors = {0};
        struct glibc_evidence evidence = evidence_of(&glibc_builds[i], &descriptors);
        evidence.build_id = stranger;
        struct glibc_recognition found = recognise(&evidence);
        cr_expect_eq(found.verdict, GLIBC_BY_FINGERPRINT, "%s", glibc_builds[i].package);
        cr_expect_eq(found.layout, descriptors.layout);
    }
}

Test(recognise, any_change_is_refused_and_named) {
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        struct descriptors changed = {.changed = samples[i].name};
        struct glibc_evidence evidence = evidence_of(&glibc_builds[0], &changed);
        struct glibc_recognition found = recognise(&evidence);
        cr_expect_eq(found.verdict, GLIBC_UNKNOWN, "%s", samples[i].name);
        cr_expect_null(found.layout);
        cr_expect_str_eq(found.difference, samples[i].name);
        cr_expect_eq(found.build, &glibc_builds[0], "the closest build");

        struct descriptors missing = {.missing = samples[i].name};
        evidence = evidence_of(&glibc_builds[0], &missing);
        cr_expect_null(recognise(&evidence).layout, "without %s", samples[i].name);
    }
}

Test(recognise, version_counts) {
    struct descriptors descriptors = {0};
    struct glibc_evidence evidence = evidence_of(&glibc_builds[0], &descriptors);

    evidence.version_minor++;
    cr_expect_str_eq(recognise(&evidence).difference, "version");
}

static const void *nothing(void *context, const char *name) {
    (void)context;
    (void)name;
    return NULL;
}

Test(recognise, silence_proves_nothing) {
    struct descriptors descriptors = {0};
    struct glibc_evidence evidence = evidence_of(&glibc_builds[0], &descriptors);

    evidence.symbol = nothing;
    cr_expect_eq(recognise(&evidence).verdict, GLIBC_UNDESCRIBED);
}

/* Two layouts that differ only where libc.so.6 says nothing: neither may be taken. */
Test(recognise, ambiguity_is_refused) {
    struct glibc_layout twins[2] = {glibc_layouts[0], glibc_layouts[0]};
    struct glibc_build builds[2] = {glibc_builds[0], glibc_builds[0]};
    struct glibc_known tables = {twins, builds, 2};
    struct descriptors descriptors = {0};
    struct glibc_evidence evidence = evidence_of(&glibc_builds[0], &descriptors);

    twins[1].field[GLIBC_ro_dlfcn_hook] += 8;
    builds[0].layout = 0;
    builds[1].layout = 1;
    struct glibc_recognition found = glibc_recognise(&tables, &evidence);
    cr_expect_eq(found.verdict, GLIBC_AMBIGUOUS);
    cr_expect_null(found.layout);
    builds[1].layout = 0; /* two files with one layout are no ambiguity */
    cr_expect_eq(glibc_recognise(&tables, &evidence).verdict, GLIBC_BY_FINGERPRINT);
}

/* The message about an unknown libc names what comes closest to it. */
Test(recognise, closest_is_named) {
    struct glibc_layout layouts[2] = {glibc_layouts[0], glibc_layouts[0]};
    struct glibc_build builds[2] = {glibc_builds[0], glibc_builds[0]};
    struct glibc_known tables = {layouts, builds, 2};
    struct descriptors changed = {.changed = "_thread_db_pthread_tid"};
    struct glibc_evidence evidence = evidence_of(&glibc_builds[0], &changed);

    for (int closest = 0; closest < 2; closest++) {
        builds[closest].layout = 0;
        builds[!closest].layout = 1;
        layouts[1].field[GLIBC_pt_size] += 64;
        layouts[1].field[GLIBC_lm_tls_modid] += 8;
        struct glibc_recognition found = glibc_recognise(&tables, &evidence);
        cr_expect_eq(found.verdict, GLIBC_UNKNOWN);
        cr_expect_eq(found.build, &builds[closest]);
        cr_expect_str_eq(found.difference, "_thread_db_pthread_tid");
    }
}

/* What the segments of this process's libc.so.6 say. */
struct own_libc {
    const uint8_t *build_id;
    struct glibc_banner banner;
};

static int read_own_libc(struct dl_phdr_info *info, size_t size, void *data) {
    struct own_libc *own = data;

    (void)size;
    if (!strstr(info->dlpi_name, "/libc.so.6"))
        return 0;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const Elf64_Phdr *segment = &info->dlpi_phdr[i];
        const void *start = (const void *)(info->dlpi_addr + segment->p_vaddr);
        if (segment->p_type == PT_NOTE && !own->build_id)
            own->build_id = glibc_build_id(start, segment->p_memsz, segment->p_align);
        if (segment->p_type == PT_LOAD && !(segment->p_flags & PF_W) && !own->banner.package)
            glibc_find_banner(&own->banner, start, segment->p_memsz);
    }
    return 1;
}

Test(recognise, the_libc_of_this_process) {
    struct own_libc own = {0};

    dl_iterate_phdr(read_own_libc, &own);
    cr_assert_not_null(own.build_id, "no build-id");
    cr_assert_not_null(own.banner.package, "no banner");
    cr_expect_eq(own.banner.version_minor, atoi(strchr(gnu_get_libc_version(), '.') + 1));

    struct glibc_evidence evidence = {
        .version_minor = own.banner.version_minor, .build_id = own.build_id, .symbol = in_process};
    struct glibc_recognition by_id = recognise(&evidence);
    if (by_id.verdict != GLIBC_BY_BUILD_ID)
        cr_skip_test("this libc.so.6 is not in the tables");
    evidence.build_id = NULL;
    struct glibc_recognition by_fingerprint = recognise(&evidence);
    cr_expect_eq(by_fingerprint.verdict, GLIBC_BY_FINGERPRINT, "%s", by_fingerprint.difference);
    cr_expect_eq(by_fingerprint.layout, by_id.layout);
}

/* A PT_NOTE segment with a note before the build-id; the name and the content are padded. */
struct notes {
    Elf64_Nhdr first;
    char first_name[4], first_content[8];
    Elf64_Nhdr second;
    char second_name[4];
    uint8_t build_id[20];
};

static struct notes make_notes(void) {
    return (struct notes){{4, 5, NT_GNU_ABI_TAG},   "GNU", "12345",
                          {4, 20, NT_GNU_BUILD_ID}, "GNU", {42}};
}

Test(recognise, notes) {
    struct notes notes = make_notes();

    cr_expect_eq(glibc_build_id(&notes, sizeof notes, 4), notes.build_id);
    for (size_t size = 0; size < sizeof notes; size++) {
        void *copy = malloc(size ? size : 1); /* so that a sanitizer sees a read beyond the end */
        memcpy(copy, &notes, size);
        cr_expect_null(glibc_build_id(copy, size, 4), "of %zu bytes", size);
        free(copy);
    }
    notes.second.n_descsz = 16;
    cr_expect_null(glibc_build_id(&notes, sizeof notes, 4), "an MD5 is no key");
    notes = make_notes();
    notes.first.n_namesz = UINT32_MAX;
    cr_expect_null(glibc_build_id(&notes, sizeof notes, 4), "name beyond the segment");
    notes = make_notes();
    notes.second_name[0] = 'X';
    cr_expect_null(glibc_build_id(&notes, sizeof notes, 4), "another vendor's note");
}

Test(recognise, banner) {
    static const char text[] =
        "GNU\0GNU C Library (x\nGNU C Library (Debian GLIBC 2.36-9+deb12u14) "
        "stable release version 2.36.\nGNU C Library (";
    struct glibc_banner banner = {0};

    cr_assert(glibc_find_banner(&banner, text, sizeof text));
    cr_expect_eq(banner.version_minor, 36);
    cr_expect_eq(banner.package_length, strlen("Debian GLIBC 2.36-9+deb12u14"));
    cr_expect(memcmp(banner.package, "Debian GLIBC", 12) == 0);
    for (size_t size = 0; size < 90; size++) {
        char *copy = malloc(size ? size : 1);
        memcpy(copy, text, size);
        cr_expect_not(glibc_find_banner(&banner, copy, size), "in %zu bytes", size);
        free(copy);
    }
}
