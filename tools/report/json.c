/*
 * A reader for lines of JSON (RFC 8259). It believes nothing: any bytes may come. Bytes above 127
 * are taken as they are, because names of files and symbols need not be UTF-8.
 *
 * In: a line. Out: its members and their values, or what is wrong and where.
 */
#include "json.h"
#include <string.h>

enum { DEPTH_MAX = 64 };

static bool fail(struct json *json, const char *why) {
    if (!json->error)
        json->error = why;
    return false;
}

static void skip_blanks(struct json *json) {
    while (json->at < json->end && *json->at && strchr(" \t\r\n", *json->at))
        json->at++;
}

/* Passes over the character if it comes next. */
static bool accept(struct json *json, char wanted) {
    skip_blanks(json);
    if (json->at == json->end || *json->at != wanted)
        return false;
    json->at++;
    return true;
}

/* ---- strings ---- */

/* Four hexadecimal digits; -1 where they are not there. */
static int32_t read_unit(struct json *json) {
    int32_t unit = 0;

    if (json->end - json->at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char digit = *json->at++;
        char letter = (char)(digit | 0x20);
        if (digit >= '0' && digit <= '9')
            unit = unit * 16 + digit - '0';
        else if (letter >= 'a' && letter <= 'f')
            unit = unit * 16 + letter - 'a' + 10;
        else
            return -1;
    }
    return unit;
}

static char *put_utf8(char *to, int32_t code) {
    if (code < 0x80) {
        *to++ = (char)code;
    } else if (code < 0x800) {
        *to++ = (char)(0xc0 | code >> 6);
        *to++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *to++ = (char)(0xe0 | code >> 12);
        *to++ = (char)(0x80 | (code >> 6 & 0x3f));
        *to++ = (char)(0x80 | (code & 0x3f));
    } else {
        *to++ = (char)(0xf0 | code >> 18);
        *to++ = (char)(0x80 | (code >> 12 & 0x3f));
        *to++ = (char)(0x80 | (code >> 6 & 0x3f));
        *to++ = (char)(0x80 | (code & 0x3f));
    }
    return to;
}

/* What follows "\u". Two halves of a pair make one character; a lone half is the mark for unknown
 * ones. NULL: not four digits. */
static char *read_unicode(struct json *json, char *to) {
    int32_t code = read_unit(json);

    if (code < 0)
        return NULL;
    if (code >= 0xd800 && code < 0xdc00 && json->end - json->at >= 6 && json->at[0] == '\\' &&
        json->at[1] == 'u') {
        json->at += 2;
        int32_t low = read_unit(json);
        if (low < 0)
            return NULL;
        code = low >= 0xdc00 && low < 0xe000 ? 0x10000 + (code - 0xd800) * 0x400 + low - 0xdc00
                                             : 0xfffd;
    }
    return put_utf8(to, code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
}

/* What follows a backslash; NULL: no escape of JSON. */
static char *read_escape(struct json *json, char *to) {
    static const char from[] = "\"\\/bfnrt";
    static const char into[] = "\"\\/\b\f\n\r\t";
    char letter = *json->at++;
    const char *found = letter ? strchr(from, letter) : NULL;

    if (letter == 'u')
        return read_unicode(json, to);
    if (!found)
        return NULL;
    *to++ = into[found - from];
    return to;
}

/* A string after its first quote, unescaped in place: that never makes it longer. */
static bool read_text(struct json *json, struct json_value *value) {
    char *to = json->at;

    value->type = JSON_TEXT;
    value->text = to;
    while (json->at < json->end && *json->at != '"') {
        if ((unsigned char)*json->at < ' ')
            return fail(json, "a control character in a string");
        if (*json->at != '\\') {
            *to++ = *json->at++;
            continue;
        }
        char *backslash = json->at++;
        if (json->at == json->end || !(to = read_escape(json, to))) {
            json->at = backslash;
            return fail(json, "an escape that JSON does not have");
        }
    }
    if (json->at == json->end)
        return fail(json, "the line ends within a string");
    json->at++;
    value->length = (size_t)(to - value->text);
    return true;
}

/* ---- other values ---- */

static bool read_number(struct json *json, struct json_value *value) {
    bool negative = *json->at == '-';
    const char *digits = json->at += negative;
    uint64_t number = 0;

    value->type = JSON_NUMBER;
    value->whole = true;
    for (; json->at < json->end && *json->at >= '0' && *json->at <= '9'; json->at++)
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (unsigned)(*json->at - '0'), &number))
            value->whole = false;
    if (json->at == digits)
        return fail(json, "a number without digits");
    if (number > INT64_MAX)
        value->whole = false;
    while (json->at < json->end && *json->at && strchr("+-.eE0123456789", *json->at)) {
        value->whole = false;
        json->at++;
    }
    value->number = negative ? -(int64_t)number : (int64_t)number;
    return true;
}

static bool read_word(struct json *json, struct json_value *value) {
    static const char *const words[] = {"true", "false", "null"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i]);
        if ((size_t)(json->end - json->at) >= length && !memcmp(json->at, words[i], length)) {
            json->at += length;
            value->type = i ? JSON_OTHER : JSON_TRUE;
            return true;
        }
    }
    return fail(json, json->at == json->end ? "the line ends where a value should be"
                                            : "no value of JSON");
}

/* An array or an object after its first bracket: found the end of, not read. Its strings stay as
 * they are, for whoever reads the elements. */
static bool pass_nested(struct json *json, struct json_value *value) {
    char closing[DEPTH_MAX];
    int depth = 0;
    bool quoted = false;

    value->type = json->at[-1] == '[' ? JSON_ARRAY : JSON_OBJECT;
    value->text = json->at;
    closing[depth++] = value->type == JSON_ARRAY ? ']' : '}';
    for (; depth && json->at < json->end; json->at++) {
        char next = *json->at;
        if (next == '"')
            quoted = !quoted;
        else if (quoted)
            json->at += next == '\\' && json->at + 1 < json->end;
        else if ((next == '[' || next == '{') && depth == DEPTH_MAX)
            return fail(json, "too many brackets");
        else if (next == '[' || next == '{')
            closing[depth++] = next == '[' ? ']' : '}';
        else if ((next == ']' || next == '}') && next != closing[--depth])
            return fail(json, "brackets that do not match");
    }
    if (depth)
        return fail(json, "the line ends within brackets");
    value->length = (size_t)(json->at - 1 - value->text);
    return true;
}

static bool read_value(struct json *json, struct json_value *value) {
    *value = (struct json_value){0};
    if (accept(json, '"'))
        return read_text(json, value);
    if (accept(json, '[') || accept(json, '{'))
        return pass_nested(json, value);
    if (json->at < json->end && (*json->at == '-' || (*json->at >= '0' && *json->at <= '9')))
        return read_number(json, value);
    return read_word(json, value);
}

/* ---- members and elements ---- */

bool json_begin(struct json *json, char *line, size_t length) {
    *json = (struct json){.at = line, .end = line + length};
    return accept(json, '{') || fail(json, "no object of JSON");
}

bool json_member(struct json *json, struct json_value *name, struct json_value *value) {
    if (json->error)
        return false;
    if (accept(json, '}')) {
        skip_blanks(json);
        return json->at == json->end ? false : fail(json, "something follows the object");
    }
    if (json->begun && !accept(json, ','))
        return fail(json, json->at == json->end ? "the line ends within the object"
                                                : "no comma between two members");
    json->begun = true;
    if (!accept(json, '"'))
        return fail(json, json->at == json->end ? "the line ends within the object"
                                                : "a member without a name");
    *name = (struct json_value){0};
    if (!read_text(json, name))
        return false;
    if (!accept(json, ':'))
        return fail(json, "no colon after a member's name");
    return read_value(json, value);
}

struct json json_elements(const struct json_value *array) {
    return (struct json){.at = (char *)array->text, .end = (char *)array->text + array->length};
}

bool json_element(struct json *json, struct json_value *value) {
    skip_blanks(json);
    if (json->error || json->at == json->end)
        return false;
    if (json->begun && !accept(json, ','))
        return fail(json, "no comma between two elements");
    json->begun = true;
    return read_value(json, value);
}
