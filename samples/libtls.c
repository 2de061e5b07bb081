/*
 * Thread-local variables of a library: initialised, zero, aligned to 64 and to 4096. Built once for
 * each TLS model (-ftls-model=…, -mtls-dialect=gnu2) with another TLS_NAME; tls.c and tls_dlopen.c
 * ask it.
 */
#include "tls.h"
#include <stdalign.h>
#include <stdint.h>

#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)

/** Exported: other objects may bind to it, so its module is known only at run time. */
_Thread_local int PASTE(tls_shared_, TLS_NAME) = 1000;
/* Not exported: one module lookup serves all of them in the local-dynamic model. */
static _Thread_local int own = 7;
static _Thread_local long zero;
#ifndef TLS_SMALL
static _Thread_local alignas(64) char line[64] = "line";
static _Thread_local alignas(4096) char page[4096] = "page";
#else /* little enough for the room that a process has left for dlopened initial-exec variables */
static _Thread_local alignas(16) char line[16] = "line";
static _Thread_local alignas(16) char page[16] = "page";
#endif
/* A pointer in the initial image has to be relocated before a thread copies it (volatile: or the
 * compiler answers). */
static _Thread_local int *volatile pointer = &tls_anchor;

static int misaligned(const void *address, uintptr_t alignment) {
    uintptr_t value = (uintptr_t)address;

    __asm__("" : "+r"(value)); /* or the compiler answers from the declaration */
    return (value & (alignment - 1)) != 0;
}

/** Reads all variables of the calling thread, then changes them. */
struct tls_view PASTE(tls_view_, TLS_NAME)(void);
struct tls_view PASTE(tls_view_, TLS_NAME)(void) {
    struct tls_view view = {
        .shared = PASTE(tls_shared_, TLS_NAME)++,
        .own = own++,
        .zero = zero++,
        .line = line[0]++,
        .page = page[sizeof page - 1]++,
        .misaligned = misaligned(line, sizeof line) + 2 * misaligned(page, sizeof page),
        .anchored = pointer == &tls_anchor,
    };
    return view;
}
