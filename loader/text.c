/* A small formatter, and the texts of the error numbers that loading can meet. */
#define _GNU_SOURCE /* strchrnul */
#include "text.h"

#include "sys.h"
#include <errno.h>
#include <string.h>

struct output {
    char *at;
    char *end; /* the last byte, kept for the NUL */
};

static void put(struct output *out, char c) {
    if (out->at < out->end)
        *out->at++ = c;
}

static void put_bytes(struct output *out, const char *bytes, size_t count) {
    count = min_size(count, (size_t)(out->end - out->at));
    memcpy(out->at, bytes, count);
    out->at += count;
}

static void put_text(struct output *out, const char *text, size_t width) {
    if (!text) /* argv[0], where there are no arguments */
        text = "(null)";
    size_t length = strlen(text);
    for (; length < width; width--)
        put(out, ' ');
    put_bytes(out, text, length);
}

static void put_number(struct output *out, uint64_t value, unsigned base, size_t width, char pad) {
    char digits[24];
    size_t count = 0;
    do
        digits[count++] = "0123456789abcdef"[value % base];
    while ((value /= base));
    for (; count < width; width--)
        put(out, pad);
    while (count)
        put(out, digits[--count]);
}

static void put_signed(struct output *out, int64_t value, size_t width, char pad) {
    if (value < 0)
        put(out, '-');
    put_number(out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10, width, pad);
}

size_t format_text_list(char *buffer, size_t size, const char *format, va_list arguments) {
    struct output out = {buffer, buffer + size - 1};
    for (; *format; format++) {
        if (*format != '%') {
            size_t plain = (size_t)(strchrnul(format, '%') - format);
            put_bytes(&out, format, plain);
            format += plain - 1;
            continue;
        }
        char pad = *++format == '0' ? '0' : ' ';
        const char *after;
        size_t width = parse_number(format, &after);
        format = after;
        bool wide = *format == 'l';
        if (wide)
            format++;
        switch (*format) {
        case 's':
            put_text(&out, va_arg(arguments, const char *), width);
            break;
        case 'c':
            put(&out, (char)va_arg(arguments, int));
            break;
        case 'd':
            put_signed(&out, wide ? va_arg(arguments, long) : va_arg(arguments, int), width, pad);
            break;
        case 'u':
        case 'x':
            put_number(&out, wide ? va_arg(arguments, unsigned long) : va_arg(arguments, unsigned),
                       *format == 'u' ? 10 : 16, width, pad);
            break;
        default:
            put(&out, *format);
        }
    }
    *out.at = 0;
    return (size_t)(out.at - buffer);
}

size_t format_text(char *buffer, size_t size, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t length = format_text_list(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}

void print_text(int fd, const char *format, ...) {
    char buffer[4096];
    va_list arguments;
    va_start(arguments, format);
    size_t length = format_text_list(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    for (size_t written = 0; written < length;) {
        long result = sys_write(fd, buffer + written, length - written);
        if (result == -EINTR)
            continue;
        if (result <= 0)
            return;
        written += (size_t)result;
    }
}

uint64_t parse_number(const char *text, const char **end) {
    uint64_t value = 0;
    for (; *text >= '0' && *text <= '9'; text++)
        value = value * 10 + (uint64_t)(*text - '0');
    *end = text;
    return value;
}

const char *error_number_text(int number) {
    switch (number) {
    case EPERM:
        return "Operation not permitted";
    case ENOENT:
        return "No such file or directory";
    case EINTR:
        return "Interrupted system call";
    case EIO:
        return "Input/output error";
    case E2BIG:
        return "Argument list too long";
    case ENOEXEC:
        return "Exec format error";
    case EBADF:
        return "Bad file descriptor";
    case EAGAIN:
        return "Resource temporarily unavailable";
    case ENOMEM:
        return "Cannot allocate memory";
    case EACCES:
        return "Permission denied";
    case EEXIST:
        return "File exists";
    case ENOTDIR:
        return "Not a directory";
    case EISDIR:
        return "Is a directory";
    case EINVAL:
        return "Invalid argument";
    case ENFILE:
        return "Too many open files in system";
    case EMFILE:
        return "Too many open files";
    case ETXTBSY:
        return "Text file busy";
    case ENODEV:
        return "No such device";
    case ENAMETOOLONG:
        return "File name too long";
    case ELOOP:
        return "Too many levels of symbolic links";
    default:
        return "Unknown error";
    }
}

bool starts_with(const char *text, const char *prefix) {
    while (*prefix)
        if (*text++ != *prefix++)
            return false;
    return true;
}

const char *next_word(const char **list, size_t *length) {
    const char *word = *list;
    while (*word == ':')
        word++;
    *list = strchrnul(word, ':');
    *length = (size_t)(*list - word);
    return *length ? word : NULL;
}
