/*
 * Namespaces of dlmopen: their own libc, variables, threads, errors and lists; what is refused;
 * what is used again.
 */
#include "support.h"
#include <string.h>

static const char *const lines[] = {
    "./spaces new=./libspace_one.so lmid call=space_count new=./libspace_one.so call=space_count "
    "call=space_tls call=space_errno call=space_malloc lmid mapped=libc.so close mapped=libc.so "
    "lmid",
    "./spaces new=./libspace_two.so call=space_see_shared in=0:./libspace_one.so lmid "
    "call=space_see_shared",
    "./spaces new=./libspace_two.so with=space_open:NULL with=space_open:./libspace_one.so "
    "with=space_open:./nowhere.so with=space_fail:./nowhere.so call=space_error call=space_error "
    "with=space_getenv:SPACES",
    "./spaces set=hello new=./libspace_two.so with=space_getenv:SPACES set=there "
    "with=space_getenv:SPACES call=space_thread thread call=space_tls fork call=space_count "
    "with=space_next:malloc with=space_default:malloc",
    "./spaces newglobal=./libspace_two.so id=1:./libspace_one.so id=-5:./libspace_two.so "
    "id=99:./libspace_one.so newbad=./libspace_one.so new=./nowhere.so new=./libplugin_bad.so "
    "newnow=./libplugin_bad.so lmid new=./libempty.so lmid newnoload=./libempty.so "
    "base=./libspace_one.so lmid",
    "./spaces new=./libspace_one.so new=./libspace_one.so close=0 new=./libspace_two.so lmid "
    "close close new=./libspace_two.so lmid open=./libspace_two.so use=1 call=space_objects",
    "./spaces new=./libspace_two.so inglobal=0:./libspace_one.so in=0:./libspace_one.so use=0 "
    "with=space_default:space_count close=0 use=1 call=space_count "
    "with=space_default:space_count where=space_count where=malloc",
    "./spaces new=./libspace_one.so thread new=./libspace_one.so lmid thread call=space_tls "
    "call=space_tls thread close call=space_count fork new=./libspace_two.so lmid",
    "./spaces newnodelete=./libspace_one.so close lmid mapped=libspace_one new=./libspace_two.so "
    "lmid",
    "./spaces new=./liborder_a.so new=./liborder_b.so open=./liborder_b.so",
    "./spaces new=libstdc++.so.6 new=libssl.so.3 new=libz.so.1 lmid mapped=libstdc++ close=0 "
    "mapped=libstdc++ mapped=libc.so",
};

TABLE_TEST(spaces, as_native, lines) {
    compare(ALL_WAYS, COMPARE_FIRST_LINE, *row);
}

/* The loader's own name is the one thing that differs where it is not in the native one's place. */
static const char *const lists[] = {
    "./spaces new=./libspace_one.so map call=space_objects in=0:./libspace_two.so map "
    "call=space_objects new=./libspace_two.so map call=space_objects use=0 call=space_objects",
};

TABLE_TEST(spaces, lists, lists) {
    compare(WAY(BIND), COMPARE_FIRST_LINE, *row);
}

/* More than the system's loader has: it ends at 16 namespaces, and at 11 copies of libc. */
Test(spaces, many) {
    static const char line[] = "./spaces many=40:./libempty.so new=./libspace_one.so lmid "
                               "call=space_objects with=space_default:dl_iterate_phdr "
                               "call=space_thread close new=./libspace_two.so lmid "
                               "thread many=2:./libempty.so";
    static const char *const shown[] = {
        "many ./libempty.so: 40 of 40\n",
        "number 0: namespace 41\n",
        "  \"libspace_one.so\"\n  \"libc.so.6\"\n",
        "space_thread() = 42\n",
        "number 1: namespace 41\n",
        "many ./libempty.so: 2 of 2\n",
    };
    for (enum way way = EXPLICIT; way <= BIND; way++) {
        struct result got = run_myld(way, NULL, line);
        cr_expect_eq(got.exit, 0);
        for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
            cr_expect(strstr(got.out, shown[i]), "\"%s\" is not shown by\n%s", shown[i], got.out);
    }
}
