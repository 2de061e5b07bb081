// What catch.cc and libthrow.cc share: a type to throw, and a template with a static member.
#ifndef SAMPLES_THROW_H
#define SAMPLES_THROW_H

#include <cstdio>
#include <stdexcept>

/** Thrown by the library, caught by the program: the type's name is compared across objects. */
struct failure {
    int code;
    explicit failure(int number) : code(number) {}
};

template <typename T> struct counter { static int value; };
template <typename T> int counter<T>::value = 0;

void throw_it(int what);
void pass_through(void (*callback)());
int *library_counter();

#endif
