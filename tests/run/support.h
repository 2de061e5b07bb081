/*
 * Running real processes, for the tests in this folder. A command is one line of text, as in a
 * shell but without one: words separated by blanks, 'quoted' where they contain some,
 * VARIABLE=value in front of the program. The samples' folder is the current folder, so `./hello`
 * is the sample.
 *
 * The rule of these tests: what is expected of a process under myld is what the system's own loader
 * makes of the same command, in the same test.
 */
#ifndef TESTS_RUN_SUPPORT_H
#define TESTS_RUN_SUPPORT_H

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdbool.h>
#include <stddef.h>

/** How a process ended, and what it wrote. */
struct result {
    int exit;    /**< exit status, or -1 */
    int signal;  /**< the signal that ended it, or 0 */
    bool late;   /**< ended by us, after its time was up */
    char *out;   /**< standard output, ends in 0 */
    char *error; /**< standard error, ends in 0 */
};

/** The ways in which a program can come under a loader. */
enum way {
    EXPLICIT, /**< `myld prog args` */
    INTERP,   /**< a copy of the program whose PT_INTERP names myld, in a folder of links to the
                 samples */
    BIND,     /**< myld bind-mounted over the system's loaders, program and children untouched */
};

/** All ways, as a set. */
#define ALL_WAYS (1u << EXPLICIT | 1u << INTERP | 1u << BIND)
#define WAY(way) (1u << (way))

/** What to compare, besides exit status, signal and standard output. */
enum {
    COMPARE_ERROR = 1,      /**< the whole standard error */
    COMPARE_FIRST_LINE = 2, /**< its first line */
};

/** The loader under test: $MYLD, or the one that was built. */
const char *myld(void);
/** The native loader of glibc programs (of musl ones: native_musl), as in PT_INTERP. */
extern const char *native_loader;
extern const char *native_musl;

/**
 * Runs one command line natively.
 *
 * @param line the command; see above
 * @return the result, never freed: a test is a short process
 */
struct result run(const char *line);

/** As run(), but `format` is as of printf. */
struct result runf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * Runs one command line under myld.
 *
 * @param way how; with BIND and no namespaces, the test is skipped
 * @param options options of myld (`--preload x`), for EXPLICIT; NULL for none
 */
struct result run_myld(enum way way, const char *options, const char *line);

/**
 * Runs the line natively and under myld in each of the ways, and fails the test (without ending it)
 * where they differ.
 *
 * @param ways set of WAY()
 * @param what COMPARE_… or 0
 */
void compare(unsigned ways, int what, const char *line);

/** Fails the test (without ending it) unless both results are the same in what is to be compared.
 */
void compare_results(const struct result *expected, const struct result *got, int what,
                     const char *way, const char *line);

/** Says whether private mount namespaces work here. */
bool have_namespaces(void);

/** Says whether the programs under test run in an emulator, so that a tracer, a seccomp filter or a
 * limit would meet that one. */
bool emulated(void);

/** Says whether they are started by the kernel itself, from wherever (tests/run/machine.c). */
bool kernel_starts_programs(void);

/** The folder of the samples (an absolute path). */
const char *samples(void);

/** Makes a folder that is removed when the test ends. Its path has no blanks. */
const char *scratch(void);

/** As of printf; the text lives as long as the test. */
char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Returns the first line of the text, without its end. */
char *first_line(const char *all);

/**
 * A test of each row of a table: defines the test `suite/name`, whose body follows and sees `row`,
 * a pointer to an element of `table`.
 */
#define TABLE_TEST(suite, name, table)                                                             \
    static void suite##_##name(const typeof(*(table)) *row);                                       \
    ParameterizedTestParameters(suite, name) {                                                     \
        static size_t rows[sizeof(table) / sizeof *(table)];                                       \
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)                                    \
            rows[i] = i;                                                                           \
        return cr_make_param_array(size_t, rows, sizeof rows / sizeof *rows);                      \
    }                                                                                              \
    ParameterizedTest(size_t *row, suite, name) {                                                  \
        suite##_##name(&(table)[*row]);                                                            \
    }                                                                                              \
    static void suite##_##name(const typeof(*(table)) *row)

#endif
