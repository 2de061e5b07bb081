/* A call that can be ended from within, on aarch64 (aapcs64, 6.1.1 and 6.1.2: the registers that a callee keeps).
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
    .type arch_catch, %function
arch_catch:
    .cfi_startproc
    bti c
    stp x29, x30, [sp, #-160]!
    .cfi_adjust_cfa_offset 160
    .cfi_rel_offset x29, 0
    .cfi_rel_offset x30, 8
    mov x29, sp
    save_pair x19, x20, 16
    save_pair x21, x22, 32
    save_pair x23, x24, 48
    save_pair x25, x26, 64
    save_pair x27, x28, 80
    save_pair d8, d9, 96
    save_pair d10, d11, 112
    save_pair d12, d13, 128
    save_pair d14, d15, 144
    mov x3, sp
    str x3, [x0]
    mov x0, x2
    blr x1
    mov w0, #0
1:  load_pair x19, x20, 16
    load_pair x21, x22, 32
    load_pair x23, x24, 48
    load_pair x25, x26, 64
    load_pair x27, x28, 80
    load_pair d8, d9, 96
    load_pair d10, d11, 112
    load_pair d12, d13, 128
    load_pair d14, d15, 144
    ldp x29, x30, [sp], #160
    .cfi_adjust_cfa_offset -160
    .cfi_restore x29
    .cfi_restore x30
    ret
    .cfi_endproc
    .size arch_catch, . - arch_catch

    .globl arch_throw
    .hidden arch_throw
    .type arch_throw, %function
arch_throw:
    .cfi_startproc
    bti c
    mov sp, x0
    mov w0, w1
    b 1b
    .cfi_endproc
    .size arch_throw, . - arch_throw

    .section .note.GNU-stack, "", %progbits
