/*
 * What emit.c and writer.c write for x86_64: numbers of relocations and the code of stubs
 * (psABI 4.4, 5.2).
 */
#ifndef TESTS_GRAPHS_MACHINE_H
#define TESTS_GRAPHS_MACHINE_H

#include <elf.h>
#include <stdint.h>
#include <string.h>

enum {
    MACHINE = EM_X86_64,
    MACHINE_RELATIVE = R_X86_64_RELATIVE,
    MACHINE_ABSOLUTE = R_X86_64_64,
    MACHINE_GLOB_DAT = R_X86_64_GLOB_DAT,
    MACHINE_JUMP_SLOT = R_X86_64_JUMP_SLOT,
    MACHINE_COPY = R_X86_64_COPY,
    MACHINE_DTPMOD = R_X86_64_DTPMOD64,
    MACHINE_DTPREL = R_X86_64_DTPOFF64,
    MACHINE_TPREL = R_X86_64_TPOFF64,
    MACHINE_TLSDESC = R_X86_64_TLSDESC,
    MACHINE_STUB_SIZE = 16,
};

/* The stubs below are written to `code`, which will lie at address `at`. */
static inline void machine_put(unsigned char *code, const char *bytes, size_t count,
                               uint64_t target, uint64_t next) {
    int32_t distance = (int32_t)(target - next);
    memcpy(code, bytes, count);
    memcpy(code + count, &distance, sizeof distance);
}

/* Returns `address`. */
static inline void machine_put_return(unsigned char *code, uint64_t at, uint64_t address) {
    machine_put(code, "\x48\x8d\x05", 3, address, at + 7); /* lea address(%rip), %rax */
    code[7] = 0xc3;
}

/* Goes to `target` with `argument` as the fourth argument. */
static inline void machine_put_jump(unsigned char *code, uint64_t at, uint64_t argument,
                                    uint64_t target) {
    machine_put(code, "\x48\x8d\x0d", 3, argument, at + 7); /* lea argument(%rip), %rcx */
    machine_put(code + 7, "\xe9", 1, target, at + 12);      /* jmp target */
}

/* The first PLT entry, and entry `number` with its slot. Returns what the slot holds at first. */
static inline void machine_put_plt0(unsigned char *code, uint64_t at, uint64_t got) {
    machine_put(code, "\xff\x35", 2, got + 8, at + 6);       /* push GOT[1] */
    machine_put(code + 6, "\xff\x25", 2, got + 16, at + 12); /* jmp *GOT[2] */
}

static inline uint64_t machine_put_plt(unsigned char *code, uint64_t at, uint64_t plt0,
                                       uint64_t slot, uint32_t number) {
    machine_put(code, "\xff\x25", 2, slot, at + 6); /* jmp *slot */
    code[6] = 0x68;                                 /* push number */
    memcpy(code + 7, &number, sizeof number);
    machine_put(code + 11, "\xe9", 1, plt0, at + 16); /* jmp plt0 */
    return at + 6;
}

#endif
