/* Processors by name, for a program that is to believe that it runs on one: see cpu_model_named in
 * cpu.h.
 *
 * The names are those that glibc's tunable glibc.cpu.name knows (its manual, "Hardware Capability
 * Tunables"), the numbers their makers' (Arm Architecture Reference Manual, MIDR_EL1).
 */
#include "cpu.h"

#include <string.h>

static const struct {
    char name[16];
    uint32_t model;
} processors[] = {
    {"thunderxt88", 0x430f0a10},    {"thunderx2t99", 0x431f0af0},
    {"thunderx2t99p1", 0x420f5160}, {"ares", 0x411fd0c0},
    {"emag", 0x503f0001},           {"kunpeng920", 0x481fd010},
    {"a64fx", 0x460f0010},          {"generic", 0},
};

uint64_t cpu_model_named(const char *name) {
    for (size_t i = 0; i < sizeof processors / sizeof processors[0]; i++)
        if (strcmp(processors[i].name, name) == 0)
            return processors[i].model;
    return CPU_MODEL_UNKNOWN;
}
