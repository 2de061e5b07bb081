/* The folders that libraries are searched in: lists of them taken apart, each folder known once,
 * and what is in it. */
#ifndef MYLD_FOLDER_H
#define MYLD_FOLDER_H

#include "search.h"

/* Takes a list of folders apart; any of `separators` ends an entry. `object` gives $ORIGIN. An
 * empty entry is the current folder, unless paths are plain; one that cannot be expanded is left
 * out. NULL: no memory. */
struct folder_list *folder_split(struct search *search, const char *text, const char *separators,
                                 struct object *object);

/* Finds out, once, whether the folder exists and which subfolders it has. */
void folder_probe(struct search *search, struct folder *folder);

#endif
