/* Executable stacks; see stack.h. */
#include "stack.h"

#include "linker.h"
#include "sys.h"

#ifndef PROT_GROWSDOWN
#define PROT_GROWSDOWN 0x01000000
#endif

/* The first thread's stack, as far as it reaches now and will grow. */
static long make_first_executable(const struct linker *linker) {
    uintptr_t page = align_down((uintptr_t)linker->process.stack, linker->process.page_size);
    return sys_mprotect(page, linker->process.page_size,
                        PROT_READ | PROT_WRITE | PROT_EXEC | PROT_GROWSDOWN);
}

bool stack_permit(struct linker *linker, const struct object *first, struct error *error) {
    if (linker->executable_stack || !linker->shim->make_stacks_executable)
        return true;
    for (const struct object *object = first; object; object = object->next) {
        /* What the program itself wants, the kernel has done. */
        if (!object->executable_stack || object->kind != OBJECT_LIBRARY)
            continue;
        long result = make_first_executable(linker);
        if (result < 0 || !linker->shim->make_stacks_executable(linker))
            return error_set(error, ERROR_FILE, result < 0 ? (int)-result : 0, object->label,
                             "cannot enable executable stack as shared object requires");
        linker->executable_stack = true;
    }
    return true;
}
