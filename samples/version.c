/*
 * Which version of answer() does the program get? Linked against one version of libversion.so and
 * run with another (tests choose it with LD_LIBRARY_PATH). With QUESTION it also needs version
 * VERS_3.
 */
#include <stdio.h>

int answer(void);
int question(void);

int main(void) {
    printf("answer %d\n", answer());
#ifdef QUESTION
    printf("question %d\n", question());
#endif
    return 0;
}
