// The library that throws, for catch.cc: its own type, a standard one, and one that passes through
// a frame of the library with a destructor in it. Also a template static, which is STB_GNU_UNIQUE.
#include "throw.h"

namespace {
struct guard {
    ~guard() {
        std::puts("library: unwound");
    }
};
} // namespace

/** Throws what the number names. */
void throw_it(int what) {
    guard here;
    if (what == 0)
        throw failure(17);
    if (what == 1)
        throw std::runtime_error("from the library");
    if (what == 2)
        throw what;
    counter<int>::value++;
}

/** Calls the function of the program inside a try that only catches ints. */
void pass_through(void (*callback)()) {
    guard here;
    try {
        callback();
    } catch (int number) {
        std::printf("library: caught %d\n", number);
    }
}

/** The library's address of the counter. */
int *library_counter() {
    return &counter<int>::value;
}
