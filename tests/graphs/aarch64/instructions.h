/*
 * What the engine (engine.c) needs that C has no words for, on aarch64.
 */
#ifndef TESTS_GRAPHS_INSTRUCTIONS_H
#define TESTS_GRAPHS_INSTRUCTIONS_H

#include <stddef.h>
#include <stdint.h>

static inline void machine_write(int file, const char *text, size_t length) {
    register long x8 __asm__("x8") = 64; /* SYS_write */
    register long x0 __asm__("x0") = file;
    register const char *x1 __asm__("x1") = text;
    register size_t x2 __asm__("x2") = length;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
}

static inline char *machine_thread_pointer(void) {
    char *value;
    __asm__("mrs %0, tpidr_el0" : "=r"(value));
    return value;
}

/* The call of a TLS descriptor: its argument and result are in x0, it keeps all other registers. */
static inline uintptr_t machine_call_descriptor(uintptr_t *descriptor) {
    register uintptr_t x0 __asm__("x0") = (uintptr_t)descriptor;
    __asm__ volatile("ldr x1, [x0]\n\tblr x1" : "+r"(x0) : : "x1", "x30", "memory", "cc");
    return x0;
}

#endif
