/*
 * An auditor (rtld-audit(7)) that prints a line for each call it gets. AUDIT, a word of letters,
 * chooses: b = bind to and from every object, e = la_pltenter prints, x = la_pltexit prints (and
 * la_pltenter asks for 64 bytes of the stack), n = la_symbind wants no pltenter or pltexit, r =
 * replace greet by the auditor's own, s = la_objsearch redirects libempty.so. AUDITOR_NAME
 * tells one build from the other; AUDITOR_VERSION is what la_version returns.
 *
 * Addresses, which differ from run to run, are not printed; names without their folders.
 */
#define _GNU_SOURCE
#include <link.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int wants(char letter) {
    const char *letters = getenv("AUDIT");

    return letters && strchr(letters, letter);
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...) {
    char line[512];
    va_list arguments;
    int size = snprintf(line, sizeof line, "%s: ", AUDITOR_NAME);

    va_start(arguments, format);
    size += vsnprintf(line + size, sizeof line - (size_t)size, format, arguments);
    va_end(arguments);
    if (size > (int)sizeof line - 2)
        size = sizeof line - 2;
    line[size++] = '\n';
    if (write(2, line, (size_t)size) != size)
        abort();
}

/* A cookie is the object's link map until the auditor stores something else: its name. */
static const char *name_of(const uintptr_t *cookie) {
    const char *name = (const char *)*cookie;

    return name ? name : "?";
}

unsigned int la_version(unsigned int version) {
    say("la_version(%s)", version == LAV_CURRENT ? "current" : "other");
#ifdef AUDITOR_VERSION
    return AUDITOR_VERSION;
#else
    return version;
#endif
}

unsigned int la_objopen(struct link_map *map, Lmid_t space, uintptr_t *cookie) {
    const char *name = map->l_name[0] ? base_name(map->l_name) : "main";

    if (strstr(name, "ld-linux") || strcmp(name, "myld") == 0)
        name = "loader";
    say("la_objopen(%s, %ld, %s)", name, (long)space,
        *cookie == (uintptr_t)map ? "cookie is the map" : "cookie is not the map");
    *cookie = (uintptr_t)strdup(name);
    return wants('b') ? LA_FLG_BINDTO | LA_FLG_BINDFROM : 0;
}

char *la_objsearch(const char *name, uintptr_t *cookie, unsigned int flag) {
    say("la_objsearch(%s, %s, %#x)", name, name_of(cookie), flag);
    if (wants('s') && flag == LA_SER_ORIG && strcmp(name, "./libempty.so") == 0)
        return (char *)"./libgreet.so";
    if (wants('s') && flag == LA_SER_ORIG && strcmp(name, "libnot.so") == 0)
        return NULL;
    return (char *)name;
}

void la_activity(uintptr_t *cookie, unsigned int flag) {
    static const char *const names[] = {"consistent", "add", "delete"};

    say("la_activity(%s, %s)", name_of(cookie), flag < 3 ? names[flag] : "?");
}

void la_preinit(uintptr_t *cookie) {
    say("la_preinit(%s)", name_of(cookie));
}

static int replaced_greet(const char *greeting) {
    say("replaced: %s", greeting);
    return 7;
}

uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned int index, uintptr_t *from, uintptr_t *to,
                       unsigned int *flags, const char *name) {
    say("la_symbind64(%s, %s, %s -> %s, %#x)", name, index ? "index" : "no index", name_of(from),
        name_of(to), *flags);
    if (wants('n'))
        *flags |= LA_SYMB_NOPLTENTER | LA_SYMB_NOPLTEXIT;
    if (wants('r') && strcmp(name, "greet") == 0)
        return (uintptr_t)replaced_greet;
    return symbol->st_value;
}

unsigned int la_objclose(uintptr_t *cookie) {
    say("la_objclose(%s)", name_of(cookie));
    return 0;
}

#if defined __x86_64__
#define REGISTERS La_x86_64_regs
#define RESULTS La_x86_64_retval
#define ENTER la_x86_64_gnu_pltenter
#define EXIT la_x86_64_gnu_pltexit
#define ARGUMENT(registers) (registers)->lr_rdi
#define STACK(registers) (registers)->lr_rsp
#define RESULT(results) (results)->lrv_rax
#elif defined __aarch64__
#define REGISTERS La_aarch64_regs
#define RESULTS La_aarch64_retval
#define ENTER la_aarch64_gnu_pltenter
#define EXIT la_aarch64_gnu_pltexit
#define ARGUMENT(registers) (registers)->lr_xreg[0]
#define STACK(registers) (registers)->lr_sp
#define RESULT(results) (results)->lrv_xreg[0]
#endif

#ifdef AUDITOR_PLT
uintptr_t ENTER(Elf64_Sym *symbol, unsigned int index, uintptr_t *from, uintptr_t *to,
                REGISTERS *registers, unsigned int *flags, const char *name, long int *frame_size) {
    if (wants('e'))
        say("la_pltenter(%s, %s, %s -> %s, %#x, %ld, stack %% 16 = %d)", name,
            index ? "index" : "no index", name_of(from), name_of(to), *flags, *frame_size,
            (int)(STACK(registers) % 16));
    if (wants('x'))
        *frame_size = 64;
    return symbol->st_value;
}

unsigned int EXIT(Elf64_Sym *symbol, unsigned int index, uintptr_t *from, uintptr_t *to,
                  const REGISTERS *in, RESULTS *out, const char *name) {
    (void)symbol, (void)in;
    if (wants('x'))
        say("la_pltexit(%s, %s, %s -> %s, %s)", name, index ? "index" : "no index", name_of(from),
            name_of(to), RESULT(out) < 4096 ? "small" : "large");
    return 0;
}
#endif
