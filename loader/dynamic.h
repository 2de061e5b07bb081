/* The dynamic section of an object, read into fields (gABI chapter 5, "Dynamic Section"). */
#ifndef MYLD_DYNAMIC_H
#define MYLD_DYNAMIC_H

#include "error.h"
#include "object.h"

/* Reads object->dynamic into the object's fields and checks every address, size and string offset
 * in it against the mapped segments: who uses the fields need not check again. An object without a
 * dynamic section keeps empty ones. */
bool dynamic_read(struct object *object, struct error *error);

/* The string at `offset` of the string table; the offset was checked by dynamic_read. */
static inline const char *dynamic_string(const struct object *object, uint64_t offset) {
    return object->strings + offset;
}

/* The first entry of the dynamic section with this tag, or NULL. */
Elf64_Dyn *dynamic_entry(const struct object *object, int64_t tag);

#endif
