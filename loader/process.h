/* What the kernel hands to a new program: arguments, environment, auxiliary vector (gABI chapter 5,
 * "Process Initialization"; psABI 3.4.1). Both ways in – as an interpreter and on the command line
 * – give the same struct. */
#ifndef MYLD_PROCESS_H
#define MYLD_PROCESS_H

#include "types.h"

struct process {
    void *stack; /* where argc lies; the program is entered with this stack pointer */
    int argc;
    char **argv;
    char **envp;
    Elf64_auxv_t *auxv;
    /* From the auxiliary vector; 0 or NULL where the kernel gave none. */
    size_t page_size;       /* bytes */
    const Elf64_Phdr *phdr; /* AT_PHDR: program headers of the file that was executed */
    size_t phnum;
    uintptr_t entry; /* AT_ENTRY */
    uintptr_t base;  /* AT_BASE: where the kernel put the interpreter, 0 if there is none */
    const unsigned char *random; /* AT_RANDOM: 16 bytes */
    const Elf64_Ehdr *vdso;      /* AT_SYSINFO_EHDR */
    const char *platform;        /* AT_PLATFORM */
    const char *executable;      /* AT_EXECFN */
    uint64_t hwcap, hwcap2;
    size_t minimum_signal_stack; /* AT_MINSIGSTKSZ, bytes */
    bool secure;                 /* AT_SECURE */
};

/* Reads the kernel's initial stack; `stack` points to argc. */
void process_read(struct process *process, void *stack);

/* Removes every definition of the variable `name` from the environment. */
void process_unset(struct process *process, const char *name);

/* Removes the first `count` arguments: argv, environment and auxiliary vector move down so that the
 * stack pointer stays where it is (and keeps its alignment). All pointers in *process follow. */
void process_drop_arguments(struct process *process, int count);

/* Sets the auxiliary vector's entry of this type, if it has one. */
void process_set_auxiliary(struct process *process, uint64_t type, uint64_t value);

#endif
