/* The search for libraries; see search.h. */
#define _GNU_SOURCE /* strchrnul */
#include "search.h"

#include "facts.h"
#include "folder.h"
#include "memory.h"
#include "sys.h"
#include "text.h"
#include <errno.h>
#include <string.h>

/* -- dynamic string tokens -- */

static char *folder_of(const char *path, size_t length) {
    while (length > 1 && path[length - 1] != '/')
        length--;
    while (length > 1 && path[length - 1] == '/')
        length--;
    char *folder = memory_alloc(length + 1);
    return folder ? memcpy(folder, path, length) : NULL;
}

void search_set_origin(struct object *object, const char *path) {
    object->origin = folder_of(path, strlen(path));
}

const char *search_origin(const struct search *search, struct object *object) {
    if (object->origin)
        return object->origin;
    char path[SEARCH_PATH_MAX];
    long length;
    if (!object->path[0]) {
        length = sys_readlink("/proc/self/exe", path, sizeof path);
        if (length <= 0 || path[0] != '/' || length == sizeof path)
            return search->origin_path;
    } else if (object->path[0] == '/' || search->plain_paths) {
        length = (long)format_text(path, sizeof path, "%s", object->path);
    } else {
        length = sys2(SYS_getcwd, (long)path, sizeof path);
        if (length <= 0)
            return NULL;
        length--; /* the count includes the NUL */
        length +=
            (long)format_text(path + length, sizeof path - (size_t)length, "/%s", object->path);
    }
    object->origin = folder_of(path, (size_t)length);
    return object->origin;
}

/* If `text` continues with the token `name` (plain or in braces), returns the length after the '$',
 * else 0. */
static size_t match_token(const char *text, const char *name) {
    bool braces = *text == '{';
    size_t length = strlen(name);
    if (strncmp(text + braces, name, length) != 0)
        return 0;
    char after = text[braces + length];
    if (braces)
        return after == '}' ? length + 2 : 0;
    bool goes_on = (after >= 'a' && after <= 'z') || (after >= 'A' && after <= 'Z') ||
                   (after >= '0' && after <= '9') || after == '_';
    return goes_on ? 0 : length;
}

/* The value of the token that `text`, behind a '$', begins with, and its length; NULL: none. */
static const char *token_value(const struct search *search, const char *text, struct object *object,
                               size_t *length) {
    if ((*length = match_token(text, "ORIGIN")))
        return object ? search_origin(search, object) : NULL;
    if (!search->plain_paths && (*length = match_token(text, "LIB")))
        return search->facts->lib;
    if (!search->plain_paths && (*length = match_token(text, "PLATFORM")))
        return search->platform;
    return NULL;
}

static bool in_default_folder(const struct search *search, const char *path) {
    const char *folders = search->default_path(search), *folder;
    size_t length;
    while ((folder = next_word(&folders, &length)))
        if (strncmp(path, folder, length) == 0)
            return true;
    return false;
}

/* True when the path, read without the file system's links, lies in one of the system's folders. */
OWN_FRAME static bool is_trusted(const struct search *search, const char *path) {
    char plain[SEARCH_PATH_MAX + 2];
    size_t length = 0;
    if (*path != '/')
        return false;
    while (*path) {
        while (*path == '/')
            path++;
        size_t part = (size_t)(strchrnul(path, '/') - path);
        if (part == 2 && path[0] == '.' && path[1] == '.') {
            while (length && plain[--length] != '/')
                ;
        } else if (part && !(part == 1 && *path == '.')) {
            plain[length] = '/';
            memcpy(plain + length + 1, path, part);
            length += 1 + part;
        }
        path += part;
    }
    plain[length] = '/';
    plain[length + 1] = 0;
    return in_default_folder(search, plain);
}

/* In secure mode, a program could be linked into a stranger's folder: $ORIGIN counts at the start
 * alone. */
static bool is_allowed(const struct search *search, const char *text, const char *at,
                       size_t token) {
    bool origin = token && strncmp(at[1] == '{' ? at + 2 : at + 1, "ORIGIN", 6) == 0;
    char after = at[1 + token];
    return !search->secure || search->plain_paths || !origin ||
           (at == text && (!after || after == '/' || after == ':'));
}

bool search_expand_part(const struct search *search, const char *text, size_t length,
                        struct object *object, char *out) {
    char *const start = out, *end = out + SEARCH_PATH_MAX - 1;
    const char *at = text, *stop = text + length;
    bool by_origin = false;
    while (at < stop) {
        size_t token = 0;
        const char *value = *at == '$' ? token_value(search, at + 1, object, &token) : NULL;
        if (*at == '$' &&
            ((!value && (token || search->plain_paths)) || !is_allowed(search, text, at, token)))
            return false; /* musl leaves such a path out; so does everybody without an origin */
        by_origin |= value && object && value == object->origin;
        size_t size = value ? strlen(value) : 1;
        if (size > (size_t)(end - out))
            return false;
        out = (char *)memcpy(out, value ? value : at, size) + size;
        at += 1 + token;
    }
    *out = 0;
    return !search->secure || search->plain_paths || !by_origin || object->kind != OBJECT_PROGRAM ||
           is_trusted(search, start);
}

bool search_has_token(const struct search *search, const char *text) {
    size_t length = 0;
    while (!length && (text = strchr(text, '$')))
        token_value(search, ++text, NULL, &length);
    return length;
}

bool search_expand(const struct search *search, const char *text, struct object *object,
                   char *out) {
    const char *colon = strchr(text, ':');
    return search_expand_part(search, text, colon ? (size_t)(colon - text) : strlen(text), object,
                              out);
}

/* -- trying -- */

#define CACHE_FILE "/etc/ld.so.cache"

/* What one search carries along. */
struct attempt {
    struct search *search;
    const char *name;
    struct object *requester, *program;
    struct image_file *file;
    char *path;
    struct error *error;   /* of the last failure */
    struct error *foreign; /* of a file for another machine, if one was passed over */
    bool fatal; /* a file was found that is broken: the search ends there, as ld.so's does */
    search_visitor *visit; /* not NULL: only tell the folders */
    void *visit_context;
};

static void tell(const struct search *search, enum search_rule rule, const char *path,
                 enum search_verdict verdict, const struct error *error) {
    if (search->observer)
        search->observer->place(search->observer, rule, path, verdict, error);
}

/* A file for another machine is passed over, and remembered for the message if nothing better is
 * found. */
static void remember(struct attempt *attempt) {
    if (!attempt->foreign && !(attempt->foreign = memory_alloc(sizeof *attempt->foreign)))
        return;
    *attempt->foreign = *attempt->error;
}

/* Nothing was found. Returns false. */
static bool fail(struct attempt *attempt) {
    const struct error *foreign = attempt->foreign;
    if (foreign && foreign->kind == ERROR_FILE)
        *attempt->error = *foreign;
    else
        error_set(attempt->error, ERROR_OPEN, ENOENT, attempt->name,
                  "cannot open shared object file");
    if (foreign)
        format_text(attempt->error->detail, sizeof attempt->error->detail, "%s", foreign->detail);
    return false;
}

/* The rule has nothing to look into; false, for the caller to return. */
static bool skip(const struct attempt *attempt, enum search_rule rule, const struct object *owner,
                 enum search_skip why) {
    struct search_observer *observer = attempt->visit ? NULL : attempt->search->observer;
    if (observer && observer->skipped)
        observer->skipped(observer, rule, owner, why);
    return false;
}

/* Asks whoever wants to change attempt->path. False: it shall not be tried. */
static bool redirect(struct attempt *attempt, enum search_rule rule) {
    const struct search *search = attempt->search;
    const char *path =
        search->redirect(search->redirect_context, attempt->requester, attempt->path, rule);
    if (path && path != attempt->path)
        format_text(attempt->path, SEARCH_PATH_MAX, "%s", path);
    return path != NULL;
}

/* Opens attempt->path. Returns true when the search is over: the file is there, sound or broken. */
static bool try_path(struct attempt *attempt, enum search_rule rule) {
    bool foreign;
    struct error *error = attempt->error; /* too large for a local one */
    if (attempt->search->redirect && !redirect(attempt, rule))
        return false;
    bool found = image_open_for(attempt->file, attempt->path, attempt->search->facts->machine,
                                &foreign, error);
    if (found && attempt->search->set_user_id_only && !(attempt->file->mode & S_ISUID)) {
        image_close(attempt->file);
        tell(attempt->search, rule, attempt->path, SEARCH_REFUSED, NULL);
        return false;
    }
    tell(attempt->search, rule, attempt->path,
         found                       ? SEARCH_FOUND
         : foreign                   ? SEARCH_FOREIGN
         : error->kind == ERROR_FILE ? SEARCH_BROKEN
                                     : SEARCH_ABSENT,
         found ? NULL : error);
    if (foreign)
        remember(attempt);
    else
        attempt->fatal = !found && error->kind == ERROR_FILE;
    return found || attempt->fatal;
}

static bool try_folder(struct attempt *attempt, struct folder *folder, enum search_rule rule) {
    if (attempt->visit) {
        attempt->visit(attempt->visit_context, rule, folder->path);
        return false;
    }
    const struct search *search = attempt->search;
    bool fresh = !folder->probed;
    bool all = search->redirect && (fresh || folder->path[0] != '/');
    if (fresh)
        folder_probe(attempt->search, folder);
    const char *const *names = search->subfolders;
    bool tells = fresh && search->observer; /* what is missing, too */
    for (uint32_t i = 0; names && names[i] && i < 64; i++) {
        bool present = all || folder->present >> i & 1;
        if (!present && !tells)
            continue;
        format_text(attempt->path, SEARCH_PATH_MAX, "%s%s/%s", folder->path, names[i],
                    attempt->name);
        if (!present)
            tell(search, rule, attempt->path, SEARCH_NO_FOLDER, NULL);
        else if (try_path(attempt, rule))
            return true;
    }
    format_text(attempt->path, SEARCH_PATH_MAX, "%s%s", folder->path, attempt->name);
    if (!folder->missing || all)
        return try_path(attempt, rule);
    tell(search, rule, attempt->path, fresh ? SEARCH_NO_FOLDER : SEARCH_SKIPPED, NULL);
    return false;
}

static void tell_folders(const struct search *search, enum search_rule rule,
                         const struct object *owner, const struct folder_list *list) {
    if (search->observer && search->observer->folders)
        search->observer->folders(search->observer, rule, owner, list);
}

/* `owner`: whose DT_RPATH or DT_RUNPATH the list is; NULL: nobody's. */
static bool try_list(struct attempt *attempt, struct folder_list *list, enum search_rule rule,
                     const struct object *owner) {
    if (list && !attempt->visit)
        tell_folders(attempt->search, rule, owner, list);
    for (size_t i = 0; list && i < list->count; i++)
        if (try_folder(attempt, list->item[i], rule))
            return true;
    return false;
}

/* True when --inhibit-rpath names the object. An empty name means the program; at the end of the
 * list it means nothing. */
static bool is_inhibited(const struct search *search, const struct object *object) {
    size_t length = strlen(object->path);
    const char *name = search->inhibit_rpath;
    while (name) {
        if (strncmp(name, object->path, length) == 0 && (!name[length] || name[length] == ':'))
            return true;
        const char *colon = strchr(name, ':');
        name = colon && colon[1] ? colon + 1 : NULL;
    }
    return false;
}

/* The folders of an object's DT_RPATH or DT_RUNPATH; NULL: none. */
static struct folder_list *folders_of(struct search *search, struct object *object,
                                      const char *path) {
    if (!path[0] || is_inhibited(search, object))
        return NULL;
    if (!object->path_folders)
        object->path_folders = folder_split(search, path, ":", object);
    return object->path_folders;
}

/* Tries the folders of one object's path; `path` NULL: it has none. */
static bool try_path_of(struct attempt *attempt, struct object *object, const char *path,
                        enum search_rule rule) {
    if (!path || !path[0])
        return skip(attempt, rule, object, SKIP_NONE);
    struct folder_list *list = folders_of(attempt->search, object, path);
    return list ? try_list(attempt, list, rule, object)
                : skip(attempt, rule, object, SKIP_INHIBITED);
}

static bool try_chain(struct attempt *attempt, bool any) {
    struct object *object = attempt->requester;
    bool saw_program = false;
    enum search_rule rule = any ? SEARCH_ANY_CHAIN : SEARCH_RPATH_CHAIN;
    if (!any && object && object->runpath)
        return skip(attempt, rule, object, SKIP_RUNPATH);
    for (; object; object = object->requester) {
        saw_program |= object == attempt->program;
        if (try_path_of(attempt, object,
                        object->rpath ? object->rpath
                        : any         ? object->runpath
                                      : NULL,
                        rule))
            return true;
    }
    if (saw_program || any || !attempt->program)
        return false;
    return try_path_of(attempt, attempt->program, attempt->program->rpath, rule);
}

static bool try_cache(struct attempt *attempt) {
    struct search *search = attempt->search;
    if (search->inhibit_cache)
        return skip(attempt, SEARCH_CACHE, NULL, SKIP_INHIBITED);
    if (!search->cache.tried)
        cache_open(&search->cache, CACHE_FILE);
    tell_folders(search, SEARCH_CACHE, NULL, NULL);
    const char *path = cache_find(&search->cache, attempt->name, search->facts->cache_flags,
                                  search->hwcaps ? search->hwcaps : "");
    if (!path) {
        tell(search, SEARCH_CACHE, CACHE_FILE, SEARCH_UNLISTED, NULL);
        return false;
    }
    if (attempt->requester && attempt->requester->flags_1 & DF_1_NODEFLIB &&
        in_default_folder(search, path))
        return skip(attempt, SEARCH_CACHE, attempt->requester, SKIP_NODEFLIB);
    format_text(attempt->path, SEARCH_PATH_MAX, "%s", path);
    return try_path(attempt, SEARCH_CACHE);
}

static bool try_default(struct attempt *attempt) {
    struct search *search = attempt->search;
    if (attempt->requester && attempt->requester->flags_1 & DF_1_NODEFLIB)
        return skip(attempt, SEARCH_DEFAULT, attempt->requester, SKIP_NODEFLIB);
    if (!search->default_folders)
        search->default_folders = folder_split(search, search->default_path(search), ":", NULL);
    return try_list(attempt, search->default_folders, SEARCH_DEFAULT, NULL);
}

static bool try_rule(struct attempt *attempt, enum search_rule rule) {
    struct search *search = attempt->search;
    struct object *requester = attempt->requester;
    switch (rule) {
    case SEARCH_RPATH_CHAIN:
        return try_chain(attempt, false);
    case SEARCH_ANY_CHAIN:
        return try_chain(attempt, true);
    case SEARCH_LIBRARY_PATH:
        if (!search->library_path || !search->library_path[0])
            return skip(attempt, rule, NULL, SKIP_NONE);
        if (!search->library_folders)
            search->library_folders =
                folder_split(search, search->library_path, ":;", attempt->program);
        return try_list(attempt, search->library_folders, rule, NULL);
    case SEARCH_RUNPATH:
        return requester && try_path_of(attempt, requester, requester->runpath, rule);
    case SEARCH_CACHE:
        return try_cache(attempt);
    case SEARCH_DEFAULT:
        return try_default(attempt);
    default:
        return false;
    }
}

/* -- words -- */

const char *search_rule_name(enum search_rule rule) {
    static const char names[][16] = {
        [SEARCH_RPATH_CHAIN] = "rpath", [SEARCH_ANY_CHAIN] = "rpath",
        [SEARCH_RUNPATH] = "runpath",   [SEARCH_LIBRARY_PATH] = "library-path",
        [SEARCH_CACHE] = "cache",       [SEARCH_DEFAULT] = "default",
        [SEARCH_PATH] = "path",         [SEARCH_LIBC] = "libc",
    };
    return names[rule];
}

const char *search_skip_name(enum search_skip why) {
    static const char names[][12] = {
        [SKIP_NONE] = "none",
        [SKIP_RUNPATH] = "runpath",
        [SKIP_INHIBITED] = "inhibited",
        [SKIP_NODEFLIB] = "nodeflib",
    };
    return names[why];
}

const char *search_verdict_name(enum search_verdict verdict) {
    static const char names[][16] = {
        [SEARCH_FOUND] = "found",     [SEARCH_ABSENT] = "absent",
        [SEARCH_FOREIGN] = "foreign", [SEARCH_BROKEN] = "broken",
        [SEARCH_REFUSED] = "refused", [SEARCH_NO_FOLDER] = "no-folder",
        [SEARCH_SKIPPED] = "skipped", [SEARCH_UNLISTED] = "unlisted",
    };
    return names[verdict];
}

/* -- the folders of each rule -- */

void search_each_folder(struct search *search, struct object *object, struct object *program,
                        search_visitor *visit, void *context) {
    struct attempt attempt = {
        .search = search, .name = NULL, .requester = object, .program = program};
    attempt.visit = visit;
    attempt.visit_context = context;
    for (const enum search_rule *rule = search->rules; *rule != SEARCH_END; rule++)
        if (*rule != SEARCH_CACHE)
            try_rule(&attempt, *rule);
}

bool search_open(struct search *search, const char *name, struct object *requester,
                 struct object *program, struct image_file *file, char *path, struct error *error) {
    if (strchr(name, '/')) {
        bool foreign;
        if (search->plain_paths)
            format_text(path, SEARCH_PATH_MAX, "%s", name);
        else if (!search_expand(search, name, requester ? requester : program, path))
            return error_set(error, ERROR_FILE, 0, name, "empty dynamic string token substitution");
        bool found = image_open_for(file, path, search->facts->machine, &foreign, error);
        tell(search, SEARCH_PATH, path,
             found                       ? SEARCH_FOUND
             : foreign                   ? SEARCH_FOREIGN
             : error->kind == ERROR_FILE ? SEARCH_BROKEN
                                         : SEARCH_ABSENT,
             found ? NULL : error);
        return found;
    }
    struct attempt attempt = {.search = search,
                              .name = name,
                              .requester = requester,
                              .program = program,
                              .file = file,
                              .path = path,
                              .error = error};
    bool over = false;
    const enum search_rule *rule = search->rules;
    for (; !over && strlen(name) < 1024 && *rule != SEARCH_END; rule++)
        over = try_rule(&attempt, *rule);
    bool found = over ? !attempt.fatal : fail(&attempt);
    memory_free(attempt.foreign);
    return found;
}
