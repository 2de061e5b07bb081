/*
 * A function with another calling convention than the base one (STO_AARCH64_VARIANT_PCS), which
 * must not be bound at its first call, and an ordinary one. LACKS leaves both out, for a library
 * that is older than the program.
 */
int variant_marker(void);
__attribute__((aarch64_vector_pcs)) double variant_call(double x);
int plain_call(int x);

int variant_marker(void) {
    return 1;
}

#ifndef LACKS_VARIANT
__attribute__((aarch64_vector_pcs)) double variant_call(double x) {
    return x * 2;
}
#endif

#ifndef LACKS_PLAIN
int plain_call(int x) {
    return x + 1;
}
#endif
