/* Calls the functions of libvariant.c; where one is missing it shows when that was noticed. */
#include <stdio.h>

int variant_marker(void);
__attribute__((aarch64_vector_pcs)) double variant_call(double x);
int plain_call(int x);

int main(void) {
    setvbuf(stdout, NULL, _IONBF, 0);
    printf("started %d\n", variant_marker());
    printf("plain %d\n", plain_call(1));
    printf("variant %g\n", variant_call(1.5));
    return 0;
}
