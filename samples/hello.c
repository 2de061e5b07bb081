/* Hello for both libcs: prints its arguments and one variable of the environment. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    const char *greeting = getenv("GREETING");

    printf("%s, world\n", greeting ? greeting : "hello");
    for (int i = 1; i < argc; i++)
        printf("%d: %s\n", i, argv[i]);
    fputs("this goes to standard error\n", stderr);
    return argc > 1 ? argc : 0;
}
