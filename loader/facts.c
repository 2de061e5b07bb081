/* Choice among the machines' facts. */
#include "facts.h"

#include "arch.h"

const struct machine_facts *facts_find(uint16_t machine) {
    static const struct machine_facts *const all[] = {&facts_x86_64, &facts_aarch64};
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++)
        if (all[i]->machine == machine)
            return all[i];
    return NULL;
}

const struct machine_facts *facts_here(void) {
    return facts_find(ARCH_MACHINE);
}

const char *facts_reloc_name(const struct machine_facts *facts, uint32_t type) {
    const struct reloc_name *entry = facts->reloc_names;
    while (entry->name[0] && entry->type != type)
        entry++;
    return entry->name[0] ? entry->name : "?";
}
