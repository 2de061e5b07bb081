/* A library that knows from which folder it was loaded; samples.mk builds one for each folder of
 * where/. */

/** The folder. */
const char *where(void);
const char *where(void) {
    return WHERE;
}
