/* What other threads read without a lock (loader/retire.c) is freed when no reader is inside. */
#include "loader/linker.h"
#include "loader/retire.h"
#include <criterion/criterion.h>

static int released;

static void release(void *item) {
    released += *(int *)item;
}

Test(retire, waits_for_readers) {
    static struct linker linker;
    int one = 1, ten = 10;

    retire(&linker, release, &one);
    cr_expect_eq(released, 0, "retired is not freed");
    reader_enter();
    reader_enter();
    retire(&linker, release, &ten);
    retire_sweep(&linker);
    cr_expect_eq(released, 0, "two readers are inside");
    reader_leave();
    retire_sweep(&linker);
    cr_expect_eq(released, 0, "one reader is inside");
    reader_leave();
    retire_sweep(&linker);
    cr_expect_eq(released, 11, "nobody is inside");
    retire_sweep(&linker);
    cr_expect_eq(released, 11, "each is freed once");
}

/* The cheaper way of counting while there is one thread, and the change to the other one while a
 * reader is inside. */
Test(retire, one_thread_and_more) {
    static struct linker linker;
    int one = 1;

    reader_expect_one_thread(true);
    reader_enter();
    retire(&linker, release, &one);
    retire_sweep(&linker);
    cr_expect_eq(released, 0, "a reader is inside");
    reader_expect_one_thread(false);
    retire_sweep(&linker);
    cr_expect_eq(released, 0, "it still is");
    reader_leave();
    retire_sweep(&linker);
    cr_expect_eq(released, 1, "nobody is inside");
}
