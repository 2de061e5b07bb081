/* Which definition wins: scope order, weak, protected, hidden, unique, -Bsymbolic, interposition,
 * both hash tables. */
#include "support.h"

static const char *const lines[] = {
    "./scope",
    "./scope_symbolic",
    "LD_LIBRARY_PATH=flagged ./scope", /* DT_SYMBOLIC, and references that are still open */
    "LD_PRELOAD=./libscope_b.so ./scope",
    "LD_PRELOAD=./symbolic/libscope_b.so ./scope",
    "LD_PRELOAD=./symbolic/libscope_b.so ./scope_symbolic",
    "LD_BIND_NOW=1 ./scope",
    "LD_DYNAMIC_WEAK=1 ./scope",
    "LD_DYNAMIC_WEAK= LD_BIND_NOW=1 ./scope",
    "LD_DYNAMIC_WEAK=1 LD_PRELOAD=./libscope_b.so ./scope_symbolic",
    "LD_DYNAMIC_WEAK=1 ./plugin_host global=./libscope_a.so global=./libscope_b.so "
    "text=scope_weak default=scope_weak",
    "LD_PRELOAD=./libinterpose.so ./sysv/greet",
    "LD_PRELOAD=./libinterpose.so ./greet_exec",
    "./sysv/greet",
    "./plugin_host open=./libplugin_one.so open=./libplugin_two.so text=plugin_name "
    "text=plugin_calls",
    "./plugin_host global=./libplugin_one.so open=./libplugin_two.so text=plugin_name "
    "text=plugin_calls",
    "./plugin_host global=./libplugin_one.so deep=./libplugin_two.so text=plugin_calls",
    "./plugin_host open=./libplugin_one.so global=./libplugin_one.so default=plugin_name",
    "./plugin_host open=./libscope_a.so call=a_count open=./libscope_b.so call=b_count",
    "./plugin_host open=./libscope_a.so call=a_count close mapped=libscope_a open=./libscope_b.so "
    "call=b_count",
    "./plugin_host default=puts default=plugin_name next=puts next=main default=main "
    "default=host_name",
    "./plugin_host self call=host_name",
    "./plugin_host open=./libscope_a.so text=scope_hidden text=scope_protected "
    "default=scope_global",
};

TABLE_TEST(symbol, as_native, lines) {
    compare(ALL_WAYS, COMPARE_ERROR, *row);
}
