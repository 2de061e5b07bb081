/* Calls libifunc_vectors.so through an unbound slot, then through a bound one: the same twice. */
#include <stdio.h>

double vectors_sum(double a, double b, double c);

int main(void) {
    for (int call = 1; call <= 2; call++)
        printf("call %d: %.0f\n", call, vectors_sum(1, 2, 3));
    return 0;
}
