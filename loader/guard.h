/* Checked branch targets (Arm: branch target identification): code that was built for it is mapped
 * such that indirect branches may only lead to landing pads.
 *
 * Each object decides for itself, by its property note (PT_GNU_PROPERTY; "Linux Extensions to
 * gABI", program property notes; aaelf64, "Program Property"). The kernel does it for the file that
 * it starts first, the loader; all others are the loader's to do.
 */
#ifndef MYLD_GUARD_H
#define MYLD_GUARD_H

#include "image.h"

/* True when a property note (`size` bytes, from a file: believed nothing) has one of the bits
 * `features` in its property `type`. Pure. */
bool guard_note_has(const void *note, size_t size, uint32_t type, uint32_t features);

/* The property note of an object in memory, and its bytes; NULL: none. */
const void *guard_find_note(const struct object *object, size_t *size);

/* Before the file is mapped: clears object->guard unless the file's note wants it. */
void guard_read(struct object *object, const struct image_file *file);

/* The same for an object that lies in memory already, and changes its pages' protection. */
bool guard_adopt(struct object *object, struct error *error);

#endif
