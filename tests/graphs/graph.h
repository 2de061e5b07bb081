/*
 * A random graph of libraries and a program: made from a seed (generate.c), written as files
 * (emit.c), told as text (show.c), made smaller (reduce.c), run (run.c).
 */
#ifndef TESTS_GRAPHS_GRAPH_H
#define TESTS_GRAPHS_GRAPH_H

#include "engine.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { MODULES = 14, NEEDS = 6, DEFINITIONS = 16, REFERENCES = 16, STEPS = 14, VERSIONS = 3 };
enum { NAME_SIZE = 40 };

enum libc { LIBC_GLIBC, LIBC_MUSL };

/* How a DT_NEEDED entry, a preload or a dlopen names a library. */
enum naming {
    BY_FILE,   /* libgraph3.so: searched for */
    BY_PATH,   /* ./libgraph3.so */
    BY_ORIGIN, /* $ORIGIN/libgraph3.so */
    BY_SONAME, /* its soname, which may differ from the file's name */
    NAMINGS
};

struct need {
    int module; /* -1: taken away */
    enum naming naming;
};

struct definition {
    char kind;     /* f function, d data, t thread-local; 0: taken away */
    int number;    /* of the name: f3 */
    int version;   /* V1 …; 0: none */
    bool hidden;   /* not the default version */
    bool indirect; /* a function of type GNU_IFUNC */
    unsigned char binding, visibility;
};

struct reference {
    bool removed;
    enum engine_reference kind;
    int number;
    bool weak;
    int version, of; /* V1 … of need number `of`; 0: none */
};

struct step {
    enum engine_operation operation;
    int slot;
    int module; /* whose name is the text; -1: none, the text is `name` */
    enum naming naming;
    int number; /* mode of dlopen, status of exit */
    int version;
    char name[NAME_SIZE];
};

struct steps {
    int count;
    struct step step[STEPS];
};

struct module {
    int id; /* 0: the program */
    bool removed;
    bool sysv_hash;
    bool bind_now, symbolic, relro, no_delete, init_first, no_open, global;
    bool init, fini; /* DT_INIT, DT_FINI beside the arrays */
    bool fixed;      /* the program: ET_EXEC */
    bool in_folder;  /* lies in sub/ */
    bool needs_libc;
    bool missing; /* needs a library that is not there */
    bool aligned_tls;
    char soname[NAME_SIZE];      /* "": none */
    const char *rpath, *runpath; /* NULL: none */
    int versions;                /* how many it defines */
    int need_count, definition_count, reference_count;
    struct need needs[NEEDS];
    struct definition definitions[DEFINITIONS];
    struct reference references[REFERENCES];
    struct steps constructor, destructor, main, act;
};

struct graph {
    uint64_t seed;
    enum libc libc;
    int count;     /* of modules, the program included */
    bool versions; /* some modules have versions; else several may have the same soname */
    struct module modules[MODULES];
    int preload[2];              /* 0: none */
    bool library_path, bind_now; /* LD_LIBRARY_PATH, LD_BIND_NOW */
};

/* The graph of a seed. */
void graph_make(struct graph *graph, uint64_t seed, enum libc libc);

/* Writes all files into the present folder. `interpreter`: of the program. */
void graph_emit(const struct graph *graph, const char *interpreter);

/* The name of a module in a naming; the text lasts until the fourth next call. */
const char *module_name(const struct module *module, enum naming naming);

/* The path of a module's file from the graph's folder; lasts as module_name's. */
const char *module_path(const struct module *module);

/* Tells of the graph, for people. */
void graph_show(const struct graph *graph, FILE *out);

/* Tells whether a graph still shows what is looked for. */
typedef bool graph_test(const struct graph *graph);

/* Takes away of the graph what can be missed while the test holds. */
void graph_reduce(struct graph *graph, graph_test *holds);

#endif
