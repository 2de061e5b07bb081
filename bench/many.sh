#!/bin/sh
# many.sh: generates a program of many libraries.
#
#   many.sh FOLDER LIBRARIES SYMBOLS COMPILER
#
# Out: FOLDER/main and FOLDER/lib1.so ... Each library defines SYMBOLS functions and refers to as
# many of other libraries: seven of eight through a table of addresses (bound at load), the eighth
# through a call (bound lazily where the loader does so). Which ones is a fixed sequence, so that
# two runs make the same program. main needs all libraries and calls nothing. A folder made before
# is kept.
set -eu
folder=$1 libraries=$2 symbols=$3 compiler=$4
[ -x "$folder/main" ] && exit 0
mkdir -p "$folder"
cd "$folder"

library() {
    awk -v me="$1" -v libraries="$libraries" -v symbols="$symbols" 'BEGIN {
        state = me
        print "static __attribute__((used)) void body(void) {}"
        for (i = 0; i < symbols; i++)
            printf "void library%d_function%d(void) __attribute__((alias(\"body\")));\n", me, i
        for (i = 0; i < symbols; i++) {
            state = (state * 1103515245 + 12345) % 2147483648
            other = int(state / 65536) % libraries + 1
            name = sprintf("library%d_function%d", other, (i * 7 + me) % symbols)
            if (seen[name]++)
                continue
            printf "void %s(void);\n", name
            if (i % 8 == 7)
                calls = calls name "();\n"
            else
                table = table name ",\n"
        }
        if (symbols > 0)
            printf "void (*const library%d_table[])(void) = {\n%s};\n", me, table
        printf "void library%d_calls(void) {\n%s}\n", me, calls
    }' >"lib$1.c"
    "$compiler" -O0 -w -fPIC -shared -Wl,-z,lazy -Wl,-soname,"lib$1.so" -o "lib$1.so" "lib$1.c"
    rm "lib$1.c"
}

needed=
for i in $(seq "$libraries"); do
    library "$i"
    needed="$needed lib$i.so"
done
echo 'int main(void) { return 0; }' >main.c
# The libraries need one another without saying so; all are there when main runs.
# shellcheck disable=SC2086 # a list
"$compiler" -O1 -o main.part main.c -Wl,--no-as-needed $needed -Wl,--as-needed \
    -Wl,--unresolved-symbols=ignore-in-shared-libs -Wl,-rpath,"$PWD"
rm main.c
mv main.part main
