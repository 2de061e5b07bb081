/* The head of the debuggers' list (loader/rendezvous.h, struct r_debug_all, 48 bytes). Its exported name, _r_debug,
 * means the public part alone, 40 bytes: C cannot give one object two names of different sizes.
 */
    .bss
    .balign 8
    .globl rendezvous_all
    .hidden rendezvous_all
    .type rendezvous_all, %object
    .size rendezvous_all, 48
    .globl _r_debug
    .type _r_debug, %object
    .size _r_debug, 40
rendezvous_all:
_r_debug:
    .zero 48

    .section .note.GNU-stack, "", %progbits
