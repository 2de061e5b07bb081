/*
 * From an event to the source: who called event_tell, and who called that.
 *
 * An event that is held comes with the address of event_tell's frame. The way up from there is
 * described by call frame information (DWARF 5, 6.4) on x86_64; aarch64 code keeps a chain of frame
 * records (AAPCS64, 6.4.6). Lines and inlined functions come from .debug_info and .debug_line.
 */
#define _GNU_SOURCE
#include "source.h"
#include "page.h"
#include "peek.h"
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAMES_MAX = 24, X86_RBP = 6, X86_RSP = 7, ADDRESS_BITS = 48 };

static struct {
    char *path; /* the loader's file */
    Elf *elf;
    Dwarf *dwarf; /* NULL: none was found */
    Dwarf_CFI *tables[2];
} source;

static Elf *open_elf(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? NULL : elf_begin(fd, ELF_C_READ_MMAP, NULL);
}

void source_open(const char *loader) {
    elf_version(EV_CURRENT);
    source.path = realpath(loader, NULL);
    source.elf = open_elf(loader);
    source.dwarf = source.elf ? dwarf_begin_elf(source.elf, DWARF_C_READ, NULL) : NULL;
    if (!source.dwarf) {
        Elf *debug = open_elf(page_format("%s.debug", loader));
        source.dwarf = debug ? dwarf_begin_elf(debug, DWARF_C_READ, NULL) : NULL;
    }
    source.tables[0] = source.elf ? dwarf_getcfi_elf(source.elf) : NULL;
    source.tables[1] = source.dwarf ? dwarf_getcfi(source.dwarf) : NULL;
}

/* Where the loader lies in the process: asked of the kernel, for its own event comes late. */
static uint64_t find_bias(int64_t pid) {
    FILE *maps = peek_file(pid, "maps");
    char *line = NULL;
    size_t room = 0;
    uint64_t bias = 0;

    while (maps && source.path && !bias && getline(&line, &room, maps) > 0) {
        char *path = strchr(line, '/');
        line[strcspn(line, "\n")] = 0;
        if (path && !strcmp(path, source.path))
            bias = strtoull(line, NULL, 16); /* its first segment begins the file */
    }
    free(line);
    if (maps)
        fclose(maps);
    return bias;
}

/* -- the calls -- */

struct frame {
    uint64_t pc, sp, fp; /* pc: where the call returns to */
};

/* The value of base register + offset; the only shape in which the loader's frames are described.
 */
static bool frame_address(const struct frame *frame, const Dwarf_Op *ops, size_t count,
                          uint64_t *cfa) {
    if (count != 1)
        return false;
    bool extended = ops->atom == DW_OP_bregx;
    uint64_t number = extended ? ops->number : (uint64_t)(ops->atom - DW_OP_breg0);
    uint64_t offset = extended ? ops->number2 : ops->number;
    if (number != X86_RBP && number != X86_RSP)
        return false;
    *cfa = (number == X86_RSP ? frame->sp : frame->fp) + offset;
    return true;
}

/* Where the caller's rbp was saved: CFA + offset. False: it was not. */
static bool saved_pointer(Dwarf_Frame *described, uint64_t cfa, uint64_t *place) {
    Dwarf_Op room[3];
    Dwarf_Op *ops;
    size_t count;

    if (dwarf_frame_register(described, X86_RBP, room, &ops, &count) != 0 || count != 2 ||
        ops[0].atom != DW_OP_call_frame_cfa || ops[1].atom != DW_OP_plus_uconst)
        return false;
    *place = cfa + ops[1].number;
    return true;
}

/* Goes to the caller by call frame information. */
static bool go_up_described(const struct world *world, struct frame *frame, uint64_t bias) {
    for (size_t i = 0; i < 2; i++) {
        Dwarf_Frame *described = NULL;
        Dwarf_Op *ops;
        size_t count;
        uint64_t cfa;
        uint64_t place;
        if (!source.tables[i] ||
            dwarf_cfi_addrframe(source.tables[i], frame->pc - bias - 1, &described) != 0)
            continue;
        bool known = dwarf_frame_cfa(described, &ops, &count) == 0 &&
                     frame_address(frame, ops, count, &cfa) &&
                     peek_word(world->pid, cfa - 8, &frame->pc);
        if (known && saved_pointer(described, cfa, &place))
            known = peek_word(world->pid, place, &frame->fp);
        free(described);
        if (known)
            frame->sp = cfa;
        return known;
    }
    return false;
}

/* The frame at `fp` keeps its caller's fp, then the address that it returns to (perhaps signed). */
static bool go_up_record(const struct world *world, struct frame *frame) {
    uint64_t at = frame->fp;
    return at && peek_word(world->pid, at + 8, &frame->pc) &&
           peek_word(world->pid, at, &frame->fp) &&
           (frame->pc &= (UINT64_C(1) << ADDRESS_BITS) - 1, frame->fp > at);
}

/* -- lines -- */

/* A place in the source. */
struct place {
    const char *function, *file;
    int line;
};

static void show_place(const struct place *place, const char *note) {
    page_line("%-28s %s:%d%s", place->function, place->file, place->line, note);
}

static const char *file_of_call(Dwarf_Die *unit, Dwarf_Die *inlined) {
    Dwarf_Attribute attribute;
    Dwarf_Files *files;
    Dwarf_Word number;
    size_t count;

    if (dwarf_getsrcfiles(unit, &files, &count) != 0 ||
        dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &number) != 0)
        return NULL;
    return dwarf_filesrc(files, number, NULL, NULL);
}

/* A file's name as the Makefile knows it. */
static const char *short_file(Dwarf_Die *unit, const char *file) {
    Dwarf_Attribute attribute;
    const char *folder = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));
    size_t length = folder ? strlen(folder) : 0;
    bool below = length && !strncmp(file, folder, length) && file[length] == '/';
    return below ? file + length + 1 : file;
}

/* The functions at an address, the inlined ones first. Returns how many. */
static int find_places(Dwarf_Die *unit, uint64_t address, struct place *places, int max) {
    Dwarf_Line *line = dwarf_getsrc_die(unit, address);
    const char *file = line ? dwarf_linesrc(line, NULL, NULL) : NULL;
    Dwarf_Die *inner = NULL;
    Dwarf_Die *scopes = NULL;
    int number = 0;
    int count = 0;
    /* Those of dwarf_getscopes go from an inlined function to where that was written, not to where
     * it is called. */
    int scope_count = dwarf_getscopes(unit, address, &inner);
    scope_count = scope_count > 0 ? dwarf_getscopes_die(inner, &scopes) : 0;

    if (line)
        dwarf_lineno(line, &number);
    for (int i = 0; i < scope_count && file && count < max; i++) {
        int tag = dwarf_tag(&scopes[i]);
        if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram)
            continue;
        const char *name = dwarf_diename(&scopes[i]);
        places[count++] = (struct place){name ? name : "?", short_file(unit, file), number};
        if (tag == DW_TAG_subprogram)
            break;
        Dwarf_Attribute attribute;
        Dwarf_Word called = 0;
        dwarf_formudata(dwarf_attr(&scopes[i], DW_AT_call_line, &attribute), &called);
        number = (int)called;
        file = file_of_call(unit, &scopes[i]);
    }
    free(scopes);
    free(inner);
    if (!count && file) /* assembly has lines, but no functions */
        places[count++] = (struct place){NULL, short_file(unit, file), number};
    return count;
}

static bool find_unit(uint64_t address, Dwarf_Die *unit) {
    return source.dwarf && dwarf_addrdie(source.dwarf, address, unit);
}

/* The source's lines around `line`. */
static void show_lines(Dwarf_Die *unit, const struct place *place) {
    Dwarf_Attribute attribute;
    const char *folder = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));
    FILE *file = fopen(page_format("%s/%s", folder ? folder : ".", place->file), "re");
    char *text = NULL;
    size_t room = 0;

    for (int number = 1; file && number <= place->line + 2 && getline(&text, &room, file) > 0;
         number++) {
        text[strcspn(text, "\n")] = 0;
        if (number >= place->line - 3)
            page_line("%s %4d  %s", number == place->line ? "▸" : " ", number, text);
    }
    free(text);
    if (file)
        fclose(file);
}

/* Functions that only pass events on: not the code that did it. */
static bool passes_on(const char *function) {
    return function &&
           (!strncmp(function, "tell_", 5) || !strncmp(function, "event_", 6) ||
            !strncmp(function, "pass_tell_", 10) || !strcmp(function, "is_told_with_others"));
}

/* One frame; `shown`: the lines of the code that did it were shown. */
static void show_frame(const struct world *world, uint64_t pc, uint64_t bias, bool *shown) {
    struct place places[8];
    Dwarf_Die unit;
    int count = find_unit(pc - bias - 1, &unit) ? find_places(&unit, pc - bias - 1, places, 8) : 0;

    for (int i = 0; i < count; i++) {
        if (!places[i].function)
            places[i].function = world_place(world, pc - 1);
        bool here = !*shown && !passes_on(places[i].function);
        show_place(&places[i], here ? "   ◂ the code that did it" : "");
        if (here)
            show_lines(&unit, &places[i]);
        *shown |= here;
    }
    if (!count)
        page_line("%s", world_place(world, pc - 1));
}

void source_show(const struct world *world, uint64_t frame) {
    struct frame at = {.sp = frame + 16};
    struct object *loader = NULL;
    bool records = strcmp(world->machine, "aarch64") == 0;
    bool shown = false;
    uint64_t mask = (UINT64_C(1) << ADDRESS_BITS) - 1;

    if (!peek_word(world->pid, frame, &at.fp) || !peek_word(world->pid, frame + 8, &at.pc)) {
        page_line("The stack of this event cannot be read.");
        return;
    }
    at.pc &= mask;
    uint64_t bias = find_bias(world->pid);
    for (int i = 0; i < FRAMES_MAX && at.pc; i++) {
        loader = world_object_at(world, at.pc);
        if (loader && strcmp(loader->kind, "loader") != 0) {
            page_line("%-28s (not the loader's code)", world_place(world, at.pc - 1));
            break;
        }
        show_frame(world, at.pc, bias, &shown);
        if (!(records ? go_up_record(world, &at) : go_up_described(world, &at, bias)))
            break;
    }
    if (!source.dwarf)
        page_line("(file and line need the loader's debugging information: %s)",
                  "build it, or install the file myld.debug beside it");
}
