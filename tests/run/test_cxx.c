/* C++ exceptions, type identity and unique objects across libraries. */
#include "support.h"

static const char *const lines[] = {
    "./catch",
    "./catch ./libthrow.so",
    "LD_BIND_NOW=1 ./catch",
    "LD_PRELOAD=./libthrow.so ./catch ./libthrow.so",
    "./plugin_host now=./libthrow.so mapped=libthrow close mapped=libstdc++",
};

TABLE_TEST(cxx, as_native, lines) {
    compare(ALL_WAYS, COMPARE_ERROR, *row);
}
