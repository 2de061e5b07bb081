/* Messages; see report.h. */
#include "report.h"

#include "event.h"
#include "sys.h"
#include "text.h"
#include <errno.h>
#include <string.h>

#define STANDARD_ERROR 2
#define STANDARD_OUTPUT 1

static const char *rule_name(enum search_rule rule) {
    switch (rule) {
    case SEARCH_RPATH_CHAIN:
        return "DT_RPATH of the requester, of its requesters and of the program";
    case SEARCH_ANY_CHAIN:
        return "DT_RPATH or DT_RUNPATH of the requester and of its requesters";
    case SEARCH_LIBRARY_PATH:
        return "LD_LIBRARY_PATH or --library-path";
    case SEARCH_RUNPATH:
        return "DT_RUNPATH of the requester";
    case SEARCH_CACHE:
        return "/etc/ld.so.cache";
    default:
        return "default folders";
    }
}

static void print_place(struct search_observer *observer, enum search_rule rule, const char *path,
                        enum search_verdict verdict, const struct error *error) {
    (void)observer;
    const char *why = verdict == SEARCH_FOUND      ? "found"
                      : verdict == SEARCH_FOREIGN  ? "of another machine or class"
                      : verdict == SEARCH_REFUSED  ? "not set-user-ID"
                      : verdict == SEARCH_UNLISTED ? "has no such library"
                      : !error                     ? "no such folder"
                      : error->number              ? error_number_text(error->number)
                                                   : error->text;
    print_text(STANDARD_ERROR, "  looked at %s: %s (%s)\n", path, why, rule_name(rule));
}

/* Searches once more, telling each place. */
static void print_places(struct linker *linker, const struct error *error) {
    struct object *requester = NULL;
    for (struct object *object = linker->base.first; object; object = object->next)
        if (strcmp(object->label, error->needed_by) == 0)
            requester = object;
    struct image_file file;
    struct error again;
    char path[SEARCH_PATH_MAX];
    struct search_observer printer = {.place = NULL};
    printer.place = print_place;
    linker->search.observer = &printer;
    if (!strchr(error->object, '/'))
        search_open(&linker->search, error->object, requester, linker->program, &file, path,
                    &again);
    linker->search.observer = NULL;
}

static void print_failure(struct linker *linker, const struct error *error, const char *text) {
    print_text(STANDARD_ERROR, "%s\n", text);
    if (error->detail[0])
        print_text(STANDARD_ERROR, "  %s\n", error->detail);
    if (linker->program && (error->kind == ERROR_OPEN || error->kind == ERROR_FILE) &&
        strcmp(error->object, linker->options.program ? linker->options.program : "") != 0) {
        const char *by = error->needed_by[0] ? error->needed_by : linker->process.argv[0];
        if (error->kind == ERROR_OPEN && error->number == ENOENT && linker->search.rules) {
            print_text(STANDARD_ERROR, "  needed by %s\n", by);
            print_places(linker, error);
            print_text(STANDARD_ERROR, "  install the package that has it, or name its folder with "
                                       "--library-path or LD_LIBRARY_PATH\n");
        }
    }
}

bool report_and_go_on(struct linker *linker, const struct error *error) {
    char text[2048];
    if (linker->running || !linker->shim->tells_all || error->kind == ERROR_OTHER)
        return false;
    linker->shim->describe_start(linker, error, text, sizeof text);
    print_failure(linker, error, text);
    return linker->failed = true;
}

_Noreturn void report_failure(struct linker *linker, const struct error *error) {
    char text[2048];
    linker->shim->describe_start(linker, error, text, sizeof text);
    if (!linker->failed)
        print_failure(linker, error, text);
    event_exit(linker, 127, text, error->detail[0] ? error->detail : NULL);
}

_Noreturn void report_help(const char *command) {
    print_text(
        STANDARD_OUTPUT,
        "Usage: %s [OPTION]... EXECUTABLE-FILE [ARGS-FOR-PROGRAM...]\n"
        "myld maps a program and its libraries, links them and starts the program.\n"
        "Usually it is called by the kernel, as the interpreter that a program names.\n\n"
        "  --list                all libraries and where each was found; runs nothing\n"
        "  --verify              status 0: a program that can be run, 2: a library\n"
        "  --library-path PATH   folders to search, in place of LD_LIBRARY_PATH\n"
        "  --inhibit-cache       no look into /etc/ld.so.cache\n"
        "  --inhibit-rpath LIST  no DT_RPATH and DT_RUNPATH of the objects in LIST\n"
        "  --glibc-hwcaps-prepend LIST, --glibc-hwcaps-mask LIST\n"
        "                        glibc-hwcaps folders to search first; the only ones\n"
        "  --preload LIST        libraries that come before all others\n"
        "  --audit LIST          libraries that watch the loader: rtld-audit(7)\n"
        "  --argv0 STRING        the program's argv[0]\n"
        "  --list-tunables       settings for GLIBC_TUNABLES, with values and bounds\n"
        "  --list-diagnostics    all that the libraries are chosen by on this machine\n\n"
        "  --explain[=FILE]      tell, stage by stage, what happens and why: docs/tour.md\n"
        "  --step[=COMMANDS]     the same, waiting at each stage or event\n"
        "  --trace=FILE          write down every step: docs/events.md\n"
        "  --trace-format=FORMAT, --trace-detail=DETAIL, --trace-hold=FILE\n"
        "                        how, how much, and waiting for a reader\n\n"
        "Questions. Nothing of the file is run, which may be a library, too, or of another\n"
        "machine; the answer is on standard output, with --json for programs. Status: 0,\n"
        "or 1 when something is missing, 127 when the file cannot be read.\n\n"
        "  --check               what is missing: libraries, versions, symbols\n"
        "  --tree                who needs whom, and by which rule each was found\n"
        "  --why SYMBOL[@VERSION]  who defines the symbol, and who else would\n"
        "  --why-lib NAME        where the library was looked for, and why not\n"
        "  --in OBJECT           for --why, --why-lib: asked by this object, not the program\n"
        "  --json                the answer as JSON: docs/questions.md\n\n"
        "  --help                display this help and exit\n"
        "  --version             output version information and exit\n",
        command);
    sys_exit(0);
}

_Noreturn void report_version(void) {
    print_text(STANDARD_OUTPUT, "myld 0.1\n");
    sys_exit(0);
}
