/*
 * One of the two libraries of scope.c; built as `a` and `b` (SCOPE_NAME), `b` also with -Bsymbolic.
 * Both define the same names with another binding or visibility, so that each name shows one rule.
 */
#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)
#define MINE(name) PASTE(PASTE(SCOPE_NAME, _), name)

/* Default: the first definition in the scope serves everybody. */
const char *scope_global(void);
const char *scope_global(void) {
    return SCOPE_TEXT;
}

/* Weak in `a`, strong in `b`: a dynamic loader takes the first all the same. */
#ifdef SCOPE_WEAK
__attribute__((weak))
#endif
const char *
scope_weak(void);
const char *scope_weak(void) {
    return SCOPE_TEXT;
}

/* Protected: others may interpose it, the library itself keeps its own. */
__attribute__((visibility("protected"))) const char *scope_protected(void);
const char *scope_protected(void) {
    return SCOPE_TEXT;
}

/* Hidden: not seen from outside at all. */
__attribute__((visibility("hidden"), noinline)) const char *scope_hidden(void);
const char *scope_hidden(void) {
    return SCOPE_TEXT;
}

/* Unique: one in the process, whatever the scopes say; even for libraries opened with RTLD_LOCAL.
 */
extern int scope_unique;
__asm__(".pushsection .data\n.globl scope_unique\n.type scope_unique, %gnu_unique_object\n"
        ".balign 4\nscope_unique: .long 0\n.size scope_unique, 4\n.popsection");

/* Weak and defined nowhere: its address is 0. */
__attribute__((weak)) const char *scope_nowhere(void);

/** The library's own view of the name; NULL where it is undefined. */
const char *MINE(sees)(int which);
const char *MINE(sees)(int which) {
    switch (which) {
    case 0:
        return scope_global();
    case 1:
        return scope_weak();
    case 2:
        return scope_protected();
    case 3:
        return scope_hidden();
    default:
        return scope_nowhere ? scope_nowhere() : 0;
    }
}

/** Adds to the unique counter and returns it. */
int MINE(count)(void);
int MINE(count)(void) {
    return ++scope_unique;
}
