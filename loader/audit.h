/* Auditors: libraries that watch and steer the loader's work (rtld-audit(7)).
 *
 * LD_AUDIT, --audit and the program's DT_AUDIT and DT_DEPAUDIT name them. Each runs in a namespace
 * of its own, with its own libc, before anything of the program but its file is loaded. From then
 * on the loader calls their functions at each of its steps, in the order of ld.so.
 *
 *   audit.c        finding and starting the auditors
 *   audit_calls.c  la_activity, la_objsearch, la_objopen, la_preinit, la_objclose
 *   audit_bind.c   la_symbind64 and the calls through PLT entries (la_<machine>_gnu_pltenter, …)
 *
 * Without an auditor linker->audit is NULL, and each of the functions below returns at once.
 * Objects in an auditor's namespace are not audited.
 */
#ifndef MYLD_AUDIT_H
#define MYLD_AUDIT_H

#include "error.h"
#include "object.h"
#include "symbol.h"

struct linker;
struct namespace;

/* <link.h>: LA_ACT_…, LA_SER_…, LA_FLG_…, LA_SYMB_…, LAV_CURRENT. */
enum audit_activity { AUDIT_CONSISTENT, AUDIT_ADD, AUDIT_DELETE };
enum {
    AUDIT_SEARCH_NAME = 0x01,
    AUDIT_SEARCH_LIBRARY_PATH = 0x02,
    AUDIT_SEARCH_RUNPATH = 0x04,
    AUDIT_SEARCH_CACHE = 0x08,
    AUDIT_SEARCH_DEFAULT = 0x40,
};
enum { AUDIT_BIND_TO = 1, AUDIT_BIND_FROM = 2 };
enum {
    AUDIT_NO_ENTER = 0x01,
    AUDIT_NO_EXIT = 0x02,
    AUDIT_DLSYM = 0x08,
    AUDIT_OTHER_VALUE = 0x10,
};
#define AUDIT_VERSION 2

/* The functions of an auditor; NULL where it has none. Registers and results are the machine's own
 * structures (arch/<machine>/audit.S). */
struct auditor {
    struct auditor *next; /* in the order in which they are named */
    struct namespace *space;
    void (*activity)(uintptr_t *cookie, unsigned flag);
    char *(*objsearch)(const char *name, uintptr_t *cookie, unsigned flag);
    unsigned (*objopen)(struct link_map *map, long space, uintptr_t *cookie);
    void (*preinit)(uintptr_t *cookie);
    uintptr_t (*symbind)(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to,
                         unsigned *flags, const char *name);
    uintptr_t (*enter)(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to,
                       void *registers, unsigned *flags, const char *name, long *frame_size);
    unsigned (*leave)(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to,
                      const void *registers, void *results, const char *name);
    unsigned (*objclose)(uintptr_t *cookie);
};

struct audit {
    struct auditor *first, *last;
    unsigned count;
    bool symbind; /* some auditor has la_symbind64 */
    bool calls;   /* some auditor has la_…_pltenter or la_…_pltexit */
};

/* What an auditor knows an object by, and the bindings it wants to see. */
struct audit_state {
    uintptr_t cookie;
    unsigned flags; /* AUDIT_BIND_… */
};

/* A PLT slot of an audited object, once it is bound. */
struct audit_slot {
    _Atomic bool ready; /* the rest is filled */
    uint32_t quiet;     /* AUDIT_NO_…: bits 0 and 1 for all auditors, then 2 bits for each */
    uint32_t flags;     /* what la_symbind64 left */
    uintptr_t address;
    struct symbol_result definition;
};

/* Finds and starts the auditors, and tells them of the program and the loader. A library that
 * cannot be an auditor is warned about. Returns false when the process cannot go on. */
bool audit_start(struct linker *linker, struct error *error);

/* Something happens to the namespace. */
void audit_activity(struct linker *linker, const struct namespace *space,
                    enum audit_activity activity);

/* An object has been added; its mirror is made. */
void audit_opened(struct linker *linker, struct object *object);

/* An object goes: its destructors have run. */
void audit_closed(struct linker *linker, struct object *object);

/* The program's constructors are about to run. */
void audit_preinit(struct linker *linker);

/* `requester` looks for `name` (AUDIT_SEARCH_NAME), or is about to try this path. Returns the name
 * to take in its place, usually the same; NULL: none. */
const char *audit_search(struct linker *linker, struct object *requester, const char *name,
                         unsigned how);

/* True when each call through a PLT slot is shown to auditors, or counted (profile.h). */
bool audit_sees_calls(const struct linker *linker);

/* True when bindings of the object's PLT slots are shown to auditors, or calls through them. */
bool audit_watches(const struct linker *linker, const struct object *object);

/* Makes room for the object's slots. */
bool audit_prepare(struct linker *linker, struct object *object, struct error *error);

/* A PLT slot is bound at relocation: returns the address that the auditors want in it. */
uintptr_t audit_bind_now(struct linker *linker, struct object *object,
                         struct symbol_result definition, uintptr_t address);

/* The slot of number `index` is bound at its first call; returns the address to call. */
uintptr_t audit_bind(struct linker *linker, struct object *object, size_t index,
                     struct symbol_result definition, uintptr_t address);

/* dlsym, called by code of `object`, has found a symbol; returns the address to give out. */
uintptr_t audit_dlsym(struct linker *linker, struct object *object, struct symbol_result definition,
                      uintptr_t address);

/* The C sides of the trampoline (arch/<machine>/audit.S). audit_enter returns the function's
 * address and sets *frame_size: bytes of the stack that it gets a copy of, so that audit_leave can
 * be called after it; negative: it shall not be. */
uintptr_t audit_enter(struct object *object, size_t index, void *registers, long *frame_size);
void audit_leave(struct object *object, size_t index, const void *registers, void *results);

#endif
