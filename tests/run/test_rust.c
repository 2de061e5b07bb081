/* C and Rust programs and libraries together: linked, opened with dlopen and with the libloading
 * crate. */
#include "support.h"

static const char *const lines[] = {
    "./checksum_linked Wikipedia",
    "./checksum_opened ./libchecksum.so checksum_adler32 Wikipedia",
    "./checksum_linked_rust Wikipedia",
    "./checksum_libloading ./libchecksum.so Wikipedia",
    "./checksum_libloading ./nowhere.so Wikipedia",
    "./checksum_linked_rustlib Wikipedia",
    "./checksum_opened ./librust_checksum.so rust_checksum_adler32 Wikipedia",
};

TABLE_TEST(rust, as_native, lines) {
    compare(ALL_WAYS, COMPARE_ERROR, *row);
}

/* The same number everywhere, and the right one. */
Test(rust, adler32) {
    for (size_t i = 0; i < 3; i++)
        cr_expect_str_eq(run_myld(EXPLICIT, NULL, lines[i]).out, "11e60398\n", "%s", lines[i]);
    for (size_t i = 5; i < 7; i++)
        cr_expect_str_eq(run_myld(EXPLICIT, NULL, lines[i]).out, "11e60398\n", "%s", lines[i]);
}
