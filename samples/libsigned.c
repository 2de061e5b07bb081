/*
 * Calls functions by way of a PLT that checks signatures of its slots (-z pac-plt): whoever binds a
 * slot has to sign the address. An IFUNC of its own is among them.
 */
#include <stdio.h>
#include <stdlib.h>

void signed_calls(void);
int signed_choice(void);

static int chosen(void) {
    return 7;
}

static int (*choose(void))(void) {
    return chosen;
}

int signed_choice(void) __attribute__((ifunc("choose")));

void signed_calls(void) {
    for (int i = 0; i < 2; i++)
        printf("%d %d %d\n", abs(-3 - i), atoi("40") + i, signed_choice());
    fflush(stdout);
}
