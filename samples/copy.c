/*
 * COPY relocations and canonical PLT addresses: a program that is no PIE addresses the library's
 * variable and function as if they were its own, and yet both sides must see one variable and one
 * address.
 */
#include <stdio.h>

extern int copy_number;
extern int copy_alias;
extern const char *copy_words[3];
int *copy_library_number(void);
void copy_set(int number);
void (*copy_library_function(void))(int);

int main(void) {
    printf("number %d, same variable %d\n", copy_number, &copy_number == copy_library_number());
    copy_number = 12;
    printf("the library has %d\n", *copy_library_number());
    copy_set(13);
    printf("the program has %d, by its other name %d\n", copy_number, copy_alias);
    printf("%s %s %s\n", copy_words[0], copy_words[1], copy_words[2]);
    printf("same function %d\n", copy_set == copy_library_function());
    fprintf(stdout, "stdout is a copy too\n");
    return 0;
}
