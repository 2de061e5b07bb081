/*
 * A library that must not be unloaded while a thread has yet to run a destructor of its: what a C++
 * compiler makes of a thread-local object (Itanium C++ ABI, __cxa_thread_atexit).
 */
#include <pthread.h>
#include <stdio.h>

int __cxa_thread_atexit_impl(void (*destructor)(void *), void *object, void *library);
extern void *__dso_handle;

static void destruct(void *where) {
    printf("pin: object of %s destructed\n", (const char *)where);
}

/** An object of the calling thread. Returns 0. */
int pin(void);
int pin(void) {
    return __cxa_thread_atexit_impl(destruct, "the caller", &__dso_handle);
}

static void *in_thread(void *argument) {
    (void)argument;
    return __cxa_thread_atexit_impl(destruct, "a thread", &__dso_handle) ? NULL : "";
}

/** An object of a thread that has ended when this returns. Returns 0. */
int pin_thread(void);
int pin_thread(void) {
    pthread_t thread;
    void *result = NULL;
    return pthread_create(&thread, NULL, in_thread, NULL) || pthread_join(thread, &result) ||
           !result;
}

__attribute__((constructor)) static void begin(void) {
    printf("pin: constructor\n");
}

__attribute__((destructor)) static void end(void) {
    printf("pin: destructor\n");
}
