/* A library between the program and libwhere.so: whose search path finds the latter? Built with
 * -DOUTER, it is one between the program and libmiddle.so. */
const char *where(void);
const char *middle_where(void);

#ifdef OUTER
/** Where the dependency of the library's dependency came from. */
const char *outer_where(void);
const char *outer_where(void) {
    return middle_where();
}
#else
/** Where the library's dependency came from. */
const char *middle_where(void) {
    return where();
}
#endif
