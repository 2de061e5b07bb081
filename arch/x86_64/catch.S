/* A call that can be ended from within, on x86_64 (psABI 3.2.1: the registers that a callee keeps).
 *
 * int arch_catch(void **frame, void (*function)(void *), void *argument)
 * _Noreturn void arch_throw(void *frame, int value)
 *
 * A frame is the stack pointer below the registers that were put there.
 */
    .text
    .globl arch_catch
    .hidden arch_catch
    .type arch_catch, @function
arch_catch:
    .cfi_startproc
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbp, 0
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbx, 0
    pushq %r12
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r12, 0
    pushq %r13
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r13, 0
    pushq %r14
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r14, 0
    pushq %r15
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r15, 0
    subq $8, %rsp
    .cfi_adjust_cfa_offset 8
    movq %rsp, (%rdi)
    movq %rdx, %rdi
    call *%rsi
    xorl %eax, %eax
1:  addq $8, %rsp
    .cfi_adjust_cfa_offset -8
    popq %r15
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r15
    popq %r14
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r14
    popq %r13
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r13
    popq %r12
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r12
    popq %rbx
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbx
    popq %rbp
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbp
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
