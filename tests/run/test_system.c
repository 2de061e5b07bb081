/*
 * The system's own programs, untouched: with all their children under a bind mount, and named on
 * the loader's command line. Programs that are not installed are passed over.
 */
#include "support.h"
#include <string.h>
#include <unistd.h>

#define PYTHON "/usr/bin/python3 -I -c "

static const struct {
    unsigned ways;
    const char *line;
} rows[] = {
    {WAY(EXPLICIT) | WAY(BIND), "/bin/ls -go /usr/share /etc"},
    {WAY(EXPLICIT) | WAY(BIND), "/bin/ls /nowhere"},
    {WAY(EXPLICIT) | WAY(BIND), "/bin/true"},
    {WAY(EXPLICIT) | WAY(BIND), "/bin/false"},
    {WAY(EXPLICIT) | WAY(BIND), "/bin/cat /etc/passwd /etc/group"},
    {WAY(EXPLICIT) | WAY(BIND), "/usr/bin/id"},
    {WAY(EXPLICIT) | WAY(BIND), "/usr/bin/sort -n /etc/services"},
    {WAY(EXPLICIT) | WAY(BIND), "/usr/bin/getent passwd root"},
    {WAY(EXPLICIT) | WAY(BIND), "/usr/bin/iconv -f UTF-8 -t UTF-16LE /etc/passwd"},
    {WAY(EXPLICIT) | WAY(BIND),
     PYTHON "'import threading, hashlib\n"
            "q=[]\n"
            "t=[threading.Thread(target=lambda i=i: "
            "q.append(hashlib.sha256(bytes(i)).hexdigest())) for i in range(16)]\n"
            "[x.start() for x in t]; [x.join() for x in t]; print(sorted(q))'"},
    {WAY(EXPLICIT) | WAY(BIND),
     PYTHON "'import ssl, sqlite3, zlib, lzma, bz2, ctypes, decimal, json, socket\n"
            "c=sqlite3.connect(\":memory:\"); c.execute(\"create table t(a)\")\n"
            "c.executemany(\"insert into t values(?)\", ((i,) for i in range(1000)))\n"
            "print(c.execute(\"select sum(a) from t\").fetchone(), ssl.OPENSSL_VERSION)\n"
            "print(len(ssl.create_default_context().get_ciphers()) > 3)\n"
            "m=ctypes.CDLL(\"libm.so.6\"); m.cos.restype=ctypes.c_double\n"
            "m.cos.argtypes=[ctypes.c_double]; print(m.cos(0.5), decimal.Decimal(2).sqrt())\n"
            "print(lzma.decompress(lzma.compress(b\"a\"*9999))==b\"a\"*9999)'"},
    {WAY(EXPLICIT) | WAY(BIND), PYTHON "'import ctypes\n"
                                       "try: ctypes.CDLL(\"libnowhere.so\")\n"
                                       "except OSError as e: print(e)'"},
    {WAY(BIND),
     PYTHON "'import multiprocessing, subprocess\n"
            "p=multiprocessing.get_context(\"fork\").Pool(3); print(p.map(abs, range(-9,9))); "
            "p.close(); p.join()\n"
            "print(subprocess.run([\"/bin/echo\",\"child\"], capture_output=True).stdout)'"},
    {WAY(EXPLICIT) | WAY(BIND),
     "/usr/bin/perl -MPOSIX -MList::Util=sum -MDigest::SHA=sha1_hex -MEncode "
     "-e 'print floor(3.7), sum(1..10), sha1_hex(\"x\"), length encode(\"UTF-16\", \"abc\"), "
     "\"\\n\"; exit(7) if !fork; wait; print $? >> 8'"},
    {WAY(EXPLICIT) | WAY(BIND), "/usr/bin/git --version"},
    {WAY(BIND), "/bin/sh -c 'd=$(mktemp -d) && cd $d && export HOME=$d GIT_AUTHOR_DATE=@1700000000 "
                "GIT_COMMITTER_DATE=@1700000000 && "
                "git -c init.defaultBranch=main init -q && git config user.name a && git config "
                "user.email a@b && echo 1 >f && "
                "git add f && git commit -qm one && git clone -q . x && git -C x log --format=%H "
                "&& git fsck; rm -rf $d'"},
    {WAY(EXPLICIT) | WAY(BIND),
     "/bin/bash -c 'x=$(seq 5 | sort -r | tr \"\\n\" ,); echo $x; (exit 3); echo $?; "
     "diff <(seq 3) <(seq 4); ulimit -s; [[ abc =~ b(.) ]] && echo ${BASH_REMATCH[1]}'"},
    {WAY(EXPLICIT) | WAY(BIND), "/bin/sh -c 'sleep 0.1 & wait $!; echo $?; kill -TERM $$'"},
    {WAY(BIND), "/bin/sh -c 'd=$(mktemp -d) && cd $d && echo \"int printf(const char*,...);int "
                "main(void){return printf(\\\"x\\\\n\\\");}\" >a.c && "
                "gcc -O2 -o a a.c && ./a; echo $?; gcc -shared -fPIC -o liba.so a.c && echo "
                "linked; rm -rf $d'"},
    {WAY(BIND), "/bin/sh -c 'echo \"#include <iostream>\n#include <thread>\nint "
                "main(){std::thread([]{std::cout<<1;}).join();}\" | "
                "g++ -x c++ -pthread -o /dev/null - && echo compiled'"},
    {WAY(BIND), "/bin/sh -c 'd=$(mktemp -d) && cd $d && echo \"#include <pthread.h>\n#include "
                "<stdio.h>\n#include <stdlib.h>\n"
                "_Thread_local int n; void *f(void *p){n++;return p;}\n"
                "int main(void){pthread_t t;char "
                "*p=malloc(9);pthread_create(&t,0,f,p);pthread_join(t,(void**)&p);free(p);return "
                "puts(\\\"clean\\\")<0;}\" >a.c && "
                "for s in address thread undefined leak; do gcc -fsanitize=$s -pthread -o $s a.c "
                "&& ./$s; echo $?; done; rm -rf $d'"},
    {WAY(EXPLICIT) | WAY(BIND), "/usr/bin/openssl dgst -sha256 /etc/passwd"},
    {WAY(EXPLICIT) | WAY(BIND), "/usr/bin/awk 'BEGIN { print sin(1), exp(1), toupper(\"x\") }'"},
    {WAY(EXPLICIT) | WAY(BIND), "/usr/bin/find /etc/apt -name '*.list'"},
    {WAY(EXPLICIT) | WAY(BIND), "/usr/bin/gdb --version"},
    {WAY(EXPLICIT) | WAY(BIND), "/usr/bin/objdump -f /bin/ls"},
    {WAY(EXPLICIT) | WAY(BIND), "/usr/bin/make --version"},
};

TABLE_TEST(system, as_native, rows) {
    char *program = strndup(row->line, strcspn(row->line, " "));

    if (access(program, X_OK))
        cr_skip_test("not installed");
    if (emulated() && strstr(row->line, "fsanitize"))
        cr_skip_test("sanitizers do not run in the emulator, natively neither");
    compare(row->ways, COMPARE_ERROR, row->line);
}
