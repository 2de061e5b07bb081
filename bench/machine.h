/*
 * What the benchmark must know of the machine. x86_64.c and aarch64.c beside this file give the
 * same three names; the build picks one by $(ARCH).
 */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <stddef.h>
#include <stdint.h>

/** e_machine of the ELF files that machine_exit_code fits. */
extern const uint16_t machine_elf;

/** Code that calls exit_group(0), to be written over a program's entry point. */
extern const unsigned char machine_exit_code[];

/** Length of machine_exit_code in bytes. */
extern const size_t machine_exit_size;

/**
 * Cost of one CPUID instruction, which a loader runs many of and which traps in a virtual machine.
 * Returns nanoseconds (the median of many), or a negative number where there is no such
 * instruction.
 */
double machine_cpuid_ns(void);

#endif
