/*
 * What a resolver of an IFUNC symbol is called with on aarch64 (<sys/ifunc.h>): AT_HWCAP with a bit
 * that says that a second argument is there, and a structure. Old resolvers look at the first
 * alone.
 */
#include <stdint.h>
#include <stdio.h>
#include <sys/auxv.h>

struct argument {
    unsigned long size, hwcap, hwcap2;
};

static uint64_t first_of_old, first_of_new;
static struct argument second;

static int answer(void) {
    return 42;
}

static int (*resolve_old(uint64_t hwcap))(void) {
    first_of_old = hwcap;
    return answer;
}

static int (*resolve_new(uint64_t hwcap, const struct argument *argument))(void) {
    first_of_new = hwcap;
    second = *argument;
    return answer;
}

int old_form(void) __attribute__((ifunc("resolve_old")));
int new_form(void) __attribute__((ifunc("resolve_new")));

int main(void) {
    uint64_t expected = getauxval(AT_HWCAP) | UINT64_C(1) << 62;

    printf("%d %d\n", old_form(), new_form());
    printf("old: %d\n", first_of_old == expected);
    printf("new: %d, %lu bytes, %d %d\n", first_of_new == expected, second.size,
           second.hwcap == getauxval(AT_HWCAP), second.hwcap2 == getauxval(AT_HWCAP2));
    return 0;
}
