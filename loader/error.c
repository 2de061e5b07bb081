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

/* Copies a name; one that does not fit ends in "...". */
static void put_name(char *place, size_t size, const char *name) {
    size_t length = format_text(place, size, "%s", name);
    if (name[length])
        format_text(place + size - 4, 4, "...");
}

bool error_set_symbol(struct error *error, const char *object, const char *name,
                      const char *version) {
    error_set(error, ERROR_SYMBOL, 0, object, "%s", "");
    put_name(error->symbol, sizeof error->symbol, name);
    put_name(error->version, sizeof error->version, version ? version : "");
    format_text(error->text, sizeof error->text, "undefined symbol: %s%s%s", error->symbol,
                version ? ", version " : "", error->version);
    return false;
}

bool error_no_memory(struct error *error, const char *object) {
    return error_set(error, ERROR_OTHER, ENOMEM, object, "cannot allocate memory");
}
