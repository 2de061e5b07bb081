/*
 * What a process can learn about its objects: dl_iterate_phdr, dladdr, dladdr1, dlinfo,
 * _dl_find_object. Addresses are printed as relations, never as numbers, so that two runs can be
 * compared. The argument is a library to open first; "-": not even the program is opened.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#ifndef __GLIBC__
extern ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));
#endif

static const char *base(const char *path) {
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path ? path : "(null)";
}

/* The loader is the one object whose segments and name may differ: what debuggers are told of it,
 * and what the program is told. */
static ElfW(Addr) loader;

static int is_loader(ElfW(Addr) base_address) {
    return base_address == loader || base_address == getauxval(AT_BASE);
}

static int list(struct dl_phdr_info *info, size_t size, void *data) {
    int loads = 0;
    int tls = 0;

    for (int i = 0; i < info->dlpi_phnum; i++) {
        loads += info->dlpi_phdr[i].p_type == PT_LOAD;
        tls += info->dlpi_phdr[i].p_type == PT_TLS;
    }
    (void)data;
    if (!is_loader(info->dlpi_addr))
        printf("object \"%s\": %d headers, %d loads, tls %d%s%s\n", base(info->dlpi_name),
               info->dlpi_phnum, loads, tls, info->dlpi_tls_modid ? " module" : "",
               info->dlpi_tls_data ? " data" : "");
    if (size >= sizeof *info)
        printf("adds %llu subs %llu\n", info->dlpi_adds, info->dlpi_subs);
    return 0;
}

/* A symbol that says no size. */
extern const char bare[];
__asm__(".text\n.globl bare\nbare: .skip 16\n");

static void address(const char *what, const void *where) {
    Dl_info info = {0};
    int found = dladdr(where, &info);

    printf("dladdr %s: %d %s %s%s\n", what, found != 0, base(info.dli_fname),
           info.dli_sname ? info.dli_sname : "(none)",
           info.dli_sname && info.dli_saddr == where ? " exactly" : "");
}

#ifdef __GLIBC__
static void address1(const char *what, const void *where) {
    Dl_info info;
    void *extra = NULL;

    if (dladdr1(where, &info, &extra, RTLD_DL_SYMENT) && extra) {
        const ElfW(Sym) *symbol = extra;
        printf("dladdr1 %s: type %d bind %d size %s\n", what, ELF64_ST_TYPE(symbol->st_info),
               ELF64_ST_BIND(symbol->st_info), symbol->st_size ? "some" : "none");
    }
    if (dladdr1(where, &info, &extra, RTLD_DL_LINKMAP) && extra) {
        const struct link_map *map = extra;
        printf("dladdr1 %s: map %s %d\n", what, base(map->l_name),
               (void *)map->l_addr == info.dli_fbase);
    }
}

static void search_path(void *object) {
    Dl_serinfo size;
    Dl_serinfo *paths;

    if (dlinfo(object, RTLD_DI_SERINFOSIZE, &size) || !(paths = malloc(size.dls_size)))
        return;
    dlinfo(object, RTLD_DI_SERINFOSIZE, paths);
    if (!dlinfo(object, RTLD_DI_SERINFO, paths))
        for (unsigned i = 0; i < paths->dls_cnt; i++)
            printf("search %s flags %x\n", paths->dls_serpath[i].dls_name,
                   paths->dls_serpath[i].dls_flags);
    free(paths);
}

static void details(void *object) {
    char origin[4096];
    Lmid_t space;
    size_t module = 0;
    void *data = NULL;

    if (!dlinfo(object, RTLD_DI_ORIGIN, origin))
        printf("origin %s\n", origin);
    if (!dlinfo(object, RTLD_DI_LMID, &space))
        printf("namespace %ld\n", space);
    if (!dlinfo(object, RTLD_DI_TLS_MODID, &module) && !dlinfo(object, RTLD_DI_TLS_DATA, &data))
        printf("tls module %s data %s\n", module ? "some" : "none", data ? "some" : "none");
    const ElfW(Phdr) *headers = NULL;
    int count = dlinfo(object, RTLD_DI_PHDR, &headers);
    printf("headers %d first %u\n", count, headers ? headers->p_type : 0);
    static const int unsupported[] = {RTLD_DI_CONFIGADDR, RTLD_DI_PROFILENAME, RTLD_DI_PROFILEOUT,
                                      0, 12345};
    for (unsigned i = 0; i < sizeof unsupported / sizeof *unsupported; i++)
        printf("dlinfo %d: %d %s\n", unsupported[i], dlinfo(object, unsupported[i], origin),
               dlerror());
    search_path(object);
}

static void find(const char *what, void *where) {
    struct dl_find_object found;
    Dl_info info = {0};
    int result = _dl_find_object(where, &found);

    printf("_dl_find_object %s: %d", what, result);
    if (!result && dladdr(where, &info))
        printf(" %s inside %d eh_frame %s", base(found.dlfo_link_map->l_name),
               (char *)where >= (char *)found.dlfo_map_start &&
                   (char *)where < (char *)found.dlfo_map_end,
               found.dlfo_eh_frame ? "some" : "none");
    printf("\n");
}
#endif

static void chain(void *object) {
    struct link_map *map = NULL;

    if (dlinfo(object, RTLD_DI_LINKMAP, &map) || !map)
        return;
    printf("map %s\n", base(map->l_name));
    while (map->l_prev)
        map = map->l_prev;
    for (; map; map = map->l_next)
        if (!is_loader(map->l_addr))
            /* The program's entry: a loader may name it for debuggers or leave it empty. */
            printf("chain \"%s\" %s\n", map->l_ld == _DYNAMIC ? "" : base(map->l_name),
                   map->l_ld ? "dynamic" : "-");
}

int main(int argc, char **argv) {
    int opens = argc < 2 || strcmp(argv[1], "-") != 0;
    void *object = opens ? dlopen(argc > 1 ? argv[1] : NULL, RTLD_NOW) : NULL;
    void *function = object ? dlsym(object, "greet") : NULL;

    for (ElfW(Dyn) *entry = _DYNAMIC; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_DEBUG && entry->d_un.d_ptr)
            loader = ((struct r_debug *)entry->d_un.d_ptr)->r_ldbase;
    address("the vdso", (void *)getauxval(AT_SYSINFO_EHDR));
    dl_iterate_phdr(list, NULL);
    address("main", (void *)main);
    address("inside greet", function ? (char *)function + 1 : NULL);
    address("greet", function);
    address("nothing", (void *)8);
    address("bare", bare);
    address("behind bare", bare + 8);
    address("puts", dlsym(RTLD_DEFAULT, "puts"));
    if (object)
        chain(object);
#ifdef __GLIBC__
    address1("puts", dlsym(RTLD_DEFAULT, "puts"));
    address1("main", (void *)main);
    find("main", (void *)main);
    find("greet", function);
    find("nothing", (void *)8);
    if (object)
        details(object);
#endif
    return 0;
}
