/* Counting of calls into one library (ld.so(8): LD_PROFILE, LD_PROFILE_OUTPUT).
 *
 * Where it is asked for, no PLT slot of any object is filled: each call comes through the
 * trampoline that auditors use (arch/<machine>/audit.S), whose C side counts it here. Besides, a
 * timer tells where the program spends its time. The file, <folder>/<name>.profile, is what
 * sprof(1) reads.
 *
 * Without LD_PROFILE, options.profile and linker->profile are NULL, and nothing of this is called.
 */
#ifndef MYLD_PROFILE_H
#define MYLD_PROFILE_H

#include "types.h"

struct linker;
struct object;
struct profile;

/* The folder that profiles are written to. */
const char *profile_folder(const struct linker *linker);

/* The object whose calls are counted; NULL: none. */
const struct object *profile_object(const struct linker *linker);

/* Called when the object is relocated: if it is the one that LD_PROFILE names, counting begins.
 * What stands against that is said on standard error, and the program runs without. */
void profile_begin(struct linker *linker, struct object *object);

/* Counts a call of the function at `to` that returns to `from`. Any thread, no lock. */
void profile_count(struct profile *profile, uintptr_t from, uintptr_t to);

#endif
