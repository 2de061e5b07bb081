/* A library with segments aligned to 2 MB (-z max-page-size) and data aligned to 64 KB, for
 * align.c. */
#include <stdalign.h>
#include <stdint.h>

static alignas(65536) char data[65536] = "data";
static alignas(65536) char bss[65536];

/** How many bytes the library's data is off its alignment. */
unsigned align_off(void);
unsigned align_off(void) {
    uintptr_t value = (uintptr_t)data | (uintptr_t)bss;

    __asm__("" : "+r"(value));
    return (unsigned)(value & 65535) + (unsigned)bss[65535] + (data[0] != 'd');
}
