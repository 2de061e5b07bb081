/* Search rules and messages of glibc's loader (ld.so(8); wording of the messages: glibc 2.36). */
#define _GNU_SOURCE /* strchrnul */
#include "gnu_rules.h"

#include "gnu_tunables.h"

#include "arch.h"
#include "loader/facts.h"
#include "loader/linker.h"
#include "loader/memory.h"
#include "loader/order.h"
#include "loader/text.h"
#include <errno.h>
#include <string.h>

/* -- subfolders -- */

/* Bits of a folder's record of what is there. */
#define SUBFOLDER_LIMIT 64
#define GLIBC_HWCAPS "glibc-hwcaps/"

static bool list_has(const char *list, const char *name, size_t name_length) {
    const char *word;
    size_t length;
    while ((word = next_word(&list, &length)))
        if (length == name_length && strncmp(word, name, length) == 0)
            return true;
    return false;
}

/* Appends a word and the colon behind it. */
static char *append(char *at, const char *word, size_t length) {
    at = (char *)memcpy(at, word, length) + length;
    *at = ':';
    return at + 1;
}

/* The names of glibc-hwcaps folders: those that --glibc-hwcaps-prepend tells, then those that this
 * processor can run, as far as --glibc-hwcaps-mask lets them be. */
static const char *choose_hwcaps(const struct linker *linker) {
    const struct options *options = &linker->options;
    const char *runnable = linker->search.hwcaps, *word;
    const char *prepend = options->hwcaps_prepend ? options->hwcaps_prepend : "";
    char *chosen = memory_alloc(strlen(prepend) + strlen(runnable) + 3), *at = chosen;
    size_t length;
    if (!chosen)
        return runnable;
    while ((word = next_word(&prepend, &length)))
        at = append(at, word, length);
    while ((word = next_word(&runnable, &length)))
        if (!options->hwcaps_mask || list_has(options->hwcaps_mask, word, length))
            at = append(at, word, length);
    return chosen;
}

/* Which features' old subfolders are searched: glibc.cpu.hwcap_mask, else LD_HWCAP_MASK. */
static uint64_t hwcap_mask(const struct process *process) {
    size_t length;
    const char *text = gnu_tunable_text(process, "glibc.cpu.hwcap_mask", &length);
    for (char **variable = process->envp; !text && *variable; variable++)
        text = gnu_variable_value(*variable, "LD_HWCAP_MASK");
    return text ? gnu_tunable_number(text) : ARCH_HWCAP_MASK;
}

/* The old subfolders, which glibc 2.37 does no longer know: every combination of "tls", the
 * platform and the processor's features, in the order of a binary number that counts down. */
static size_t add_old_subfolders(const struct linker *linker, const char **list, size_t room) {
    const char *part[2 + ARCH_HWCAP_FOLDERS] = {"tls", linker->search.platform};
    size_t parts = part[1] ? 2 : 1, count = 0;
    parts += arch_hwcap_folders(&linker->cpu, linker->process.hwcap, hwcap_mask(&linker->process),
                                part + parts);
    for (unsigned chosen = (1u << parts) - 1; chosen && count < room; chosen--) {
        char path[SEARCH_PATH_MAX];
        size_t length = 0;
        for (size_t i = 0; i < parts; i++)
            if (chosen >> (parts - 1 - i) & 1)
                length += format_text(path + length, sizeof path - length, "%s%s",
                                      length ? "/" : "", part[i]);
        if ((list[count] = memory_copy_text(path)))
            count++;
    }
    return count;
}

/* search->list_subfolders: asked for when the first folder is looked into. */
static const char *const *list_subfolders(void *context) {
    const struct linker *linker = context;
    const char **list = memory_alloc((SUBFOLDER_LIMIT + 1) * sizeof *list);
    const char *hwcaps = linker->search.hwcaps, *name;
    size_t count = 0, length;
    if (!list)
        return NULL;
    while (count < SUBFOLDER_LIMIT && (name = next_word(&hwcaps, &length))) {
        char *path = memory_alloc(sizeof GLIBC_HWCAPS + length);
        if (!path)
            break;
        memcpy(path, GLIBC_HWCAPS, sizeof GLIBC_HWCAPS - 1);
        memcpy(path + sizeof GLIBC_HWCAPS - 1, name, length);
        list[count++] = path;
    }
    add_old_subfolders(linker, list + count, SUBFOLDER_LIMIT - count);
    return list;
}

static const char *default_path(const struct search *search) {
    return search->facts->default_path;
}

static void set_search(struct linker *linker) {
    static const enum search_rule rules[] = {
        SEARCH_RPATH_CHAIN, SEARCH_LIBRARY_PATH, SEARCH_RUNPATH,
        SEARCH_CACHE,       SEARCH_DEFAULT,      SEARCH_END,
    };
    linker->search.rules = rules;
    linker->search.default_path = default_path;
    linker->program->weak_last = linker->options.dynamic_weak;
    if (linker->search.facts != facts_here()) { /* no processor to ask */
        linker->search.platform = linker->search.facts->platform;
        return;
    }
    size_t length;
    const char *sort = gnu_tunable_text(&linker->process, "glibc.rtld.dynamic_sort", &length);
    linker->order = sort && gnu_tunable_number(sort) == 1 ? ORDER_OLD : 0;
    const char *words = gnu_tunable_text(&linker->process, "glibc.cpu.hwcaps", &length);
    linker_cpu(linker);
    if (words)
        arch_disable_features(&linker->cpu, words, length);
    linker->search.hwcaps = arch_hwcaps(linker_cpu(linker), linker->search.facts->hwcaps);
    if (linker->options.hwcaps_prepend || linker->options.hwcaps_mask)
        linker->search.hwcaps = choose_hwcaps(linker);
    linker->search.platform = arch_platform(linker_cpu(linker), linker->process.platform);
    linker->search.list_subfolders = list_subfolders;
    linker->search.list_context = linker;
}

/* Before libc is there, glibc's loader knows the texts of few error numbers. */
static bool has_early_text(int number) {
    return number == ENOMEM || number == EINVAL || number == ENOENT || number == EPERM ||
           number == EIO || number == EACCES;
}

/* Returns the number of which the text speaks now, or 0. */
static int append_number(const struct error *error, bool early, char *text, size_t size,
                         size_t length) {
    if (!error->number || error->kind == ERROR_MAP)
        return 0;
    if (early && !has_early_text(error->number))
        format_text(text + length, size - length, ": Error %d", error->number);
    else
        format_text(text + length, size - length, ": %s", error_number_text(error->number));
    return error->number;
}

static void describe_start(struct linker *linker, const struct error *error, char *text,
                           size_t size) {
    const char *program = linker->options.explicitly && !linker->running ? linker->options.program
                                                                         : linker->process.argv[0];
    program = program ? program : "<program name unknown>";
    size_t length;
    if (error->kind == ERROR_SYMBOL)
        length = format_text(text, size, "%s: symbol lookup error: %s: %s", program,
                             error->object[0] ? error->object : program, error->text);
    else if (error->kind == ERROR_PLAIN)
        length = format_text(text, size, "%s: %s", error->object, error->text);
    else if (error->kind == ERROR_VERSION)
        length = format_text(text, size, "%s: %s: %s", program,
                             error->object[0] ? error->object : program, error->text);
    else
        length = format_text(text, size, "%s: error while loading shared libraries: %s%s%s",
                             program, error->object, error->object[0] ? ": " : "", error->text);
    append_number(error, true, text, size, length);
}

static int describe_dlerror(struct linker *linker, const struct error *error, char *text,
                            size_t size) {
    const char *object = error->object;
    if (!object[0] && error->kind == ERROR_SYMBOL)
        object = linker->process.argv[0];
    size_t length = format_text(text, size, "%s%s%s", object, object[0] ? ": " : "", error->text);
    int number = append_number(error, false, text, size, length);
    if (error->kind == ERROR_TLS) /* what nobody can guess: need, have, who, what to do */
        format_text(text + length, size - length, "\n  %s", error->detail);
    return number;
}

void gnu_set_rules(struct libc_shim *shim) {
    shim->set_search = set_search;
    shim->preload_file = "/etc/ld.so.preload";
    shim->checks_versions = true;
    shim->debug_variable = true;
    shim->lazy = true;
    shim->unloads = true;
    shim->describe_start = describe_start;
    shim->describe_dlerror = describe_dlerror;
}
