// C++ exceptions across a library (libthrow.cc), in both directions, in threads, and from a library
// that was opened later when one is named as argument.
#include "throw.h"
#include <dlfcn.h>
#include <thread>

static void try_all(void (*function)(int)) {
    for (int what = 0; what < 4; what++) {
        try {
            function(what);
            std::puts("program: nothing thrown");
        } catch (const failure &error) {
            std::printf("program: failure %d\n", error.code);
        } catch (const std::exception &error) {
            std::printf("program: %s\n", error.what());
        } catch (...) {
            std::puts("program: something");
        }
    }
}

static void callback() {
    throw failure(23);
}

int main(int argc, char **argv) {
    try_all(throw_it);
    pass_through([] { throw 5; });
    try {
        pass_through(callback);
    } catch (const failure &error) {
        std::printf("program: failure %d through the library\n", error.code);
    }
    std::thread([] { try_all(throw_it); }).join();
    std::printf("one counter: %d\n", library_counter() == &counter<int>::value);
    if (argc > 1) {
        void *library = dlopen(argv[1], RTLD_NOW);
        if (!library) {
            std::puts(dlerror());
            return 1;
        }
        try_all(reinterpret_cast<void (*)(int)>(dlsym(library, "_Z8throw_iti")));
        auto theirs = reinterpret_cast<int *(*)()>(dlsym(library, "_Z15library_counterv"));
        std::printf("one counter: %d\n", theirs() == &counter<int>::value);
        dlclose(library);
    }
    return 0;
}
