/* A library with a function and a variable, for greet.c. */
#include <stdio.h>

/** Who is greeted. */
const char *greet_name = "world";

/** Prints a greeting. Returns how many were printed. */
int greet(const char *greeting);
int greet(const char *greeting) {
    static int count;

    printf("%s, %s\n", greeting, greet_name);
    return ++count;
}
