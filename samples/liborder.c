/*
 * One library of the family that shows in which order constructors and destructors run (order.c).
 * Built several times with another ORDER_NAME, and with -init/-fini so that DT_INIT and DT_FINI
 * exist beside the arrays.
 */
#include <stdio.h>
#include <stdlib.h>

static void at_exit(void) {
    dprintf(1, "%s: atexit from the constructor\n", ORDER_NAME);
}

/** DT_INIT of this library (-Wl,-init). */
void order_init(void);
void order_init(void) {
    dprintf(1, "%s: DT_INIT\n", ORDER_NAME);
}

/** DT_FINI of this library (-Wl,-fini). */
void order_fini(void);
void order_fini(void) {
    dprintf(1, "%s: DT_FINI\n", ORDER_NAME);
}

__attribute__((constructor(101))) static void early(void) {
    dprintf(1, "%s: constructor 101\n", ORDER_NAME);
}

__attribute__((constructor)) static void construct(int argc, char **argv, char **envp) {
    atexit(at_exit);
#ifdef __GLIBC__
    dprintf(1, "%s: constructor, %d arguments, %s, %s\n", ORDER_NAME, argc,
            argv[argc] ? "no end" : "end", envp == argv + argc + 1 ? "environment" : "?");
#else /* musl's constructors get no arguments */
    (void)argc, (void)argv, (void)envp;
    dprintf(1, "%s: constructor\n", ORDER_NAME);
#endif
}

__attribute__((destructor)) static void destruct(void) {
    dprintf(1, "%s: destructor\n", ORDER_NAME);
}

__attribute__((destructor(101))) static void late(void) {
    dprintf(1, "%s: destructor 101\n", ORDER_NAME);
}
