/* The functions of libargs.c: one for each way in which the psABI passes arguments. */
#ifndef SAMPLES_ARGS_H
#define SAMPLES_ARGS_H

struct args_small {
    long a;
    double b;
}; /* comes back in one integer and one vector register */

struct args_large {
    long values[8];
}; /* comes back in memory, whose address is a hidden argument */

long args_integers(long a, long b, long c, long d, long e, long f, long g, long h);
double args_doubles(double a, double b, double c, double d, double e, double f, double g, double h,
                    double i);
struct args_small args_small(long a, double b);
struct args_large args_large(long a);
long double args_long_double(long double a, int b);
double args_variable(int count, ...);
__int128 args_wide(__int128 a, __int128 b);

/** Returns the static chain register (nested functions find their outer frame with it). */
void *args_chain(void);
/** Returns rax as it was on entry: the number of vector registers of a call with variable
 * arguments. */
long args_rax(void);

#if defined(__x86_64__)
typedef double args_v4 __attribute__((vector_size(32)));
typedef double args_v8 __attribute__((vector_size(64)));
__attribute__((target("avx"))) double args_avx(args_v4 a, args_v4 b, args_v4 c, args_v4 d,
                                               args_v4 e, args_v4 f, args_v4 g, args_v4 h);
__attribute__((target("avx512f"))) double args_avx512(args_v8 a, args_v8 b, args_v8 c, args_v8 d,
                                                      args_v8 e, args_v8 f, args_v8 g, args_v8 h);
#elif defined(__aarch64__)
typedef double args_v2 __attribute__((vector_size(16)));
/** All of q0 to q7. */
double args_vectors(args_v2 a, args_v2 b, args_v2 c, args_v2 d, args_v2 e, args_v2 f, args_v2 g,
                    args_v2 h);
#endif

#endif
