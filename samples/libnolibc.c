/*
 * A library without any libc, for user_nolibc.c: a constructor, a destructor, data that points to
 * data, and a call back into the program.
 */
#include "nolibc.h"

/** The program's own; the library reaches it through its PLT. */
const char *nolibc_name(void);

static int constructed;
/** Counts the calls; a program that is no PIE gets a copy of it (COPY relocation). */
int nolibc_calls = 40;
/** Points at the counter: an absolute relocation against a symbol that may have moved to the
 * program. */
int *nolibc_calls_pointer = &nolibc_calls;

__attribute__((constructor)) static void begin(void) {
    constructed = 1;
    nolibc_say("library: constructor\n");
}

__attribute__((destructor)) static void end(void) {
    nolibc_say("library: destructor\n");
}

/** Greets the program by its name, and counts the call. */
void nolibc_greet(void) {
    nolibc_calls++;
    nolibc_say(constructed ? "library: hello, " : "library: never constructed, ");
    nolibc_say(nolibc_name());
    nolibc_say("\n");
}
