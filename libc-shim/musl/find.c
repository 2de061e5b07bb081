/* Finding musl's libc.so: the file that is libc and dynamic linker in one.
 *
 * It is not searched for: a musl program names it as its interpreter, and DT_NEEDED "libc.so" means
 * the same file by rule. Where myld itself stands in the interpreter's place, well-known places are
 * tried. What is opened here is checked as far as headers tell; musl.c checks the rest once it is
 * mapped. (/usr/lib/<machine>-linux-gnu/libc.so is a text file for glibc's link editor and no
 * candidate.)
 */
#include "musl.h"

#include "loader/facts.h"
#include "loader/load.h"
#include "loader/memory.h"
#include "loader/sys.h"
#include "loader/text.h"
#include <string.h>

bool musl_means_libc(const char *name) {
    static const char starts[][12] = {"libc.",  "libpthread.", "libm.",    "libdl.",
                                      "librt.", "libutil.",    "libxnet.", "ld-musl-"};
    for (size_t i = 0; i < ARRAY_LENGTH(starts); i++)
        if (starts_with(name, starts[i]))
            return true;
    return false;
}

/* -- candidates -- */

/* The formats take the machine's name in musl's files. */
static const char known_places[][32] = {
    "/lib/ld-musl-%s.so.1", "/lib/libc.musl-%s.so.1",    "/usr/lib/%s-linux-musl/libc.so",
    "/usr/lib/libc.so",     "/usr/lib/musl/lib/libc.so", "/usr/local/musl/lib/libc.so",
};

/* `make install` leaves this beside myld. */
#define COPY_BESIDE "libc.musl-%s.so.1"

/* The copy comes first where myld stands in the place of musl's loader, which hides the system's
 * libc.so more often than not; else last. */
enum { PLACE_INTERPRETER, PLACE_OPTION, PLACE_BESIDE_FIRST, PLACE_KNOWN };
#define PLACE_BESIDE_LAST (PLACE_KNOWN + ARRAY_LENGTH(known_places))
#define PLACE_COUNT (PLACE_BESIDE_LAST + 1)

/* The kernel took myld for musl's loader. */
static bool stands_in(const struct linker *linker) {
    const char *name = linker->options.explicitly ? NULL : linker->interpreter;
    const char *slash = name ? strrchr(name, '/') : NULL;
    return slash && musl_means_libc(slash + 1);
}

/* The path of the copy in the folder of the running myld: of the interpreter that the kernel took,
 * or of the command. */
OWN_FRAME static char *name_beside(const struct linker *linker) {
    char path[SEARCH_PATH_MAX];
    const char *name = linker->options.explicitly ? NULL : linker->interpreter;
    long length = name ? (long)format_text(path, sizeof path, "%s", name)
                       : sys_readlink("/proc/self/exe", path, sizeof path);
    if (length <= 0 || length >= (long)sizeof path)
        return NULL;
    while (length && path[length - 1] != '/')
        length--;
    size_t room = sizeof path - (size_t)length;
    bool fits = length &&
                format_text(path + length, room, COPY_BESIDE, linker->search.facts->musl_arch) > 0;
    return fits ? memory_copy_text(path) : NULL;
}

/* The path of candidate number `place` in loader memory; NULL when there is none. */
static char *name_place(const struct linker *linker, size_t place) {
    if (place == PLACE_BESIDE_FIRST || place == PLACE_BESIDE_LAST)
        return stands_in(linker) == (place == PLACE_BESIDE_FIRST) ? name_beside(linker) : NULL;
    if (place >= PLACE_KNOWN) {
        char path[sizeof known_places[0] + sizeof linker->search.facts->musl_arch];
        format_text(path, sizeof path, known_places[place - PLACE_KNOWN],
                    linker->search.facts->musl_arch);
        return memory_copy_text(path);
    }
    const char *given = place == PLACE_INTERPRETER ? linker->interpreter
                        : !linker->process.secure  ? linker->options.musl_libc
                                                   : NULL;
    return given ? memory_copy_text(given) : NULL;
}

/* -- checks -- */

static bool is_myld(const struct linker *linker, const struct image_file *file) {
    struct stat status;
    const char *path = linker->options.explicitly ? "/proc/self/exe" : linker->interpreter;
    return path && sys_stat(path, &status) == 0 && status.st_ino == file->inode &&
           status.st_dev == file->device;
}

/* Reads the dynamic section in the file. musl's libc.so needs nothing and defines no versions;
 * glibc's libc and loader, and myld, do the one or the other. */
static const char *check_dynamic(const struct image_file *file) {
    Elf64_Dyn dynamic[64] = {{0}};
    for (size_t i = 0; i < file->phnum; i++)
        if (file->phdr[i].p_type == PT_DYNAMIC)
            sys_pread(file->fd, dynamic,
                      min_size(sizeof dynamic - sizeof dynamic[0], file->phdr[i].p_filesz),
                      file->phdr[i].p_offset);
    if (dynamic[0].d_tag == DT_NULL)
        return "no dynamic section";
    for (const Elf64_Dyn *entry = dynamic; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_NEEDED)
            return "needs other libraries, which musl's libc.so does not";
        if (entry->d_tag == DT_VERDEF)
            return "defines symbol versions, which musl's libc.so does not";
    }
    return NULL;
}

/* Opens a candidate. NULL when it is accepted, else what is wrong with it. */
static const char *try_place(const struct linker *linker, const char *path, struct image_file *file,
                             struct error *error) {
    static const char itself[] = "is myld itself";
    bool foreign;
    if (!linker->options.explicitly && linker->interpreter &&
        strcmp(path, linker->interpreter) == 0)
        return itself; /* the kernel took it as the interpreter */
    if (!image_open_for(file, path, linker->search.facts->machine, &foreign, error))
        return error->number ? error_number_text(error->number) : error->text;
    const char *wrong = file->header.e_entry == 0       ? "has no entry point"
                        : file->header.e_type != ET_DYN ? "is no shared object"
                                                        : check_dynamic(file);
    if (wrong && is_myld(linker, file))
        wrong = itself;
    if (wrong)
        image_close(file);
    return wrong;
}

/* Tells whoever observes searches; `wrong` NULL: it was found. */
static void tell_place(const struct linker *linker, const char *path, const char *wrong,
                       struct error *error) {
    struct search_observer *observer = linker->search.observer;
    if (!observer)
        return;
    bool absent = wrong && error->kind == ERROR_OPEN && error->number;
    if (wrong && !absent)
        error_set(error, ERROR_FILE, 0, path, "%s", wrong);
    observer->place(observer, SEARCH_LIBC, path,
                    !wrong   ? SEARCH_FOUND
                    : absent ? SEARCH_ABSENT
                             : SEARCH_REFUSED,
                    wrong ? error : NULL);
}

char *musl_open_libc(struct linker *linker, struct image_file *file, struct error *error) {
    for (size_t place = 0; place < PLACE_COUNT; place++) {
        char *path = name_place(linker, place);
        if (!path)
            continue;
        if (linker->search.observer) /* else nobody looks at it: its page stays untouched */
            error->kind = ERROR_NONE;
        const char *wrong = try_place(linker, path, file, error);
        tell_place(linker, path, wrong, error);
        if (!wrong)
            return path;
        memory_free(path);
    }
    return NULL;
}

void musl_describe_places(struct linker *linker, char *text, size_t size) {
    struct image_file file;
    struct error error;
    size_t length = 0;
    for (size_t place = 0; place < PLACE_COUNT; place++) {
        char *path = name_place(linker, place);
        if (!path)
            continue;
        const char *wrong = try_place(linker, path, &file, &error);
        if (!wrong)
            image_close(&file);
        length += format_text(text + length, size - length, "\n  looked at %s: %s", path,
                              wrong ? wrong : "found");
        memory_free(path);
    }
    format_text(text + length, size - length,
                "\n  Install musl, or name its libc.so in MYLD_MUSL_LIBC.");
}
