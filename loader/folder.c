/* Folders that are searched; see folder.h. */
#define _GNU_SOURCE /* strchrnul */
#include "folder.h"

#include "memory.h"
#include "sys.h"
#include "text.h"
#include <string.h>

static struct folder *find_folder(struct search *search, const char *path) {
    struct folder **link = &search->folders;
    for (; *link; link = &(*link)->next)
        if (strcmp((*link)->path, path) == 0)
            return *link;
    struct folder *folder = memory_alloc(sizeof *folder);
    char *copy = memory_copy_text(path);
    if (!folder || !copy) {
        memory_free(folder);
        memory_free(copy);
        return NULL;
    }
    folder->path = copy;
    return *link = folder;
}

static size_t count_parts(const char *list, const char *separators) {
    size_t count = 1;
    for (; *list; list++)
        count += strchr(separators, *list) != NULL;
    return count;
}

/* Adds the folder that one entry of a list means. An entry that cannot be expanded is left out. */
static void add_entry(struct search *search, struct folder_list *list, const char *text,
                      size_t length, struct object *object) {
    char path[SEARCH_PATH_MAX];
    if (!search_expand_part(search, text, length, object, path))
        return;
    size_t size = strlen(path);
    while (size > 1 && path[size - 1] == '/')
        size--;
    if (size == 0 || size > sizeof path - 2)
        return;
    if (path[size - 1] != '/')
        path[size++] = '/';
    path[size] = 0;
    struct folder *folder = find_folder(search, path);
    if (folder)
        list->item[list->count++] = folder;
}

struct folder_list *folder_split(struct search *search, const char *text, const char *separators,
                                 struct object *object) {
    if (search->plain_paths)
        separators = ":\n";
    size_t count = count_parts(text, separators);
    struct folder_list *list = memory_alloc(sizeof *list + count * sizeof list->item[0]);
    for (; list && count; count--) {
        size_t length = 0;
        while (text[length] && !strchr(separators, text[length]))
            length++;
        if (length)
            add_entry(search, list, text, length, object);
        else if (!search->plain_paths)
            add_entry(search, list, ".", 1, object);
        text += length + 1;
    }
    return list;
}

static bool is_folder(const char *path) {
    struct stat status;
    return sys_stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The length of the first part of a path. */
static size_t first_length(const char *path) {
    return (size_t)(strchrnul(path, '/') - path);
}

/* Which of the subfolders exist. Where the first part of their names is missing, one question is
 * enough for all of them. */
static void probe_subfolders(const struct search *search, struct folder *folder) {
    char path[SEARCH_PATH_MAX];
    size_t start = format_text(path, sizeof path, "%s", folder->path);
    const char *first = "";
    bool exists = false;
    for (uint32_t i = 0; search->subfolders[i] && i < 64; i++) {
        const char *name = search->subfolders[i];
        size_t length = first_length(name);
        size_t end = start + format_text(path + start, sizeof path - start, "%s", name);
        if (length != first_length(first) || memcmp(first, name, length) != 0) {
            path[min_size(end, start + length)] = 0;
            exists = is_folder(path);
            first = name;
        }
        format_text(path + start, sizeof path - start, "%s", name);
        if (exists && (!name[length] || is_folder(path)))
            folder->present |= UINT64_C(1) << i;
    }
}

void folder_probe(struct search *search, struct folder *folder) {
    bool relative =
        folder->path[0] != '/'; /* another folder after each chdir: always looked into */
    folder->probed = true;
    folder->missing = !relative && !is_folder(folder->path);
    if (folder->missing || !search->list_subfolders)
        return;
    if (!search->subfolders)
        search->subfolders = search->list_subfolders(search->list_context);
    for (uint32_t i = 0; relative && search->subfolders && search->subfolders[i] && i < 64; i++)
        folder->present |= UINT64_C(1) << i;
    if (search->subfolders && !relative)
        probe_subfolders(search, folder);
}
