/*
 * Two libraries that need each other without saying so: `borrow` calls a function of `lend`
 * (-DLEND), but has no DT_NEEDED entry for it. Whoever is bound to a library keeps it from going,
 * and is destructed before it.
 */
#include <stdio.h>

int lend(void);

#ifdef LEND
static int money = 42;

/** Returns 42, or -1 after the library's destructor. */
int lend(void) {
    return money;
}

__attribute__((destructor)) static void end(void) {
    money = -1;
    printf("lend ends\n");
}
#else
/** Asks the other library; bound at the first call. */
int borrow(void);
int borrow(void) {
    return lend() + 1;
}

__attribute__((destructor)) static void end(void) {
    printf("borrow ends\n");
}
#endif
