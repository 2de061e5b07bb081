/* The library whose calls are counted, for counted.c. Its functions call each other through the
 * PLT. */

/** Returns the number plus one. */
int counted_next(int number);
/** Returns the number plus three. */
int counted_third(int number);
/** Calls counted_third so often, and the function once; returns a sum. */
int counted_many(int often, int (*function)(int));
/** Takes a good while, in this library. */
int counted_busy(long rounds);

int counted_next(int number) {
    return number + 1;
}

int counted_third(int number) {
    return counted_next(number) + 2;
}

int counted_many(int often, int (*function)(int)) {
    int sum = function(often);
    for (int i = 0; i < often; i++)
        sum += counted_third(i);
    return sum;
}

int counted_busy(long rounds) {
    volatile long sum = 0;
    for (long i = 0; i < rounds; i++)
        sum = sum + i;
    return sum != 0;
}
