/* Access to dynamic thread-local storage on x86_64: __tls_get_addr (psABI 3.4.2, "TLS" supplement section 3.4.2)
 * and the entry points of TLS descriptors.
 *
 * tls_door (loader/tls.c) has two words: where a thread keeps the pointer to its dtv, as an offset from the
 * thread pointer, and the present generation. A dtv is an array of {value, to_free}; its first entry holds
 * the generation that it was made for. The fast paths below take no lock and call nothing; the slow path is
 * C without vector registers, so only general registers need saving.
 */
    .hidden tls_door
    .hidden tls_get_addr_slow

/* rdi = tls_index *, rax = result; jumps to `slow` with rdi kept; clobbers rcx, rdx. */
    .macro dtv_lookup slow
    mov tls_door(%rip), %rcx
    mov %fs:(%rcx), %rdx
    test %rdx, %rdx
    jz \slow
    mov tls_door+8(%rip), %rcx
    cmp %rcx, (%rdx)
    jne \slow
    mov (%rdi), %rcx
    shl $4, %rcx
    mov (%rdx,%rcx), %rax
    cmp $-1, %rax
    je \slow
    add 8(%rdi), %rax
    .endm

    .text
    .globl __tls_get_addr, tls_get_addr
    .hidden tls_get_addr
    .type __tls_get_addr, @function
    .type tls_get_addr, @function
__tls_get_addr:
tls_get_addr:
    .cfi_startproc
    dtv_lookup 1f
    ret
    /* Compilers before GCC 4.9 called this with a misaligned stack. */
1:  push %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbp, 0
    mov %rsp, %rbp
    .cfi_def_cfa_register rbp
    and $-16, %rsp
    call tls_get_addr_slow
    leave
    .cfi_def_cfa rsp, 8
    ret
    .cfi_endproc
    .size __tls_get_addr, . - __tls_get_addr

/* A TLS descriptor's function: rax = the descriptor, its second word the argument. Returns in rax the
 * variable's offset from the thread pointer; every other register is kept. */
    .globl arch_tlsdesc_static
    .hidden arch_tlsdesc_static
    .type arch_tlsdesc_static, @function
arch_tlsdesc_static:
    .cfi_startproc
    endbr64
    mov 8(%rax), %rax
    ret
    .cfi_endproc
    .size arch_tlsdesc_static, . - arch_tlsdesc_static

/* An undefined weak variable: its address is the addend. */
    .globl arch_tlsdesc_undefined
    .hidden arch_tlsdesc_undefined
    .type arch_tlsdesc_undefined, @function
arch_tlsdesc_undefined:
    .cfi_startproc
    endbr64
    mov 8(%rax), %rax
    sub %fs:0, %rax
    ret
    .cfi_endproc
    .size arch_tlsdesc_undefined, . - arch_tlsdesc_undefined

    .globl arch_tlsdesc_dynamic
    .hidden arch_tlsdesc_dynamic
    .type arch_tlsdesc_dynamic, @function
arch_tlsdesc_dynamic:
    .cfi_startproc
    endbr64
    push %rdi
    .cfi_adjust_cfa_offset 8
    push %rcx
    .cfi_adjust_cfa_offset 8
    push %rdx
    .cfi_adjust_cfa_offset 8
    mov 8(%rax), %rdi
    dtv_lookup 2f
1:  sub %fs:0, %rax
    pop %rdx
    .cfi_adjust_cfa_offset -8
    pop %rcx
    .cfi_adjust_cfa_offset -8
    pop %rdi
    .cfi_adjust_cfa_offset -8
    ret
    .cfi_adjust_cfa_offset 24
2:  push %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbp, 0
    mov %rsp, %rbp
    .cfi_def_cfa_register rbp
    push %rsi
    push %r8
    push %r9
    push %r10
    push %r11
    and $-16, %rsp
    call tls_get_addr_slow
    mov -8(%rbp), %rsi
    mov -16(%rbp), %r8
    mov -24(%rbp), %r9
    mov -32(%rbp), %r10
    mov -40(%rbp), %r11
    leave
    .cfi_def_cfa rsp, 32
    jmp 1b
    .cfi_endproc
    .size arch_tlsdesc_dynamic, . - arch_tlsdesc_dynamic

    .section .note.GNU-stack, "", @progbits
