/* A large zeroed area that begins in the middle of a page of initialised data, and must all be
 * zero. */
#include <stdio.h>

static int before = 7;
static char zeros[64 << 20];

int main(void) {
    long sum = 0;

    for (unsigned i = 0; i < 1 << 16; i++)
        sum += zeros[i];
    for (unsigned i = 0; i < sizeof zeros; i += 4096)
        sum += zeros[i];
    zeros[sizeof zeros - 1] = 1;
    printf("before %d sum %ld\n", before, sum + zeros[sizeof zeros - 1]);
    return 0;
}
