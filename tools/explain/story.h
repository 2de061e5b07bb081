/* The story of a run, told chapter by chapter as its events come. */
#ifndef EXPLAIN_STORY_H
#define EXPLAIN_STORY_H

#include "world.h"

enum { TRIES_MAX = 24, LINKS_MAX = 3, STRANGERS_MAX = 8 };

/* What an event tells of a binding; kept until the chapter that works one through. */
struct link {
    int64_t from, to;
    char *symbol, *version, *type;
    uint64_t place, value;
};

struct story {
    struct world world;
    bool running, entered, ended;
    /* the search that is on */
    char *tries[TRIES_MAX];
    int try_count, vain; /* vain: places in folders that do not exist */
    int searches;
    /* versions */
    int versions, versions_missing;
    /* relocation */
    struct link link; /* the one that is worked through; symbol NULL: none yet */
    int link_rank;    /* how good an example it is */
    int relocated, ifuncs, copies;
    /* the PLT slot that is worked through */
    int64_t slot_object;
    uint64_t slot_place, slot_before;
    bool slot_waits, slot_told; /* it was bound; that it changed was told */
    int slots_told, calls;
    /* processes made by fork; those that were mentioned */
    int64_t strangers[STRANGERS_MAX];
    int stranger_count;
};

/** Tells what there is to tell once the event has come. The process waits meanwhile, or is over. */
void story_take(struct story *story, const struct event *event);

/** The end: the process is gone; `status` is as of waitpid. */
void story_end(struct story *story, int status);

/* -- the chapters, each in a file of its own -- */

/** The first event: what the kernel has done, and the loader with itself. */
void story_start(struct story *story, const struct event *event);
/** A program without dynamic section: the kernel runs it. */
void story_static(struct story *story, const struct event *event);
/** The file of the program: header, segments. Its `dynamic` event has come. */
void story_program(struct story *story);
/** One event of a search: search, folders, skip, try. */
void story_search(struct story *story, const struct event *event);
/** All is loaded: the order of the objects. */
void story_loaded(struct story *story, const struct event *event);
/** One version; and the end of that stage. */
void story_version(struct story *story, const struct event *event);
void story_versions(struct story *story);
/** Static TLS is laid out, the first thread is there. */
void story_tls(struct story *story);
/** One event of relocation; and the end of that stage. */
void story_relocation(struct story *story, const struct event *event);
void story_relocated(struct story *story);
/** RELRO is read-only, debuggers know all. */
void story_protect(struct story *story, const struct event *event);
void story_announced(struct story *story);
/** The libc comes up. */
void story_libc(struct story *story);
/** Constructors are to run; one constructor or destructor. */
void story_constructors(struct story *story);
void story_call(struct story *story, const struct event *event);
/** The program begins. */
void story_enter(struct story *story, const struct event *event);
/** The first call through a PLT slot; and whether the slot has changed since. */
void story_slot(struct story *story, const struct event *event);
void story_slot_after(struct story *story);
/** How the PLT slots of an object stand after relocation. */
void story_plt(struct story *story);
/** What the loader does for the running program: dlopen, dlsym … */
void story_service(struct story *story, const struct event *event);

/** A lookup by hand: hash, bloom filter, bucket, chain; in the objects of the scope up to `to`. */
void story_lookup(struct story *story, const struct link *link);

/** The hash of DT_GNU_HASH. */
uint32_t lookup_gnu_hash(const char *name);

/** The lines of one object, called `name`, in a lookup. Returns the symbol; NULL: not there. */
const Elf64_Sym *lookup_show(const struct elf_file *file, const char *name, const char *symbol,
                             const char *version);

/** The segments as a drawing, with the load bias added. */
void drawing_segments(const struct elf_file *file, uint64_t bias);

#endif
