/* The first and the last instruction of the loader on aarch64 ("Initial process stack and registers": the kernel
 * defines sp alone).
 *
 * In:  sp = the kernel's stack: argc, argv, envp, auxv.
 * Out: control is in the program, with that stack, x0 = the function to register with atexit.
 */
    .text
    .globl _start
    .hidden _start
    .type _start, %function
_start:
    .cfi_startproc
    .cfi_undefined x30
    bti c
    mov x29, #0
    mov x30, #0
    mov x0, sp
    adrp x1, __ehdr_start
    add x1, x1, :lo12:__ehdr_start
    bl loader_start
    brk #1
    .cfi_endproc
    .size _start, . - _start

    .hidden __ehdr_start

/* void arch_enter(uintptr_t entry, void *stack, void (*fini)(void)): through x16, from where a "bti c" may be
 * jumped to. */
    .globl arch_enter
    .hidden arch_enter
    .type arch_enter, %function
arch_enter:
    .cfi_startproc
    .cfi_undefined x30
    bti c
    mov sp, x1
    mov x16, x0
    mov x0, x2
    mov x29, #0
    mov x30, #0
    br x16
    .cfi_endproc
    .size arch_enter, . - arch_enter

    .section .note.GNU-stack, "", %progbits
