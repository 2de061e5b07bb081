/* A library whose function is chosen when it is loaded (STT_GNU_IFUNC), for ifunc.c. */

static int chosen_one(void) {
    return 1;
}

static int chosen_two(void) {
    return 2;
}

static int offset = 1;               /* read by the resolver: must be there before it runs */
static int *const pointer = &offset; /* a relative relocation, which comes first as well */

/* The resolver runs in the middle of relocation. */
__attribute__((used)) static int (*choose(void))(void) {
    return *pointer ? chosen_two : chosen_one;
}

/** The function that the resolver chooses. */
int ifunc_global(void) __attribute__((ifunc("choose")));
static int ifunc_local(void) __attribute__((ifunc("choose")));

/** Its address in the library's data: an absolute relocation to an IFUNC symbol. */
int (*ifunc_pointer)(void) = ifunc_global;

/** Calls the local one, which is bound by IRELATIVE. */
int ifunc_library(void);
int ifunc_library(void) {
    return ifunc_local();
}
