/* A library with a text relocation: an address stands among its instructions, where no loader may
 * write but while it relocates (DT_TEXTREL). */

/** What the address in the text leads to. */
extern int textrel_value;
int textrel_value = 42;

__asm__(".pushsection .text\n.balign 8\ntextrel_pointer: .quad textrel_value\n.popsection");
extern int *const textrel_pointer __attribute__((visibility("hidden")));

/** The value, by way of the address in the text. */
int textrel(void);
int textrel(void) {
    return *textrel_pointer;
}
