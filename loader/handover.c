/* From a process that myld cannot serve to one that the native loader serves; see handover.h.
 *
 * In:  the process as the kernel made it, the program mapped by the kernel, its libraries by us.
 * Out: control is in the native loader, with the kernel's stack. The kernel does no more when it
 * starts an interpreter (its fs/binfmt_elf.c): map the file, put its address into AT_BASE, jump to
 * e_entry.
 */
#include "handover.h"

#include "image.h"
#include "linker.h"
#include "sys.h"
#include "text.h"

static void unmap_libraries(const struct linker *linker) {
    for (const struct object *object = linker->base.first; object; object = object->next)
        if (object->owns_mapping)
            sys_munmap(object->map_start, object->map_end - object->map_start);
}

static bool map_native(struct linker *linker, struct object *native, const char *path) {
    struct image_file file;
    struct error error;
    bool foreign;
    if (!image_open(&file, path, &foreign, &error))
        return false;
    bool mapped = image_map(native, &file, linker->process.page_size, &linker->map_hint, &error);
    image_close(&file);
    return mapped && object_has_code(native, native->entry);
}

void handover(struct linker *linker, const char *name) {
    char path[128];
    struct object *native = object_new(OBJECT_LOADER, "");
    if (linker->options.explicitly || !native)
        return;
    format_text(path, sizeof path, HANDOVER_FOLDER "%s", name);
    if (!map_native(linker, native, path))
        return;
    unmap_libraries(linker);
    process_set_auxiliary(&linker->process, AT_BASE, native->bias);
    arch_enter(native->entry, linker->process.stack, NULL);
}
