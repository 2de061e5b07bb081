/* Variables that a program which is no PIE copies into itself (copy.c), and functions to compare.
 */

/** A variable that moves into the program. */
int copy_number = 11;
/** An array that does. */
const char *copy_words[3] = {"one", "two", "three"};
/** The same variable under a second, weak name. */
extern int copy_alias __attribute__((weak, alias("copy_number")));

/** The library's own view of the variable. */
int *copy_library_number(void);
int *copy_library_number(void) {
    return &copy_number;
}

/** Sets the variable by its other name. */
void copy_set(int number);
void copy_set(int number) {
    copy_alias = number;
}

/** The library's own view of the address of copy_set(). */
void (*copy_library_function(void))(int);
void (*copy_library_function(void))(int) {
    return copy_set;
}
