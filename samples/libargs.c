/*
 * Functions that tell what arrived in their argument registers. args.c calls each through a PLT
 * slot that is not bound yet, so the loader's trampoline runs between the two and must not disturb
 * anything.
 */
#include "args.h"
#include <stdarg.h>

long args_integers(long a, long b, long c, long d, long e, long f, long g, long h) {
    return a + 10 * b + 100 * c + 1000 * d + 10000 * e + 100000 * f + 1000000 * g + 10000000 * h;
}

double args_doubles(double a, double b, double c, double d, double e, double f, double g, double h,
                    double i) {
    return a + 10 * b + 100 * c + 1e3 * d + 1e4 * e + 1e5 * f + 1e6 * g + 1e7 * h + 1e8 * i;
}

struct args_small args_small(long a, double b) {
    return (struct args_small){a + 1, b + 1};
}

struct args_large args_large(long a) {
    return (struct args_large){{a, a + 1, a + 2, a + 3, a + 4, a + 5, a + 6, a + 7}};
}

long double args_long_double(long double a, int b) {
    return a * b;
}

double args_variable(int count, ...) {
    double sum = 0;
    va_list list;

    va_start(list, count);
    for (int i = 0; i < count; i++)
        sum = sum * 10 + va_arg(list, double) + va_arg(list, int);
    va_end(list);
    return sum;
}

__int128 args_wide(__int128 a, __int128 b) {
    return a * 2 + b;
}

#if defined(__x86_64__)
__attribute__((naked)) void *args_chain(void) {
    __asm__("mov %r10, %rax\n ret");
}

__attribute__((naked)) long args_rax(void) {
    __asm__("ret");
}

/* Sums all lanes with weights, so that a lost upper half or two swapped registers change the
 * result. */
#define LANES(v, n, weight)                                                                        \
    for (int i = 0; i < (n); i++)                                                                  \
        sum += (v)[i] * ((weight) + i);

__attribute__((target("avx"))) double args_avx(args_v4 a, args_v4 b, args_v4 c, args_v4 d,
                                               args_v4 e, args_v4 f, args_v4 g, args_v4 h) {
    double sum = 0;
    LANES(a, 4, 1)
    LANES(b, 4, 11)
    LANES(c, 4, 101)
    LANES(d, 4, 1001)
    LANES(e, 4, 10001)
    LANES(f, 4, 100001)
    LANES(g, 4, 1000001)
    LANES(h, 4, 10000001)
    return sum;
}

__attribute__((target("avx512f"))) double args_avx512(args_v8 a, args_v8 b, args_v8 c, args_v8 d,
                                                      args_v8 e, args_v8 f, args_v8 g, args_v8 h) {
    double sum = 0;
    LANES(a, 8, 1)
    LANES(b, 8, 11)
    LANES(c, 8, 101)
    LANES(d, 8, 1001)
    LANES(e, 8, 10001)
    LANES(f, 8, 100001)
    LANES(g, 8, 1000001)
    LANES(h, 8, 10000001)
    return sum;
}
#elif defined(__aarch64__)
__asm__(".globl args_chain\n.type args_chain, %function\nargs_chain: mov x0, x18\n ret\n"
        ".size args_chain, . - args_chain");

/* As above: with weights, so that a lost upper half or two swapped registers change the result. */
double args_vectors(args_v2 a, args_v2 b, args_v2 c, args_v2 d, args_v2 e, args_v2 f, args_v2 g,
                    args_v2 h) {
    const args_v2 all[] = {a, b, c, d, e, f, g, h};
    double sum = 0;

    for (int i = 0; i < 8; i++)
        sum = sum * 100 + all[i][0] + 10 * all[i][1];
    return sum;
}
#endif
