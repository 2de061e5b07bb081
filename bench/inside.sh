#!/bin/sh
# inside.sh: operations inside a running program (inside.c) under ld-linux and under myld, in turns.
#
#   inside.sh FOLDER LOADER RECAST SOURCES ROUNDS
#
# Out: a table: nanoseconds under ld-linux, and the median over the rounds of myld's divided by
# ld-linux's in the same round; the same as JSON in FOLDER.json.
set -eu
case $1 in /*) folder=$1 ;; *) folder=$PWD/$1 ;; esac
loader=$(readlink -f "$2") recast=$(readlink -f "$3") sources=$(readlink -f "$4") rounds=$5
cc=${CC:-gcc} cxx=${CXX:-g++}
mkdir -p "$folder/ld"
cd "$folder"
install -m 755 "$loader" ld/myld

library() { "$cc" -O1 -w -fPIC -shared -Wl,-z,lazy -Wl,-soname,"$1" -o "$1" -x c -; }

if ! [ inside -nt "$sources/inside.c" ]; then
    echo 'int small(void) { return 1; }' | library small.so
    echo '__thread int counter = 1; void touch(int n) { while (n--) { counter++; __asm__ volatile("" ::: "memory"); } }' |
        library tls.so
    awk 'BEGIN { for (i = 0; i < 20000; i++) printf "void large_function%d(void) {}\n", i
        print "void *const large_table[] = {"
        for (i = 0; i < 20000; i++) printf "large_function%d,\n", i
        print "};" }' | library large.so
    # 256 functions of one library, called through 256 PLT slots of another
    awk 'BEGIN { for (i = 0; i < 256; i++) printf "void called%d(void) {}\n", i }' | library called.so
    awk 'BEGIN { for (i = 0; i < 256; i++) printf "void called%d(void);\n", i
        print "void call_all(void) {"
        for (i = 0; i < 256; i++) printf "called%d();\n", i
        print "}" }' | library lazy.so
    for i in $(seq 100); do
        echo "int filler$i(void) { return $i; }" | library "filler$i.so"
    done
    # throw1.so catches what throw10.so throws, through eight others
    for i in 1 2 3 4 5 6 7 8 9 10; do
        next=$((i + 1))
        case $i in
        1) echo 'int step2(int); extern "C" int catch_it(void) { try { return step2(1); } catch (int n) { return n; } }' ;;
        10) echo 'int step10(int n) { throw n; } extern "C" int catch_it(void) { return 0; }' ;;
        *) echo "int step$next(int); int step$i(int n) { return step$next(n) + 1; } extern \"C\" int catch_it(void) { return 0; }" ;;
        esac | "$cxx" -O1 -fPIC -shared -o "throw$i.so" -x c++ -
    done
    "$cc" -O2 -D_GNU_SOURCE -o inside.new "$sources/inside.c" -Wl,--no-as-needed,-rpath,"$PWD" -L. -l:called.so
    interp=$("$recast" inside.new)
    ln -sfn "$(readlink -f "$interp")" ld/linux
    mv inside.new inside
fi
"$recast" inside inside.linux ld/linux
"$recast" inside inside.myld ld/myld

: >runs
round=0
while [ "$round" -lt "$rounds" ]; do
    order='linux myld'
    [ $((round % 2)) -eq 0 ] || order='myld linux'
    for which in $order; do
        "./inside.$which" "$PWD" | sed "s/^/$round $which /" >>runs
    done
    round=$((round + 1))
done
awk 'function median(text,   n, i, j, v, t) {
        n = split(text, v, " ")
        for (i = 2; i <= n; i++) for (j = i; j > 1 && v[j] + 0 < v[j-1] + 0; j--) { t = v[j]; v[j] = v[j-1]; v[j-1] = t }
        return v[int((n + 1) / 2)]
    }
    { if (!($3 in seen)) { seen[$3] = 1; order[++count] = $3 }
      time[$1, $2, $3] = $4; if ($1 + 1 > rounds) rounds = $1 + 1 }
    END {
        printf "%-24s %12s %8s\n", "inside a process", "ld-linux ns", "myld"
        printf "[" >json
        for (i = 1; i <= count; i++) {
            native = ratios = ""
            for (r = 0; r < rounds; r++) {
                native = native " " time[r, "linux", order[i]]
                ratios = ratios " " time[r, "myld", order[i]] / time[r, "linux", order[i]]
            }
            printf "%-24s %12.1f %8.3f\n", order[i], median(native), median(ratios)
            printf "%s{\"operation\": \"%s\", \"native_ns\": %.1f, \"ratio\": %.4f}", (i > 1 ? ",\n" : ""),
                order[i], median(native), median(ratios) >json
        }
        print "]" >json
    }' json="$folder.json" runs
