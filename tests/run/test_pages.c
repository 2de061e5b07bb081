/*
 * Pages of 4, 16 and 64 KB: what AT_PAGESZ says decides how images are mapped, where bss begins and
 * RELRO ends. The emulator can be asked for each; the hardware has one.
 */
#include "support.h"
#include <string.h>

static const char *const sizes[] = {"4096", "16384", "65536"};

static const char *const lines[] = {
    "./hello",
    "./hello_exec",
    "./tls",
    "./catch",
    "./copy",
    "./order",
    "./align",
    "./bigbss",
    "./tls_dlopen ./libtls_desc.so desc",
    "./plugin_host open=./libplugin_two.so call=plugin_run close",
    "./plugin_host open=./libalign.so open=./libpages4.so open=./libempty.so",
    "./spaces new=./libspace_one.so call=space_count",
};

TABLE_TEST(pages, as_native, lines) {
    if (!emulated())
        cr_skip_test("the hardware has one size of pages");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        compare(WAY(EXPLICIT) | WAY(BIND), COMPARE_FIRST_LINE,
                text("QEMU_PAGESIZE=%s %s", sizes[i], *row));
}

/* The page that the program is told of is the page that there is. */
TABLE_TEST(pages, are_what_the_kernel_says, sizes) {
    struct result got = runf("QEMU_PAGESIZE=%s LD_SHOW_AUXV=1 %s ./hello", *row, myld());

    if (!emulated())
        cr_skip_test("the hardware has one size of pages");
    cr_expect(strstr(got.out, text("AT_PAGESZ:            %s\n", *row)), "%s%s", got.out,
              got.error);
}

/* With zeros at the end of libc.so: where a page reaches behind the end of a file, the emulator
 * (7.2) refuses system calls that read there, and stdout's buffer lies there. */
static const char *const musl_programs[] = {"musl/hello", "musl/tls", "musl/order"};

TABLE_TEST(pages, musl, musl_programs) {
    const char *libc = text("%s/libc.so", scratch()), *program = text("%s/program", scratch());

    if (!emulated())
        cr_skip_test("the hardware has one size of pages");
    runf("sh -c 'cp %s %s && truncate -s 1M %s && cp %s %s && patchelf --set-interpreter %s "
         "--set-rpath %s/musl %s'",
         native_musl, libc, libc, *row, program, libc, samples(), program);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct result native = runf("QEMU_PAGESIZE=%s %s", sizes[i], program);
        struct result got = runf("QEMU_PAGESIZE=%s %s %s", sizes[i], myld(), program);
        cr_expect_eq(native.exit, 0, "%s", native.error);
        compare_results(&native, &got, COMPARE_ERROR, sizes[i], program);
    }
}
