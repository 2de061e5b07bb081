/* The way into musl's libc.so and back on x86_64.
 *
 * void musl_enter_libc(uintptr_t entry, const uintptr_t *words, size_t count)
 *
 * libc.so's entry point expects what the kernel gives a new program (psABI 3.4.1): rsp at argc, aligned to 16. It never
 * returns but jumps to AT_ENTRY, which is musl_continue here: that brings the stack and the registers that a callee keeps
 * back, so that to the caller libc.so's start was a call.
 */
    .text
    .globl musl_enter_libc
    .hidden musl_enter_libc
    .type musl_enter_libc, @function
musl_enter_libc:
    .cfi_startproc
    push %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbp, 0
    push %rbx
    .cfi_adjust_cfa_offset 8
    push %r12
    .cfi_adjust_cfa_offset 8
    push %r13
    .cfi_adjust_cfa_offset 8
    push %r14
    .cfi_adjust_cfa_offset 8
    push %r15
    .cfi_adjust_cfa_offset 8
    mov %rsp, kept_stack(%rip)
    .cfi_remember_state
    mov %rdi, %rax
    mov %rdx, %rcx
    shl $3, %rdx
    sub %rdx, %rsp
    and $-16, %rsp
    mov %rsp, %rdi
    .cfi_undefined rip
    rep movsq
    xor %edx, %edx /* no function for atexit */
    xor %ebp, %ebp
    jmp *%rax

    .globl musl_continue
    .hidden musl_continue
musl_continue:
    endbr64
    mov kept_stack(%rip), %rsp
    .cfi_restore_state
    pop %r15
    .cfi_adjust_cfa_offset -8
    pop %r14
    .cfi_adjust_cfa_offset -8
    pop %r13
    .cfi_adjust_cfa_offset -8
    pop %r12
    .cfi_adjust_cfa_offset -8
    pop %rbx
    .cfi_adjust_cfa_offset -8
    pop %rbp
    .cfi_adjust_cfa_offset -8
    .cfi_restore rbp
    ret
    .cfi_endproc
    .size musl_enter_libc, . - musl_enter_libc

    .bss
    .balign 8
kept_stack:
    .skip 8

    .section .note.GNU-stack, "", @progbits
