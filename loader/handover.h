/* Handing a program over to the system's own loader, where myld stands in that loader's place and
 * does not know the program's libc: after an upgrade of libc the machine goes on as if myld had
 * never been installed. See docs/system.md. */
#ifndef MYLD_HANDOVER_H
#define MYLD_HANDOVER_H

#include "types.h"

struct linker;

/* The folder where the native loader lies that made room for myld. */
#define HANDOVER_FOLDER "/usr/lib/myld/stock/"

/* Enters the native loader `name` (a file of HANDOVER_FOLDER) in the place of myld, as if the
 * kernel had mapped it. Only for a program that the kernel started, and before anything of it was
 * changed. Returns when there is no such loader, or the program was named on the command line:
 * nothing has changed then, and the caller reports its error. */
void handover(struct linker *linker, const char *name);

#endif
