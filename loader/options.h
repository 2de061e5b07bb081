/* The command line and the environment variables of the loader (ld.so(8)). */
#ifndef MYLD_OPTIONS_H
#define MYLD_OPTIONS_H

#include "process.h"

enum options_mode {
    MODE_RUN,         /* start the program */
    MODE_LIST,        /* --list: print its libraries */
    MODE_TRACE,       /* LD_TRACE_LOADED_OBJECTS: the same, also those that are missing; for ldd */
    MODE_VERIFY,      /* --verify: can it be started by this loader? */
    MODE_TUNABLES,    /* --list-tunables */
    MODE_DIAGNOSTICS, /* --list-diagnostics */
    MODE_WHY,         /* --why: who defines a symbol? These four are questions (question.h) */
    MODE_WHY_LIB,     /* --why-lib: where is a library? */
    MODE_TREE,        /* --tree: who needs whom? */
    MODE_CHECK,       /* --check: is anything missing? */
    MODE_EXPLAIN,     /* --explain, --step: the storyteller beside the loader takes over */
    MODE_HELP,        /* --help */
    MODE_VERSION,     /* --version */
};

struct options {
    enum options_mode mode;
    bool explicitly;     /* run as a command: the program is the first argument after the options */
    const char *program; /* explicitly: the file to run */
    const char *argv0;   /* --argv0, NULL: none */
    const char *library_path;   /* --library-path, else LD_LIBRARY_PATH; NULL: none */
    const char *preload;        /* LD_PRELOAD, NULL: none */
    const char *preload_option; /* --preload, NULL: none */
    const char *audit;          /* LD_AUDIT, NULL: none */
    const char *audit_option;   /* --audit, NULL: none */
    const char *profile;        /* LD_PROFILE: name of the library whose calls are counted */
    const char *profile_output; /* LD_PROFILE_OUTPUT, NULL: none */
    const char *inhibit_rpath;  /* --inhibit-rpath: objects whose search paths do not count, NULL */
    const char *hwcaps_prepend; /* --glibc-hwcaps-prepend: folders to look at first, NULL: none */
    const char *hwcaps_mask;    /* --glibc-hwcaps-mask: of the others these alone, NULL: all */
    const char *origin_path;    /* LD_ORIGIN_PATH: $ORIGIN of a program that has none, NULL: none */
    const char *musl_libc;      /* MYLD_MUSL_LIBC: the libc.so for musl programs; NULL: none */
    const char *why;            /* --why: SYMBOL or SYMBOL@VERSION */
    const char *why_lib;        /* --why-lib: the library's name */
    const char *in;             /* --in: the object whose question it is; NULL: the program */
    const char *wrong_word;     /* what options_read complains about; NULL: something is missing */
    bool json;                  /* --json: the answer is for programs */
    bool inhibit_cache;         /* --inhibit-cache */
    bool bind_now;              /* LD_BIND_NOW is set and not empty */
    bool bind_not;              /* LD_BIND_NOT, likewise: PLT slots are left as they are */
    bool dynamic_weak;          /* LD_DYNAMIC_WEAK is set: a weak definition is the last resort */
    bool show_auxv;             /* LD_SHOW_AUXV is set: print the auxiliary vector first */
    bool list_versions;         /* MODE_TRACE, LD_VERBOSE: the versions, too */
    bool list_undefined;        /* MODE_TRACE, LD_WARN: the undefined symbols, too */
    bool list_unused;           /* MODE_TRACE, LD_DEBUG=unused: nothing but unneeded libraries */
    bool list_program;          /* MODE_TRACE with a number above 1: the program, too */
    bool trace_fresh;           /* --trace: a new file. Else one that processes share */
    const char *trace;        /* --trace, else MYLD_TRACE: the file that events go to; NULL: none */
    const char *trace_format; /* --trace-format, else MYLD_TRACE_FORMAT; NULL: none */
    const char *trace_detail; /* --trace-detail, else MYLD_TRACE_DETAIL; NULL: none */
    const char *trace_hold;   /* --trace-hold: the file to wait for after each write; NULL: none */
    const char *debug;        /* LD_DEBUG, NULL: none */
    const char *debug_output; /* LD_DEBUG_OUTPUT, NULL: none */
};

/* Reads the options for a loader that the kernel started; `explicitly` when it was run as a
 * command. Removes what it used from the arguments, and in secure mode the dangerous variables from
 * the environment (ld.so(8), "Secure execution mode"). Returns NULL, or what is wrong with the
 * command line: a text, to which options->wrong_word may belong. */
const char *options_read(struct options *options, struct process *process, bool explicitly);

/* True when nothing is run: the program and all that it needs is loaded to answer a question. */
static inline bool options_is_question(const struct options *options) {
    return options->mode >= MODE_WHY && options->mode <= MODE_CHECK;
}

/* True when a library that is missing takes part as an empty object. */
static inline bool options_lists_all(const struct options *options) {
    return options->mode == MODE_TRACE || options_is_question(options);
}

#endif
