/* Words for people: why a program does not start, what a program's libraries are, the help page. */
#ifndef MYLD_REPORT_H
#define MYLD_REPORT_H

#include "error.h"

struct linker;

/* Prints the native loader's line and what it leaves out: who needed the file and every place
 * looked at. Ends the process with status 127. */
_Noreturn void report_failure(struct linker *linker, const struct error *error);

/* Prints the libraries of the program as ldd expects it. */
void report_libraries(const struct linker *linker);

/* Prints which versions each object needs and who has them (ldd -v). */
void report_versions(const struct linker *linker);

_Noreturn void report_help(const char *command);
_Noreturn void report_version(void);

#endif
