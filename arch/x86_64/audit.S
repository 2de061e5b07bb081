/* Calls through PLT entries that auditors watch, on x86_64 (rtld-audit(7); psABI 5.2, figure 5.2).
 *
 * In:  what PLT0 leaves, as for arch_lazy_trampoline; the registers of the call. Out: the function has been called with
 * them, or with what the auditors made of them. Where an auditor wants to see the result, the function is called
 * from here with a copy of the caller's stack arguments, else it is jumped to.
 *
 *     rbp+24  the caller's return address    rbp+16  index in DT_JMPREL    rbp+8  struct object *    rbp+0  rbp
 *     rbp-8   rax    rbp-16  r10    rbp-24  frame size    rbp-32  rbx    rbp-40  x87 registers that were returned
 *     rbx     La_x86_64_regs (768 bytes), behind it a copy of xmm0-xmm7
 *
 * Vector registers are saved as far as arch_audit_vectors says: 16, 32 or 64 bytes of each.
 */
#include "registers.inc"

#define RDX 0
#define R8 8
#define R9 16
#define RCX 24
#define RSI 32
#define RDI 40
#define RBP 48
#define RSP 56
#define XMM 64
#define VECTOR 192
#define REGS_SIZE 768
#define XMM_COPY REGS_SIZE
#define AREA_SIZE (REGS_SIZE + 128)

/* La_x86_64_retval */
#define RESULT_XMM 16
#define RESULT_ST 48
#define RESULT_VECTOR 80
#define RESULTS_SIZE 256

    .macro each_vector instruction:req, what:req, first:req, step:req, base:req, save:req
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7
    .if \save
    \instruction %\what\number, \first + \number * \step(\base)
    .else
    \instruction \first + \number * \step(\base), %\what\number
    .endif
    .endr
    .endm

    /* The general registers of the call. */
    .macro load_arguments
    mov RDX(%rbx), %rdx
    mov R8(%rbx), %r8
    mov R9(%rbx), %r9
    mov RCX(%rbx), %rcx
    mov RSI(%rbx), %rsi
    mov RDI(%rbx), %rdi
    mov -8(%rbp), %rax
    .endm

    .text
    .globl arch_audit_trampoline
    .hidden arch_audit_trampoline
    .type arch_audit_trampoline, @function
arch_audit_trampoline:
    .cfi_startproc
    .cfi_adjust_cfa_offset 16
    endbr64
    push %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbp, 0
    mov %rsp, %rbp
    .cfi_def_cfa_register rbp
    push %rax
    push %r10
    push $-1
    push %rbx
    .cfi_offset rbx, -56
    push $0
    sub $AREA_SIZE, %rsp
    and $-64, %rsp
    mov %rsp, %rbx
    mov %rdx, RDX(%rbx)
    mov %r8, R8(%rbx)
    mov %r9, R9(%rbx)
    mov %rcx, RCX(%rbx)
    mov %rsi, RSI(%rbx)
    mov %rdi, RDI(%rbx)
    mov (%rbp), %rax
    mov %rax, RBP(%rbx)
    lea 24(%rbp), %rax
    mov %rax, RSP(%rbx)
    each_vector movaps, xmm, XMM, 16, %rbx, 1
    each_vector movaps, xmm, XMM_COPY, 16, %rbx, 1
    cmpl $32, arch_audit_vectors(%rip)
    jb 1f
    ja 2f
    each_vector vmovups, ymm, VECTOR, 64, %rbx, 1
    jmp 1f
2:  each_vector vmovups, zmm, VECTOR, 64, %rbx, 1
1:  mov 8(%rbp), %rdi
    mov 16(%rbp), %rsi
    mov %rbx, %rdx
    lea -24(%rbp), %rcx
    call audit_enter
    mov %rax, %r11
    /* An auditor may have changed lr_xmm or lr_vector: what differs from before counts, lr_xmm first. */
    cmpl $32, arch_audit_vectors(%rip)
    jb 3f
    xor %ecx, %ecx
4:  mov %rcx, %rax
    shl $4, %rax
    mov XMM(%rbx,%rax), %rsi
    mov XMM+8(%rbx,%rax), %rdi
    mov %rsi, %rdx
    mov %rdi, %r8
    xor XMM_COPY(%rbx,%rax), %rdx
    xor XMM_COPY+8(%rbx,%rax), %r8
    or %r8, %rdx
    jz 5f
    lea (,%rax,4), %rax
    mov %rsi, VECTOR(%rbx,%rax)
    mov %rdi, VECTOR+8(%rbx,%rax)
    movq $0, VECTOR+16(%rbx,%rax)
    movq $0, VECTOR+24(%rbx,%rax)
    movq $0, VECTOR+32(%rbx,%rax)
    movq $0, VECTOR+40(%rbx,%rax)
    movq $0, VECTOR+48(%rbx,%rax)
    movq $0, VECTOR+56(%rbx,%rax)
5:  inc %ecx
    cmp $8, %ecx
    jb 4b
    cmpl $32, arch_audit_vectors(%rip)
    ja 6f
    each_vector vmovups, ymm, VECTOR, 64, %rbx, 0
    jmp 7f
6:  each_vector vmovups, zmm, VECTOR, 64, %rbx, 0
    jmp 7f
3:  each_vector movaps, xmm, XMM, 16, %rbx, 0
7:  mov -24(%rbp), %rcx
    mov -16(%rbp), %r10
    test %rcx, %rcx
    js 8f

    /* Called from here: the bytes above the return address once more. */
    add $15, %rcx
    and $-16, %rcx
    sub %rcx, %rsp
    mov %rsp, %rdi
    mov RSP(%rbx), %rsi
    add $8, %rsi
    rep movsb
    load_arguments
    call *%r11
    lea -RESULTS_SIZE(%rbx), %rsp
    mov %rax, (%rsp)
    mov %rdx, 8(%rsp)
    movaps %xmm0, RESULT_XMM(%rsp)
    movaps %xmm1, RESULT_XMM+16(%rsp)
    cmpl $32, arch_audit_vectors(%rip)
    jb 1f
    ja 2f
    vmovups %ymm0, RESULT_VECTOR(%rsp)
    vmovups %ymm1, RESULT_VECTOR+64(%rsp)
    jmp 1f
2:  vmovups %zmm0, RESULT_VECTOR(%rsp)
    vmovups %zmm1, RESULT_VECTOR+64(%rsp)
    /* st0 and st1, as far as they are in use: fxam's C3 and C0 say "empty". */
1:  fxam
    fnstsw %ax
    and $0x4500, %eax
    cmp $0x4100, %eax
    je 3f
    fstpt RESULT_ST(%rsp)
    incl -40(%rbp)
    fxam
    fnstsw %ax
    and $0x4500, %eax
    cmp $0x4100, %eax
    je 3f
    fstpt RESULT_ST+16(%rsp)
    incl -40(%rbp)
3:  movaps RESULT_XMM(%rsp), %xmm0
    movaps RESULT_XMM+16(%rsp), %xmm1
    movaps %xmm0, XMM_COPY(%rbx)
    movaps %xmm1, XMM_COPY+16(%rbx)
    mov 8(%rbp), %rdi
    mov 16(%rbp), %rsi
    mov %rbx, %rdx
    mov %rsp, %rcx
    call audit_leave
    cmpl $1, -40(%rbp)
    jb 4f
    je 5f
    fldt RESULT_ST+16(%rsp)
5:  fldt RESULT_ST(%rsp)
    /* Again lr_xmm counts where it was changed, else the whole vector. */
4:  movaps RESULT_XMM(%rsp), %xmm0
    movaps RESULT_XMM+16(%rsp), %xmm1
    cmpl $32, arch_audit_vectors(%rip)
    jb 7f
    pcmpeqb XMM_COPY(%rbx), %xmm0
    pcmpeqb XMM_COPY+16(%rbx), %xmm1
    pand %xmm1, %xmm0
    pmovmskb %xmm0, %eax
    cmp $0xffff, %eax
    movaps RESULT_XMM(%rsp), %xmm0
    movaps RESULT_XMM+16(%rsp), %xmm1
    jne 7f
    cmpl $32, arch_audit_vectors(%rip)
    ja 6f
    vmovups RESULT_VECTOR(%rsp), %ymm0
    vmovups RESULT_VECTOR+64(%rsp), %ymm1
    jmp 7f
6:  vmovups RESULT_VECTOR(%rsp), %zmm0
    vmovups RESULT_VECTOR+64(%rsp), %zmm1
7:  mov (%rsp), %rax
    mov 8(%rsp), %rdx
    .cfi_remember_state
    mov -32(%rbp), %rbx
    .cfi_restore rbx
    end_frame
    ret
    .cfi_restore_state

8:  load_arguments
    mov -32(%rbp), %rbx
    .cfi_restore rbx
    end_frame
    jmp *%r11
    .cfi_endproc
    .size arch_audit_trampoline, . - arch_audit_trampoline

    .bss
    .balign 4
    .globl arch_audit_vectors
    .hidden arch_audit_vectors
    .type arch_audit_vectors, @object
    .size arch_audit_vectors, 4
arch_audit_vectors:
    .zero 4

    .section .note.GNU-stack, "", @progbits
