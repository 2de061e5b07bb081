/* Checks of what must hold, for `make DEBUG=1` alone; otherwise they are not compiled.
 *
 * A check is about the loader's own doing, never about its input: where one fails, the loader is
 * wrong, and the process stops at once, by a trap.
 */
#ifndef MYLD_CHECK_H
#define MYLD_CHECK_H

#include "types.h"

struct linker;

#ifdef MYLD_DEBUG
#define CHECKED(...) __VA_ARGS__ /* statements of debug builds */
#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))
#else
#define CHECKED(...)
#define CHECK(condition) ((void)sizeof(condition))
#endif

/* Prints the place and ends the process. */
_Noreturn void check_failed(const char *file, int line, const char *condition);

/* All of the objects, lists, scopes, modules and counts against each other. Needs the load lock,
 * and no transaction under way. */
void check_linker(struct linker *linker);

/* What freed memory holds in debug builds: whoever reads it soon notices, and so does the allocator
 * where somebody has written to it. */
#define CHECK_POISON 0xdd
bool check_is_poison(const void *memory, size_t size);

#endif
