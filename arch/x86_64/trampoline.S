/* Lazy binding on x86_64: from a PLT entry's first call to the function it means (psABI 5.2, figure 5.2).
 *
 * PLT0 has pushed GOT[1] (our struct object) and the relocation's index and jumps here:
 *
 *     rsp+0   struct object *     rsp+8   index in DT_JMPREL     rsp+16   the caller's return address
 *
 * Every register that can carry an argument is kept: rdi, rsi, rdx, rcx, r8, r9, rax (number of vector
 * registers of a variadic call) and r10 (static chain). The vector registers stay as they are, because the
 * loader is compiled with -mgeneral-regs-only and touches none; when it must run foreign code (an IFUNC
 * resolver) it does so through arch_call_keeping_vectors.
 */
#include "registers.inc"

    .text
    .globl arch_lazy_trampoline
    .hidden arch_lazy_trampoline
    .type arch_lazy_trampoline, @function
arch_lazy_trampoline:
    .cfi_startproc
    .cfi_adjust_cfa_offset 16
    endbr64
    push %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbp, 0
    mov %rsp, %rbp
    .cfi_def_cfa_register rbp
    push %rax
    push %rdi
    push %rsi
    push %rdx
    push %rcx
    push %r8
    push %r9
    push %r10
    and $-16, %rsp
    mov 8(%rbp), %rdi
    mov 16(%rbp), %rsi
    call lazy_bind
    mov %rax, %r11
    mov -8(%rbp), %rax
    mov -16(%rbp), %rdi
    mov -24(%rbp), %rsi
    mov -32(%rbp), %rdx
    mov -40(%rbp), %rcx
    mov -48(%rbp), %r8
    mov -56(%rbp), %r9
    mov -64(%rbp), %r10
    end_frame
    /* r11 is the register that PLT code may clobber (psABI 3.2.3); a jump, so that returns stay predicted. */
    jmp *%r11
    .cfi_endproc
    .size arch_lazy_trampoline, . - arch_lazy_trampoline

/* uintptr_t arch_call_ifunc(uintptr_t resolver, const struct linker *linker): no arguments on x86_64. */
    .globl arch_call_ifunc
    .hidden arch_call_ifunc
    .type arch_call_ifunc, @function
arch_call_ifunc:
    .cfi_startproc
    sub $8, %rsp
    .cfi_adjust_cfa_offset 8
    call *%rdi
    add $8, %rsp
    .cfi_adjust_cfa_offset -8
    ret
    .cfi_endproc
    .size arch_call_ifunc, . - arch_call_ifunc

/* uintptr_t arch_call_keeping_vectors(uintptr_t (*function)(void *), void *argument, size_t area)
 *
 * area = bytes of an XSAVE area for all user state, or 0 where the CPU has no XSAVE (FXSAVE's 512 serve).
 */
    .globl arch_call_keeping_vectors
    .hidden arch_call_keeping_vectors
    .type arch_call_keeping_vectors, @function
arch_call_keeping_vectors:
    .cfi_startproc
    push %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbp, 0
    mov %rsp, %rbp
    .cfi_def_cfa_register rbp
    push %rbx
    push %r12
    .cfi_offset rbx, -24
    .cfi_offset r12, -32
    mov %rdi, %r8
    mov %rdx, %r12
    test %rdx, %rdx
    jz 1f
    sub %rdx, %rsp
    and $-64, %rsp
    /* The XSAVE header must be zero: XRSTOR reads all 64 bytes of it. */
    xor %eax, %eax
    mov %rax, 512(%rsp)
    mov %rax, 520(%rsp)
    mov %rax, 528(%rsp)
    mov %rax, 536(%rsp)
    mov %rax, 544(%rsp)
    mov %rax, 552(%rsp)
    mov %rax, 560(%rsp)
    mov %rax, 568(%rsp)
    mov $0xee, %eax /* SSE, AVX, MPX, AVX-512: what can carry arguments */
    xor %edx, %edx
    xsave64 (%rsp)
    mov %rsi, %rdi
    call *%r8
    mov %rax, %rbx
    mov $0xee, %eax
    xor %edx, %edx
    xrstor64 (%rsp)
    jmp 2f
1:  sub $512, %rsp
    and $-16, %rsp
    fxsave64 (%rsp)
    mov %rsi, %rdi
    call *%r8
    mov %rax, %rbx
    fxrstor64 (%rsp)
2:  mov %rbx, %rax
    mov -8(%rbp), %rbx
    mov -16(%rbp), %r12
    leave
    .cfi_def_cfa rsp, 8
    ret
    .cfi_endproc
    .size arch_call_keeping_vectors, . - arch_call_keeping_vectors

    .section .note.GNU-stack, "", @progbits
