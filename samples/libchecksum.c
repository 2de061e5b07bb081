/*
 * A C library used from C and from Rust, linked and opened at run time (checksum_*.c, checksum/):
 * Adler-32 as of RFC 1950.
 */
#include "checksum.h"

uint32_t checksum_adler32(const uint8_t *bytes, size_t length) {
    uint32_t low = 1;
    uint32_t high = 0;

    for (size_t i = 0; i < length; i++) {
        low = (low + bytes[i]) % 65521;
        high = (high + low) % 65521;
    }
    return high << 16 | low;
}
