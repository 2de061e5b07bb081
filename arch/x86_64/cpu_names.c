/* Features of the processor by name, to take them away from a program: see cpu_disable in cpu.h.
 *
 * The names are those that glibc's tunable glibc.cpu.hwcaps knows (its manual, "Hardware Capability
 * Tunables").
 */
#include "cpu.h"

#include <string.h>

struct feature {
    char name[10];
    uint8_t leaf, reg; /* reg: 0 eax, 1 ebx, 2 ecx, 3 edx */
    uint32_t bit;
};

enum { EAX, EBX, ECX, EDX };
#define BIT CPU_BIT

static const struct feature features[] = {
    {"CX8", CPU_LEAF_1, EDX, CPU_CX8},
    {"CMOV", CPU_LEAF_1, EDX, CPU_CMOV},
    {"HTT", CPU_LEAF_1, EDX, CPU_HTT},
    {"SSE2", CPU_LEAF_1, EDX, BIT(26)},
    {"SSSE3", CPU_LEAF_1, ECX, BIT(9)},
    {"FMA", CPU_LEAF_1, ECX, CPU_FMA},
    {"SSE4_1", CPU_LEAF_1, ECX, BIT(19)},
    {"SSE4_2", CPU_LEAF_1, ECX, BIT(20)},
    {"MOVBE", CPU_LEAF_1, ECX, CPU_MOVBE},
    {"POPCNT", CPU_LEAF_1, ECX, CPU_POPCNT},
    {"XSAVE", CPU_LEAF_1, ECX, CPU_XSAVE},
    {"OSXSAVE", CPU_LEAF_1, ECX, CPU_OSXSAVE},
    {"AVX", CPU_LEAF_1, ECX, CPU_AVX},
    {"BMI1", CPU_LEAF_7_0, EBX, CPU_BMI1},
    {"AVX2", CPU_LEAF_7_0, EBX, CPU_AVX2},
    {"BMI2", CPU_LEAF_7_0, EBX, CPU_BMI2},
    {"ERMS", CPU_LEAF_7_0, EBX, CPU_ERMS},
    {"RTM", CPU_LEAF_7_0, EBX, CPU_RTM},
    {"AVX512F", CPU_LEAF_7_0, EBX, CPU_AVX512F},
    {"AVX512DQ", CPU_LEAF_7_0, EBX, CPU_AVX512DQ},
    {"AVX512PF", CPU_LEAF_7_0, EBX, CPU_AVX512PF},
    {"AVX512ER", CPU_LEAF_7_0, EBX, CPU_AVX512ER},
    {"AVX512CD", CPU_LEAF_7_0, EBX, CPU_AVX512CD},
    {"AVX512BW", CPU_LEAF_7_0, EBX, CPU_AVX512BW},
    {"AVX512VL", CPU_LEAF_7_0, EBX, CPU_AVX512VL},
    {"SHSTK", CPU_LEAF_7_0, ECX, BIT(7)},
    {"IBT", CPU_LEAF_7_0, EDX, BIT(20)},
    {"LZCNT", CPU_LEAF_80000001, ECX, CPU_LZCNT},
    {"FMA4", CPU_LEAF_80000001, ECX, BIT(16)},
    {"XSAVEC", CPU_LEAF_D_1, EAX, CPU_XSAVEC},
};

void cpu_disable_one(struct cpu *cpu, const char *name, size_t length) {
    for (size_t i = 0; i < sizeof features / sizeof features[0]; i++) {
        const struct feature *feature = &features[i];
        if (strncmp(feature->name, name, length) != 0 || feature->name[length])
            continue;
        struct cpuid *leaf = &cpu->usable[feature->leaf];
        uint32_t *const registers[] = {&leaf->eax, &leaf->ebx, &leaf->ecx, &leaf->edx};
        *registers[feature->reg] &= ~feature->bit;
        return;
    }
}

void cpu_disable(struct cpu *cpu, const char *words, size_t length) {
    const char *end = words + length;
    for (; words < end; words++) {
        const char *start = words;
        while (words < end && *words != ',')
            words++;
        if (*start == '-')
            cpu_disable_one(cpu, start + 1, (size_t)(words - start) - 1);
    }
    cpu_settle(cpu);
}
