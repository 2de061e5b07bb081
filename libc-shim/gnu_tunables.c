/* Reading of GLIBC_TUNABLES; see gnu_tunables.h. The form: name=value:name=value… */
#include "gnu_tunables.h"

#include <string.h>

bool gnu_tunable_next(const char **text, struct gnu_tunable *tunable) {
    const char *at = *text;
    for (;;) {
        const char *start = at;
        while (*at && *at != '=' && *at != ':')
            at++;
        if (!*at)
            return false;
        if (*at++ == ':')
            continue;
        tunable->name = start;
        tunable->name_length = (size_t)(at - 1 - start);
        tunable->value = at;
        while (*at && *at != ':')
            at++;
        tunable->value_length = (size_t)(at - tunable->value);
        *text = *at ? at + 1 : at;
        return true;
    }
}

const char *gnu_variable_value(const char *definition, const char *name) {
    size_t length = strlen(name);
    if (strncmp(definition, name, length) != 0 || definition[length] != '=')
        return NULL;
    return definition + length + 1;
}

const char *gnu_tunable_text(const struct process *process, const char *name, size_t *length) {
    const char *found = NULL;
    size_t name_length = strlen(name);
    for (char **variable = process->envp; *variable && !process->secure; variable++) {
        const char *text = **variable == 'G' ? gnu_variable_value(*variable, GNU_TUNABLES) : NULL;
        struct gnu_tunable tunable;
        while (text && gnu_tunable_next(&text, &tunable))
            if (tunable.name_length == name_length &&
                memcmp(tunable.name, name, name_length) == 0) {
                found = tunable.value;
                *length = tunable.value_length;
            }
    }
    return found;
}

static int digit_value(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

uint64_t gnu_tunable_number(const char *text) {
    while (*text == ' ' || *text == '\t')
        text++;
    bool negative = *text == '-';
    text += *text == '-' || *text == '+';
    uint64_t base = *text != '0' ? 10 : text[1] == 'x' || text[1] == 'X' ? 16 : 8;
    uint64_t value = 0;
    for (text += base == 16 ? 2 : 0; digit_value(*text) < (int)base; text++) {
        uint64_t digit = (uint64_t)digit_value(*text);
        if (value > (UINT64_MAX - digit) / base)
            return UINT64_MAX;
        value = value * base + digit;
    }
    return negative ? 0 - value : value;
}
