/*
 * What is left of the dangerous variables in a program that runs with somebody else's rights
 * (set-user-ID), and which rights these are.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

int greet(const char *greeting);

int main(void) {
    static const char *const names[] = {
        "LD_PRELOAD",      "LD_LIBRARY_PATH",  "LD_DEBUG",     "LD_BIND_NOW",
        "LD_AUDIT",        "LD_ORIGIN_PATH",   "LD_PROFILE",   "LD_SHOW_AUXV",
        "TMPDIR",          "GCONV_PATH",       "GETCONF_DIR",  "HOSTALIASES",
        "LOCALDOMAIN",     "LOCPATH",          "MALLOC_TRACE", "NIS_PATH",
        "NLSPATH",         "RESOLV_HOST_CONF", "RES_OPTIONS",  "TZDIR",
        "LD_DYNAMIC_WEAK", "GLIBC_TUNABLES",   "HOME",         "MYLD_TRACE"};

    printf("AT_SECURE %lu other user %d\n", getauxval(AT_SECURE), getuid() != geteuid());
    printf("secure_getenv %s\n", secure_getenv("PATH") ? "answers" : "refuses");
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        printf("%s %s\n", names[i], getenv(names[i]) ? "kept" : "gone");
    return greet("hello");
}
