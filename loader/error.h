/* What went wrong, as a value that is passed up: the functions of the loader return false or NULL
 * and fill one.
 *
 * The libc's adapter turns it into the first line that the native loader would print, byte for byte
 * (struct libc_shim, describe_error).
 */
#ifndef MYLD_ERROR_H
#define MYLD_ERROR_H

#include "types.h"

enum error_kind {
    ERROR_NONE,
    ERROR_OPEN,    /* a file cannot be found, opened or read; number says why */
    ERROR_FILE,    /* a file is not what it should be; text says what is wrong with it */
    ERROR_MAP,     /* a file is sound but was not mapped; number says why */
    ERROR_SYMBOL,  /* a symbol that nobody defines: symbol, version */
    ERROR_VERSION, /* a version that a library lacks; text is the whole sentence */
    ERROR_PLAIN,   /* at the start too, ld.so says no more than object and text */
    ERROR_TLS, /* no room in the static block for object's TLS, which needed_by's symbol insists on
                */
    ERROR_OTHER, /* text is the whole sentence */
};

struct error {
    enum error_kind kind;
    int number;          /* an errno value, or 0 */
    char object[512];    /* the file that the error is about; may be empty */
    char needed_by[512]; /* ERROR_OPEN, ERROR_FILE: who needed it; may be empty */
    char wanted[512];    /* ERROR_OPEN, ERROR_FILE: the name that was asked for; may be empty */
    char symbol[512];    /* ERROR_SYMBOL, ERROR_TLS */
    char version[64];    /* ERROR_SYMBOL: the version wanted; may be empty */
    char text[640];      /* room for a whole symbol[] */
    char detail[1024];   /* a further line with values, for people; may be empty */
};

/* Fills *error and returns false, so that callers can `return error_set(…)`. The text is a format.
 */
bool error_set(struct error *error, enum error_kind kind, int number, const char *object,
               const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The symbol `name` (of `version`, or NULL), wanted by `object`, is not defined. Returns false. */
bool error_set_symbol(struct error *error, const char *object, const char *name,
                      const char *version);

/* No memory, while handling `object`. Returns false. */
bool error_no_memory(struct error *error, const char *object);

#endif
