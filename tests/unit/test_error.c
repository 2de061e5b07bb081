/* Errors as values: long names keep their place, and what follows them is not lost. */
#include "loader/error.h"
#include <criterion/criterion.h>
#include <string.h>

Test(error, long_names_are_marked) {
    static char name[2000];
    struct error error;

    memset(name, 'n', sizeof name - 1);
    error_set_symbol(&error, "lib.so", name, "VERS_1");
    cr_expect_eq(strlen(error.symbol), sizeof error.symbol - 1);
    cr_expect_str_eq(error.symbol + strlen(error.symbol) - 3, "...");
    cr_expect(strstr(error.text, "n..., version VERS_1"), "%s", error.text);
}

Test(error, names_that_fit_are_whole) {
    static char name[sizeof(((struct error *)0)->symbol)];
    struct error error;

    memset(name, 'n', sizeof name - 1);
    error_set_symbol(&error, "lib.so", name, NULL);
    cr_expect_str_eq(error.symbol, name);
    cr_expect_str_eq(error.text + strlen("undefined symbol: "), name);
}
