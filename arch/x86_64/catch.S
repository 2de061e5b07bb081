/* A call that can be ended from within, on x86_64 (psABI 3.2.1: the registers that a callee keeps).
 *
 * int arch_catch(void **frame, void (*function)(void *), void *argument)
 * _Noreturn void arch_throw(void *frame, int value)
 *
 * A frame is the stack pointer below the registers that were put there.
 */
#include "registers.inc"

    .text
    .globl arch_catch
    .hidden arch_catch
    .type arch_catch, @function
arch_catch:
    .cfi_startproc
    save rbp, rbx, r12, r13, r14, r15
    subq $8, %rsp
    .cfi_adjust_cfa_offset 8
    movq %rsp, (%rdi)
    movq %rdx, %rdi
    call *%rsi
    xorl %eax, %eax
1:  addq $8, %rsp
    .cfi_adjust_cfa_offset -8
    load r15, r14, r13, r12, rbx, rbp
    ret
    .cfi_endproc
    .size arch_catch, . - arch_catch

    .globl arch_throw
    .hidden arch_throw
    .type arch_throw, @function
arch_throw:
    .cfi_startproc
    movq %rdi, %rsp
    movl %esi, %eax
    jmp 1b
    .cfi_endproc
    .size arch_throw, . - arch_throw

    .section .note.GNU-stack, "", %progbits
