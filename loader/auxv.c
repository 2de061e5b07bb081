/* The auxiliary vector as text: see auxv.h. The names are those of <elf.h>, the form of each value
 * is ld.so's (glibc 2.36). */
#include "auxv.h"

#include "text.h"
#include <string.h>

#define STANDARD_OUTPUT 1
#define COLUMNS "                      " /* values begin at column 22 */

enum form { DECIMAL, HEXADECIMAL, BARE_HEXADECIMAL, TEXT, SILENT };

struct entry_name {
    char name[18];
    uint8_t type, form;
};

static const struct entry_name names[] = {
    {"IGNORE", AT_IGNORE, SILENT},
    {"IGNOREPPC", AT_IGNOREPPC, SILENT},
    {"EXECFD", AT_EXECFD, DECIMAL},
    {"EXECFN", AT_EXECFN, TEXT},
    {"PHDR", AT_PHDR, HEXADECIMAL},
    {"PHENT", AT_PHENT, DECIMAL},
    {"PHNUM", AT_PHNUM, DECIMAL},
    {"PAGESZ", AT_PAGESZ, DECIMAL},
    {"BASE", AT_BASE, HEXADECIMAL},
    {"FLAGS", AT_FLAGS, HEXADECIMAL},
    {"ENTRY", AT_ENTRY, HEXADECIMAL},
    {"NOTELF", AT_NOTELF, BARE_HEXADECIMAL},
    {"UID", AT_UID, DECIMAL},
    {"EUID", AT_EUID, DECIMAL},
    {"GID", AT_GID, DECIMAL},
    {"EGID", AT_EGID, DECIMAL},
    {"PLATFORM", AT_PLATFORM, TEXT},
    {"HWCAP", AT_HWCAP, BARE_HEXADECIMAL},
    {"CLKTCK", AT_CLKTCK, DECIMAL},
    {"FPUCW", AT_FPUCW, BARE_HEXADECIMAL},
    {"DCACHEBSIZE", AT_DCACHEBSIZE, HEXADECIMAL},
    {"ICACHEBSIZE", AT_ICACHEBSIZE, HEXADECIMAL},
    {"UCACHEBSIZE", AT_UCACHEBSIZE, HEXADECIMAL},
    {"SECURE", AT_SECURE, DECIMAL},
    {"BASE_PLATFORM", AT_BASE_PLATFORM, TEXT},
    {"SYSINFO", AT_SYSINFO, HEXADECIMAL},
    {"SYSINFO_EHDR", AT_SYSINFO_EHDR, HEXADECIMAL},
    {"RANDOM", AT_RANDOM, HEXADECIMAL},
    {"HWCAP2", AT_HWCAP2, HEXADECIMAL},
    {"MINSIGSTKSZ", AT_MINSIGSTKSZ, DECIMAL},
    {"L1I_CACHESIZE", AT_L1I_CACHESIZE, DECIMAL},
    {"L1I_CACHEGEOMETRY", AT_L1I_CACHEGEOMETRY, HEXADECIMAL},
    {"L1D_CACHESIZE", AT_L1D_CACHESIZE, DECIMAL},
    {"L1D_CACHEGEOMETRY", AT_L1D_CACHEGEOMETRY, HEXADECIMAL},
    {"L2_CACHESIZE", AT_L2_CACHESIZE, DECIMAL},
    {"L2_CACHEGEOMETRY", AT_L2_CACHEGEOMETRY, HEXADECIMAL},
    {"L3_CACHESIZE", AT_L3_CACHESIZE, DECIMAL},
    {"L3_CACHEGEOMETRY", AT_L3_CACHEGEOMETRY, HEXADECIMAL},
};

static const struct entry_name *find_name(uint64_t type) {
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        if (names[i].type == type)
            return &names[i];
    return NULL;
}

static void show(const struct entry_name *name, uint64_t value) {
    char label[sizeof COLUMNS];
    size_t length = format_text(label, sizeof label, "AT_%s:", name->name);
    format_text(label + length, sizeof label - length, "%s", COLUMNS);
    switch (name->form) {
    case DECIMAL:
        print_text(STANDARD_OUTPUT, "%s%lu\n", label, value);
        break;
    case TEXT:
        print_text(STANDARD_OUTPUT, "%s%s\n", label, (const char *)value);
        break;
    default:
        print_text(STANDARD_OUTPUT, "%s%s%lx\n", label, name->form == HEXADECIMAL ? "0x" : "",
                   value);
    }
}

void auxv_show(const struct process *process) {
    for (const Elf64_auxv_t *entry = process->auxv; entry->a_type != AT_NULL; entry++) {
        const struct entry_name *name = find_name(entry->a_type);
        if (!name)
            print_text(STANDARD_OUTPUT, "AT_??? (0x%lx): 0x%lx\n", entry->a_type,
                       entry->a_un.a_val);
        else if (name->form != SILENT)
            show(name, entry->a_un.a_val);
    }
}
