/* Tunables: settings of libc.so.6 and of its loader, from GLIBC_TUNABLES and a few variables of
 * their own (glibc manual, "Tunables").
 *
 * In:  the environment, and the table of the glibc at hand (layouts.c): names, bounds, what is
 * allowed in secure mode. Out: values for __tunable_get_val and for the loader's own use; in secure
 * mode, an environment without those that must not reach children. Nothing is kept where nothing is
 * set.
 */
#include "glibc.h"

#include "libc-shim/gnu_tunables.h"
#include "loader/memory.h"
#include "loader/sys.h"
#include <string.h>

EXPORT void __tunable_get_val(unsigned id, void *value, void (*callback)(void *));

static bool is_within(const struct glibc_tunable *tunable, uint64_t value) {
    if (tunable->type == GLIBC_INT32)
        return (int64_t)value >= tunable->minimum && (int64_t)value <= tunable->maximum;
    return value >= (uint64_t)tunable->minimum && value <= (uint64_t)tunable->maximum;
}

static char *copy_text(const char *text, size_t length) {
    char *copy = memory_alloc(length + 1);
    return copy ? memcpy(copy, text, length) : NULL;
}

/* Sets a tunable from text of `length` bytes. A number out of bounds changes nothing. */
static void set(struct glibc *glibc, size_t id, const char *text, size_t length) {
    const struct glibc_tunable *tunable = glibc_tunable_row(glibc->layout, id);
    uint64_t value = tunable->type == GLIBC_STRING ? (uintptr_t)copy_text(text, length)
                                                   : gnu_tunable_number(text);
    if (tunable->type != GLIBC_STRING && !is_within(tunable, value))
        return;
    if (!glibc->tunables)
        glibc->tunables = memory_alloc(glibc->layout->tunable_count * sizeof *glibc->tunables);
    if (glibc->tunables)
        glibc->tunables[id] = (struct glibc_tunable_value){value, true};
}

/* In secure mode only an administrator can ask for checks, with a file. */
static unsigned security_of(const struct glibc_layout *layout, size_t id) {
    struct stat status;
    if (strcmp(glibc_tunable_name(layout, id), "glibc.malloc.check") == 0 &&
        sys_stat("/etc/suid-debug", &status) == 0)
        return GLIBC_SECURE_NONE;
    return glibc_tunable_row(layout, id)->security;
}

static size_t find(const struct glibc_layout *layout, const char *name, size_t length) {
    size_t id = 0;
    for (const char *known; id < layout->tunable_count; id++) {
        known = glibc_tunable_name(layout, id);
        if (strncmp(known, name, length) == 0 && !known[length])
            break;
    }
    return id;
}

/* Reads the value of GLIBC_TUNABLES. In secure mode, leaves in it what children may have. */
static void read_list(struct glibc *glibc, char *list, bool secure) {
    const char *rest = list;
    char *kept = list;
    struct gnu_tunable pair;
    while (gnu_tunable_next(&rest, &pair)) {
        size_t id = find(glibc->layout, pair.name, pair.name_length);
        if (id == glibc->layout->tunable_count)
            continue;
        unsigned security = secure ? security_of(glibc->layout, id) : GLIBC_SECURE_NONE;
        if (security == GLIBC_SECURE_NONE)
            set(glibc, id, pair.value, pair.value_length);
        if (!secure || security == GLIBC_SECURE_ERASE)
            continue;
        if (kept > list)
            *kept++ = ':';
        size_t length = (size_t)(pair.value + pair.value_length - pair.name);
        kept = (char *)memmove(kept, pair.name, length) + length;
    }
    if (secure)
        *kept = 0;
}

/* A variable that means one tunable. Returns true when it must go. */
static bool read_alias(struct glibc *glibc, size_t id, const char *value, bool secure) {
    unsigned security = secure ? security_of(glibc->layout, id) : GLIBC_SECURE_NONE;
    bool is_set = glibc->tunables && glibc->tunables[id].set;
    if (security == GLIBC_SECURE_NONE && !is_set)
        set(glibc, id, value, strlen(value));
    return security == GLIBC_SECURE_ERASE;
}

static void read_aliases(struct glibc *glibc, struct process *process) {
    for (size_t id = 0; id < glibc->layout->tunable_count; id++) {
        const char *alias = glibc_tunable_alias(glibc->layout, id), *value = NULL;
        for (char **variable = process->envp; *alias && *variable && !value; variable++)
            value = gnu_variable_value(*variable, alias);
        if (value && read_alias(glibc, id, value, process->secure))
            process_unset(process, alias);
    }
}

/* Every variable that means a tunable begins so. */
static bool may_mean_tunables(const char *definition) {
    return strncmp(definition, "GLIBC_TUNABLES=", 15) == 0 ||
           strncmp(definition, "MALLOC_", 7) == 0 || strncmp(definition, "LD_HWCAP_MASK=", 14) == 0;
}

void glibc_read_tunables(struct linker *linker) {
    struct glibc *glibc = glibc_of(linker);
    struct process *process = &linker->process;
    bool any = false;
    for (char **variable = process->envp; *variable; variable++) {
        if (!may_mean_tunables(*variable))
            continue;
        any = true;
        char *list = (char *)gnu_variable_value(*variable, GNU_TUNABLES);
        if (list)
            read_list(glibc, list, process->secure);
    }
    if (any) /* after the lists: what these set stays */
        read_aliases(glibc, process);
}

uint64_t glibc_tunable(struct linker *linker, const char *name, uint64_t otherwise) {
    const struct glibc *glibc = glibc_of(linker);
    if (!glibc->tunables)
        return otherwise;
    size_t id = find(glibc->layout, name, strlen(name));
    return id < glibc->layout->tunable_count && glibc->tunables[id].set ? glibc->tunables[id].value
                                                                        : otherwise;
}

void glibc_change_tunable(struct linker *linker, const char *name, uint64_t value) {
    struct glibc *glibc = glibc_of(linker);
    size_t id = find(glibc->layout, name, strlen(name));
    if (id < glibc->layout->tunable_count)
        glibc->tunables[id].value = value;
}

/* libc.so.6 asks for the value of tunable number `id`; where it was set, `callback` is told, too.
 */
void __tunable_get_val(unsigned id, void *value, void (*callback)(void *)) {
    const struct glibc *glibc = glibc_of(linker_instance());
    if (id >= glibc->layout->tunable_count)
        return;
    const struct glibc_tunable *tunable = glibc_tunable_row(glibc->layout, id);
    bool is_set = glibc->tunables && glibc->tunables[id].set;
    uint64_t number = is_set ? glibc->tunables[id].value : (uint64_t)tunable->initial;
    if (tunable->type == GLIBC_INT32)
        *(int32_t *)value = (int32_t)number;
    else
        *(uint64_t *)value = number; /* of a string: its address, NULL where none is set */
    if (is_set && callback)
        callback(&glibc->tunables[id].value);
}
