/*
 * Many pointers in data: the linker packs their relative relocations into DT_RELR
 * (-Wl,-z,pack-relative-relocs). Checks that each is right, and those far apart too.
 */
#include <stdio.h>

static int target[4];
#define FOUR &target[0], &target[1], &target[2], &target[3]
#define SIXTEEN FOUR, FOUR, FOUR, FOUR
#define MANY SIXTEEN, SIXTEEN, SIXTEEN, SIXTEEN, SIXTEEN, SIXTEEN, SIXTEEN, SIXTEEN

static int *dense[] = {MANY, MANY};
static struct {
    long gap[70];
    int *pointer;
} sparse[5] = {
    {{1}, target}, {{2}, target + 1}, {{3}, target + 2}, {{4}, target + 3}, {{5}, target}};

int main(void) {
    int right = 0;

    for (unsigned i = 0; i < sizeof dense / sizeof *dense; i++)
        right += *(int *volatile *)&dense[i] == &target[i % 4];
    for (int i = 0; i < 5; i++)
        right +=
            *(int *volatile *)&sparse[i].pointer == &target[i % 4] && sparse[i].gap[0] == i + 1;
    printf("%d right\n", right);
    return 0;
}
