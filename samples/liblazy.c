/* The library that lazy.c calls. */

/** Returns the number plus one. */
int lazy_next(int number);
int lazy_next(int number) {
    return number + 1;
}
