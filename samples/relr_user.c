/* Asks librelr.c how many of its pointers are right. */
#include <stdio.h>

int relr_right(void);

int main(void) {
    printf("%d right\n", relr_right());
    return 0;
}
