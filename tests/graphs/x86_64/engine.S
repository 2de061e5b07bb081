/* The engine's jumps (engine.h), in the order of enum engine_entry; x86_64. */
        .section .text.entries, "ax", @progbits
        .irp target, start, init, construct, destruct, fini, main, act
        .balign 16
        jmp     engine_\target
        .endr

        .text
/* The program's first instruction: rdx is the function to call at exit, rcx the program's table. */
engine_start:
        xor     %ebp, %ebp
        mov     %rsp, %rdi
        mov     %rdx, %rsi
        and     $-16, %rsp
        call    engine_begin
        hlt

        .section .note.GNU-stack, "", @progbits
