/*
 * Who gets whose definition? Needs libscope_a.so and libscope_b.so (libscope.c), and prints what
 * the program, `a` and `b` each see under the same name: global, weak, protected, hidden, undefined
 * weak, unique.
 */
#include <stdio.h>

const char *scope_global(void);
const char *scope_weak(void);
const char *scope_protected(void);
__attribute__((weak)) const char *scope_hidden(void);
__attribute__((weak)) const char *scope_nowhere(void);
const char *a_sees(int which);
const char *b_sees(int which);
int a_count(void);
int b_count(void);

static void row(const char *name, const char *program, int which) {
    const char *a = a_sees(which);
    const char *b = b_sees(which);

    printf("%-10s program %-5s a %-5s b %-5s\n", name, program, a ? a : "none", b ? b : "none");
}

int main(void) {
    row("global", scope_global(), 0);
    row("weak", scope_weak(), 1);
    row("protected", scope_protected(), 2);
    row("hidden", scope_hidden ? scope_hidden() : "none", 3);
    row("nowhere", scope_nowhere ? scope_nowhere() : "none", 4);
    int first = a_count();
    int second = b_count();
    printf("unique     a %d b %d\n", first, second);
    return 0;
}
