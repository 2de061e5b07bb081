/* The sink that writes what LD_DEBUG asks for (ld.so(8)), in ld.so's words. */
#ifndef MYLD_EVENT_DEBUG_H
#define MYLD_EVENT_DEBUG_H

#include "linker.h"

/* Opens the sink for the topics that LD_DEBUG names, where the libc's own loader has that variable;
 * in secure mode where /etc/suid-debug exists. LD_DEBUG=help answers and ends the process. */
void event_debug_open(struct linker *linker);

#endif
