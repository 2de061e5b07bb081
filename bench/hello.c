/*
 * The smallest ordinary program: one library (the libc), one line of output. Its whole life is
 * mostly exec, loading and exit, so it shows a loader's fixed cost. Built for glibc and for musl.
 */
#include <stdio.h>

int main(void) {
    puts("hello");
    return 0;
}
