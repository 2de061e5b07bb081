/*
 * Brings the stock loader back where myld in its place is broken: no dynamic program starts any
 * more, so this one is static and needs nothing else.
 *
 * In:  nothing; run by root, or by the kernel in the place of init (`init=/usr/lib/myld/recover` on
 * its command line). Out: a copy of the stock loader is in its own place, the diversion of
 * tools/system-loader is removed. Run as init, the root file system is made writable first, and the
 * real init is started afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* From the Makefile: MACHINE "x86_64", LOADER "ld-linux-x86-64.so.2". */
#define LIBRARY_FOLDER "/lib/" MACHINE "-linux-gnu/"

static const char place[] = LIBRARY_FOLDER LOADER;
static const char fresh[] = LIBRARY_FOLDER LOADER ".recovered";
static const char stock[] = "/usr/lib/myld/stock/" LOADER; /* as in tools/system-loader */

static bool failed(const char *what) {
    fprintf(stderr, "recover: %s: %s\n", what, strerror(errno));
    return false;
}

static bool copy_bytes(int from, int to) {
    char buffer[65536];
    ssize_t size;
    while ((size = read(from, buffer, sizeof buffer)) > 0)
        if (write(to, buffer, (size_t)size) != size)
            return failed(fresh);
    return size == 0 || failed(stock);
}

/* Copies the stock loader beside its place and renames it: at every moment the place holds a whole
 * file. */
static bool restore(void) {
    int from = open(stock, O_RDONLY | O_CLOEXEC);
    int to = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
    if (from < 0)
        return failed(stock);
    if (to < 0)
        return failed(fresh);
    if (!copy_bytes(from, to))
        return false;
    if (fchmod(to, 0755) != 0 || fsync(to) != 0 || close(to) != 0 || rename(fresh, place) != 0)
        return failed(place);
    return close(from) == 0;
}

/* With the diversion left, the next libc6 package would leave this loader beside a newer libc. */
static bool remove_diversion(void) {
    pid_t child = fork();
    int status = 0;
    if (child == 0) {
        execl("/usr/bin/dpkg-divert", "dpkg-divert", "--local", "--no-rename", "--remove", place,
              (char *)NULL);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        fprintf(stderr,
                "recover: run this before libc6 is upgraded: dpkg-divert --local --no-rename "
                "--remove %s\n",
                place);
        return false;
    }
    return true;
}

int main(int argc, char **argv) {
    bool is_init = getpid() == 1;
    (void)argc;
    if (is_init && mount(NULL, "/", NULL, MS_REMOUNT, NULL) != 0)
        failed("/");
    bool done = restore();
    if (done)
        fprintf(stderr, "recover: %s is the stock loader again\n", place);
    done = done && remove_diversion();
    if (is_init) {
        argv[0] = "/sbin/init";
        execv(argv[0], argv);
        failed(argv[0]);
    }
    return done ? 0 : 1;
}
