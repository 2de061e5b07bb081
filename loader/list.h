/* Answers instead of a start: what --list and LD_TRACE_LOADED_OBJECTS print. ldd is a script around
 * the latter. */
#ifndef MYLD_LIST_H
#define MYLD_LIST_H

struct linker;

/* Prints what was asked for about the program that is loaded, in ld.so's form, and ends the
 * process. Nothing is relocated. */
_Noreturn void list_answer(struct linker *linker);

#endif
