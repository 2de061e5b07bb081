/* Words for people: why a program does not start, the help page. */
#ifndef MYLD_REPORT_H
#define MYLD_REPORT_H

#include "error.h"

struct linker;

/* Prints the native loader's line and what it leaves out: who needed the file and every place
 * looked at. Ends the process with status 127. */
_Noreturn void report_failure(struct linker *linker, const struct error *error);

_Noreturn void report_help(const char *command);
_Noreturn void report_version(void);

#endif
