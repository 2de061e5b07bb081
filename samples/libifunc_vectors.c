/*
 * An IFUNC with arguments in vector registers, whose resolver clears them. A resolver is an
 * ordinary function and may do so; when it runs at the first call, between the caller and the
 * function, the loader has to keep the arguments.
 */

static double sum(double a, double b, double c) {
    return a + 10 * b + 100 * c;
}

__attribute__((used)) static double (*choose(void))(double, double, double) {
#if defined(__x86_64__)
    __asm__ volatile("pxor %%xmm0, %%xmm0\n pxor %%xmm1, %%xmm1\n pxor %%xmm2, %%xmm2" ::
                         : "xmm0", "xmm1", "xmm2");
#elif defined(__aarch64__)
    __asm__ volatile("movi v0.2d, #0\n movi v1.2d, #0\n movi v2.2d, #0" ::: "v0", "v1", "v2");
#endif
    return sum;
}

/** Returns a + 10 b + 100 c. */
double vectors_sum(double a, double b, double c) __attribute__((ifunc("choose")));
