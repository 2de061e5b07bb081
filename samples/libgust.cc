// A library for storm.cc. Its constructor does what used to end in a deadlock: it starts a thread,
// which throws and uses a thread-local variable of the library, and waits for its end while dlopen
// holds its lock.
#include <pthread.h>

namespace {
thread_local int seen = GUST;
int constructed;

int throw_and_catch(int number) {
    try {
        throw number;
    } catch (int caught) {
        return caught;
    }
}

void *in_thread(void *) {
    constructed = throw_and_catch(seen++) == GUST ? seen : -1;
    return nullptr;
}

__attribute__((constructor)) void construct() {
    pthread_t thread;
    if (pthread_create(&thread, nullptr, in_thread, nullptr) == 0)
        pthread_join(thread, nullptr);
}

__attribute__((destructor)) void destruct() {
    constructed = throw_and_catch(-1);
}
} // namespace

// Returns 0 if all is as it should be: `count` is the number of earlier calls in this thread since
// the library was opened, where the caller knows it, else -1.
extern "C" int gust(int count) {
    if (constructed != GUST + 1)
        return 1;
    int number = throw_and_catch(seen++);
    return count >= 0 && number != GUST + count;
}
