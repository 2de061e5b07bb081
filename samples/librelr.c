/*
 * The data of relr.c in a library that needs no libc: a link editor that packs relative relocations
 * but does not know glibc's mark for it (GLIBC_ABI_DT_RELR) can make it.
 */
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

int relr_right(void);

int relr_right(void) {
    int right = 0;

    for (unsigned i = 0; i < sizeof dense / sizeof *dense; i++)
        right += *(int *volatile *)&dense[i] == &target[i % 4];
    for (int i = 0; i < 5; i++)
        right +=
            *(int *volatile *)&sparse[i].pointer == &target[i % 4] && sparse[i].gap[0] == i + 1;
    return right;
}
