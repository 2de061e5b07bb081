/* libc.so.6 in other namespaces: each has a copy of its own, and all share one loader.
 *
 * In:  the group that begins a namespace. Out: its libc.so.6 is known and started, in the same
 * order as glibc's loader does it: relocation, TLS, __libc_early_init(false), constructors. It must
 * have the layouts of the program's libc, for there is one _rtld_global and one struct pthread.
 *
 * libc's own dl_iterate_phdr finds the caller's namespace in _rtld_global, which has room for 16;
 * in further namespaces a function of the loader takes its place.
 */
#include "glibc.h"

#include "loader/builtin.h"
#include "loader/dl.h"
#include "loader/symbol.h"
#include <string.h>

size_t glibc_space_slots(const struct glibc_layout *layout) {
    return (size_t)(layout->field[GLIBC_gl_nns] - layout->field[GLIBC_gl_ns]) /
           glibc_size(layout, GLIBC_ns_size);
}

static int iterate(int (*callback)(struct dl_phdr_info *info, size_t size, void *data),
                   void *data) {
    return dl_iterate(linker_instance(), __builtin_return_address(0), callback, data);
}

/* Puts the loader's function in front of libc's in the group. */
static bool add_functions(struct linker *linker, struct object *root, struct error *error) {
    struct namespace *space = root->space;
    if (!space->functions && (space->functions = builtin_new(1)))
        builtin_define(space->functions, "dl_iterate_phdr", (uintptr_t)iterate);
    return (space->functions &&
            builtin_insert(linker, &root->group, space->functions, space->libc)) ||
           error_no_memory(error, root->path);
}

bool glibc_find_libc(struct linker *linker, struct object *root, struct error *error) {
    struct namespace *space = root->space;
    if (space->libc)
        return true;
    const struct object_list *group = root->group.list;
    for (size_t i = 0; i < group->count && !space->libc; i++)
        if (glibc_is_libc(group->item[i]))
            space->libc = group->item[i];
    if (!space->libc)
        return glibc_of(linker) ||
               error_set(error, ERROR_FILE, 0, root->path, "needs no libc.so.6");
    return glibc_adopt(linker, space->libc, error) &&
           ((size_t)space->id < glibc_space_slots(glibc_of(linker)->layout) ||
            add_functions(linker, root, error));
}

void glibc_start_libc(struct linker *linker, struct namespace *space) {
    (void)linker;
    uintptr_t early_init = glibc_symbol(space->libc, "__libc_early_init", "GLIBC_PRIVATE");
    if (early_init)
        ((void (*)(bool))early_init)(false);
}

/* environ may be a copy in the program: what libc's own reference to it is bound to. */
char **glibc_environment(struct linker *linker, const struct namespace *space) {
    struct symbol_request request = symbol_request_for("__environ", NULL);
    request.newest = true;
    struct symbol_result found = {NULL, NULL};
    if (space->libc)
        found = symbol_find(space->libc, &request);
    char ***variable = found.symbol ? (char ***)symbol_address(found) : NULL;
    return variable && *variable ? *variable : linker->process.envp;
}
