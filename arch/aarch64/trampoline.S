/* Lazy binding on aarch64: from a PLT entry's first call to the function it means (aaelf64, "Procedure linkage table").
 *
 * PLT0 has pushed x16 and x30 and jumps here:
 *
 *     sp+0   address of the PLT's GOT entry     sp+8   the caller's return address     x16   address of GOT[2]
 *
 * GOT[1] is our struct object; from GOT[3] on there is one entry for each relocation of DT_JMPREL, in its order.
 *
 * Every register that can carry an argument is kept: x0-x7, x8 (address of a result in memory) and x18 (GCC's static
 * chain). The vector registers stay as they are, because the loader is compiled with -mgeneral-regs-only and touches
 * none; when it must run foreign code (an IFUNC resolver) it does so through arch_call_keeping_vectors.
 */
#include "registers.inc"

    .text
    .globl arch_lazy_trampoline
    .hidden arch_lazy_trampoline
    .type arch_lazy_trampoline, %function
arch_lazy_trampoline:
    .cfi_startproc
    .cfi_adjust_cfa_offset 16
    .cfi_rel_offset x30, 8
    bti c
    ldr x17, [sp]
    stp x29, x30, [sp, #-96]!
    .cfi_adjust_cfa_offset 96
    .cfi_rel_offset x29, 0
    mov x29, sp
    arguments stp, sp, 16
    stp x8, x18, [sp, #80]
    ldr x0, [x16, #-8]
    sub x1, x17, x16
    lsr x1, x1, #3
    sub x1, x1, #1
    bl lazy_bind
    mov x17, x0
    arguments ldp, sp, 16
    ldp x8, x18, [sp, #80]
    ldr x29, [sp]
    ldr x30, [sp, #104]
    add sp, sp, #112
    .cfi_def_cfa sp, 0
    .cfi_restore x29
    .cfi_restore x30
    /* x17 is a register that PLT code may clobber, and one from which "bti c" may be jumped to. */
    br x17
    .cfi_endproc
    .size arch_lazy_trampoline, . - arch_lazy_trampoline

/* uintptr_t arch_call_keeping_vectors(uintptr_t (*function)(void *), void *argument, size_t area)
 *
 * q0-q7 carry arguments (aapcs64, 6.8.2); what else vector instructions can see of a caller's is kept by the function
 * itself, or belongs to a calling convention that is not bound lazily (ARCH_OTHER_EAGER). `area` is not used.
 */
    .globl arch_call_keeping_vectors
    .hidden arch_call_keeping_vectors
    .type arch_call_keeping_vectors, %function
arch_call_keeping_vectors:
    .cfi_startproc
    bti c
    stp x29, x30, [sp, #-144]!
    .cfi_adjust_cfa_offset 144
    .cfi_rel_offset x29, 0
    .cfi_rel_offset x30, 8
    mov x29, sp
    vector_arguments stp, sp, 16
    mov x16, x0
    mov x0, x1
    blr x16
    vector_arguments ldp, sp, 16
    ldp x29, x30, [sp], #144
    .cfi_adjust_cfa_offset -144
    .cfi_restore x29
    .cfi_restore x30
    ret
    .cfi_endproc
    .size arch_call_keeping_vectors, . - arch_call_keeping_vectors

/* void *memset(void *start, int byte, size_t size), the loader's own: musl's uses a vector register. */
    .globl memset
    .hidden memset
    .type memset, %function
memset:
    .cfi_startproc
    bti c
    mov x3, x0
    and x1, x1, #0xff
    orr x1, x1, x1, lsl #8
    orr x1, x1, x1, lsl #16
    orr x1, x1, x1, lsl #32
    b 2f
1:  stp x1, x1, [x3], #16
2:  subs x2, x2, #16
    b.hs 1b
    adds x2, x2, #16
    b.eq 4f
3:  strb w1, [x3], #1
    subs x2, x2, #1
    b.ne 3b
4:  ret
    .cfi_endproc
    .size memset, . - memset

    .section .note.GNU-stack, "", %progbits
