/* The way into musl's libc.so and back on aarch64.
 *
 * void musl_enter_libc(uintptr_t entry, const uintptr_t *words, size_t count)
 *
 * libc.so's entry point expects what the kernel gives a new program: sp at argc, aligned to 16. It never
 * returns but jumps to AT_ENTRY, which is musl_continue here: that brings the stack and the registers that a callee keeps
 * back, so that to the caller libc.so's start was a call. (d8-d15 need no keeping: the loader uses no vector register.)
 */
    .text
    .globl musl_enter_libc
    .hidden musl_enter_libc
    .type musl_enter_libc, %function
musl_enter_libc:
    .cfi_startproc
    bti c
    stp x29, x30, [sp, #-96]!
    .cfi_adjust_cfa_offset 96
    .cfi_rel_offset x29, 0
    .cfi_rel_offset x30, 8
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    adrp x3, kept_stack
    mov x4, sp
    str x4, [x3, :lo12:kept_stack]
    .cfi_remember_state
    mov x16, x0
    sub x4, x4, x2, lsl #3
    and sp, x4, #-16
    .cfi_undefined x30
    mov x4, sp
1:  ldr x3, [x1], #8
    str x3, [x4], #8
    subs x2, x2, #1
    b.ne 1b
    mov x0, #0 /* no function for atexit */
    mov x29, #0
    mov x30, #0
    br x16

    .globl musl_continue
    .hidden musl_continue
musl_continue:
    bti jc
    adrp x3, kept_stack
    ldr x4, [x3, :lo12:kept_stack]
    mov sp, x4
    .cfi_restore_state
    ldp x19, x20, [sp, #16]
    ldp x21, x22, [sp, #32]
    ldp x23, x24, [sp, #48]
    ldp x25, x26, [sp, #64]
    ldp x27, x28, [sp, #80]
    ldp x29, x30, [sp], #96
    .cfi_adjust_cfa_offset -96
    .cfi_restore x29
    .cfi_restore x30
    ret
    .cfi_endproc
    .size musl_enter_libc, . - musl_enter_libc

    .bss
    .balign 8
kept_stack:
    .skip 8

    .section .note.GNU-stack, "", %progbits
