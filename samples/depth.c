/*
 * How many bytes of stack the first call of a function takes, which the loader binds then. Each
 * call has a stack of its own, filled with a pattern before; the second shows what a bound call
 * takes. Of a plain function, and of one that a resolver chooses (strlen).
 */
#include <stdio.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

enum { SIZE = 256 * 1024, PATTERN = 0x5a };

static char stack[SIZE];
static ucontext_t here, there;
static volatile long sum;

static void plain(void) {
    sum += getpid();
}

static void chosen(void) {
    const char *volatile text = "text";

    sum += (long)strlen(text);
}

/* Bytes at the stack's end that the function has written. */
static int depth(void (*function)(void)) {
    int unused = 0;

    memset(stack, PATTERN, sizeof stack);
    getcontext(&there);
    there.uc_stack = (stack_t){.ss_sp = stack, .ss_size = sizeof stack};
    there.uc_link = &here;
    makecontext(&there, function, 0);
    swapcontext(&here, &there);
    while (unused < SIZE && stack[unused] == PATTERN)
        unused++;
    return SIZE - unused;
}

int main(void) {
    int first = depth(plain);
    int second = depth(plain);

    printf("plain: %d more\n", first - second);
    first = depth(chosen);
    second = depth(chosen);
    printf("chosen: %d more\n", first - second);
    return 0;
}
