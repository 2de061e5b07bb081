/* What libtls.c tells about the thread-local variables of the calling thread. */
#ifndef SAMPLES_TLS_H
#define SAMPLES_TLS_H

struct tls_view {
    int shared;     /* 1000 and the number of earlier calls in this thread */
    int own;        /* 7 and that number */
    long zero;      /* that number */
    int line;       /* 'l' and that number */
    int page;       /* that number, modulo 256 */
    int misaligned; /* 0 */
    int anchored;   /* 1 */
};

/** Defined by the program; thread-local pointers of the libraries point at it. */
extern int tls_anchor;

#endif
