/* Options; see options.h. */
#include "options.h"

#include "text.h"
#include <string.h>

/* What secure mode takes out of the environment: glibc's list for this version and what is ours. */
static const char unsafe_variables[][20] = {
    "GCONV_PATH",
    "GETCONF_DIR",
    "HOSTALIASES",
    "LD_AUDIT",
    "LD_DEBUG",
    "LD_DEBUG_OUTPUT",
    "LD_DYNAMIC_WEAK",
    "LD_HWCAP_MASK",
    "LD_LIBRARY_PATH",
    "LD_ORIGIN_PATH",
    "LD_PRELOAD",
    "LD_PROFILE",
    "LD_SHOW_AUXV",
    "LOCALDOMAIN",
    "LOCPATH",
    "MALLOC_TRACE",
    "NIS_PATH",
    "NLSPATH",
    "RESOLV_HOST_CONF",
    "RES_OPTIONS",
    "TMPDIR",
    "TZDIR",
    "MYLD_MUSL_LIBC",
    "MYLD_TRACE",
    "MYLD_TRACE_FORMAT",
    "MYLD_TRACE_DETAIL",
};

/* The variables that the loader reads. All begin with one of two prefixes, so that one look at the
 * environment is enough. Those before FIRST_UNTRUSTED count in secure mode, too. */
enum {
    BIND_NOW,
    BIND_NOT,
    WARN,
    VERBOSE,
    TRACE,
    PRELOAD,
    DEBUG, /* where the administrator allows it: event_debug.c */
    AUDIT,
    PROFILE,
    FIRST_UNTRUSTED,
    LIBRARY_PATH = FIRST_UNTRUSTED,
    ORIGIN_PATH,
    DYNAMIC_WEAK,
    SHOW_AUXV,
    DEBUG_OUTPUT,
    PROFILE_OUTPUT,
    MUSL_LIBC,
    EVENTS,
    EVENTS_FORMAT,
    EVENTS_DETAIL,
    VARIABLE_COUNT
};

static const char variable_names[VARIABLE_COUNT][24] = {
    [BIND_NOW] = "LD_BIND_NOW",
    [BIND_NOT] = "LD_BIND_NOT",
    [WARN] = "LD_WARN",
    [VERBOSE] = "LD_VERBOSE",
    [TRACE] = "LD_TRACE_LOADED_OBJECTS",
    [PRELOAD] = "LD_PRELOAD",
    [AUDIT] = "LD_AUDIT",
    [PROFILE] = "LD_PROFILE",
    [PROFILE_OUTPUT] = "LD_PROFILE_OUTPUT",
    [LIBRARY_PATH] = "LD_LIBRARY_PATH",
    [ORIGIN_PATH] = "LD_ORIGIN_PATH",
    [DYNAMIC_WEAK] = "LD_DYNAMIC_WEAK",
    [SHOW_AUXV] = "LD_SHOW_AUXV",
    [DEBUG] = "LD_DEBUG",
    [DEBUG_OUTPUT] = "LD_DEBUG_OUTPUT",
    [MUSL_LIBC] = "MYLD_MUSL_LIBC",
    [EVENTS] = "MYLD_TRACE",
    [EVENTS_FORMAT] = "MYLD_TRACE_FORMAT",
    [EVENTS_DETAIL] = "MYLD_TRACE_DETAIL",
};

/* Finds the values of the first `count` variables; the last definition of a variable counts. */
static void find_variables(const struct process *process, const char **values, size_t count) {
    for (char **variable = process->envp; *variable; variable++) {
        const char *text = *variable;
        if (!(text[0] == 'L' && text[1] == 'D' && text[2] == '_') &&
            !(text[0] == 'M' && text[1] == 'Y' && text[2] == 'L'))
            continue;
        for (size_t i = 0; i < count; i++) {
            size_t length = strnlen(variable_names[i], sizeof variable_names[i]);
            if (strncmp(text, variable_names[i], length) == 0 && text[length] == '=')
                values[i] = text + length + 1;
        }
    }
}

/* A value that is empty is as good as none. */
static const char *if_not_empty(const char *value) {
    return value && value[0] ? value : NULL;
}

static bool is_not_empty(const char *value) {
    return if_not_empty(value) != NULL;
}

/* True when a list that is separated by blanks, commas or colons has the word. */
static bool has_word(const char *list, const char *word) {
    static const char separators[] = " ,:";
    size_t length = strlen(word);
    for (; list && *list; list += *list != 0) {
        const char *start = list;
        while (*list && !strchr(separators, *list))
            list++;
        if ((size_t)(list - start) == length && memcmp(start, word, length) == 0)
            return true;
    }
    return false;
}

static void set_trace(struct options *options, const char *value) {
    const char *end;
    options->mode = MODE_TRACE;
    options->list_program = parse_number(value, &end) > 1;
}

static void read_environment(struct options *options, struct process *process) {
    const char *values[VARIABLE_COUNT] = {NULL};
    find_variables(process, values, process->secure ? FIRST_UNTRUSTED : VARIABLE_COUNT);
    options->profile = if_not_empty(values[PROFILE]);
    options->profile_output = if_not_empty(values[PROFILE_OUTPUT]);
    options->bind_now = is_not_empty(values[BIND_NOW]) && !options->profile;
    options->bind_not = is_not_empty(values[BIND_NOT]);
    options->list_undefined = is_not_empty(values[WARN]);
    options->list_versions = is_not_empty(values[VERBOSE]);
    if (values[TRACE])
        set_trace(options, values[TRACE]);
    options->list_unused = !process->secure && has_word(values[DEBUG], "unused");
    options->preload = if_not_empty(values[PRELOAD]);
    options->debug = if_not_empty(values[DEBUG]);
    options->audit = if_not_empty(values[AUDIT]);
    options->library_path = if_not_empty(values[LIBRARY_PATH]);
    options->debug_output = if_not_empty(values[DEBUG_OUTPUT]);
    options->origin_path = values[ORIGIN_PATH];
    options->dynamic_weak = values[DYNAMIC_WEAK] != NULL;
    options->show_auxv = values[SHOW_AUXV] != NULL;
    options->musl_libc = if_not_empty(values[MUSL_LIBC]);
    options->trace = if_not_empty(values[EVENTS]);
    options->trace_format = if_not_empty(values[EVENTS_FORMAT]);
    options->trace_detail = if_not_empty(values[EVENTS_DETAIL]);
    for (size_t i = 0; process->secure && i < ARRAY_LENGTH(unsafe_variables); i++)
        process_unset(process, unsafe_variables[i]);
}

/* Options that take no value. Returns false when `word` is none of them. */
static bool read_switch(struct options *options, const char *word) {
    static const struct {
        char word[20];
        uint8_t mode;
    } modes[] = {
        {"--list", MODE_LIST},
        {"--verify", MODE_VERIFY},
        {"--tree", MODE_TREE},
        {"--check", MODE_CHECK},
        {"--help", MODE_HELP},
        {"--list-tunables", MODE_TUNABLES},
        {"--list-diagnostics", MODE_DIAGNOSTICS},
        {"--version", MODE_VERSION},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(modes); i++)
        if (strcmp(word, modes[i].word) == 0) {
            options->mode = (enum options_mode)modes[i].mode;
            return true;
        }
    bool known = strcmp(word, "--inhibit-cache") == 0;
    options->inhibit_cache |= known;
    bool json = strcmp(word, "--json") == 0;
    options->json |= json;
    return known || json;
}

/* Where the value of an option goes, or NULL when the first `length` bytes of `word` are none that
 * takes one. */
static const char **value_of(struct options *options, const char *word, size_t length) {
    static const struct {
        char word[24];
        uint16_t member;
    } takers[] = {
        {"--library-path", offsetof(struct options, library_path)},
        {"--preload", offsetof(struct options, preload_option)},
        {"--argv0", offsetof(struct options, argv0)},
        {"--audit", offsetof(struct options, audit_option)},
        {"--inhibit-rpath", offsetof(struct options, inhibit_rpath)},
        {"--why", offsetof(struct options, why)},
        {"--why-lib", offsetof(struct options, why_lib)},
        {"--in", offsetof(struct options, in)},
        {"--glibc-hwcaps-prepend", offsetof(struct options, hwcaps_prepend)},
        {"--glibc-hwcaps-mask", offsetof(struct options, hwcaps_mask)},
        {"--trace=", offsetof(struct options, trace)},
        {"--trace-format=", offsetof(struct options, trace_format)},
        {"--trace-detail=", offsetof(struct options, trace_detail)},
        {"--trace-hold=", offsetof(struct options, trace_hold)},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(takers); i++)
        if (strncmp(word, takers[i].word, length) == 0 && !takers[i].word[length])
            return (const char **)((char *)options + takers[i].member);
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
        /* With a trace that is held, the storyteller listens already. */
        if (!options->trace_hold &&
            (starts_with(word, "--explain") || starts_with(word, "--step"))) {
            options->mode = MODE_EXPLAIN;
            return NULL;
        }
        const char *assigned = strchr(word, '=');
        const char **value =
            value_of(options, word, assigned ? (size_t)(assigned + 1 - word) : strlen(word));
        if (!value || (!assigned && at + 1 == process->argc)) { /* as ld.so: not known without */
            options->wrong_word = word;
            return "unrecognized option";
        }
        *value = assigned ? assigned + 1 : process->argv[++at];
        options->trace_fresh |= value == &options->trace;
        if (value == &options->why || value == &options->why_lib)
            options->mode = value == &options->why ? MODE_WHY : MODE_WHY_LIB;
    }
    if (options->mode == MODE_HELP || options->mode == MODE_VERSION ||
        options->mode == MODE_TUNABLES || options->mode == MODE_DIAGNOSTICS)
        return NULL;
    if ((options->json || options->in) && !options_is_question(options)) {
        options->wrong_word = options->json ? "--json" : "--in";
        return "no question (--why, --why-lib, --tree, --check) for";
    }
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
