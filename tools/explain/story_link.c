/*
 * The chapters of linking: versions, thread-local storage, relocation, protection.
 */
#include "page.h"
#include "peek.h"
#include "story.h"
#include <stdlib.h>
#include <string.h>

/* -- versions -- */

void story_version(struct story *story, const struct event *event) {
    const struct world *world = &story->world;
    enum { LINES = 12 };
    bool defined = event_says(event, "verdict", "defined");

    if (story->running)
        return;
    if (!story->versions++) {
        page_chapter("Symbol versions", "loader/version.c, docs/04-load.md");
        page_text(
            "A library may define a symbol in several versions, so that old programs keep the "
            "behaviour that they were built with. Each object lists the versions that it needs of "
            "each library (DT_VERNEED); the library lists those it defines (DT_VERDEF). A missing "
            "one is reported now, rather than as a strange failure later. ‹LSB, \"Symbol "
            "Versioning\"›");
        page_gap();
    }
    story->versions_missing += !defined;
    if (story->versions <= LINES || !defined)
        page_line("%-24s needs %-18s of %-24s %s",
                  page_path(world_name(world_object(world, event_number(event, "by"))), 24),
                  event_text(event, "version"), event_text(event, "file"),
                  event_text(event, "verdict"));
}

void story_versions(struct story *story) {
    if (story->versions)
        page_line("%d checked, %d missing.", story->versions, story->versions_missing);
}

/* -- thread-local storage -- */

static int by_offset(const void *left, const void *right) {
    int64_t a = (*(const struct object *const *)left)->tls_offset;
    int64_t b = (*(const struct object *const *)right)->tls_offset;
    return (a > b) - (a < b);
}

static void draw_edge(const char *left, const char *right, const char *beside) {
    enum { INSIDE = 50 };
    page_line("%s%s%s %s", left, page_rule(INSIDE), right, beside);
}

static const char *tls_address(const struct world *world, int64_t offset) {
    const char *from = page_format("TP %c 0x%jx", offset < 0 ? '-' : '+',
                                   (uintmax_t)(offset < 0 ? -offset : offset));
    return world->thread_pointer
               ? page_format("%s = 0x%jx", from,
                             (uintmax_t)(world->thread_pointer + (uint64_t)offset))
               : from;
}

static void draw_block(const struct object *object) {
    page_line("│ module %-3jd %-37s │", (intmax_t)object->module, page_name(object->path));
    page_line("│ %-48s │",
              page_format("  %jd bytes, %jd of them from .tdata, others 0",
                          (intmax_t)object->tls_size, (intmax_t)object->tls_file_size));
}

/* Variant II: blocks lie below the thread pointer. */
static void draw_second_variant(const struct world *world, struct object **modules, int count) {
    for (int i = 0; i < count; i++) {
        draw_edge(i ? "├" : "┌", i ? "┤" : "┐", tls_address(world, modules[i]->tls_offset));
        draw_block(modules[i]);
    }
    draw_edge(count ? "├" : "┌", count ? "┤" : "┐",
              world->thread_pointer
                  ? page_format("TP = 0x%jx (register fs)", (uintmax_t)world->thread_pointer)
                  : "TP (register fs)");
    page_line("│ %-48s │", "the libc's thread block; its first word is TP");
    draw_edge("└", "┘", "");
}

/* Variant I: two words at the thread pointer, then the blocks. */
static void draw_first_variant(const struct world *world, struct object **modules, int count) {
    draw_edge("┌", "┐", "");
    page_line("│ %-48s │", "the libc's thread block");
    draw_edge("├", "┤",
              world->thread_pointer
                  ? page_format("TP = 0x%jx (tpidr_el0)", (uintmax_t)world->thread_pointer)
                  : "TP (register tpidr_el0)");
    page_line("│ %-48s │", "two words: the DTV, and one for the libc");
    for (int i = 0; i < count; i++) {
        draw_edge("├", "┤", tls_address(world, modules[i]->tls_offset));
        draw_block(modules[i]);
    }
    draw_edge("└", "┘", "");
}

static void check_thread_pointer(const struct world *world) {
    uint64_t word;
    if (strcmp(world->machine, "x86_64") != 0 || !world->thread_pointer ||
        !peek_word(world->pid, world->thread_pointer, &word))
        return;
    page_text("The word at TP holds 0x%jx%s: a program reads its own thread pointer as %%fs:0.",
              (uintmax_t)word, word == world->thread_pointer ? ", TP itself" : "");
}

void story_tls(struct story *story) {
    const struct world *world = &story->world;
    enum { MODULES = 64 };
    struct object *modules[MODULES];
    int count = 0;
    bool second = strcmp(world->machine, "x86_64") == 0;

    for (int64_t i = 0; i < world->count && count < MODULES; i++)
        if (world->objects[i].module && world->objects[i].tls_static)
            modules[count++] = &world->objects[i];
    qsort(modules, (size_t)count, sizeof *modules, by_offset);
    page_chapter("Thread-local storage", "loader/tls.c, docs/05-tls.md");
    page_text(
        "Each object with thread-local variables has a PT_TLS segment: a pattern that every thread "
        "gets a copy of. The objects of the start have theirs at fixed distances from the thread "
        "pointer TP, so that one instruction reaches a variable. This machine uses variant %s: the "
        "blocks lie %s TP. ‹Drepper, \"ELF Handling For Thread-Local Storage\", 3; psABI›",
        second ? "II" : "I", second ? "below" : "above");
    page_gap();
    if (!count)
        page_text("No object of this run has any.");
    if (second)
        draw_second_variant(world, modules, count);
    else
        draw_first_variant(world, modules, count);
    check_thread_pointer(world);
}

/* -- relocation -- */

static void replace(char **text, const char *with) {
    free(*text);
    if (!(*text = strdup(with)))
        abort();
}

/* How good an example the binding is; 0: none. */
static int rank(const struct story *story, const struct event *event) {
    const char *type = event_text(event, "type");
    if (!event_number(event, "to") || !event_address(event, "value") || strstr(type, "TLS") ||
        strstr(type, "TPOFF") || strstr(type, "DTP") || strstr(type, "COPY") ||
        event_says(event, "rule", "local"))
        return 0;
    return 1 + 4 * (event_number(event, "from") == world_program(&story->world)->number) +
           2 * (event_number(event, "from") != event_number(event, "to")) +
           (*event_text(event, "version") != 0) +
           2 * (strstr(type, "_64") != NULL && !strstr(type, "_64_")) * (strlen(type) < 12);
}

static void keep_link(struct story *story, const struct event *event) {
    struct link *link = &story->link;
    int good = rank(story, event);

    if (good <= story->link_rank)
        return;
    story->link_rank = good;
    link->from = event_number(event, "from");
    link->to = event_number(event, "to");
    link->place = event_address(event, "place");
    link->value = event_address(event, "value");
    replace(&link->symbol, event_text(event, "symbol"));
    replace(&link->version, event_text(event, "version"));
    replace(&link->type, event_text(event, "type"));
}

static void begin_object(struct story *story, const struct event *event) {
    enum { LINES = 24 };
    const struct object *object = world_object(&story->world, event_number(event, "object"));

    if (!story->relocated++) {
        page_chapter("Relocation", "loader/relocate.c, docs/06-relocate.md");
        page_text("Addresses that nobody knew at link time are filled in: RELATIVE words need the "
                  "load bias "
                  "alone; symbolic ones need a symbol to be looked up; PLT slots may wait for "
                  "their first "
                  "call. ‹gABI, chapter 4, \"Relocation\"; psABI, \"Relocation\"›");
        page_gap();
        page_line("%-32s %8s %8s %8s %8s", "object", "relative", "packed", "symbolic", "PLT");
    }
    if (story->relocated <= LINES)
        page_line("%-32s %8jd %8jd %8jd %8jd", page_path(world_name(object), 32),
                  (intmax_t)event_number(event, "relative"), (intmax_t)event_number(event, "relr"),
                  (intmax_t)event_number(event, "symbolic"), (intmax_t)event_number(event, "plt"));
    else if (story->relocated == LINES + 1)
        page_line("…");
}

void story_relocation(struct story *story, const struct event *event) {
    if (story->running)
        return;
    if (event_is(event, "bind"))
        keep_link(story, event);
    else if (event_is(event, "relocate") && event_says(event, "state", "begin"))
        begin_object(story, event);
    story->ifuncs += event_is(event, "ifunc");
    story->copies += event_is(event, "copy");
}

/* The word as it is now: the proof. */
static void show_memory(const struct world *world, uint64_t place, uint64_t expected) {
    uint64_t word;
    if (!peek_word(world->pid, place, &word))
        return;
    page_line("in memory: the word at 0x%jx now holds 0x%jx%s", (uintmax_t)place, (uintmax_t)word,
              word == expected ? " ✓" : ", something has changed it since");
}

static void work_relative(const struct world *world, struct object *object,
                          const struct elf_file *file) {
    bool intel = strcmp(world->machine, "x86_64") == 0;
    int64_t offset = 0;
    const Elf64_Rela *entry =
        elf_first_relocation(file, intel ? R_X86_64_RELATIVE : R_AARCH64_RELATIVE, &offset);

    if (!entry)
        return;
    uint64_t place = object->bias + entry->r_offset;
    uint64_t value = object->bias + (uint64_t)entry->r_addend;
    page_section("A RELATIVE relocation by hand: %s", world_name(object));
    page_text("The file holds a pointer into itself. The 24 bytes at file offset 0x%jx say where, "
              "and what "
              "to add to the load bias B:",
              (uintmax_t)offset);
    page_line("r_offset 0x%jx, r_info 0x%jx (%s), r_addend A = 0x%jx", (uintmax_t)entry->r_offset,
              (uintmax_t)entry->r_info, intel ? "R_X86_64_RELATIVE" : "R_AARCH64_RELATIVE",
              (uintmax_t)entry->r_addend);
    page_line("B + A = 0x%jx + 0x%jx = 0x%jx: %s", (uintmax_t)object->bias,
              (uintmax_t)entry->r_addend, (uintmax_t)value, world_place(world, value));
    show_memory(world, place, value);
}

/* What the psABI has the loader write for a type. */
static const char *formula(const char *type) {
    return strstr(type, "GLOB_DAT") || strstr(type, "JUMP_SLOT") || strstr(type, "JUMP_SLO")
               ? (strncmp(type, "R_X86", 5) == 0 ? "S" : "S + A")
               : "S + A";
}

static void work_link(struct story *story) {
    const struct world *world = &story->world;
    const struct link *link = &story->link;
    struct object *from = world_object(world, link->from);
    struct object *to = world_object(world, link->to);
    const struct elf_file *file = world_file(world, from);
    const char *table = "";
    int64_t offset = 0;
    size_t number = 0;
    const Elf64_Rela *entry =
        file ? elf_relocation_of(file, link->place - from->bias, &offset, &table, &number) : NULL;

    if (!entry)
        return;
    uint64_t addend = (uint64_t)entry->r_addend;
    bool adds = strcmp(formula(link->type), "S + A") == 0;
    uint64_t symbol = link->value - (adds ? addend : 0);
    page_section("A symbolic relocation by hand: %s wants %s", world_name(from), link->symbol);
    page_text("Entry %zu of %s, at file offset 0x%jx:", number, table, (uintmax_t)offset);
    page_line("r_offset  0x%-18jx the word to fill, as an address in the file",
              (uintmax_t)entry->r_offset);
    page_line("r_info    0x%-18jx symbol %ju (%s), type %ju (%s)", (uintmax_t)entry->r_info,
              (uintmax_t)ELF64_R_SYM(entry->r_info), link->symbol,
              (uintmax_t)ELF64_R_TYPE(entry->r_info), link->type);
    page_line("r_addend  0x%-18jx A", (uintmax_t)addend);
    page_gap();
    page_line("P  the word:   load bias + r_offset = 0x%jx + 0x%jx = 0x%jx", (uintmax_t)from->bias,
              (uintmax_t)entry->r_offset, (uintmax_t)link->place);
    page_line("S  the symbol: bias of %s + st_value = 0x%jx + 0x%jx = 0x%jx",
              page_path(world_name(to), 24), (uintmax_t)to->bias, (uintmax_t)(symbol - to->bias),
              (uintmax_t)symbol);
    page_line("%s → write %s = 0x%jx to P. (psABI, \"Relocation Types\")", link->type,
              formula(link->type), (uintmax_t)link->value);
    show_memory(world, link->place, link->value);
    story_lookup(story, link);
}

void story_relocated(struct story *story) {
    struct world *world = &story->world;
    struct object *program = world_program(world);
    const struct elf_file *file = world_file(world, program);

    page_gap();
    page_text("%s bound, %s asked to choose a function for this processor, %s of libraries copied "
              "into the program (COPY).",
              page_count(world->binds, "symbol"), page_count(story->ifuncs, "IFUNC resolver"),
              page_count(story->copies, "variable"));
    if (file)
        work_relative(world, program, file);
    if (story->link.symbol)
        work_link(story);
    story_plt(story);
}

/* -- protection -- */

void story_protect(struct story *story, const struct event *event) {
    static int told;
    enum { LINES = 8 };
    const struct world *world = &story->world;

    if (story->running || !event_says(event, "reason", "relro"))
        return;
    if (!told) {
        page_chapter("Read-only after relocation", "loader/relocate.c, docs/08-finish.md");
        page_text(
            "What relocation alone had to write is made read-only, so that a bug in the program "
            "cannot redirect its calls. Lazily bound PLT slots stay writable; linking with -z now "
            "binds them at the start and closes them, too. ‹PT_GNU_RELRO: LSB, 12.2›");
        page_gap();
    }
    if (told++ < LINES)
        page_line("0x%jx … 0x%jx %s  %s", (uintmax_t)event_address(event, "start"),
                  (uintmax_t)event_address(event, "end"), event_text(event, "protection"),
                  world_name(world_object(world, event_number(event, "object"))));
    else if (told == LINES + 1)
        page_line("…");
}

void story_announced(struct story *story) {
    (void)story;
    page_section("Debuggers are told");
    page_text("DT_DEBUG of the program points to _r_debug, a list of all objects. The loader calls "
              "an empty "
              "function whenever the list has changed; a debugger has a breakpoint there. "
              "‹docs/08-finish.md›");
}
