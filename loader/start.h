/* The parts of the start that are no stage of their own; called by main.c in this order. */
#ifndef MYLD_START_H
#define MYLD_START_H

#include "error.h"
#include "object.h"

struct linker;

/* The loader's first instruction (arch/<machine>/start.S). */
extern const char _start[];

/* Explains how to call the loader; ends the process with status 1, as ld.so does. */
_Noreturn void start_usage(struct linker *linker, const char *wrong);

/* Becomes the storyteller, the program beside the loader that explains a run (tools/explain), with
 * the same arguments; status 127 where it is not there. */
_Noreturn void start_explain(struct linker *linker);

/* Fills in what does not depend on the program: the object of the loader itself, facts of the
 * machine. */
void start_prepare(struct linker *linker, const Elf64_Ehdr *self);

/* Loads the program; run as a command, makes the process look to it as if the kernel had started
 * it. Does not return where the program is static: then it is executed. */
bool start_load_program(struct linker *linker, struct error *error);

/* Loads what LD_PRELOAD, --preload and the system's file name. A library that is not there is only
 * warned about. NULL: no memory. */
struct object_list *start_preload(struct linker *linker, struct error *error);

/* Makes the global scope of the program's group and gives every object its scopes. */
bool start_complete_scope(struct linker *linker, struct error *error);

/* Makes the first thread: layout of static TLS, the block, what else relocation needs. Done once,
 * for the program or for the first auditor. */
bool start_first_thread(struct linker *linker, struct error *error);

/* Prints a missing version (a version_report; context is the linker). */
void start_report_version(void *context, const struct error *error);

#endif
