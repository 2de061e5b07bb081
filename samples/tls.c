/*
 * Thread-local storage in the program (local-exec) and in libraries of all models (libtls.c), in
 * the main thread and in threads that start later. Every thread must see fresh variables.
 */
#include "tls.h"
#include <pthread.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>

#define MODELS(m) m(gd) m(ld) m(ie) TLS_DESC(m)
#ifndef TLS_DESC
#define TLS_DESC(m) m(desc)
#endif
#define DECLARE(name)                                                                              \
    struct tls_view tls_view_##name(void);                                                         \
    extern _Thread_local int tls_shared_##name;
MODELS(DECLARE)

int tls_anchor;
static _Thread_local alignas(64) int mine = 5;
static _Thread_local char big[5000];

static void print(const char *thread, const char *model, struct tls_view view, int shared) {
    printf("%s %-4s %d %d %ld %c %d misaligned %d anchored %d seen from outside %d\n", thread,
           model, view.shared, view.own, view.zero, view.line, view.page, view.misaligned,
           view.anchored, shared);
}

static void *look(void *name) {
    uintptr_t address = (uintptr_t)&mine;

    __asm__("" : "+r"(address));
    printf("%s main %d %d misaligned %d\n", (char *)name, mine++, big[4999]++, (int)(address & 63));
    for (int round = 0; round < 2; round++) {
#define SHOW(model) print(name, #model, tls_view_##model(), tls_shared_##model);
        MODELS(SHOW)
    }
    return NULL;
}

int main(void) {
    pthread_t thread;

    look("start ");
    for (int i = 0; i < 2; i++) {
        if (pthread_create(&thread, NULL, look, i ? "second" : "first "))
            return 1;
        pthread_join(thread, NULL);
    }
    look("again ");
    return 0;
}
