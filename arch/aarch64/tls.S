/* Access to dynamic thread-local storage on aarch64: __tls_get_addr (aaelf64, "Thread Local Storage", the traditional
 * dialect) and the entry points of TLS descriptors (the default dialect).
 *
 * tls_door (loader/tls.c) has two words: where a thread keeps the pointer to its dtv, as an offset from the
 * thread pointer, and the present generation. A dtv is an array of {value, to_free}; its first entry holds
 * the generation that it was made for. The fast paths below take no lock and call nothing; the slow path is
 * C without vector registers, so only general registers need saving.
 *
 * Plain loads serve: a dtv is its thread's own, and a thread that uses a module has learnt of it after the generation
 * was raised.
 */
    .hidden tls_door
    .hidden tls_get_addr_slow

/* x0 = tls_index *; x0 = result; goes to `slow` with x0 kept; clobbers x1, x2, x3 and the flags. */
    .macro dtv_lookup slow
    adrp x3, tls_door
    add x3, x3, :lo12:tls_door
    ldp x1, x3, [x3]
    mrs x2, tpidr_el0
    ldr x2, [x2, x1]
    cbz x2, \slow
    ldr x1, [x2]
    cmp x1, x3
    b.ne \slow
    ldp x1, x3, [x0]
    lsl x1, x1, #4
    ldr x1, [x2, x1]
    cmn x1, #1
    b.eq \slow
    add x0, x1, x3
    .endm

    .text
    .globl __tls_get_addr, tls_get_addr
    .hidden tls_get_addr
    .type __tls_get_addr, %function
    .type tls_get_addr, %function
__tls_get_addr:
tls_get_addr:
    .cfi_startproc
    bti c
    dtv_lookup 1f
    ret
1:  b tls_get_addr_slow
    .cfi_endproc
    .size __tls_get_addr, . - __tls_get_addr

/* A TLS descriptor's function: x0 = the descriptor, its second word the argument. Returns in x0 the
 * variable's offset from the thread pointer; every other register but x30 and the flags is kept. */
    .globl arch_tlsdesc_static
    .hidden arch_tlsdesc_static
    .type arch_tlsdesc_static, %function
arch_tlsdesc_static:
    .cfi_startproc
    bti c
    ldr x0, [x0, #8]
    ret
    .cfi_endproc
    .size arch_tlsdesc_static, . - arch_tlsdesc_static

/* An undefined weak variable: its address is the addend. */
    .globl arch_tlsdesc_undefined
    .hidden arch_tlsdesc_undefined
    .type arch_tlsdesc_undefined, %function
arch_tlsdesc_undefined:
    .cfi_startproc
    bti c
    str x1, [sp, #-16]!
    .cfi_adjust_cfa_offset 16
    ldr x0, [x0, #8]
    mrs x1, tpidr_el0
    sub x0, x0, x1
    ldr x1, [sp], #16
    .cfi_adjust_cfa_offset -16
    ret
    .cfi_endproc
    .size arch_tlsdesc_undefined, . - arch_tlsdesc_undefined

    .globl arch_tlsdesc_dynamic
    .hidden arch_tlsdesc_dynamic
    .type arch_tlsdesc_dynamic, %function
arch_tlsdesc_dynamic:
    .cfi_startproc
    bti c
    stp x1, x2, [sp, #-32]!
    .cfi_adjust_cfa_offset 32
    str x3, [sp, #16]
    ldr x0, [x0, #8]
    dtv_lookup 2f
1:  mrs x1, tpidr_el0
    sub x0, x0, x1
    ldr x3, [sp, #16]
    ldp x1, x2, [sp], #32
    .cfi_adjust_cfa_offset -32
    ret
    .cfi_adjust_cfa_offset 32
    /* The registers that a C function may change and that are not on the stack yet. */
2:  stp x29, x30, [sp, #-144]!
    .cfi_adjust_cfa_offset 144
    .cfi_rel_offset x29, 0
    .cfi_rel_offset x30, 8
    mov x29, sp
    stp x4, x5, [sp, #16]
    stp x6, x7, [sp, #32]
    stp x8, x9, [sp, #48]
    stp x10, x11, [sp, #64]
    stp x12, x13, [sp, #80]
    stp x14, x15, [sp, #96]
    stp x16, x17, [sp, #112]
    str x18, [sp, #128]
    bl tls_get_addr_slow
    ldp x4, x5, [sp, #16]
    ldp x6, x7, [sp, #32]
    ldp x8, x9, [sp, #48]
    ldp x10, x11, [sp, #64]
    ldp x12, x13, [sp, #80]
    ldp x14, x15, [sp, #96]
    ldp x16, x17, [sp, #112]
    ldr x18, [sp, #128]
    ldp x29, x30, [sp], #144
    .cfi_adjust_cfa_offset -144
    .cfi_restore x29
    .cfi_restore x30
    b 1b
    .cfi_endproc
    .size arch_tlsdesc_dynamic, . - arch_tlsdesc_dynamic

    .section .note.GNU-stack, "", %progbits
