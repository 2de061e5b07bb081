/* LD_SHOW_AUXV: the kernel's auxiliary vector as text. */
#ifndef MYLD_AUXV_H
#define MYLD_AUXV_H

#include "process.h"

/* Prints every entry of the vector on standard output, one a line, as ld.so does. */
void auxv_show(const struct process *process);

#endif
