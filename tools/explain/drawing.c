/*
 * Draws the segments of a file as they lie in memory, lowest address first.
 */
#include "page.h"
#include "story.h"
#include <string.h>

enum { INSIDE = 46 };

/* The names of the sections that lie in the segment: for readers, the loader does not look at them.
 */
static void name_sections(const struct elf_file *file, const Elf64_Phdr *segment, char *text,
                          size_t room) {
    const Elf64_Ehdr *header = file->header;
    bool sound = header->e_shentsize == sizeof(Elf64_Shdr) && header->e_shoff <= file->size &&
                 header->e_shnum <= (file->size - header->e_shoff) / sizeof(Elf64_Shdr) &&
                 header->e_shstrndx < header->e_shnum && header->e_shoff % 8 == 0;
    const Elf64_Shdr *sections = sound ? (const void *)(file->bytes + header->e_shoff) : NULL;

    *text = 0;
    for (unsigned i = 1; sections && i < header->e_shnum; i++) {
        uint64_t name = sections[header->e_shstrndx].sh_offset + sections[i].sh_name;
        bool here = sections[i].sh_flags & SHF_ALLOC && sections[i].sh_addr >= segment->p_vaddr &&
                    sections[i].sh_addr < segment->p_vaddr + segment->p_memsz &&
                    !(sections[i].sh_flags & SHF_TLS && sections[i].sh_type == SHT_NOBITS);
        size_t used = strlen(text);
        if (here && name < file->size && memchr(file->bytes + name, 0, file->size - name))
            snprintf(text + used, room - used, "%s%s", used ? " " : "",
                     (const char *)file->bytes + name);
    }
}

static void draw_edge(const char *address, const char *left, const char *right) {
    page_line("%18s %s%s%s", address, left, page_rule(INSIDE), right);
}

/* One row: text in the box, names beside it. The box's text has no characters of many bytes. */
static void draw_row(const char *inside, const char *beside) {
    page_line("%18s │ %-*s │ %s", "", INSIDE - 2, inside, beside);
}

/* Up to `width` bytes of the names, broken at a blank. Returns what is left. */
static const char *take_names(const char *names, char *line, int width) {
    size_t length = strlen(names);
    if (length > (size_t)width) {
        length = (size_t)width;
        while (length && names[length] != ' ')
            length--;
    }
    if (!length)
        length = strcspn(names, " ");
    snprintf(line, (size_t)width + 1, "%.*s", (int)length, names);
    names += length;
    return names + strspn(names, " ");
}

static void draw_segment(const struct elf_file *file, const Elf64_Phdr *segment) {
    enum { BESIDE = 28 };
    char names[1024];
    char beside[BESIDE + 1];

    name_sections(file, segment, names, sizeof names);
    const char *left = take_names(names, beside, BESIDE);
    draw_row(page_format("%c%c%c  %ju bytes from file offset 0x%jx",
                         segment->p_flags & PF_R ? 'r' : '-', segment->p_flags & PF_W ? 'w' : '-',
                         segment->p_flags & PF_X ? 'x' : '-', (uintmax_t)segment->p_filesz,
                         (uintmax_t)segment->p_offset),
             beside);
    if (segment->p_memsz > segment->p_filesz) {
        left = take_names(left, beside, BESIDE);
        draw_row(page_format("     then %ju bytes of zero (bss)",
                             (uintmax_t)(segment->p_memsz - segment->p_filesz)),
                 beside);
    }
    for (int rows = 0; *left && rows < 3; rows++) {
        left = take_names(left, beside, BESIDE);
        draw_row("", beside);
    }
}

void drawing_segments(const struct elf_file *file, uint64_t bias) {
    uint64_t end = 0;
    bool begun = false;

    for (unsigned i = 0; i < file->phnum; i++) {
        const Elf64_Phdr *segment = &file->phdr[i];
        if (segment->p_type != PT_LOAD)
            continue;
        draw_edge(page_format("0x%jx", (uintmax_t)(bias + segment->p_vaddr)), begun ? "├" : "┌",
                  begun ? "┤" : "┐");
        draw_segment(file, segment);
        end = bias + segment->p_vaddr + segment->p_memsz;
        begun = true;
    }
    if (begun)
        draw_edge(page_format("0x%jx", (uintmax_t)end), "└", "┘");
}
