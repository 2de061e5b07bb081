/* The functions and variables that libc.so.6 and old programs import from glibc's loader, apart
 * from TLS, errors and the dl* functions. */
#include "glibc.h"

#include "loader/audit.h"
#include "loader/dl.h"
#include "loader/profile.h"
#include "loader/rendezvous.h"
#include "loader/symbol.h"
#include "loader/sys.h"
#include "loader/text.h"
#include <string.h>

/* libthread_db sets it to have events of threads reported that start later. */
EXPORT unsigned char __nptl_initial_report_events;

EXPORT void __myld_version_placeholder(void);
EXPORT struct link_map *_dl_find_dso_for_object(const void *address);
EXPORT void _dl_audit_preinit(struct link_map *map);
EXPORT void _dl_audit_symbind_alt(struct link_map *map, const Elf64_Sym *reference, void **value,
                                  struct link_map *result);
EXPORT int _dl_rtld_di_serinfo(struct link_map *map, void *information, bool count_only);

/* An old version name without a symbol of its own: link editors ask for the node. */
__asm__(".symver __myld_version_placeholder, __rtld_version_placeholder@GLIBC_2.34");
void __myld_version_placeholder(void) {}

uintptr_t glibc_symbol(const struct object *libc, const char *name, const char *version_name) {
    struct version version = {.name = version_name};
    for (size_t i = 0; version_name && i < libc->version_count; i++)
        if (libc->versions[i].name && strcmp(libc->versions[i].name, version_name) == 0)
            version.hash = libc->versions[i].hash;
    struct symbol_request request = symbol_request_for(name, version_name ? &version : NULL);
    request.newest = true;
    struct symbol_result found = {libc, symbol_find_in(libc, &request)};
    return found.symbol ? symbol_address(found) : 0;
}

/* The object of an address; libc counts thread-local destructors in it. */
struct link_map *_dl_find_dso_for_object(const void *address) {
    struct object *object = address_object(linker_instance(), address);
    return object ? object->map : NULL;
}

/* A call that libc makes into a library that may be profiled (LD_PROFILE). */
void glibc_count_call(uintptr_t from, uintptr_t to) {
    struct profile *profile = linker_instance()->profile;
    if (profile)
        profile_count(profile, from, to);
}
EXPORT_AS(_dl_mcount, glibc_count_call);

/* libc runs the program's constructors itself, and says so to auditors. */
void _dl_audit_preinit(struct link_map *map) {
    (void)map;
    audit_preinit(linker_instance());
}

/* dlsym of a libc that looks symbols up itself has found one. */
void _dl_audit_symbind_alt(struct link_map *map, const Elf64_Sym *reference, void **value,
                           struct link_map *result) {
    struct linker *linker = linker_instance();
    struct symbol_result found = {rendezvous_object(linker, result), reference};
    *value = (void *)audit_dlsym(linker, rendezvous_object(linker, map), found, (uintptr_t)*value);
}

/* dlinfo's RTLD_DI_SERINFO and RTLD_DI_SERINFOSIZE. */
int _dl_rtld_di_serinfo(struct link_map *map, void *information, bool count_only) {
    return dl_information(linker_instance(), map, count_only ? 5 : 4, information,
                          __builtin_return_address(0));
}
