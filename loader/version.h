/* Symbol versions (LSB core 10.7, "Symbol Versioning"; gABI calls the sections DT_VERNEED,
 * DT_VERDEF, DT_VERSYM). */
#ifndef MYLD_VERSION_H
#define MYLD_VERSION_H

#include "error.h"
#include "object.h"

struct namespace;

/* Reads the object's version needs and definitions into object->versions, indexed as in VERSYM. */
bool version_read(struct object *object, struct error *error);

/* Told of each version that is missing. */
typedef void version_report(void *context, const struct error *error);

/* Checks that the objects of `space` define all versions that `object` needs of them. Reports each
 * that is missing and returns false if there is one. `warnings`: a library without any version
 * definitions is reported, too, without counting as missing. */
bool version_check(const struct object *object, const struct namespace *space, bool warnings,
                   version_report *report, void *context);

/* Calls visit() for each version that the object needs: of which file, whether weakly, and the
 * library that has it (NULL: none does). */
typedef void version_visitor(void *context, const char *file, const char *name, bool weak,
                             const struct object *provider);
void version_each_need(const struct object *object, const struct namespace *space,
                       version_visitor *visit, void *context);

#endif
