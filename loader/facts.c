/* Choice among the machines' facts. */
#include "facts.h"

#include "arch.h"

const struct machine_facts *facts_here(void) {
    static const struct machine_facts *const all[] = {&facts_x86_64, &facts_aarch64};
    size_t i = 0;
    while (all[i]->machine != ARCH_MACHINE)
        i++;
    return all[i];
}
