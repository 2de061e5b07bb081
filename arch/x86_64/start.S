/* The first and the last instruction of the loader on x86_64 (psABI 3.4.1, "Initial Stack and Register State").
 *
 * In:  rsp = the kernel's stack: argc, argv, envp, auxv.
 * Out: control is in the program, with that stack, rdx = the function to register with atexit.
 */
    .text
    .globl _start
    .hidden _start
    .type _start, @function
_start:
    .cfi_startproc
    .cfi_undefined rip
    xor %ebp, %ebp
    mov %rsp, %rdi
    lea __ehdr_start(%rip), %rsi
    and $-16, %rsp
    call loader_start
    hlt
    .cfi_endproc
    .size _start, . - _start

    .hidden __ehdr_start

/* void arch_enter(uintptr_t entry, void *stack, void (*fini)(void)) */
    .globl arch_enter
    .hidden arch_enter
    .type arch_enter, @function
arch_enter:
    .cfi_startproc
    .cfi_undefined rip
    mov %rsi, %rsp
    xor %ebp, %ebp
    jmp *%rdi
    .cfi_endproc
    .size arch_enter, . - arch_enter

/* int arch_set_thread_pointer(uintptr_t tp): arch_prctl(ARCH_SET_FS, tp) */
    .globl arch_set_thread_pointer
    .hidden arch_set_thread_pointer
    .type arch_set_thread_pointer, @function
arch_set_thread_pointer:
    .cfi_startproc
    mov %rdi, %rsi
    mov $0x1002, %edi
    mov $158, %eax
    syscall
    ret
    .cfi_endproc
    .size arch_set_thread_pointer, . - arch_set_thread_pointer

/* Where a signal handler of the loader returns to: rt_sigreturn */
    .globl arch_signal_return
    .hidden arch_signal_return
    .type arch_signal_return, @function
arch_signal_return:
    mov $15, %eax
    syscall
    .size arch_signal_return, . - arch_signal_return

    .section .note.GNU-stack, "", @progbits
