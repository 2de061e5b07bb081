/* The order of constructors and destructors, at the start, at exit, at dlopen and dlclose. */
#include "support.h"

static const char *const lines[] = {
    "./order",
    "./order exit",
    "./order quick",
    "./order ./liborder_e.so",
    "./order ./liborder_e.so ./liborder_f.so",
    "./order ./liborder_x.so",
    "./order_cycle",
    "./order_cycle exit",
    "ORDER_EXIT=1 ./order",
    "LD_PRELOAD=./liborder_f.so ./order",
    "LD_PRELOAD=./liborder_e.so:./liborder_f.so ./order",
    "LD_PRELOAD=./liborder_y.so ./order",
    "LD_BIND_NOW=1 ./order",
    "./user_nolibc",
    "./plugin_host open=./libborrow.so global=./liblend.so open=./libborrow.so call=borrow",
    "./plugin_host global=./liblend.so open=./libborrow.so call=borrow",
};

TABLE_TEST(init, as_native, lines) {
    compare(ALL_WAYS, COMPARE_ERROR, *row);
}
