/* Words for people: why a program does not start, the help page. */
#ifndef MYLD_REPORT_H
#define MYLD_REPORT_H

#include "error.h"

struct linker;

/* True for an error of the start after which the native loader goes on to look for others: it is
 * printed as by report_failure, and linker->failed is set. */
bool report_and_go_on(struct linker *linker, const struct error *error);

/* Prints the native loader's line and what it leaves out: who needed the file and every place
 * looked at; not again what report_and_go_on has printed. Ends the process with status 127. */
_Noreturn void report_failure(struct linker *linker, const struct error *error);

_Noreturn void report_help(const char *command);
_Noreturn void report_version(void);

#endif
