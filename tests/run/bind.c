/*
 * bind TARGET[:TARGET…] LOADER COMMAND [ARGUMENT…]
 *
 * Runs the command with the loader in the place of each target (a program interpreter), for itself
 * and all its children: a bind mount in a private mount namespace, with new user namespace when not
 * root. A target that is a symbolic link to a file is covered only where the link is the
 * interpreter itself and leads to a libc that is still needed (ld-musl): then the link is covered,
 * not the file behind it. Targets that do not exist are passed over.
 *
 * Static, since it must run while the loaders are covered. Ends with 125 when namespaces are not to
 * be had, else as the command does. See mount_namespaces(7), open_tree(2), move_mount(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FAILED = 125 };

static int fail(const char *what) {
    fprintf(stderr, "bind: %s: %s\n", what, strerror(errno));
    exit(FAILED);
}

static void write_file(const char *path, const char *content) {
    int file = open(path, O_WRONLY);

    if (file < 0 || write(file, content, strlen(content)) < 0)
        fail(path);
    close(file);
}

/* A private mount namespace, if need be inside a user namespace in which we stay who we are. */
static void enter_namespace(void) {
    char user[64];
    char group[64];

    snprintf(user, sizeof user, "%u %u 1", geteuid(), geteuid());
    snprintf(group, sizeof group, "%u %u 1", getegid(), getegid());

    if (unshare(CLONE_NEWNS)) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
            fail("namespaces");
        write_file("/proc/self/setgroups", "deny");
        write_file("/proc/self/uid_map", user);
        write_file("/proc/self/gid_map", group);
    }
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
        fail("private mounts");
}

/* Covers one target. Only the last component is kept from being followed, and only if it names
 * musl's libc. */
static void cover(const char *target, const char *loader) {
    char resolved[4096];
    int source;

    if (access(target, F_OK))
        return;
    if (!strstr(target, "ld-musl") && realpath(target, resolved))
        target = resolved;
    source = (int)syscall(SYS_open_tree, AT_FDCWD, loader, OPEN_TREE_CLONE | O_CLOEXEC);
    if (source < 0)
        fail(loader);
    if (syscall(SYS_move_mount, source, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH))
        fail(target);
    close(source);
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: bind TARGET[:TARGET...] LOADER COMMAND [ARGUMENT...]\n");
        return FAILED;
    }
    enter_namespace();
    for (char *target = strtok(argv[1], ":"); target; target = strtok(NULL, ":"))
        cover(target, argv[2]);
    execvp(argv[3], argv + 3);
    fail(argv[3]);
}
