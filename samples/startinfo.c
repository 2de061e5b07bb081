/*
 * What a program is told when it starts: arguments, environment, and the auxiliary vector as
 * relations (AT_ENTRY is _start, AT_PHDR is our own header table …), so that a start under another
 * loader can be compared.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

extern char **environ;
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));
void _start(void);

static void arguments(int argc, char **argv) {
    printf("argc %d\n", argc);
    for (int i = 0; i < argc; i++)
        printf("argv[%d] %s\n", i, argv[i]);
    printf("argv[argc] %s\n", argv[argc] ? "something" : "NULL");
    printf("invocation name %s, %s\n", program_invocation_name, program_invocation_short_name);
    printf("environment follows: %d\n", environ == argv + argc + 1);
    for (char **entry = environ; *entry; entry++)
        if (!strncmp(*entry, "TEST_", 5) || !strncmp(*entry, "LD_", 3))
            printf("env %s\n", *entry);
}

static void process(void) {
    char name[64] = "";
    FILE *comm = fopen("/proc/self/comm", "r");

    if (comm && fgets(name, sizeof name, comm))
        printf("comm %s", name);
    if (comm)
        fclose(comm);
}

static int is_at_base(struct dl_phdr_info *info, size_t size, void *unused) {
    (void)size;
    (void)unused;
    return info->dlpi_addr == getauxval(AT_BASE);
}

static void vector(char **argv) {
    const char *file = (const char *)getauxval(AT_EXECFN);
    const char *platform = (const char *)getauxval(AT_PLATFORM);
    const ElfW(auxv_t) * entry;
    char **end = environ;

    printf("AT_EXECFN %s same text as argv[0] %d\n", file, file && !strcmp(file, argv[0]));
    printf("AT_PLATFORM %s\n", platform ? platform : "none");
    printf("AT_ENTRY is _start %d\n", getauxval(AT_ENTRY) == (unsigned long)_start);
    printf("AT_BASE is the loader's %d\n", dl_iterate_phdr(is_at_base, NULL));
    printf("AT_PHDR is ours %d\n",
           getauxval(AT_PHDR) == (unsigned long)&__ehdr_start + __ehdr_start.e_phoff);
    printf("AT_PHNUM %lu as in the header %d\n", getauxval(AT_PHNUM),
           getauxval(AT_PHNUM) == __ehdr_start.e_phnum);
    printf("AT_PHENT %lu\n", getauxval(AT_PHENT));
    printf("AT_PAGESZ %lu\n", getauxval(AT_PAGESZ));
    printf("AT_CLKTCK %lu\n", getauxval(AT_CLKTCK));
    printf("AT_SECURE %lu\n", getauxval(AT_SECURE));
    printf("AT_UID %d\n", getauxval(AT_UID) == getuid() && getauxval(AT_EUID) == geteuid());
    printf("AT_RANDOM %s\n", getauxval(AT_RANDOM) ? "some" : "none");
    printf("AT_BASE is not ours %d\n", getauxval(AT_BASE) != (unsigned long)&__ehdr_start);
    printf("AT_FLAGS %lx\n", getauxval(AT_FLAGS));
    printf("AT_HWCAP %lx AT_HWCAP2 %lx\n", getauxval(AT_HWCAP), getauxval(AT_HWCAP2));
    printf("AT_MINSIGSTKSZ %lu\n", getauxval(51));
    errno = 0;
    printf("unknown %lu errno %d\n", getauxval(9999), errno);
    while (*end)
        end++;
    for (entry = (const ElfW(auxv_t) *)(end + 1); entry->a_type != AT_NULL; entry++)
        if (entry->a_type != AT_SYSINFO_EHDR)
            printf("tag %lu\n", (unsigned long)entry->a_type);
}

int main(int argc, char **argv) {
    arguments(argc, argv);
    process();
    vector(argv);
    return 0;
}
