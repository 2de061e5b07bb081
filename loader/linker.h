/* The whole state of the loader, grouped by the stage that owns each part. It is passed; only
 * assembly entry points and the functions that a program calls (dlopen …) fetch the one instance.
 */
#ifndef MYLD_LINKER_H
#define MYLD_LINKER_H

#include "address.h"
#include "error.h"
#include "libc-shim/shim.h"
#include "namespace.h"
#include "object.h"
#include "options.h"
#include "process.h"
#include "search.h"
#include "tls.h"

#include "cpu.h"

struct event_state;
struct audit;
struct profile;

struct linker {
    struct process process; /* start */
    struct options options; /* options */
    struct cpu cpu;         /* by linker_cpu, when somebody first asks: CPUID is slow */
    bool cpu_known;
    struct search search;                 /* load */
    uintptr_t map_hint;                   /* load: below this the next image is mapped */
    struct namespace base;                /* load, and later dlopen: the first namespace */
    uint64_t added, removed;              /* load: objects ever, for dl_iterate_phdr */
    struct object *program, *self, *vdso; /* load; vdso is NULL where the kernel gives none */
    unsigned order;                       /* recognise: ORDER_OLD or 0, see order.h */
    const char *interpreter;              /* load: the program's PT_INTERP, NULL: none */
    const struct libc_shim *shim;         /* recognise; its confirm finds base.libc */
    void *libc_state;                     /* the adapter's own */
    struct audit *audit;                  /* audit.c; NULL: no auditors */
    struct profile *profile;              /* profile.c; NULL: no calls are counted */
    bool thread_made;                     /* start_first_thread has been called */
    struct tls tls;                       /* tls */
    _Atomic size_t constructed;           /* init: objects whose constructors have begun */
    struct object *init_first;      /* load: the last one with DF_1_INITFIRST, until it is run */
    bool running;                   /* the program has been entered, or a constructor has */
    _Atomic bool outside;           /* a constructor or destructor runs under the load lock */
    bool failed;                    /* report_and_go_on has told of an error: the start will fail */
    struct address_index addresses; /* address.c */
    bool executable_stack;          /* stack.c: the stacks may hold code */
    struct retired *retired;        /* retire.c */
    uint64_t events;                /* event.c: bit k: somebody wants events of kind k */
    struct event_state *event_state; /* event.c; NULL: nobody listens */
    struct error *error;             /* start: why it failed */
};

/* The one instance. For assembly entry points, exported functions and main.c alone. */
struct linker *linker_instance(void);

/* What the processor can do; asks it at the first call. */
const struct cpu *linker_cpu(struct linker *linker);

#endif
