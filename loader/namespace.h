/* Namespaces: sets of objects that see each other and nobody else (dlmopen(3), Lmid_t).
 *
 * The program and its libraries are in the base namespace, part of struct linker; dlmopen makes
 * others, as many as there is memory for. An object knows its namespace (object->space) and stays
 * in it. None is ever freed, for debuggers keep walking along them: one that is empty is used
 * again.
 */
#ifndef MYLD_NAMESPACE_H
#define MYLD_NAMESPACE_H

#include "object.h"
#include "rendezvous.h"

struct linker;

struct namespace {
    struct namespace *next;      /* of greater number; readers need no lock */
    long id;                     /* what programs call it: 0 for the base */
    struct object *first, *last; /* in the order of loading */
    size_t count;
    struct scope global;       /* the first group, and what dlopen added with RTLD_GLOBAL */
    struct object *libc;       /* its own copy; NULL: none */
    struct object *functions;  /* the adapter's: of the loader, in front of libc's; or NULL */
    struct r_debug_all *debug; /* what debuggers see of it; NULL until rendezvous.c makes it */
    struct linker *observer;   /* somebody wants to be told of events; NULL: nobody does */
    bool audits;               /* audit.c: an auditor and its libraries live here */
    bool adding;               /* auditors know that objects are being added */
    bool closing, close_again; /* dl.c: dlclose is at work in it; it must look again */
};

/* What dlmopen(3) calls a namespace yet to be made, and what dlopen means. */
#define NAMESPACE_NEW (-1L)
#define NAMESPACE_CALLER (-2L)

/* The namespace of this number that has objects, or NULL. */
struct namespace *namespace_find(struct linker *linker, long id);

/* An empty namespace, of the smallest number that is free. NULL: no memory. */
struct namespace *namespace_new(struct linker *linker);

#endif
