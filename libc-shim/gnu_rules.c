/* Search rules and messages of glibc's loader (ld.so(8); wording of the messages: glibc 2.36). */
#include "gnu_rules.h"

#include "arch.h"
#include "loader/facts.h"
#include "loader/linker.h"
#include "loader/text.h"
#include <errno.h>

void gnu_set_search(struct linker *linker) {
    static const enum search_rule rules[] = {
        SEARCH_RPATH_CHAIN, SEARCH_LIBRARY_PATH, SEARCH_RUNPATH,
        SEARCH_CACHE,       SEARCH_DEFAULT,      SEARCH_END,
    };
    linker->search.rules = rules;
    linker->search.default_paths = linker->search.facts->default_folders;
    linker->search.hwcaps = arch_hwcaps(linker_cpu(linker), linker->search.facts->hwcaps);
    linker->search.platform = arch_platform(linker_cpu(linker), linker->process.platform);
}

/* Before libc is there, glibc's loader knows the texts of few error numbers. */
static bool has_early_text(int number) {
    return number == ENOMEM || number == EINVAL || number == ENOENT || number == EPERM ||
           number == EIO || number == EACCES;
}

static void append_number(const struct error *error, bool early, char *text, size_t size,
                          size_t length) {
    if (!error->number)
        return;
    if (early && !has_early_text(error->number))
        format_text(text + length, size - length, ": Error %d", error->number);
    else
        format_text(text + length, size - length, ": %s", error_number_text(error->number));
}

void gnu_describe_start(struct linker *linker, const struct error *error, char *text, size_t size) {
    const char *program = linker->options.explicitly && !linker->running ? linker->options.program
                                                                         : linker->process.argv[0];
    program = program ? program : "<program name unknown>";
    size_t length;
    if (error->kind == ERROR_SYMBOL)
        length = format_text(text, size, "%s: symbol lookup error: %s: %s", program,
                             error->object[0] ? error->object : program, error->text);
    else if (error->kind == ERROR_VERSION)
        length = format_text(text, size, "%s: %s: %s", program,
                             error->object[0] ? error->object : program, error->text);
    else
        length = format_text(text, size, "%s: error while loading shared libraries: %s%s%s",
                             program, error->object, error->object[0] ? ": " : "", error->text);
    append_number(error, true, text, size, length);
}

void gnu_describe_dlerror(struct linker *linker, const struct error *error, char *text,
                          size_t size) {
    const char *object = error->object;
    if (!object[0] && error->kind == ERROR_SYMBOL)
        object = linker->process.argv[0];
    size_t length = format_text(text, size, "%s%s%s", object, object[0] ? ": " : "", error->text);
    append_number(error, false, text, size, length);
}
