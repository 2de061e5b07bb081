/* Alignments larger than a page: in the program and in a library (libalign.c). */
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>

unsigned align_off(void);
static alignas(65536) char own[65536];

int main(void) {
    uintptr_t value = (uintptr_t)own;

    __asm__("" : "+r"(value));
    printf("program off by %u, library off by %u\n", (unsigned)(value & 65535), align_off());
    return 0;
}
