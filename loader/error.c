/* Filling of struct error. */
#include "error.h"

#include "text.h"
#include <errno.h>

bool error_set(struct error *error, enum error_kind kind, int number, const char *object,
               const char *format, ...) {
    error->kind = kind;
    error->number = number;
    error->needed_by[0] = error->wanted[0] = error->symbol[0] = error->version[0] =
        error->detail[0] = 0;
    format_text(error->object, sizeof error->object, "%s", object);
    va_list arguments;
    va_start(arguments, format);
    format_text_list(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return false;
}

bool error_set_symbol(struct error *error, const char *object, const char *name,
                      const char *version) {
    error_set(error, ERROR_SYMBOL, 0, object, "undefined symbol: %s%s%s", name,
              version ? ", version " : "", version ? version : "");
    format_text(error->symbol, sizeof error->symbol, "%s", name);
    format_text(error->version, sizeof error->version, "%s", version ? version : "");
    return false;
}

bool error_no_memory(struct error *error, const char *object) {
    return error_set(error, ERROR_OTHER, ENOMEM, object, "cannot allocate memory");
}
