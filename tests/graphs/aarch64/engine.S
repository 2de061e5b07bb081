/* The engine's jumps (engine.h), in the order of enum engine_entry; aarch64. */
        .section .text.entries, "ax", %progbits
        .irp target, start, init, construct, destruct, fini, main, act
        .balign 16
        b       engine_\target
        .endr

        .text
/* The program's first instruction: x0 is the function to call at exit, x3 the program's table. */
engine_start:
        mov     x29, #0
        mov     x30, #0
        mov     x1, x0
        mov     x0, sp
        bl      engine_begin
        brk     #1

        .section .note.GNU-stack, "", %progbits
