/* Functions chosen at load time: one in the library (libifunc.c), one in the program, and pointers
 * to them. */
#include <stdio.h>

int ifunc_global(void);
int ifunc_library(void);
extern int (*ifunc_pointer)(void);

static int first(void) {
    return 10;
}

__attribute__((used)) static int (*choose(void))(void) {
    return first;
}

static int own(void) __attribute__((ifunc("choose")));

int main(void) {
    int (*volatile here)(void) = ifunc_global;

    printf("global %d library %d own %d\n", ifunc_global(), ifunc_library(), own());
    printf("pointer %d here %d same %d\n", ifunc_pointer(), here(), ifunc_pointer == here);
    return 0;
}
