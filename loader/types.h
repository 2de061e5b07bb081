/* The ELF types and constants that the whole loader uses, and the few arithmetic helpers on
 * addresses.
 *
 * <elf.h> comes from musl or glibc; what older ones lack is added here.
 */
#ifndef MYLD_TYPES_H
#define MYLD_TYPES_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "Relative relocations", RELR: gABI proposal of 2017, in binutils 2.38. */
#ifndef DT_RELR
#define DT_RELRSZ 35
#define DT_RELR 36
#define DT_RELRENT 37
#endif
#ifndef DF_1_PIE
#define DF_1_PIE 0x08000000
#endif
#ifndef DF_1_NODELETE
#define DF_1_NODELETE 0x00000008
#endif
#ifndef R_X86_64_RELATIVE64
#define R_X86_64_RELATIVE64 38
#endif
#ifndef SHT_GNU_HASH
#define DT_GNU_HASH 0x6ffffef5
#endif
#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif
#ifndef AT_HWCAP3
#define AT_HWCAP3 29
#define AT_HWCAP4 30
#endif
#ifndef PT_GNU_PROPERTY
#define PT_GNU_PROPERTY 0x6474e553
#endif

/* A name that the program, its libc or a debugger may bind to; all others are hidden. */
#define EXPORT __attribute__((visibility("default")))
/* The same for what the loader itself uses under the name `own`: by an exported name, some
 * machines' code would reach it only through a table of addresses. */
#define EXPORT_AS(name, own) EXPORT extern __typeof__(own)(name) __attribute__((alias(#own)))

/* For functions with large local variables on the way of every start, or of a first call: inlined,
 * they would make their callers' frames large. A lean start touches few pages of the stack. */
#define OWN_FRAME __attribute__((noinline))

/* A function that runs rarely: made small, and kept out of the way of the others. */
#define COLD __attribute__((cold))

/* A condition that hardly ever holds: its code goes out of the way. */
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define CONTAINER_OF(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

/* `alignment` is a power of two. */
static inline uint64_t align_down(uint64_t value, uint64_t alignment) {
    return value & -alignment;
}

static inline uint64_t align_up(uint64_t value, uint64_t alignment) {
    return (value + alignment - 1) & -alignment;
}

static inline bool is_power_of_two(uint64_t value) {
    return value && !(value & (value - 1));
}

static inline size_t min_size(size_t a, size_t b) {
    return a < b ? a : b;
}

static inline size_t max_size(size_t a, size_t b) {
    return a > b ? a : b;
}

/* True when [start, start + size) lies in [0, limit), with no overflow. All in the same unit. */
static inline bool range_fits(uint64_t start, uint64_t size, uint64_t limit) {
    return size <= limit && start <= limit - size;
}

#endif
