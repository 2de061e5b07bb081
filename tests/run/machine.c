/*
 * machine ROOT EMULATOR COMMAND [ARGUMENT…]
 *
 * Runs the command, and all that it starts, on a machine that also runs another machine's programs:
 * the files of ROOT (/usr, /etc and /var of a Debian of that machine, or only its libraries) lie
 * over this machine's, as they would where its packages were installed, and the kernel starts its
 * programs by way of the emulator (binfmt_misc, flag F: the emulator is opened now and need not be
 * reachable later).
 *
 * Everything happens in a user namespace and a mount namespace of its own (Linux 6.7: binfmt_misc
 * belongs to a user namespace), so that nothing else notices. In the command's environment
 * TEST_MACHINE=1 says that it worked; where namespaces are not to be had, the command runs all the
 * same, without it.
 *
 * Which machine, the emulator's own name does not tell: the magic bytes below are aarch64's. See
 * user_namespaces(7), the kernel's Documentation/admin-guide/binfmt-misc.rst and overlayfs.rst.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#define REGISTER "/proc/sys/fs/binfmt_misc/register"

static bool complain(const char *what) {
    fprintf(stderr, "machine: %s: %s: the kernel will not start the emulated programs by itself\n",
            what, strerror(errno));
    return false;
}

static bool write_file(const char *path, const char *content) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    bool done = file >= 0 && write(file, content, strlen(content)) == (ssize_t)strlen(content);

    close(file);
    return done;
}

/* Fills the maps of the user namespace that `process` is in. Root's are complete, so that files'
 * owners and set-user-ID bits keep their meaning; anybody else stays who they are. */
static bool write_maps(pid_t process, uid_t user, gid_t group) {
    char path[64];
    char map[64];
    bool done = true;

    if (user != 0) {
        snprintf(path, sizeof path, "/proc/%d/setgroups", process);
        done = write_file(path, "deny");
    }
    snprintf(path, sizeof path, "/proc/%d/uid_map", process);
    snprintf(map, sizeof map, "%u %u %u", user, user, user ? 1 : 4294967295u);
    done = done && write_file(path, map);
    snprintf(path, sizeof path, "/proc/%d/gid_map", process);
    snprintf(map, sizeof map, "%u %u %u", group, group, user ? 1 : 4294967295u);
    return done && write_file(path, map);
}

/* New namespaces. Maps of more than oneself are written from outside: by a child that waits until
 * the namespace is there. */
static bool enter_namespaces(void) {
    uid_t user = geteuid();
    gid_t group = getegid();
    int ready[2];
    int status = 0;
    char byte = 0;

    if (pipe(ready))
        return complain("pipe");
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        close(ready[1]);
        _exit(read(ready[0], &byte, 1) == 1 && write_maps(parent, user, group) ? 0 : 1);
    }
    close(ready[0]);
    bool entered = child > 0 && !unshare(CLONE_NEWUSER | CLONE_NEWNS);
    if (entered && write(ready[1], &byte, 1) != 1)
        entered = false;
    close(ready[1]);
    if (child > 0)
        waitpid(child, &status, 0);
    if (!entered || status)
        return complain("namespaces");
    return !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) || complain("private mounts");
}

/* The root's folders over this machine's. */
static bool add_files(const char *root) {
    static const char *const folders[] = {"/usr", "/etc", "/var"};
    char upper[4096];
    char options[8192];

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(upper, sizeof upper, "%s%s", root, folders[i]);
        if (access(upper, F_OK))
            continue;
        snprintf(options, sizeof options, "lowerdir=%s:%s", upper, folders[i]);
        if (mount("none", folders[i], "overlay", 0, options))
            return complain(upper);
    }
    return true;
}

/* ELF, 64 bits, little-endian, ET_EXEC or ET_DYN (the lowest bit is masked out), EM_AARCH64. Flags:
 * P keeps argv[0], O and C give the program's own credentials, F opens the emulator now. */
static bool add_emulator(const char *emulator) {
    char line[4096];

    if (access(REGISTER, F_OK) && mount("none", "/proc/sys/fs/binfmt_misc", "binfmt_misc", 0, NULL))
        return complain("binfmt_misc");
    snprintf(
        line, sizeof line,
        ":tested:M::\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
        "\\x02\\x00\\xb7\\x00:\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfc\\x00\\xff\\xff\\xff\\xff"
        "\\xff\\xff\\xff\\xfe\\xff\\xff\\xff:%s:POCF",
        emulator);
    return write_file(REGISTER, line) || complain(REGISTER);
}

/* The emulator's path: one without a slash is looked for in $PATH. */
static const char *find(const char *name) {
    static char path[4096];
    char *folders = strdup(getenv("PATH") ? getenv("PATH") : "/usr/bin");

    if (strchr(name, '/'))
        return name;
    for (char *folder = strtok(folders, ":"); folder; folder = strtok(NULL, ":")) {
        snprintf(path, sizeof path, "%s/%s", folder, name);
        if (!access(path, X_OK))
            return path;
    }
    return name;
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: machine ROOT EMULATOR COMMAND [ARGUMENT...]\n");
        return 125;
    }
    const char *emulator = find(argv[2]);
    if (enter_namespaces() && add_files(argv[1]) && add_emulator(emulator))
        setenv("TEST_MACHINE", "1", 1);
    execvp(argv[3], argv + 3);
    fprintf(stderr, "machine: %s: %s\n", argv[3], strerror(errno));
    return 125;
}
