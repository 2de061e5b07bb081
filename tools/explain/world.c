/*
 * Keeps what events tell: objects, their segments, scopes.
 *
 * In: events in their order. Out: struct world. docs/events.md describes the fields.
 */
#define _GNU_SOURCE
#include "world.h"
#include "page.h"
#include "peek.h"
#include <stdlib.h>
#include <string.h>

enum { OBJECTS_MAX = 1 << 16 };

static char *keep(const char *text) {
    char *copy = strdup(text);
    if (!copy)
        abort();
    return copy;
}

static void copy_text(char *to, size_t room, const char *from) {
    size_t length = strnlen(from, room - 1);
    memcpy(to, from, length);
    to[length] = 0;
}

struct object *world_object(const struct world *world, int64_t number) {
    static struct object nothing;
    if (number > 0 && number <= world->count && world->objects[number - 1].number)
        return &world->objects[number - 1];
    nothing = (struct object){.path = "?", .kind = ""};
    return &nothing;
}

struct object *world_program(const struct world *world) {
    for (int64_t i = 0; i < world->count; i++)
        if (world->objects[i].number && !strcmp(world->objects[i].kind, "program"))
            return &world->objects[i];
    return world_object(world, 0);
}

/* -- taking in -- */

static void add_object(struct world *world, const struct event *event) {
    int64_t number = event_number(event, "object");
    if (number <= 0 || number > OBJECTS_MAX)
        return;
    if (number > world->count) {
        world->objects = realloc(world->objects, (size_t)number * sizeof *world->objects);
        if (!world->objects)
            abort();
        memset(world->objects + world->count, 0,
               (size_t)(number - world->count) * sizeof *world->objects);
        world->count = number;
    }
    const char *path = event_text(event, "path");
    bool library = event_says(event, "kind", "library");
    world->objects[number - 1] = (struct object){
        .number = number,
        .path = keep(*path ? path : "(functions of the loader)"),
        .kind = keep(event_text(event, "kind")),
        .by = event_number(event, "by"),
        .rule = library && world->found_rule ? keep(world->found_rule) : NULL,
    };
}

static void take_map(struct object *object, const struct event *event) {
    object->bias = event_address(event, "bias");
    object->start = event_address(event, "start");
    object->end = event_address(event, "end");
    object->entry = event_address(event, "entry");
    object->dynamic = event_address(event, "dynamic");
    object->relro_start = event_address(event, "relro_start");
    object->relro_end = event_address(event, "relro_end");
}

static void take_segment(struct object *object, const struct event *event) {
    if (object->segment_count == SEGMENTS_MAX)
        return;
    struct segment *segment = &object->segments[object->segment_count++];
    segment->start = event_address(event, "start");
    segment->end = event_address(event, "end");
    segment->offset = (uint64_t)event_number(event, "offset");
    segment->file_size = (uint64_t)event_number(event, "file_size");
    copy_text(segment->protection, sizeof segment->protection, event_text(event, "protection"));
}

static void take_dynamic(struct object *object, const struct event *event) {
    copy_text(object->hash, sizeof object->hash, event_text(event, "hash"));
    object->relocations = event_number(event, "relocations");
    object->relative = event_number(event, "relative");
    object->relr = event_number(event, "relr");
    object->plt = event_number(event, "plt");
    object->got = event_address(event, "got");
}

static void take_tls(struct object *object, const struct event *event) {
    object->module = event_number(event, "module");
    object->tls_size = event_number(event, "size");
    object->tls_file_size = event_number(event, "file_size");
    object->tls_alignment = event_number(event, "alignment");
    object->tls_offset = event_number(event, "offset");
    object->tls_static = event_flag(event, "is_static");
}

static void take_scope(struct world *world, const struct event *event) {
    enum { SCOPE_MAX = 4096 };
    if (!event_says(event, "kind", "global") ||
        event_number(event, "object") != world_program(world)->number)
        return;
    if (!world->scope && !(world->scope = calloc(SCOPE_MAX, sizeof *world->scope)))
        abort();
    world->scope_count = event_numbers(event, "objects", world->scope, SCOPE_MAX);
}

/* Events that are about one object. */
static void take_of_object(struct object *object, const struct event *event) {
    if (event_is(event, "map"))
        take_map(object, event);
    else if (event_is(event, "segment"))
        take_segment(object, event);
    else if (event_is(event, "dynamic"))
        take_dynamic(object, event);
    else if (event_is(event, "tls_module"))
        take_tls(object, event);
    else if (event_is(event, "unload"))
        object->gone = true;
    if (event_is(event, "slots")) {
        object->lazy = event_number(event, "lazy");
        object->bound = event_number(event, "bound");
    }
}

void world_take(struct world *world, const struct event *event) {
    int64_t pid = event_number(event, "pid");
    if (!world->pid)
        world->pid = pid;
    if (pid != world->pid)
        return;
    world->events++;
    if (event_is(event, "bind") || event_is(event, "again"))
        world->binds += event_is(event, "bind") ? 1 : event_length(event, "places");
    world->first_calls += event_is(event, "slot");
    if (event_is(event, "trace"))
        copy_text(world->machine, sizeof world->machine, event_text(event, "machine"));
    else if (event_is(event, "libc"))
        copy_text(world->libc, sizeof world->libc, event_text(event, "libc"));
    else if (event_is(event, "object"))
        add_object(world, event);
    else if (event_is(event, "scope"))
        take_scope(world, event);
    if (event_is(event, "stage"))
        copy_text(world->stage, sizeof world->stage,
                  event_says(event, "state", "begin") ? event_text(event, "stage") : "");
    if (event_is(event, "thread") && event_says(event, "action", "first"))
        world->thread_pointer = event_address(event, "pointer");
    if (event_is(event, "search")) {
        free(world->found_rule);
        world->found_rule = *event_text(event, "rule") ? keep(event_text(event, "rule")) : NULL;
    }
    take_of_object(world_object(world, event_number(event, "object")), event);
}

/* -- asking -- */

struct object *world_object_at(const struct world *world, uint64_t address) {
    for (int64_t i = 0; i < world->count; i++) {
        struct object *object = &world->objects[i];
        for (int k = 0; object->number && !object->gone && k < object->segment_count; k++)
            if (address >= object->segments[k].start && address < object->segments[k].end)
                return object;
    }
    return NULL;
}

struct object *world_find(const struct world *world, const char *name) {
    for (int64_t i = 0; i < world->count; i++) {
        struct object *object = &world->objects[i];
        if (object->number && !object->gone &&
            (!strcmp(object->path, name) || !strcmp(world_name(object), name) ||
             (*name == '#' && strtoll(name + 1, NULL, 10) == object->number)))
            return object;
    }
    return NULL;
}

/* The path of what is mapped at an address, as the kernel has it; NULL: nothing that has one. */
static char *mapped_path(int64_t pid, uint64_t address) {
    FILE *maps = peek_file(pid, "maps");
    char *line = NULL;
    char *path = NULL;
    size_t room = 0;

    while (maps && !path && getline(&line, &room, maps) > 0) {
        char *name = strchr(line, '/');
        line[strcspn(line, "\n")] = 0;
        if (name && strtoull(line, NULL, 16) == address)
            path = keep(name);
    }
    free(line);
    if (maps)
        fclose(maps);
    return path;
}

/* The process may have other folders than this one: an emulator's, a new current one. */
static struct elf_file *open_file(int64_t pid, const struct object *object) {
    char *mapped = mapped_path(pid, object->start);
    struct elf_file *file = mapped ? elf_open(mapped) : NULL;

    free(mapped);
    if (file)
        return file;
    return elf_open(object->path[0] == '/'
                        ? object->path
                        : page_format("/proc/%jd/cwd/%s", (intmax_t)pid, object->path));
}

const struct elf_file *world_file(const struct world *world, struct object *object) {
    bool has_file = !strcmp(object->kind, "program") || !strcmp(object->kind, "library") ||
                    !strcmp(object->kind, "loader");

    if (object->number && !object->sought && has_file) {
        object->sought = true;
        object->file = open_file(world->pid, object);
    }
    return object->file;
}

const char *world_name(const struct object *object) {
    return page_name(object->path);
}

const char *world_place(const struct world *world, uint64_t address) {
    struct object *object = world_object_at(world, address);
    uint64_t beyond = 0;
    if (!object)
        return page_format("0x%jx", (uintmax_t)address);
    const struct elf_file *file = world_file(world, object);
    const char *name = file ? elf_name_at(file, address - object->bias, &beyond) : NULL;
    if (!name)
        return page_format("%s + 0x%jx", world_name(object), (uintmax_t)(address - object->bias));
    return beyond ? page_format("%s + %ju in %s", name, (uintmax_t)beyond, world_name(object))
                  : page_format("%s in %s", name, world_name(object));
}
