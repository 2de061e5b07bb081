/*
 * What a generated library is, in memory: the tables that writer.c and emit.c put into its file,
 * and that the engine (engine.c) reads when the library runs. The engine is compiled once; each
 * library carries a copy of it, so that calls of dlopen, dlsym and others come from the library
 * itself.
 */
#ifndef TESTS_GRAPHS_ENGINE_H
#define TESTS_GRAPHS_ENGINE_H

#include <stddef.h>
#include <stdint.h>

/* Where control enters the engine: number of a jump of ENGINE_ENTRY_SIZE bytes at its start. All
 * but the first take the library's table as their fourth argument. */
enum engine_entry {
    ENTRY_START, /* of the program: the kernel's or the loader's stack */
    ENTRY_INIT,
    ENTRY_CONSTRUCT,
    ENTRY_DESTRUCT,
    ENTRY_FINI,
    ENTRY_MAIN,
    ENTRY_ACT, /* what others call through dlsym: `act3` is library 3's */
    ENTRIES
};
#define ENGINE_ENTRY_SIZE 16

/* Functions of the libc that a library uses, all weak references of its own. */
#define ENGINE_SERVICES(each)                                                                      \
    each(dlopen) each(dlsym) each(dlvsym) each(dlclose) each(dlerror) each(dlinfo) each(dladdr)    \
        each(dl_iterate_phdr) each(__tls_get_addr) each(pthread_create) each(pthread_join)         \
            each(__cxa_thread_atexit_impl) each(exit) each(__libc_start_main)
#define ENGINE_SERVICE_NUMBER(name) SERVICE_##name,
enum engine_service { ENGINE_SERVICES(ENGINE_SERVICE_NUMBER) SERVICE_COUNT };

/* How a library refers to a symbol: decides the relocation, and how the engine gets at the value.
 */
enum engine_reference {
    REFERENCE_CALL,           /* function, JUMP_SLOT: `slot` is the PLT entry */
    REFERENCE_POINTER,        /* function, GLOB_DAT */
    REFERENCE_FUNCTION_WORD,  /* function, ABSOLUTE */
    REFERENCE_DATA,           /* GLOB_DAT */
    REFERENCE_WORD,           /* data, ABSOLUTE with an addend of REFERENCE_ADDEND */
    REFERENCE_COPY,           /* data: `slot` is the copy itself */
    REFERENCE_TLS_GENERAL,    /* DTPMOD and DTPREL: a pair for __tls_get_addr */
    REFERENCE_TLS_INITIAL,    /* TPREL */
    REFERENCE_TLS_DESCRIPTOR, /* TLSDESC: a pair */
    REFERENCE_TLS_LOCAL,      /* DTPMOD of the own module, offset known */
};
#define REFERENCE_ADDEND 8

/* Every definition is, or returns the address of, a text of this size: who defines it. */
#define LABEL_SIZE 24

struct engine_import {
    const char *name;
    uint64_t kind; /* enum engine_reference */
    void *slot;
};

enum engine_operation {
    OPERATION_END,
    OPERATION_REPORT,        /* to what is each reference bound? */
    OPERATION_OPEN,          /* dlopen(text, number) into the slot */
    OPERATION_CLOSE,         /* dlclose(slot) */
    OPERATION_SYMBOL,        /* dlsym(slot, text) */
    OPERATION_VERSION,       /* dlvsym(slot, text, version) */
    OPERATION_ACT,           /* calls what dlsym(slot, text) finds */
    OPERATION_INFORMATION,   /* dlinfo(slot, …) */
    OPERATION_ITERATE,       /* dl_iterate_phdr */
    OPERATION_LIST,          /* link maps from the program's on */
    OPERATION_ADDRESS,       /* dladdr of the library's table */
    OPERATION_THREAD,        /* a thread that touches thread-local variables, joined */
    OPERATION_AT_THREAD_END, /* __cxa_thread_atexit_impl */
    OPERATION_EXIT,          /* exit(number) */
};

/* Slots: handles of this library; and two handles that always exist. */
enum { HANDLE_SLOTS = 8, SLOT_DEFAULT = 8, SLOT_NEXT = 9 };

struct engine_step {
    uint32_t operation; /* enum engine_operation */
    int32_t slot;
    int64_t number;
    const char *text, *version;
};

struct engine_library {
    const char *name;
    const struct engine_import *imports;
    uint64_t import_count;
    const struct engine_step *constructor, *destructor, *main, *act; /* end in OPERATION_END */
    char *start, *end; /* of the library in memory, from its program headers on */
    void *main_entry;
    void *services[SERVICE_COUNT];
    void *handles[HANDLE_SLOTS];
};

#endif
