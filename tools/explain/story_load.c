/*
 * The chapters of loading: the start, the program's file, the search for its libraries, their
 * order.
 */
#include "page.h"
#include "story.h"
#include <stdlib.h>
#include <string.h>

void story_start(struct story *story, const struct event *event) {
    const char *words[8];
    int count = event_texts(event, "arguments", words, 8);
    bool command = event_says(event, "started", "command");

    page_chapter("The start", "loader/start.c, docs/01-start.md");
    page_text(
        "This is process %jd, an %s machine with pages of %jd bytes, and the story of: %s%s%s%s",
        (intmax_t)story->world.pid, story->world.machine,
        (intmax_t)event_number(event, "page_size"), count > 0 ? words[0] : "", count > 1 ? " " : "",
        count > 1 ? words[1] : "", count > 2 ? " …" : "");
    page_gap();
    page_text(
        "%s The kernel left a stack for it: argc, argv, the environment, and the auxiliary "
        "vector, which says where the program headers lie (AT_PHDR), where to begin (AT_ENTRY), "
        "how large pages are (AT_PAGESZ). ‹gABI, chapter 5, \"Process Initialization\"; psABI, "
        "\"Process Stack\"›",
        command ? "The kernel executed myld, which was called as a command; the program is its "
                  "argument."
                : "The kernel mapped the program and the loader that the program names "
                  "(PT_INTERP), and jumped into the loader.");
    page_gap();
    page_text(
        "A loader is itself a shared object that lies wherever the kernel put it, and nobody "
        "relocates it. Others relocate themselves first; myld is built so that it holds no "
        "address at all, only distances, and runs as it was mapped. It reads its options and the "
        "environment.");
}

/* -- the program's file -- */

static const char *type_words(unsigned type) {
    return type == ET_DYN    ? "ET_DYN: position independent, may lie anywhere"
           : type == ET_EXEC ? "ET_EXEC: must lie at the addresses that it was linked for"
                             : "neither a program nor a library";
}

static void show_header(const struct elf_file *file) {
    const Elf64_Ehdr *header = file->header;
    const char *machine = header->e_machine == EM_X86_64    ? "EM_X86_64"
                          : header->e_machine == EM_AARCH64 ? "EM_AARCH64"
                                                            : "another machine";

    page_line(
        "e_ident    %02x %02x %02x %02x %02x %02x %02x …  \"\\x7f\" \"ELF\", 64-bit words, %s",
        header->e_ident[0], header->e_ident[1], header->e_ident[2], header->e_ident[3],
        header->e_ident[4], header->e_ident[5], header->e_ident[6],
        header->e_ident[EI_DATA] == ELFDATA2LSB ? "least byte first" : "greatest byte first");
    page_line("e_type     %-22u %s", header->e_type, type_words(header->e_type));
    page_line("e_machine  %-22u %s", header->e_machine, machine);
    page_line("e_entry    0x%-20jx the first instruction", (uintmax_t)header->e_entry);
    page_line("e_phoff    %-22ju where the program headers lie in the file",
              (uintmax_t)header->e_phoff);
    page_line("e_phnum    %-22u how many; the loader needs these, never the sections",
              header->e_phnum);
}

static void show_interpreter(const struct elf_file *file) {
    const Elf64_Phdr *segment = elf_segment(file, PT_INTERP);
    const char *name = segment ? elf_at(file, segment->p_vaddr, segment->p_filesz) : NULL;

    if (name && segment->p_filesz && !name[segment->p_filesz - 1])
        page_text(
            "PT_INTERP names the loader that the program was linked for: %s. myld stands in its "
            "place.",
            name);
}

static void tell_file(const struct elf_file *file) {
    page_text(
        "The file's first 64 bytes are the ELF header. Nothing in it is believed: the loader "
        "checks each number against the file's size before it maps anything. ‹gABI, chapter 4, "
        "\"ELF Header\"›");
    page_gap();
    show_header(file);
    page_gap();
    show_interpreter(file);
}

void story_program(struct story *story) {
    struct object *program = world_program(&story->world);
    const struct elf_file *file = world_file(&story->world, program);

    page_chapter(page_format("The program's file: %s", page_path(page_name(program->path), 40)),
                 "loader/image.c, docs/04-load.md");
    if (!file) {
        page_text("The file cannot be read here.");
        return;
    }
    tell_file(file);
    page_section("Segments: what is mapped where");
    page_text("Each PT_LOAD header says: so many bytes from this offset of the file belong at this "
              "address, with this protection. The load bias 0x%jx is added to all addresses%s "
              "‹gABI, chapter 5, \"Program Header\"›",
              (uintmax_t)program->bias,
              program->bias ? ": the file was linked to begin at 0, and this is where it lies now."
                            : ": the file lies where it was linked to lie.");
    page_gap();
    drawing_segments(file, program->bias);
    if (program->relro_end > program->relro_start) {
        page_gap();
        page_text("PT_GNU_RELRO: 0x%jx to 0x%jx will be read-only once relocation is over.",
                  (uintmax_t)program->relro_start, (uintmax_t)program->relro_end);
    }
}

void story_static(struct story *story, const struct event *event) {
    const char *path = event_text(event, "path");
    struct elf_file *file = elf_open(path);

    (void)story;
    page_chapter(page_format("The program's file: %s", page_path(page_name(path), 40)),
                 "loader/start.c, docs/03-recognise.md");
    if (file) {
        tell_file(file);
        page_section("Segments: what the kernel will map");
        drawing_segments(file, 0);
        page_gap();
    }
    page_text(
        "The program is static: it needs no library and names no loader (no DT_NEEDED, no "
        "PT_INTERP). There is nothing to link, so myld hands it to the kernel with execve(2) and "
        "is gone. If it is position independent, it relocates itself, as a loader does. The rest "
        "of this story is the kernel's.");
    page_section("It runs now");
}

/* -- searching -- */

static const char *rule_words(const char *rule) {
    static const char *const words[][2] = {
        {"rpath", "DT_RPATH"},
        {"library-path", "LD_LIBRARY_PATH, --library-path"},
        {"runpath", "DT_RUNPATH"},
        {"cache", "/etc/ld.so.cache"},
        {"default", "the system's folders"},
        {"libc", "the libc's own place"},
        {"path", "a name with a slash is a path"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(words[i][0], rule))
            return words[i][1];
    return rule;
}

static const char *skip_words(const char *reason) {
    return !strcmp(reason, "none")        ? "names no folders"
           : !strcmp(reason, "runpath")   ? "does not count: there is a DT_RUNPATH"
           : !strcmp(reason, "inhibited") ? "switched off by an option"
           : !strcmp(reason, "nodeflib")  ? "switched off by DF_1_NODEFLIB"
                                          : reason;
}

static void keep_try(struct story *story, const char *line) {
    if (story->try_count < TRIES_MAX && !(story->tries[story->try_count++] = strdup(line)))
        abort();
}

static void drop_tries(struct story *story) {
    while (story->try_count)
        free(story->tries[--story->try_count]);
    story->vain = 0;
}

static void note_try(struct story *story, const struct event *event) {
    const char *verdict = event_text(event, "verdict");
    const char *reason = event_text(event, "reason");

    if (!strcmp(verdict, "no-folder") || !strcmp(verdict, "skipped")) {
        story->vain++;
        return;
    }
    bool found = !strcmp(verdict, "found");
    keep_try(story, page_format("    %s %s%s%s", found ? "✓" : "✗",
                                page_path(event_text(event, "path"), 66),
                                found                          ? ""
                                : !strcmp(verdict, "unlisted") ? ": not listed"
                                : !strcmp(verdict, "absent")   ? ": not there"
                                                               : ": ",
                                found || !strcmp(verdict, "unlisted") || !strcmp(verdict, "absent")
                                    ? ""
                                    : (*reason ? reason : verdict)));
}

/* The whole search for the first libraries, one line for the others. */
static void end_search(struct story *story, const struct event *event) {
    const struct world *world = &story->world;
    const char *name = event_text(event, "name");
    const char *path = event_text(event, "path");
    const char *by = world_name(world_object(world, event_number(event, "by")));
    enum { WHOLE = 2, LINES = 40 };

    story->searches++;
    if (story->searches <= WHOLE || !*path || story->running) {
        page_section("%s, needed by %s", name, by);
        for (int i = 0; i < story->try_count; i++)
            page_line("%s", story->tries[i]);
        if (story->vain)
            page_line("    ✗ %d more, in folders that do not exist (glibc-hwcaps and the like)",
                      story->vain);
        if (!*path)
            page_line("  → not found");
    } else if (story->searches <= LINES) {
        if (story->searches == WHOLE + 1)
            page_section("The others, each searched for in the same way");
        page_line("%-24s for %-20s %s", page_path(name, 24), page_path(by, 20),
                  page_path(page_format("%s: %s", event_text(event, "rule"), path), 50));
    } else if (story->searches == LINES + 1) {
        page_line("… the rest: ./myld --tree %s", page_path(world_program(world)->path, 60));
    }
    drop_tries(story);
}

void story_search(struct story *story, const struct event *event) {
    if (event_is(event, "search") && event_says(event, "state", "begin")) {
        drop_tries(story);
        if (!story->searches && !story->running) {
            page_chapter("The libraries", "loader/search.c, docs/04-load.md");
            page_text(
                "The dynamic section lists what the program needs (DT_NEEDED), and so does each "
                "library in turn. Names without a slash are searched for, by rules in this "
                "order; the first file that fits ends the search. ‹gABI, chapter 5, \"Shared "
                "Object Dependencies\"; ld.so(8)›");
        }
    } else if (event_is(event, "search")) {
        end_search(story, event);
    } else if (event_is(event, "skip")) {
        keep_try(story, page_format("  %s: %s", rule_words(event_text(event, "rule")),
                                    skip_words(event_text(event, "reason"))));
    } else if (event_is(event, "folders")) {
        keep_try(story, page_format("  %s:", rule_words(event_text(event, "rule"))));
    } else {
        if (event_says(event, "rule", "libc") || event_says(event, "rule", "path"))
            keep_try(story, page_format("  %s:", rule_words(event_text(event, "rule"))));
        note_try(story, event);
    }
}

/* -- order -- */

static void list_names(struct story *story, const int64_t *numbers, int count, bool backwards) {
    enum { SHOWN = 24 };
    char line[2048] = "";

    for (int i = 0; i < count && i < SHOWN; i++) {
        int64_t number = numbers[backwards ? count - 1 - i : i];
        size_t used = strlen(line);
        snprintf(line + used, sizeof line - used, "%s%s", i ? " → " : "",
                 page_path(world_name(world_object(&story->world, number)), 40));
    }
    page_text("%s%s", line, count > SHOWN ? " → …" : "");
}

void story_loaded(struct story *story, const struct event *event) {
    enum { OBJECTS = 4096 };
    int64_t *numbers = calloc(OBJECTS, sizeof *numbers);

    if (!numbers)
        abort();
    if (story->running) {
        page_mark("loaded: %s and what it needs",
                  world_name(world_object(&story->world, event_number(event, "root"))));
        free(numbers);
        return;
    }
    int count = event_numbers(event, "objects", numbers, OBJECTS);
    page_section("The global scope: where every symbol will be looked up, in this order");
    list_names(story, numbers, count, false);
    page_text(
        "Breadth first: the program, then what it needs, then what that needs. A definition that "
        "comes earlier wins over a later one, which is how LD_PRELOAD can replace a function. "
        "‹gABI, chapter 5, \"Shared Object Dependencies\"›");
    count = event_numbers(event, "order", numbers, OBJECTS);
    page_section("The order of relocation and of constructors");
    list_names(story, numbers, count, true);
    page_text("Dependencies come before those that need them.");
    page_section("The libc");
    page_text(
        "The program was built for %s: %s",
        !strcmp(story->world.libc, "none") ? "no libc" : story->world.libc,
        !strcmp(story->world.libc, "glibc")
            ? "its versions are named GLIBC_…, or it needs libc.so.6. glibc and its loader share "
              "structures, which myld fills in for it (docs/07-libc.md)."
        : !strcmp(story->world.libc, "musl")
            ? "it needs libc.so, or names musl's loader. musl's libc is its own loader; myld lets "
              "it start itself on a tiny program in memory (docs/07-libc.md)."
            : "nobody expects anything of the loader but what the ABI says.");
    free(numbers);
}
