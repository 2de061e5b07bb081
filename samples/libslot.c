/* A library that calls another one's function through one PLT slot, for threads.c. */
int lazy_next(int number);

/** Returns the number plus one. */
int slot_add(int number);
int slot_add(int number) {
    return lazy_next(number);
}
