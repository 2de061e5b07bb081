/*
 * What emit.c and writer.c write for aarch64: numbers of relocations and the code of stubs
 * (aaelf64; Arm Architecture Reference Manual, C6.2).
 */
#ifndef TESTS_GRAPHS_MACHINE_H
#define TESTS_GRAPHS_MACHINE_H

#include <elf.h>
#include <stdint.h>
#include <string.h>

enum {
    MACHINE = EM_AARCH64,
    MACHINE_RELATIVE = R_AARCH64_RELATIVE,
    MACHINE_ABSOLUTE = R_AARCH64_ABS64,
    MACHINE_GLOB_DAT = R_AARCH64_GLOB_DAT,
    MACHINE_JUMP_SLOT = R_AARCH64_JUMP_SLOT,
    MACHINE_COPY = R_AARCH64_COPY,
    MACHINE_DTPMOD = R_AARCH64_TLS_DTPMOD,
    MACHINE_DTPREL = R_AARCH64_TLS_DTPREL,
    MACHINE_TPREL = R_AARCH64_TLS_TPREL,
    MACHINE_TLSDESC = R_AARCH64_TLSDESC,
    MACHINE_STUB_SIZE = 16,
};

/* adr x<number>, address: within a megabyte, which a generated file does not exceed. */
static inline uint32_t machine_address(unsigned number, uint64_t at, uint64_t address) {
    uint32_t distance = (uint32_t)(address - at);
    return 0x10000000 | (distance & 3) << 29 | (distance >> 2 & 0x7ffff) << 5 | number;
}

/* The stubs below are written to `code`, which will lie at address `at`. */
static inline void machine_put(unsigned char *code, uint32_t a, uint32_t b, uint32_t c,
                               uint32_t d) {
    const uint32_t words[] = {a, b, c, d};
    memcpy(code, words, sizeof words);
}

enum { MACHINE_NOP = (int)0xd503201f };

/* Returns `address`. */
static inline void machine_put_return(unsigned char *code, uint64_t at, uint64_t address) {
    machine_put(code, machine_address(0, at, address), 0xd65f03c0 /* ret */, MACHINE_NOP,
                MACHINE_NOP);
}

/* Goes to `target` with `argument` as the fourth argument. */
static inline void machine_put_jump(unsigned char *code, uint64_t at, uint64_t argument,
                                    uint64_t target) {
    uint32_t words = (uint32_t)((target - (at + 4)) >> 2) & 0x3ffffff;
    machine_put(code, machine_address(3, at, argument), 0x14000000 | words /* b target */,
                MACHINE_NOP, MACHINE_NOP);
}

/* The first PLT entry, and entry `number` with its slot. Returns what the slot holds at first. */
static inline void machine_put_plt0(unsigned char *code, uint64_t at, uint64_t got) {
    machine_put(code, 0xa9bf7bf0 /* stp x16, x30, [sp, #-16]! */,
                machine_address(16, at + 4, got + 16), 0xf9400211 /* ldr x17, [x16] */,
                0xd61f0220 /* br x17 */);
}

static inline uint64_t machine_put_plt(unsigned char *code, uint64_t at, uint64_t plt0,
                                       uint64_t slot, uint32_t number) {
    (void)number; /* the slot's address tells */
    machine_put(code, machine_address(16, at, slot), 0xf9400211 /* ldr x17, [x16] */,
                0xd61f0220 /* br x17 */, MACHINE_NOP);
    return plt0;
}

#endif
