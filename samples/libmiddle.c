/* A library between the program and libwhere.so: whose search path finds the latter? */
const char *where(void);

/** Where the library's dependency came from. */
const char *middle_where(void);
const char *middle_where(void) {
    return where();
}
