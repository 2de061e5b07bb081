/*
 * Views of the process as it is now, for --step.
 *
 * In: what events told, the objects' files, /proc/PID. Out: lines on the page.
 */
#define _GNU_SOURCE
#include "show.h"
#include "page.h"
#include "peek.h"
#include "story.h"
#include <stdlib.h>
#include <string.h>

void show_maps(const struct world *world) {
    FILE *maps = peek_file(world->pid, "maps");
    char *line = NULL;
    size_t room = 0;

    while (maps && getline(&line, &room, maps) > 0) {
        uint64_t start;
        uint64_t end;
        char protection[8];
        int used = 0;
        if (sscanf(line, "%jx-%jx %7s %*s %*s %*s %n", (uintmax_t *)&start, (uintmax_t *)&end,
                   protection, &used) < 3)
            continue;
        line[strcspn(line, "\n")] = 0;
        const struct object *object = world_object_at(world, start);
        for (uint64_t at = start; !object && at < end && at < start + 65536; at += 4096)
            object = world_object_at(world, at); /* segments begin within pages */
        page_line("0x%012jx – 0x%012jx %5ju KB  %.3s  %s", (uintmax_t)start, (uintmax_t)end,
                  (uintmax_t)(end - start) / 1024, protection,
                  object ? world_name(object) : page_path(line + used, 40));
    }
    free(line);
    if (maps)
        fclose(maps);
    else
        page_line("The process's maps cannot be read.");
}

/* -- GOT -- */

static void show_word(const struct world *world, const struct object *object,
                      const struct elf_file *file, const Elf64_Rela *entry) {
    uint64_t place = object->bias + entry->r_offset;
    uint64_t word = 0;
    uint32_t symbol = (uint32_t)ELF64_R_SYM(entry->r_info);

    if (!peek_word(world->pid, place, &word))
        return;
    bool raw = word && !world_object_at(world, word) && world_object_at(world, object->bias + word);
    page_line("0x%012jx  0x%-14jx %-28s %s", (uintmax_t)place, (uintmax_t)word,
              page_path(elf_symbol_name(file, symbol), 28),
              !word ? "nothing yet"
              : raw ? page_format("to come: %s", world_place(world, object->bias + word))
                    : page_format("→ %s", world_place(world, word)));
}

static bool fills_got(uint64_t type, bool intel) {
    return intel ? type == R_X86_64_GLOB_DAT : type == R_AARCH64_GLOB_DAT;
}

void show_got(const struct world *world, const char *name) {
    struct object *object = name ? world_find(world, name) : world_program(world);
    const struct elf_file *file = object ? world_file(world, object) : NULL;
    const Elf64_Rela *entry;
    bool intel = strcmp(world->machine, "x86_64") == 0;
    int count = 0;
    enum { LINES = 60 };

    if (!file) {
        page_line(name ? "No object of this name is there: show object lists them."
                       : "The program is not there yet: go on with stage.");
        return;
    }
    page_line("The GOT of %s: address, word, symbol, what lies there", world_name(object));
    for (size_t i = 0; (entry = elf_relocation(file, i)); i++)
        if (fills_got(ELF64_R_TYPE(entry->r_info), intel) && count++ < LINES)
            show_word(world, object, file, entry);
    for (size_t i = 0; (entry = elf_slot(file, i)); i++)
        if (count++ < LINES)
            show_word(world, object, file, entry);
    if (count > LINES)
        page_line("… %d in all", count);
}

/* -- symbols -- */

void show_symbol(const struct world *world, const char *name) {
    char *symbol = strdup(name ? name : "");
    const Elf64_Sym *found = NULL;

    if (!symbol)
        abort();
    char *at = strchr(symbol, '@');
    const char *version = at ? at + strspn(at, "@") : "";
    if (at)
        *at = 0;
    if (!*symbol)
        page_line("Which? show symbol NAME or NAME@VERSION");
    else if (!world->scope_count)
        page_line("No scope is known yet: go on with stage.");
    if (*symbol && world->scope_count)
        page_line("h(%s) = 0x%jx, for DT_GNU_HASH", symbol, (uintmax_t)lookup_gnu_hash(symbol));
    for (int i = 0; *symbol && !found && i < world->scope_count; i++) {
        struct object *object = world_object(world, world->scope[i]);
        const struct elf_file *file = world_file(world, object);
        found = file ? lookup_show(file, world_name(object), symbol, version) : NULL;
        if (found)
            page_line("→ %s 0x%jx + 0x%jx = 0x%jx, %ju bytes", world_name(object),
                      (uintmax_t)object->bias, (uintmax_t)found->st_value,
                      (uintmax_t)(object->bias + found->st_value), (uintmax_t)found->st_size);
    }
    if (*symbol && world->scope_count && !found)
        page_line("→ nobody in the global scope defines it");
    free(symbol);
}

/* -- objects -- */

static void list_objects(const struct world *world) {
    for (int64_t i = 1; i <= world->count; i++) {
        const struct object *object = world_object(world, i);
        if (object->number)
            page_line("#%-3jd %-8s 0x%012jx  %s%s", (intmax_t)i, object->kind,
                      (uintmax_t)object->start, page_path(object->path, 60),
                      object->gone ? " (unloaded)" : "");
    }
    if (!world->count)
        page_line("No object is there yet: go on with stage.");
}

static void show_parts(const struct object *object) {
    for (int i = 0; i < object->segment_count; i++)
        page_line("segment    0x%jx … 0x%jx %s, %ju bytes from file offset 0x%jx",
                  (uintmax_t)object->segments[i].start, (uintmax_t)object->segments[i].end,
                  object->segments[i].protection, (uintmax_t)object->segments[i].file_size,
                  (uintmax_t)object->segments[i].offset);
    if (object->relro_end > object->relro_start)
        page_line("RELRO      0x%jx … 0x%jx", (uintmax_t)object->relro_start,
                  (uintmax_t)object->relro_end);
    page_line("dynamic    0x%jx, GOT 0x%jx, hash table: %s", (uintmax_t)object->dynamic,
              (uintmax_t)object->got, object->hash);
    page_line(
        "to relocate %jd, of these %jd RELATIVE; %jd words of RELR; %jd PLT slots, %jd waiting",
        (intmax_t)object->relocations, (intmax_t)object->relative, (intmax_t)object->relr,
        (intmax_t)object->plt, (intmax_t)object->lazy);
    if (object->module)
        page_line("TLS        module %jd, %jd bytes, %s", (intmax_t)object->module,
                  (intmax_t)object->tls_size,
                  object->tls_static ? page_format("at TP %+jd", (intmax_t)object->tls_offset)
                                     : "made when a thread touches it");
}

void show_object(const struct world *world, const char *name) {
    const struct object *object = name ? world_find(world, name) : NULL;

    if (!name) {
        list_objects(world);
        return;
    }
    if (!object) {
        page_line("No object of this name is there: show object lists them.");
        return;
    }
    page_line("object     #%jd, %s: %s", (intmax_t)object->number, object->kind,
              page_path(object->path, 70));
    if (object->by)
        page_line("needed by  %s%s%s", world_name(world_object(world, object->by)),
                  object->rule ? ", found by rule " : "", object->rule ? object->rule : "");
    page_line("load bias  0x%jx, entry 0x%jx", (uintmax_t)object->bias, (uintmax_t)object->entry);
    show_parts(object);
}

/* -- events -- */

/* True when the field holds the number of an object. */
static bool names_object(const char *field) {
    static const char *const names[] = {"object", "by", "from", "to", "in", "owner", "root"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], field))
            return true;
    return false;
}

static const char *value_words(const struct world *world, const struct event_field *field) {
    const struct json_value *value = &field->value;

    switch (value->type) {
    case JSON_NUMBER:
        return names_object(field->name) ? world_name(world_object(world, value->number))
                                         : page_format("%jd", (intmax_t)value->number);
    case JSON_TEXT:
        return page_path(value->text, 60);
    case JSON_TRUE:
        return "yes";
    default:
        return page_format("[%.*s]", (int)(value->length < 60 ? value->length : 60), value->text);
    }
}

/* True for the fields that every event has, which come first. */
static bool is_stamp(const char *field) {
    static const char *const names[] = {"event", "time", "pid", "tid", "parent", "frame"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], field))
            return true;
    return false;
}

void show_event(const struct world *world, const struct event *event) {
    enum { WIDTH = 96 };
    char line[512];
    size_t used = (size_t)snprintf(line, sizeof line, "%s", event->kind);
    int first = 0;

    while (first < event->count && is_stamp(event->fields[first].name))
        first++;
    for (int i = first; i < event->count; i++) {
        const char *word =
            page_format("  %s=%s", event->fields[i].name, value_words(world, &event->fields[i]));
        if (used + strlen(word) > WIDTH) {
            page_line("%s", line);
            used = (size_t)snprintf(line, sizeof line, "    ");
        }
        used += (size_t)snprintf(line + used, sizeof line - used, "%.*s", WIDTH, word);
    }
    page_line("%s", line);
}
