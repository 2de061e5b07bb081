/*
 * A program and its library (libnolibc.c), neither of which knows a libc. With an argument, it runs
 * the loader's destructor hook before it ends; glibc's own loader cannot do that without libc.
 */
#define NOLIBC_START
#include "nolibc.h"

void nolibc_greet(void);
extern int nolibc_calls;
extern int *nolibc_calls_pointer;

const char *nolibc_name(void);
const char *nolibc_name(void) {
    return "user_nolibc";
}

void nolibc_main(long *stack, void (*finish)(void)) {
    nolibc_greet();
    nolibc_greet();
    nolibc_say(nolibc_calls == 42 ? "program: counted\n" : "program: wrong count\n");
    nolibc_say(nolibc_calls_pointer == &nolibc_calls ? "program: one counter\n"
                                                     : "program: two counters\n");
    if (*stack > 1 && finish)
        finish();
    nolibc_exit(3);
}
