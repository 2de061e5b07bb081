/* Functions with faults that tools find: see faulty.c. */
#include <stdlib.h>

static int shared;
static _Thread_local int uses[64];

/** Reads `index` bytes behind the start of a block of eight. */
int fault_overflow(int index);
int fault_overflow(int index) {
    volatile char *block = calloc(8, 1);
    uses[index]++;
    int value = block ? block[index] : 0;
    free((void *)block);
    return value != 77;
}

/** Counts without a lock. */
int fault_race(int step);
int fault_race(int step) {
    return shared += step;
}

/** Shifts by `places`. */
int fault_shift(int places);
int fault_shift(int places) {
    return 1 << places;
}
