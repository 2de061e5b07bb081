/* The interface of libchecksum.so, and of librust_checksum.so, which does the same in Rust. */
#ifndef SAMPLES_CHECKSUM_H
#define SAMPLES_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/** Returns the Adler-32 of the bytes; 1 for none. */
uint32_t checksum_adler32(const uint8_t *bytes, size_t length);
/** The same, of the Rust library. */
uint32_t rust_checksum_adler32(const uint8_t *bytes, size_t length);

#endif
