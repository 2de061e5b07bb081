/*
 * The search for libraries (loader/search.c): tokens, lists of folders, and the rules in their
 * order, in folders made for the test that hold links to this test's own program file.
 */
#define _GNU_SOURCE
#include "loader/facts.h"
#include "loader/search.h"
#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/search-XXXXXX";

static const enum search_rule gnu_rules[] = {SEARCH_RPATH_CHAIN, SEARCH_LIBRARY_PATH,
                                             SEARCH_RUNPATH, SEARCH_DEFAULT, SEARCH_END};
static const char *default_folder = "";

static const char *default_path(const struct search *search) {
    (void)search;
    return default_folder;
}

static struct search make_search(void) {
    return (struct search){.rules = gnu_rules,
                           .default_path = default_path,
                           .inhibit_cache = true,
                           .facts = facts_here(),
                           .platform = "machine"};
}

/* ---- tokens ---- */

Test(search, tokens) {
    struct search search = make_search();
    struct object object = {.path = "/opt/app/lib/x.so", .origin = "/opt/app/lib"};
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {"", ""},
        {"/plain", "/plain"},
        {"$ORIGIN", "/opt/app/lib"},
        {"${ORIGIN}/../x", "/opt/app/lib/../x"},
        {"$ORIGIN/$PLATFORM", "/opt/app/lib/machine"},
        {"/a/${PLATFORM}b", "/a/machineb"},
        {"$ORIGINAL", "$ORIGINAL"},
        {"$ORIGIN_", "$ORIGIN_"},
        {"${ORIGIN", "${ORIGIN"},
        {"${ORIGINS}", "${ORIGINS}"},
        {"$", "$"},
        {"${}", "${}"},
        {"$$ORIGIN", "$/opt/app/lib"},
        {"$OTHER", "$OTHER"},
        {"/first:/second", "/first"},
    };
    char out[SEARCH_PATH_MAX];

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        cr_expect(search_expand(&search, rows[i].text, &object, out), "%s", rows[i].text);
        cr_expect_str_eq(out, rows[i].expected, "%s: %s", rows[i].text, out);
    }
    cr_expect(search_expand(&search, "/$LIB", &object, out));
    cr_expect_str_eq(out + 1, facts_here()->lib);
    cr_expect_not(search_expand(&search, "$ORIGIN", NULL, out), "whose?");
}

Test(search, plain_paths_know_one_token) {
    struct search search = make_search();
    struct object object = {.path = "/x", .origin = "/o"};
    char out[SEARCH_PATH_MAX];

    search.plain_paths = true;
    cr_expect(search_expand(&search, "$ORIGIN/l", &object, out));
    cr_expect_str_eq(out, "/o/l");
    cr_expect_not(search_expand(&search, "/$LIB", &object, out));
}

Test(search, what_does_not_fit) {
    struct search search = make_search();
    char long_text[SEARCH_PATH_MAX + 1];
    struct {
        char out[SEARCH_PATH_MAX];
        char guard;
    } room = {.guard = 0x5a};

    memset(long_text, 'a', sizeof long_text);
    long_text[SEARCH_PATH_MAX] = 0;
    cr_expect_not(search_expand(&search, long_text, NULL, room.out));
    long_text[SEARCH_PATH_MAX - 1] = 0;
    cr_expect(search_expand(&search, long_text, NULL, room.out));
    cr_expect_eq(strlen(room.out), SEARCH_PATH_MAX - 1);
    struct object object = {.path = "/x", .origin = long_text};
    cr_expect_not(search_expand(&search, "a$ORIGIN", &object, room.out));
    cr_expect_eq(room.guard, 0x5a);
}

Test(search, origin_of_a_path) {
    static const struct {
        const char *path, *origin;
    } rows[] = {{"/lib/x.so", "/lib"}, {"/x.so", "/"}, {"/a//b//x.so", "/a//b"}};
    struct search search = make_search();

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct object object = {.path = rows[i].path};
        search_set_origin(&object, rows[i].path);
        cr_expect_str_eq(object.origin, rows[i].origin);
        struct object asked = {.path = rows[i].path};
        cr_expect_str_eq(search_origin(&search, &asked), rows[i].origin);
    }
}

/* ---- lists of folders ---- */

static char seen[8192];

static void note(void *context, enum search_rule rule, const char *folder) {
    (void)context;
    snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%d%s ", rule, folder);
}

static const char *folders_of_library_path(const char *path, bool plain) {
    struct search search = make_search();
    struct object program = {.path = "/p/prog", .origin = "/p"};
    const enum search_rule rules[] = {SEARCH_LIBRARY_PATH, SEARCH_END};

    search.rules = rules;
    search.library_path = path;
    search.plain_paths = plain;
    seen[0] = 0;
    search_each_folder(&search, &program, &program, note, NULL);
    return seen;
}

Test(search, lists_of_folders) {
    cr_expect_str_eq(folders_of_library_path("/a:/b", false), "3/a/ 3/b/ ");
    cr_expect_str_eq(folders_of_library_path("/a;/b/", false), "3/a/ 3/b/ ");
    cr_expect_str_eq(folders_of_library_path("/a///", false), "3/a/ ");
    cr_expect_str_eq(folders_of_library_path("/", false), "3/ ");
    cr_expect_str_eq(folders_of_library_path("/a::/b", false), "3/a/ 3./ 3/b/ ");
    cr_expect_str_eq(folders_of_library_path(":", false), "3./ 3./ ");
    cr_expect_str_eq(folders_of_library_path("$ORIGIN/l", false), "3/p/l/ ");
    cr_expect_str_eq(folders_of_library_path("", false), "");
    cr_expect_str_eq(folders_of_library_path("/a:/b\n/c", true), "3/a/ 3/b/ 3/c/ ");
    cr_expect_str_eq(folders_of_library_path("/a::/b:", true), "3/a/ 3/b/ ");
    cr_expect_str_eq(folders_of_library_path("/$LIB:/b", true), "3/b/ ");
}

Test(search, lists_longer_than_any_path) {
    static char list[100000];

    memset(list, 'a', sizeof list - 1);
    list[0] = list[50000] = '/';
    list[49999] = ':';
    list[60000] = ':';
    memcpy(list + 60001, "/b", 3);
    cr_expect_str_eq(folders_of_library_path(list, false), "3/b/ ");
}

/* ---- rules ---- */

static void make_folder(const char *name) {
    char path[256];

    snprintf(path, sizeof path, "%s/%s", root, name);
    cr_assert(mkdir(path, 0700) == 0);
}

static void make_file(const char *folder, const char *name, const char *content) {
    char path[256];

    snprintf(path, sizeof path, "%s/%s/%s", root, folder, name);
    if (!content) {
        char self[256] = "";
        cr_assert(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
        cr_assert(symlink(self, path) == 0);
        return;
    }
    FILE *file = fopen(path, "w");
    cr_assert(file && fputs(content, file) >= 0);
    fclose(file);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place) {
    (void)status, (void)type, (void)place;
    return remove(path);
}

static void set_up(void) {
    cr_assert_not_null(mkdtemp(root));
    make_folder("rpath"), make_folder("library_path"), make_folder("runpath"),
        make_folder("default");
}

static void tear_down(void) {
    nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

TestSuite(rules, .init = set_up, .fini = tear_down);

/* Where the search for lib.so ends: the folder, or what is wrong. */
static const char *found_in(struct search *search, struct object *requester,
                            struct object *program) {
    static char path[SEARCH_PATH_MAX];
    static struct error error;
    struct image_file file;
    static char folder[64];

    if (!search_open(search, "lib.so", requester, program, &file, path, &error))
        return error.text;
    image_close(&file);
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path - strlen(root) - 1),
             path + strlen(root) + 1);
    return folder;
}

static char *in_root(const char *folder) {
    char *path = malloc(256);
    snprintf(path, 256, "%s/%s", root, folder);
    return path;
}

static struct search search_everywhere(void) {
    struct search search = make_search();

    search.library_path = in_root("library_path");
    default_folder = in_root("default/");
    return search;
}

Test(rules, in_their_order) {
    static const char *const order[] = {"default", "runpath", "library_path"};
    struct object program = {.kind = OBJECT_PROGRAM, .path = "prog"};
    struct object requester = {
        .path = "user.so", .runpath = in_root("runpath"), .requester = &program};

    struct search search = search_everywhere();
    cr_expect_str_eq(found_in(&search, &requester, &program), "cannot open shared object file");
    for (size_t i = 0; i < ARRAY_LENGTH(order); i++) {
        make_file(order[i], "lib.so", NULL);
        requester.path_folders = NULL;
        search = search_everywhere();
        cr_expect_str_eq(found_in(&search, &requester, &program), order[i]);
    }
    requester =
        (struct object){.path = "user.so", .rpath = in_root("rpath"), .requester = &program};
    make_file("rpath", "lib.so", NULL);
    search = search_everywhere();
    cr_expect_str_eq(found_in(&search, &requester, &program), "rpath");
}

Test(rules, rpath_is_inherited_and_runpath_is_not) {
    struct object program = {.kind = OBJECT_PROGRAM, .path = "prog", .rpath = in_root("rpath")};
    struct object requester = {.path = "user.so", .requester = &program};
    struct search search = make_search();

    default_folder = "";
    make_file("rpath", "lib.so", NULL);
    cr_expect_str_eq(found_in(&search, &requester, &program), "rpath");
    requester.runpath = in_root("runpath");
    cr_expect_str_eq(found_in(&search, &requester, &program), "cannot open shared object file",
                     "its own DT_RUNPATH switches the chain off");
    requester.runpath = requester.rpath = NULL;
    program = (struct object){.kind = OBJECT_PROGRAM, .path = "prog", .runpath = in_root("rpath")};
    cr_expect_str_eq(found_in(&search, &requester, &program), "cannot open shared object file");
}

Test(rules, no_default_folders_for_nodeflib) {
    struct object program = {.kind = OBJECT_PROGRAM, .path = "prog"};
    struct object requester = {.path = "user.so", .flags_1 = DF_1_NODEFLIB, .requester = &program};
    struct search search = search_everywhere();

    make_file("default", "lib.so", NULL);
    cr_expect_str_eq(found_in(&search, &requester, &program), "cannot open shared object file");
    requester.flags_1 = 0;
    cr_expect_str_eq(found_in(&search, &requester, &program), "default");
}

Test(rules, a_broken_file_ends_the_search) {
    struct object program = {.kind = OBJECT_PROGRAM, .path = "prog"};
    struct search search = search_everywhere();

    make_file("library_path", "lib.so",
              "not an ELF file, but long enough to be taken for one: "
              "sixty-four bytes and more");
    make_file("default", "lib.so", NULL);
    cr_expect_str_eq(found_in(&search, NULL, &program), "invalid ELF header");
}

Test(rules, a_foreign_file_is_passed_over) {
    struct object program = {.kind = OBJECT_PROGRAM, .path = "prog"};
    struct search search = search_everywhere();
    char foreign[128] = ELFMAG "\1\1\1";
    char path[256];

    memset(foreign + 7, 'x', sizeof foreign - 8);
    snprintf(path, sizeof path, "%s/library_path/lib.so", root);
    FILE *file = fopen(path, "w");
    cr_assert(file && fwrite(foreign, sizeof foreign, 1, file) == 1);
    fclose(file);
    cr_expect_str_eq(found_in(&search, NULL, &program), "wrong ELF class: ELFCLASS32",
                     "remembered, where there is nothing better");
    make_file("default", "lib.so", NULL);
    search = search_everywhere();
    cr_expect_str_eq(found_in(&search, NULL, &program), "default");
}

Test(rules, names_with_a_slash) {
    struct search search = search_everywhere();
    struct object program = {.kind = OBJECT_PROGRAM, .path = "/p", .origin = root};
    static char path[SEARCH_PATH_MAX];
    struct image_file file;
    struct error error;

    make_file("default", "lib.so", NULL);
    cr_assert(search_open(&search, "$ORIGIN/default/lib.so", NULL, &program, &file, path, &error),
              "%s", error.text);
    image_close(&file);
    cr_expect_str_eq(path, in_root("default/lib.so"));
    cr_expect_not(search_open(&search, "./lib.so", NULL, &program, &file, path, &error));
    cr_expect_eq(error.kind, ERROR_OPEN);
}

Test(rules, names_longer_than_files_can_have) {
    struct search search = search_everywhere();
    struct object program = {.kind = OBJECT_PROGRAM, .path = "/p"};
    static char path[SEARCH_PATH_MAX], name[3 * SEARCH_PATH_MAX];
    struct image_file file;
    struct error error;

    for (size_t size = 100; size < sizeof name; size += 117) {
        memset(name, 'n', size);
        name[size] = 0;
        cr_expect_not(search_open(&search, name, NULL, &program, &file, path, &error));
        name[0] = '/';
        cr_expect_not(search_open(&search, name, NULL, &program, &file, path, &error));
    }
}
