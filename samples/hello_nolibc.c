/*
 * A program without any libc: the shortest way from the loader to a line of text. It shows its
 * arguments, so one sees that the stack arrives as the kernel made it.
 */
#define NOLIBC_START
#include "nolibc.h"

/* A pointer in data needs a relative relocation when the program is position independent. */
static const char *const words[] = {"hello ", "without ", "libc\n"};

void nolibc_main(long *stack, void (*finish)(void)) {
    char **argv = (char **)(stack + 1);

    for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
        nolibc_say(words[i]);
    for (long i = 0; i < *stack; i++) {
        nolibc_say(argv[i]);
        nolibc_say("\n");
    }
    (void)finish; /* there is no library to finish */
    nolibc_exit(0);
}
