/*
 * What the engine (engine.c) needs that C has no words for, on x86_64.
 */
#ifndef TESTS_GRAPHS_INSTRUCTIONS_H
#define TESTS_GRAPHS_INSTRUCTIONS_H

#include <stddef.h>
#include <stdint.h>

static inline void machine_write(int file, const char *text, size_t length) {
    long result = 1; /* SYS_write */
    __asm__ volatile("syscall"
                     : "+a"(result)
                     : "D"((long)file), "S"(text), "d"(length)
                     : "rcx", "r11", "memory");
}

static inline char *machine_thread_pointer(void) {
    char *value;
    __asm__("mov %%fs:0, %0" : "=r"(value));
    return value;
}

/* The call of a TLS descriptor: its argument and result are in rax. */
static inline uintptr_t machine_call_descriptor(uintptr_t *descriptor) {
    uintptr_t value = (uintptr_t)descriptor;
    __asm__ volatile("call *(%%rax)" : "+a"(value) : : "memory", "cc");
    return value;
}

#endif
