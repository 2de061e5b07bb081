/* arch_catch and arch_throw: what returns, from how deep, and that callers' registers survive. */
#include "arch.h"

#include <criterion/criterion.h>
#include <stdbool.h>

static void *frame;
static volatile bool ready = true; /* so that the compiler sees no endless recursion */

static void nothing(void *argument) {
    *(int *)argument = 5;
}

/* Uses up the registers that a callee keeps before it goes. */
static void deep(void *argument) {
    long values[16];

    for (int i = 0; i < 16; i++)
        values[i] = (long)argument * i;
    __asm__ volatile("" : : "r"(values) : "memory");
    if ((long)argument > 1)
        deep((void *)((long)argument - 1));
    if (ready)
        arch_throw(frame, (int)values[3]);
}

Test(catch, returns) {
    int seen = 0;
    cr_expect_eq(arch_catch(&frame, nothing, &seen), 0);
    cr_expect_eq(seen, 5);
}

Test(catch, thrown_from_below) {
    cr_expect_eq(arch_catch(&frame, deep, (void *)1), 3);
    cr_expect_eq(arch_catch(&frame, deep, (void *)50), 3);
}

static void nested(void *argument) {
    void *outer = frame;
    cr_expect_eq(arch_catch(&frame, deep, argument), 3);
    arch_throw(outer, 77);
}

Test(catch, nested) {
    cr_expect_eq(arch_catch(&frame, nested, (void *)4), 77);
}

Test(catch, keeps_registers) {
    long a = frame != NULL, b = a + 1, c = a + 2, d = a + 3, e = a + 4;
    __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e));
    int value = arch_catch(&frame, deep, (void *)20);
    __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e));
    cr_expect_eq(value + a + b + c + d + e, 3 + 10 + 5 * (a));
}
