/* The words of musl's loader, for a start that fails and for dlerror. musl builds both from the
 * same sentences. */
#include "musl.h"

#include "arch.h"
#include "loader/text.h"
#include <errno.h>
#include <string.h>

/* musl's strerror where it differs from glibc's. */
static const char *number_text(int number) {
    switch (number) {
    case ENOMEM:
        return "Out of memory";
    case ELOOP:
        return "Symbolic link loop";
    case ENAMETOOLONG:
        return "Filename too long";
    case EMFILE:
        return "No file descriptors available";
    case ENFILE:
        return "Too many open files in system";
    case EIO:
        return "I/O error";
    default:
        return error_number_text(number);
    }
}

const char *musl_program_name(const struct linker *linker) {
    const char *name = linker->process.executable;
    if (!name || strncmp(name, "/proc/", 6) == 0)
        name = linker->process.argv[0];
    return name ? name : "";
}

/* The program is the object without a path. */
static const char *path_or_program(const struct linker *linker, const char *path) {
    return path[0] ? path : musl_program_name(linker);
}

/* The errno value of what is wrong with a file, or 0: musl has one error for it all. */
static int number_of(const struct error *error) {
    bool is_file =
        error->kind == ERROR_OPEN || error->kind == ERROR_MAP || error->kind == ERROR_FILE;
    return !is_file ? 0 : error->number ? error->number : ENOEXEC;
}

static void describe(const struct linker *linker, const struct error *error, char *text,
                     size_t size) {
    const char *object = path_or_program(linker, error->object);
    switch (error->kind) {
    case ERROR_OPEN:
    case ERROR_MAP:
    case ERROR_FILE:
        format_text(text, size, "Error loading shared library %s: %s",
                    error->wanted[0] ? error->wanted : object, number_text(number_of(error)));
        return;
    case ERROR_SYMBOL:
        format_text(text, size, "Error relocating %s: %s: symbol not found", object, error->symbol);
        return;
    case ERROR_TLS:
        format_text(
            text, size,
            "Error relocating %s: %s: initial-exec TLS resolves to dynamic definition in %s",
            path_or_program(linker, error->needed_by), error->symbol, object);
        return;
    default:
        format_text(text, size, "%s%s%s", error->object, error->object[0] ? ": " : "", error->text);
    }
}

static void append_needed_by(const struct linker *linker, const struct error *error, char *text,
                             size_t size) {
    size_t length = strlen(text);
    if (error->wanted[0])
        format_text(text + length, size - length, " (needed by %s)",
                    path_or_program(linker, error->needed_by));
}

void musl_describe_start(struct linker *linker, const struct error *error, char *text,
                         size_t size) {
    describe(linker, error, text, size);
    if (error->kind != ERROR_OTHER)
        append_needed_by(linker, error, text, size);
    else if (musl_means_libc(error->object))
        musl_describe_places(linker, text + strlen(text), size - strlen(text));
}

int musl_describe_dlerror(struct linker *linker, const struct error *error, char *text,
                          size_t size) {
    /* Nobody needs the file that dlopen was called with. */
    const char *opened = tls_slot(linker, arch_thread_pointer())->catcher;
    int *(*place)(void) = (int *(*)(void))musl_function(linker, "__errno_location");
    if (number_of(error) && place)
        *place() = number_of(error);
    describe(linker, error, text, size);
    if (!opened || strcmp(opened, error->wanted) != 0)
        append_needed_by(linker, error, text, size);
    return 0; /* dlopen has left it in errno, as the system calls that failed; dlerror does not */
}
