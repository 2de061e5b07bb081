/*
 * Two functions for branch.c, of which one does not begin with a landing pad. Built with
 * -mbranch-protection the compiler says in the file's property note that its code is made for
 * checked branches, which is a lie for that one.
 */
int with_pad(void);
int without_pad(void);

int with_pad(void) {
    return 1;
}

__asm__(".text\n"
        ".globl without_pad\n"
        ".type without_pad, %function\n"
        "without_pad: mov w0, #2\n"
        "ret\n"
        ".size without_pad, . - without_pad\n");
