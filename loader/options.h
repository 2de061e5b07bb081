/* The command line and the environment variables of the loader (ld.so(8)). */
#ifndef MYLD_OPTIONS_H
#define MYLD_OPTIONS_H

#include "process.h"

enum options_mode {
    MODE_RUN,     /* start the program */
    MODE_LIST,    /* --list, LD_TRACE_LOADED_OBJECTS: print its libraries */
    MODE_VERIFY,  /* --verify: can it be started by this loader? */
    MODE_HELP,    /* --help */
    MODE_VERSION, /* --version */
};

struct options {
    enum options_mode mode;
    bool explicitly; /* run as a command: the program is the first argument after the options */
    bool trace_environment;     /* MODE_LIST because of LD_TRACE_LOADED_OBJECTS */
    const char *program;        /* explicitly: the file to run */
    const char *argv0;          /* --argv0, NULL: none */
    const char *library_path;   /* --library-path, else LD_LIBRARY_PATH; NULL: none */
    const char *preload;        /* LD_PRELOAD, NULL: none */
    const char *preload_option; /* --preload, NULL: none */
    bool inhibit_cache;         /* --inhibit-cache */
    bool bind_now;              /* LD_BIND_NOW is set and not empty */
    bool verbose;               /* LD_VERBOSE: a list tells the versions, too */
    const char *musl_libc;      /* MYLD_MUSL_LIBC: the libc.so for musl programs; NULL: none */
};

/* Reads the options for a loader that the kernel started; `explicitly` when it was run as a
 * command. Removes what it used from the arguments, and in secure mode the dangerous variables from
 * the environment (ld.so(8), "Secure execution mode"). Returns NULL, or what is wrong with the
 * command line. */
const char *options_read(struct options *options, struct process *process, bool explicitly);

#endif
