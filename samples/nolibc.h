/*
 * The least that a program without a libc needs: two system calls, and a first instruction.
 *
 * A source file that defines NOLIBC_START before it includes this page gets `_start`, which hands
 * the kernel's stack (argc, argv, envp, auxv) and the loader's destructor hook (psABI: rdx on
 * x86_64, x0 on aarch64) to `nolibc_main`.
 */
#ifndef SAMPLES_NOLIBC_H
#define SAMPLES_NOLIBC_H

/* The numbers below are the kernel's; they differ by machine and are the only thing here that does.
 */
#if defined(__x86_64__)
enum { NOLIBC_WRITE = 1, NOLIBC_EXIT = 231 };

static inline long nolibc_call(long number, long a, long b, long c) {
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return result;
}
#define NOLIBC_ENTRY                                                                               \
    ".globl _start\n_start:\n xor %ebp, %ebp\n mov %rsp, %rdi\n mov %rdx, %rsi\n"                  \
    " and $-16, %rsp\n call nolibc_main\n hlt\n"
#elif defined(__aarch64__)
enum { NOLIBC_WRITE = 64, NOLIBC_EXIT = 94 };

static inline long nolibc_call(long number, long a, long b, long c) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
}
#define NOLIBC_ENTRY                                                                               \
    ".globl _start\n_start:\n bti c\n mov x29, #0\n mov x30, #0\n mov x1, x0\n mov x0, sp\n"       \
    " bl nolibc_main\n brk #1\n"
#endif

/** Writes the text to standard output. */
static inline void nolibc_say(const char *text) {
    long length = 0;
    while (text[length])
        length++;
    nolibc_call(NOLIBC_WRITE, 1, (long)text, length);
}

/** Ends the process. */
static inline _Noreturn void nolibc_exit(int status) {
    for (;;)
        nolibc_call(NOLIBC_EXIT, status, 0, 0);
}

#ifdef NOLIBC_START
/**
 * The program.
 *
 * @param stack what the kernel left: argc, argv…, NULL, envp…, NULL, auxv
 * @param finish the loader's hook that runs the destructors of all libraries; NULL in a static
 * program
 */
_Noreturn void nolibc_main(long *stack, void (*finish)(void));
__asm__(".text\n" NOLIBC_ENTRY);
#endif

#endif
