/* Calls through PLT entries that auditors watch, on aarch64 (rtld-audit(7); aaelf64, "Procedure linkage table").
 *
 * In:  what PLT0 leaves, as for arch_lazy_trampoline; the registers of the call. Out: the function has been called with
 * them, or with what the auditors made of them. Where an auditor wants to see the result, the function is called
 * from here with a copy of the caller's stack arguments, else it is jumped to.
 *
 *     x29+0   x29, x30    x29+16  x19, x20    x29+32  x18, frame size    x29+48  object    x29+56  index
 *     x29+64  La_aarch64_regs (240 bytes): x0-x8, q0-q7 from 80, sp at 208, lr at 216
 *     x29+304 La_aarch64_retval (208 bytes): x0-x7, q0-q7 from 64
 *     x29+512 what PLT0 has pushed
 */
#include "registers.inc"

#define FRAME 512
#define REGS 64
#define RESULTS 304

    /* From x29 = sp to what was before the PLT. */
    .macro end_frame
    ldr x30, [x29, #FRAME + 8]
    ldp x19, x20, [x29, #16]
    ldr x29, [x29]
    add sp, sp, #FRAME + 16
    .cfi_def_cfa sp, 0
    .cfi_restore x29
    .cfi_restore x30
    .cfi_restore x19
    .cfi_restore x20
    .endm

    .text
    .globl arch_audit_trampoline
    .hidden arch_audit_trampoline
    .type arch_audit_trampoline, %function
arch_audit_trampoline:
    .cfi_startproc
    .cfi_adjust_cfa_offset 16
    .cfi_rel_offset x30, 8
    bti c
    ldr x17, [sp]
    sub sp, sp, #FRAME
    .cfi_adjust_cfa_offset FRAME
    stp x29, x30, [sp]
    .cfi_rel_offset x29, 0
    stp x19, x20, [sp, #16]
    .cfi_rel_offset x19, 16
    .cfi_rel_offset x20, 24
    mov x29, sp
    .cfi_def_cfa_register x29
    str x18, [x29, #32]
    arguments stp, x29, REGS
    stp x8, xzr, [x29, #REGS + 64]
    vector_arguments stp, x29, REGS + 80
    add x0, x29, #FRAME + 16
    ldr x1, [x29, #FRAME + 8]
    stp x0, x1, [x29, #REGS + 208]
    str xzr, [x29, #REGS + 224]
    ldr x0, [x16, #-8]
    sub x1, x17, x16
    lsr x1, x1, #3
    sub x1, x1, #1
    stp x0, x1, [x29, #48]
    add x2, x29, #REGS
    add x3, x29, #40
    bl audit_enter
    mov x17, x0
    ldr x20, [x29, #40]
    tbnz x20, #63, 2f

    /* Called from here: the bytes above the stack pointer once more. */
    add x20, x20, #15
    and x20, x20, #-16
    sub sp, sp, x20
    mov x0, sp
    add x1, x29, #FRAME + 16
1:  cbz x20, 3f
    ldp x2, x3, [x1], #16
    stp x2, x3, [x0], #16
    sub x20, x20, #16
    b 1b
3:  arguments ldp, x29, REGS
    ldr x8, [x29, #REGS + 64]
    vector_arguments ldp, x29, REGS + 80
    ldr x18, [x29, #32]
    blr x17
    mov sp, x29
    arguments stp, x29, RESULTS
    vector_arguments stp, x29, RESULTS + 64
    str xzr, [x29, #RESULTS + 192]
    ldp x0, x1, [x29, #48]
    add x2, x29, #REGS
    add x3, x29, #RESULTS
    bl audit_leave
    arguments ldp, x29, RESULTS
    vector_arguments ldp, x29, RESULTS + 64
    .cfi_remember_state
    end_frame
    ret
    .cfi_restore_state

2:  arguments ldp, x29, REGS
    ldr x8, [x29, #REGS + 64]
    vector_arguments ldp, x29, REGS + 80
    ldr x18, [x29, #32]
    end_frame
    br x17
    .cfi_endproc
    .size arch_audit_trampoline, . - arch_audit_trampoline

    .section .note.GNU-stack, "", %progbits
