/* Choice among the machines' facts. */
#include "facts.h"

#include "arch.h"

const struct machine_facts *facts_find(uint16_t machine) {
    if (machine == facts_x86_64.machine)
        return &facts_x86_64;
    return machine == facts_aarch64.machine ? &facts_aarch64 : NULL;
}

const struct machine_facts *facts_here(void) {
    return facts_find(ARCH_MACHINE);
}

enum reloc_kind facts_reloc_kind(const struct machine_facts *facts, uint32_t type) {
    return facts == &facts_x86_64 ? reloc_kind_x86_64(type) : reloc_kind_aarch64(type);
}

const char *facts_reloc_name(const struct machine_facts *facts, uint32_t type) {
    const struct reloc_name *entry =
        facts == &facts_x86_64 ? reloc_names_x86_64 : reloc_names_aarch64;
    while (entry->name[0] && entry->type != type)
        entry++;
    return entry->name[0] ? entry->name : "?";
}
