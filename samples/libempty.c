/* A library with one function and nothing else, for whatever flags samples.mk links it with. */

/** Does nothing. */
void empty(void);
void empty(void) {}
