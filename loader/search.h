/* Finding the file of a library by its name (gABI chapter 5, "Shared Object Dependencies";
 * ld.so(8)).
 *
 * The order of the places is a list of rules that the libc's adapter gives: glibc's and musl's
 * loaders differ.
 */
#ifndef MYLD_SEARCH_H
#define MYLD_SEARCH_H

#include "cache.h"
#include "error.h"
#include "image.h"
#include "object.h"
#include "process.h"

enum search_rule {
    SEARCH_END,
    SEARCH_RPATH_CHAIN,  /* DT_RPATH of the requester, of who requested it, …, of the program */
    SEARCH_ANY_CHAIN,    /* the same with DT_RUNPATH as good as DT_RPATH (musl) */
    SEARCH_LIBRARY_PATH, /* LD_LIBRARY_PATH or --library-path */
    SEARCH_RUNPATH,      /* DT_RUNPATH of the requester alone */
    SEARCH_CACHE,        /* /etc/ld.so.cache */
    SEARCH_DEFAULT,      /* the adapter's default folders */
    SEARCH_PATH,         /* the name is a path */
    SEARCH_LIBC,         /* rules of the adapter's own */
};

/* A folder that is searched, known by its path; the same one is kept once. */
struct folder {
    struct folder *next;
    const char *path; /* ends in '/' */
    bool probed;      /* the two below are known */
    bool missing;     /* there is no such folder */
    uint64_t present; /* bit i: has the subfolder subfolders[i] */
};

struct folder_list {
    size_t count;
    struct folder *item[];
};

/* What came of a place that was looked at. */
enum search_verdict {
    SEARCH_FOUND,
    SEARCH_ABSENT,    /* cannot be opened */
    SEARCH_FOREIGN,   /* of another machine or class: passed over */
    SEARCH_BROKEN,    /* ends the search */
    SEARCH_REFUSED,   /* not set-user-ID, where only those count */
    SEARCH_NO_FOLDER, /* its folder turned out to be missing */
    SEARCH_SKIPPED,   /* its folder is known to be missing */
    SEARCH_UNLISTED,  /* not in the cache */
};

/* Why a rule has no folders to look into. */
enum search_skip {
    SKIP_NONE,      /* nobody names any */
    SKIP_RUNPATH,   /* the requester has DT_RUNPATH, so no DT_RPATH counts */
    SKIP_INHIBITED, /* --inhibit-cache, --inhibit-rpath */
    SKIP_NODEFLIB,  /* the requester has DF_1_NODEFLIB */
};

/* Somebody who is told of each place; what does not interest him is NULL. */
struct search_observer {
    /* The folders of a rule will be gone through; `owner`: whose DT_RPATH or DT_RUNPATH they are
     * (NULL: nobody's). `list` NULL: it is the cache. */
    void (*folders)(struct search_observer *observer, enum search_rule rule,
                    const struct object *owner, const struct folder_list *list);
    /* A rule finds no folders, `owner` (NULL: nobody) having none, and why. */
    void (*skipped)(struct search_observer *observer, enum search_rule rule,
                    const struct object *owner, enum search_skip why);
    /* The file at `path` was looked at; *error (NULL: none) says what was wrong. */
    void (*place)(struct search_observer *observer, enum search_rule rule, const char *path,
                  enum search_verdict verdict, const struct error *error);
};

struct search {
    const enum search_rule *rules; /* the adapter's, ending with SEARCH_END */
    /* The adapter's default folders, asked for when they are needed: separated as other paths are.
     */
    const char *(*default_path)(const struct search *search);
    bool plain_paths;         /* in paths, newlines separate as well, empty entries mean nothing and
                                 $ORIGIN, relative where the object's path is, is the only token:
                                 with another one the path is void; names of files have none */
    const char *library_path; /* colon-separated; NULL: none */
    const char *hwcaps;       /* glibc-hwcaps names this processor can run; NULL: none are used */
    /* The adapter's list of the subfolders that every folder is searched in first, best first and
     * those of one folder together, NULL at the end; asked for when a folder is first looked into.
     * NULL: none. */
    const char *const *(*list_subfolders)(void *context);
    void *list_context;
    const char *const *subfolders; /* what it said */
    const char *inhibit_rpath;     /* colon-separated paths of objects whose DT_RPATH and DT_RUNPATH
                                      do not count ("": the program's); NULL: none */
    const char *origin_path; /* $ORIGIN of the program where /proc does not tell; NULL: none */
    bool secure; /* without plain_paths: $ORIGIN counts at the start of a path alone, and for the
                    program only where it leads into a folder of default_path */
    bool inhibit_cache;
    bool
        set_user_id_only; /* files without that mode bit do not count (LD_PRELOAD in secure mode) */
    /* Called with each path before it is tried, if anybody wants to: returns the path to try in its
     * place, usually the same; NULL: none. Paths of all subfolders are tried then. */
    const char *(*redirect)(void *context, struct object *requester, const char *path,
                            enum search_rule rule);
    void *redirect_context;
    const struct machine_facts *facts;
    const char *platform;                                  /* $PLATFORM */
    struct folder *folders;                                /* all that were seen */
    struct folder_list *library_folders, *default_folders; /* taken apart at first use */
    struct cache cache;
    struct search_observer *observer; /* NULL: nobody asks */
};

/* Rules and verdicts in words, as events have them. */
const char *search_rule_name(enum search_rule rule);
const char *search_skip_name(enum search_skip why);
const char *search_verdict_name(enum search_verdict verdict);

/* The room that search_open's caller provides for a path, in bytes. */
#define SEARCH_PATH_MAX 4096

/* Finds, opens and checks the file for the DT_NEEDED (or dlopen) name `name`, asked for by
 * `requester` (NULL: by the command line or LD_PRELOAD). `program` is the executable. On success
 * `path` holds the path that was opened. A file of another machine or class is passed over. On
 * false nothing is open and *error holds the native message. */
bool search_open(struct search *search, const char *name, struct object *requester,
                 struct object *program, struct image_file *file, char *path, struct error *error);

/* Calls visit() for each folder that would be searched for a library that `object` asks for, with
 * the rule that names it; the folder's path ends in '/'. */
typedef void search_visitor(void *context, enum search_rule rule, const char *folder);
void search_each_folder(struct search *search, struct object *object, struct object *program,
                        search_visitor *visit, void *context);

/* Expands $ORIGIN, $LIB and $PLATFORM (also in braces) of `text`, up to a ':' or the end, into
 * `out` of SEARCH_PATH_MAX bytes. `object` gives the origin. Returns false when it does not fit or
 * has no origin. */
bool search_expand(const struct search *search, const char *text, struct object *object, char *out);

/* Whether there is such a token in `text`. */
bool search_has_token(const struct search *search, const char *text);

/* Expands the tokens in the `length` bytes of `text`, as search_expand. */
bool search_expand_part(const struct search *search, const char *text, size_t length,
                        struct object *object, char *out);

/* Sets the object's origin from the absolute path of its file. */
void search_set_origin(struct object *object, const char *path);

/* The folder of the object's file, absolute, without '/' at the end; NULL when it cannot be known.
 */
const char *search_origin(const struct search *search, struct object *object);

#endif
