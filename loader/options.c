/* Options; see options.h. */
#include "options.h"

#include "text.h"
#include <string.h>

/* What secure mode takes out of the environment: glibc's list for this version and what is ours. */
static const char *const unsafe_variables[] = {
    "GCONV_PATH",      "GETCONF_DIR",     "HOSTALIASES",    "LD_AUDIT",         "LD_DEBUG",
    "LD_DEBUG_OUTPUT", "LD_DYNAMIC_WEAK", "LD_HWCAP_MASK",  "LD_LIBRARY_PATH",  "LD_ORIGIN_PATH",
    "LD_PRELOAD",      "LD_PROFILE",      "LD_SHOW_AUXV",   "LOCALDOMAIN",      "LOCPATH",
    "MALLOC_TRACE",    "NIS_PATH",        "NLSPATH",        "RESOLV_HOST_CONF", "RES_OPTIONS",
    "TMPDIR",          "TZDIR",           "MYLD_MUSL_LIBC",
};

/* The variables that the loader reads. All begin with one of two prefixes, so that one look at the
 * environment is enough. */
enum { BIND_NOW, VERBOSE, TRACE, PRELOAD, LIBRARY_PATH, MUSL_LIBC, VARIABLE_COUNT };

static const char variable_names[VARIABLE_COUNT][24] = {
    [BIND_NOW] = "LD_BIND_NOW",          [VERBOSE] = "LD_VERBOSE",
    [TRACE] = "LD_TRACE_LOADED_OBJECTS", [PRELOAD] = "LD_PRELOAD",
    [LIBRARY_PATH] = "LD_LIBRARY_PATH",  [MUSL_LIBC] = "MYLD_MUSL_LIBC",
};

/* Finds the values; the first definition of a variable counts. */
static void find_variables(const struct process *process, const char *values[VARIABLE_COUNT]) {
    for (char **variable = process->envp; *variable; variable++) {
        const char *text = *variable;
        if (!(text[0] == 'L' && text[1] == 'D' && text[2] == '_') &&
            !(text[0] == 'M' && text[1] == 'Y' && text[2] == 'L'))
            continue;
        for (size_t i = 0; i < VARIABLE_COUNT; i++) {
            size_t length = strnlen(variable_names[i], sizeof variable_names[i]);
            if (!values[i] && strncmp(text, variable_names[i], length) == 0 && text[length] == '=')
                values[i] = text + length + 1;
        }
    }
}

/* A value that is empty is as good as none. */
static const char *if_not_empty(const char *value) {
    return value && value[0] ? value : NULL;
}

static void read_environment(struct options *options, struct process *process) {
    const char *values[VARIABLE_COUNT] = {NULL};
    find_variables(process, values);
    options->bind_now = if_not_empty(values[BIND_NOW]) != NULL;
    options->verbose = if_not_empty(values[VERBOSE]) != NULL;
    options->trace_environment = values[TRACE] != NULL;
    if (options->trace_environment)
        options->mode = MODE_LIST;
    options->preload = if_not_empty(values[PRELOAD]);
    if (process->secure) {
        for (size_t i = 0; i < ARRAY_LENGTH(unsafe_variables); i++)
            process_unset(process, unsafe_variables[i]);
        return;
    }
    options->library_path = if_not_empty(values[LIBRARY_PATH]);
    options->musl_libc = if_not_empty(values[MUSL_LIBC]);
}

/* Options that take no value. Returns false when `word` is none of them. */
static bool read_switch(struct options *options, const char *word) {
    if (strcmp(word, "--list") == 0)
        options->mode = MODE_LIST;
    else if (strcmp(word, "--verify") == 0)
        options->mode = MODE_VERIFY;
    else if (strcmp(word, "--inhibit-cache") == 0)
        options->inhibit_cache = true;
    else if (strcmp(word, "--help") == 0)
        options->mode = MODE_HELP;
    else if (strcmp(word, "--version") == 0)
        options->mode = MODE_VERSION;
    else
        return false;
    return true;
}

/* Where the value of an option goes, or NULL when `word` is none that takes one. */
static const char **value_of(struct options *options, const char *word) {
    if (strcmp(word, "--library-path") == 0)
        return &options->library_path;
    if (strcmp(word, "--preload") == 0)
        return &options->preload_option;
    if (strcmp(word, "--argv0") == 0)
        return &options->argv0;
    return NULL;
}

static const char *read_command_line(struct options *options, struct process *process) {
    int at = 1;
    for (; at < process->argc && starts_with(process->argv[at], "--"); at++) {
        const char *word = process->argv[at];
        if (word[2] == 0) {
            at++;
            break;
        }
        if (read_switch(options, word))
            continue;
        const char **value = value_of(options, word);
        if (!value)
            return "unrecognized option";
        if (at + 1 == process->argc)
            return "missing argument";
        *value = process->argv[++at];
    }
    if (options->mode == MODE_HELP || options->mode == MODE_VERSION)
        return NULL;
    if (at >= process->argc)
        return "missing program name";
    options->program = process->argv[at];
    process_drop_arguments(process, at);
    if (options->argv0)
        process->argv[0] = (char *)options->argv0;
    return NULL;
}

const char *options_read(struct options *options, struct process *process, bool explicitly) {
    *options = (struct options){.explicitly = explicitly};
    read_environment(options, process);
    return explicitly ? read_command_line(options, process) : NULL;
}
