/* What is known of the process so far: made from the events, one after the other. */
#ifndef EXPLAIN_WORLD_H
#define EXPLAIN_WORLD_H

#include "elf_file.h"
#include "event.h"

enum { SEGMENTS_MAX = 16 };

struct object {
    int64_t number; /* 0: a place that is not used */
    char *path, *kind;
    int64_t by; /* number of who brought it; 0: nobody */
    char *rule; /* that found its file; NULL: it was not searched for */
    bool gone;  /* unloaded */
    uint64_t bias, start, end, entry, dynamic, relro_start, relro_end;
    int segment_count;
    struct segment {
        uint64_t start, end, offset, file_size;
        char protection[4];
    } segments[SEGMENTS_MAX];
    char hash[8]; /* "gnu", "sysv", "none" */
    int64_t relocations, relative, relr, plt;
    uint64_t got;
    int64_t module, tls_size, tls_file_size, tls_alignment, tls_offset; /* module 0: no TLS */
    bool tls_static;
    int64_t lazy, bound; /* slots after relocation: that wait, that do not */
    bool sought;         /* file was looked for */
    struct elf_file *file;
};

struct world {
    int64_t pid; /* of the process that is explained; 0: nothing has come */
    char machine[16], libc[8], stage[16];
    struct object *objects; /* number n at n - 1 */
    int64_t count;
    int64_t events, binds, first_calls; /* how many there were */
    int64_t *scope;                     /* objects of the global scope, in their order */
    int scope_count;
    uint64_t thread_pointer;
    char *found_rule; /* of the search that was the last to end */
};

/** Takes in what an event tells. Those of other processes are not for it. */
void world_take(struct world *world, const struct event *event);

/** An object by its number; an empty one where there is none. */
struct object *world_object(const struct world *world, int64_t number);

/** The program; an empty one before it is known. */
struct object *world_program(const struct world *world);

/** The object that the address lies in; NULL: none. */
struct object *world_object_at(const struct world *world, uint64_t address);

/** The object whose path, file name, or number ("#3") this is; NULL: none. */
struct object *world_find(const struct world *world, const char *name);

/** Its file; NULL: it has none that can be read. */
const struct elf_file *world_file(const struct world *world, struct object *object);

/** A short name: of its file, without folders. */
const char *world_name(const struct object *object);

/** "printf in libc.so.6", "libc.so.6 + 0x123", or the bare address. */
const char *world_place(const struct world *world, uint64_t address);

#endif
