/*
 * A program whose own property note asks for checked branches (the kernel leaves that to the
 * loader), and which makes a forbidden one when it has an argument.
 */
#define NOLIBC_START
#include "nolibc.h"

int without_pad(void);
__asm__(".text\n"
        ".globl without_pad\n"
        ".hidden without_pad\n"
        "without_pad: mov w0, #2\n"
        "ret\n");

void nolibc_main(long *stack, void (*finish)(void)) {
    int (*volatile function)(void) = without_pad;

    (void)finish;
    nolibc_say("started\n");
    if (*stack > 1)
        function();
    nolibc_say("still here\n");
    nolibc_exit(0);
}
