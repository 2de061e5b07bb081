/*
 * Calls a function of a library through a pointer. Where the library's pages are mapped with
 * PROT_BTI, the one without a landing pad ends the process by SIGILL.
 */
#include <stdio.h>
#include <string.h>

int with_pad(void);
int without_pad(void);

int main(int argc, char **argv) {
    int (*volatile function)(void) = argc > 1 && !strcmp(argv[1], "none") ? without_pad : with_pad;

    setvbuf(stdout, NULL, _IONBF, 0);
    printf("calling\n");
    printf("result %d\n", function());
    return 0;
}
