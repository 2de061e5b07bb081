/* Answers instead of a start: what --list, LD_TRACE_LOADED_OBJECTS and --list-… print. ldd is a
 * script around the second. */
#ifndef MYLD_LIST_H
#define MYLD_LIST_H

struct linker;

/* Prints what was asked for about the program that is loaded, in ld.so's form, and ends the
 * process. Nothing is relocated. */
_Noreturn void list_answer(struct linker *linker);

#endif
