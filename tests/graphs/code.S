/* The engine (engine.c), as bytes for emit.c. */
        .section .rodata
        .globl  engine_code, engine_code_end
engine_code:
        .incbin ENGINE
engine_code_end:
        .section .note.GNU-stack, "", @progbits
