/*
 * Every argument register must survive lazy binding: calls each function of libargs.c twice, first
 * through an unbound slot and then through a bound one. Both lines have to be the same. With an
 * argument, the static chain register is looked at as well, which glibc's own loader does not keep.
 */
#include "args.h"
#include <stdio.h>

static int with_chain;

#if defined(__x86_64__)
/* r10 carries the static chain of a nested function; C has no way to set it.
 * The 128 bytes below the stack pointer are the caller's (red zone) and are left alone. */
static void *call_with_chain(void *chain) {
    void *result;
    register void *r10 __asm__("r10") = chain;

    __asm__ volatile("mov %%rsp, %%rbx\n sub $128, %%rsp\n and $-16, %%rsp\n call args_chain@PLT\n "
                     "mov %%rbx, %%rsp"
                     : "=a"(result), "+r"(r10)
                     :
                     : "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r11", "memory", "cc");
    return result;
}

static long call_with_rax(long rax) {
    __asm__ volatile("mov %%rsp, %%rbx\n sub $128, %%rsp\n and $-16, %%rsp\n call args_rax@PLT\n "
                     "mov %%rbx, %%rsp"
                     : "+a"(rax)
                     :
                     : "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory", "cc");
    return rax;
}

static void registers(void) {
    int here;

    if (with_chain)
        printf(" chain %d", call_with_chain(&here) == &here);
    printf(" rax %ld", call_with_rax(0x1234567890));
}

__attribute__((target("avx"), noinline)) static void avx(void) {
#define V4(n) ((args_v4){(n), (n) + 1, (n) + 2, (n) + 3})
    printf(" avx %.0f", args_avx(V4(1), V4(2), V4(3), V4(4), V4(5), V4(6), V4(7), V4(8)));
}

__attribute__((target("avx512f"), noinline)) static void avx512(void) {
#define V8(n) ((args_v8){(n), (n) + 1, (n) + 2, (n) + 3, (n) + 4, (n) + 5, (n) + 6, (n) + 7})
    printf(" avx512 %.0f", args_avx512(V8(1), V8(2), V8(3), V8(4), V8(5), V8(6), V8(7), V8(8)));
}

static void machine(void) {
    registers();
    if (__builtin_cpu_supports("avx"))
        avx();
    if (__builtin_cpu_supports("avx512f"))
        avx512();
}
#elif defined(__aarch64__)
static void *call_with_chain(void *chain) {
    register void *x18 __asm__("x18") = chain;
    register void *x0 __asm__("x0");
    __asm__ volatile("bl args_chain"
                     : "=r"(x0), "+r"(x18)
                     :
                     : "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12",
                       "x13", "x14", "x15", "x16", "x17", "x30", "memory", "cc");
    return x0;
}

static void machine(void) {
#define V2(n) ((args_v2){(n), (n) + 1})
    int here;

    if (with_chain)
        printf(" chain %d", call_with_chain(&here) == &here);
    printf(" vectors %.0f", args_vectors(V2(1), V2(2), V2(3), V2(4), V2(5), V2(6), V2(7), V2(8)));
}
#else
static void machine(void) {}
#endif

static void all(void) {
    struct args_small small = args_small(1, 2);
    struct args_large large = args_large(10);
    __int128 wide = args_wide((__int128)1 << 70, 5);

    printf("%ld", args_integers(1, 2, 3, 4, 5, 6, 7, 8));
    printf(" %.0f", args_doubles(1, 2, 3, 4, 5, 6, 7, 8, 9));
    printf(" %ld %.0f %ld %ld", small.a, small.b, large.values[0], large.values[7]);
    printf(" %.1Lf", args_long_double(1.5L, 3));
    printf(" %.1f", args_variable(3, 1.5, 1, 2.5, 2, 3.5, 3));
    printf(" %d %d", (int)(wide >> 71), (int)wide);
    machine();
    printf("\n");
}

int main(int argc, char **argv) {
    (void)argv;
    with_chain = argc > 1;
    all();
    all();
    return 0;
}
