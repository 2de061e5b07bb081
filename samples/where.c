/*
 * Which copy of libwhere.so is found? Built several times with DT_RPATH, DT_RUNPATH, $ORIGIN and
 * $LIB, directly or with libmiddle.so in between (-DMIDDLE).
 */
#include <stdio.h>

const char *where(void);
const char *middle_where(void);

int main(void) {
#ifdef MIDDLE
    printf("libwhere.so of %s\n", middle_where());
#else
    printf("libwhere.so of %s\n", where());
#endif
    return 0;
}
