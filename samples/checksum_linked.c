/* The checksum of the first argument by the library that this program was linked with. */
#include "checksum.h"
#include <stdio.h>
#include <string.h>

#ifdef RUST
#define checksum_adler32 rust_checksum_adler32
#endif

int main(int argc, char **argv) {
    const char *text = argc > 1 ? argv[1] : "";

    printf("%08x\n", checksum_adler32((const uint8_t *)text, strlen(text)));
    return 0;
}
