/* glibc's loader exceptions: _dl_signal_error and its family, which libc.so.6 of some versions
 * imports and other libraries of glibc may call. An error is "signalled" to the innermost catch of
 * the thread, by a jump.
 */
#include "glibc.h"

#include "loader/dl.h"
#include "loader/symbol.h"
#include "loader/sys.h"
#include "loader/text.h"
#include <errno.h>
#include <string.h>

/* glibc's struct dl_exception. */
struct exception {
    const char *object;
    const char *text;
    char *buffer; /* for free() of the program; NULL: the texts are static */
};

/* A catch that is in force; the innermost one is in the thread's slot. */
struct catcher {
    struct exception *exception;
    int *number;
    void *frame; /* of arch_catch */
};

EXPORT void _dl_exception_create(struct exception *exception, const char *object, const char *text);
EXPORT void _dl_exception_create_format(struct exception *exception, const char *object,
                                        const char *format, ...);
EXPORT void _dl_exception_free(struct exception *exception);
EXPORT void _dl_signal_exception(int number, struct exception *exception, const char *occasion);
EXPORT void _dl_signal_error(int number, const char *object, const char *occasion,
                             const char *text);
EXPORT int _dl_catch_exception(struct exception *exception, void (*operate)(void *),
                               void *arguments);
EXPORT void _dl_fatal_printf(const char *format, ...);

/* The program's own malloc or free: the buffer of an exception goes to code that frees it. */
static uintptr_t program_function(const char *name) {
    struct linker *linker = linker_instance();
    struct symbol_request request = symbol_request_for(name, NULL);
    struct symbol_result found = symbol_find(linker->program, &request);
    return found.symbol ? symbol_address(found) : 0;
}

static const char out_of_memory[] = "out of memory";

void _dl_exception_create(struct exception *exception, const char *object, const char *text) {
    object = object ? object : "";
    size_t object_size = strlen(object) + 1, text_size = strlen(text) + 1;
    void *(*allocate)(size_t) = (void *(*)(size_t))program_function("malloc");
    char *buffer = allocate ? allocate(object_size + text_size) : NULL;
    if (!buffer) {
        exception->object = "";
        exception->text = out_of_memory;
        exception->buffer = NULL;
        return;
    }
    memcpy(buffer, text, text_size);
    memcpy(buffer + text_size, object, object_size);
    *exception = (struct exception){buffer + text_size, buffer, buffer};
}

void _dl_exception_create_format(struct exception *exception, const char *object,
                                 const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    format_text_list(text, sizeof text, format, arguments);
    va_end(arguments);
    _dl_exception_create(exception, object, text);
}

void _dl_exception_free(struct exception *exception) {
    void (*release)(void *) = (void (*)(void *))program_function("free");
    if (release && exception->buffer)
        release(exception->buffer);
    *exception = (struct exception){NULL, NULL, NULL};
}

static struct catcher **innermost(void) {
    return (struct catcher **)&tls_slot(linker_instance(), arch_thread_pointer())->catcher;
}

static _Noreturn void fatal(int number, const char *object, const char *occasion,
                            const char *text) {
    struct linker *linker = linker_instance();
    const char *what = occasion ? occasion : "error while loading shared libraries";
    print_text(2, "%s: %s: %s%s%s%s%s\n", linker->process.argv[0], what, object,
               object[0] ? ": " : "", text, number ? ": " : "",
               number ? error_number_text(number) : "");
    sys_exit(127);
}

void _dl_signal_exception(int number, struct exception *exception, const char *occasion) {
    struct catcher *catcher = *innermost();
    if (!catcher)
        fatal(number, exception->object, occasion, exception->text);
    *catcher->exception = *exception;
    *catcher->number = number;
    arch_throw(catcher->frame, 1);
}

void _dl_signal_error(int number, const char *object, const char *occasion, const char *text) {
    struct exception exception;
    if (!*innermost())
        fatal(number, object ? object : "", occasion, text);
    _dl_exception_create(&exception, object, text);
    _dl_signal_exception(number, &exception, occasion);
}

int _dl_catch_exception(struct exception *exception, void (*operate)(void *), void *arguments) {
    struct catcher **current = innermost(), *outer = *current;
    if (!exception) { /* errors are fatal meanwhile */
        *current = NULL;
        operate(arguments);
        *current = outer;
        return 0;
    }
    int number = 0;
    struct catcher catcher = {.exception = exception, .number = &number};
    *current = &catcher;
    if (arch_catch(&catcher.frame, operate, arguments) == 0)
        *exception = (struct exception){NULL, NULL, NULL};
    *innermost() = outer;
    return number;
}

int glibc_catch_error(const char **object, const char **text, bool *malloced,
                      void (*operate)(void *), void *arguments) {
    struct exception exception;
    int number = _dl_catch_exception(&exception, operate, arguments);
    *object = exception.object;
    *text = exception.text;
    *malloced = exception.buffer == exception.text && exception.buffer;
    return number;
}
EXPORT_AS(_dl_catch_error, glibc_catch_error);

void _dl_fatal_printf(const char *format, ...) {
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    format_text_list(text, sizeof text, format, arguments);
    va_end(arguments);
    print_text(2, "%s", text);
    sys_exit(127);
}
