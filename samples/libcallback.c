/* A library between two functions of the program, for unwind.c. */

/** Calls back. */
void callback_call(void (*function)(void));
void callback_call(void (*function)(void)) {
    function();
    __asm__(""); /* or the call above becomes a jump, and this frame is not on the stack */
}
