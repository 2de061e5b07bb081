#!/bin/sh
# prepare.sh: makes the programs that the benchmark runs, and the table that says how.
#
#   prepare.sh small|full FOLDER LOADER RECAST SOURCES [WORD...]
#
# In: LOADER, the loader to measure; RECAST, the program built from recast.c; SOURCES, this folder;
# WORDs, one of which must be in a group's name ("git, whole"; "git, to entry") for it to be made.
# Out: the copies in FOLDER, and the table on standard output (its form: bench.c). Run bench in
# FOLDER: the copies ask for their interpreter by a name relative to it ("ld/myld"), which is
# shorter than every system's own name and so fits into the same bytes. myld is measured as it is
# installed.
#
# For each program, whole and "to entry" (a copy whose entry point exits at once):
#   native        its own loader, lazy: what the others are compared with
#   native again  the same once more, in a copy of its own: how much of a ratio is noise
#   native now    LD_BIND_NOW=1 (only glibc: musl knows no lazy binding)
#   myld, myld now
set -eu
set_name=$1 folder=$2
loader=$(readlink -f "$3") recast=$(readlink -f "$4") sources=$(readlink -f "$5")
shift 5
words=$*
mkdir -p "$folder/ld"
cd "$folder"
install -m 755 "$loader" ld/myld

# What has just been written counts as changed memory of whoever maps it.
trap 'sync ./* ld/*' EXIT

# chosen NAME: is one of its two groups asked for?
chosen() {
    [ -z "$words" ] && return 0
    for word in $words; do
        case "$1, whole" in *"$word"*) return 0 ;; esac
        case "$1, to entry" in *"$word"*) return 0 ;; esac
    done
    return 1
}

# variants GROUP PROGRAM ENVIRONMENT STEM [exit]: makes the copies of one group; writes their lines.
# argv[0] stays the program's own path, from which some (python3) find their files.
variants() {
    group=$1 program=$2 environment=$3 stem=$4 exit=${5-}
    for copy in native again myld; do
        case $copy in myld) interp=ld/myld ;; *) interp=ld/$libc ;; esac
        "$recast" "$program" "$stem.$copy" "$interp" ${exit:+"$exit"}
    done
    now=$environment\ LD_BIND_NOW=1
    printf '%s\t%s\t./%s\t%s\t%s\n' "$group" "$native" "$stem.native" "$environment" "$argv"
    printf '%s\t%s\t./%s\t%s\t%s\n' "$group" "$native again" "$stem.again" "$environment" "$argv"
    printf '%s\t%s\t./%s\t%s\t%s\n' "$group" "myld" "$stem.myld" "$environment" "$argv"
    [ "$libc" = musl ] && return 0
    printf '%s\t%s\t./%s\t%s\t%s\n' "$group" "$native now" "$stem.native" "$now" "$argv"
    printf '%s\t%s\t./%s\t%s\t%s\n' "$group" "myld now" "$stem.myld" "$now" "$argv"
}

# missing NAME: its two groups, which say that it is not here.
missing() {
    printf '%s, whole\tld-linux\t-\t-\t%s\n%s, to entry\tld-linux\t-\t-\t%s\n' "$1" "$1" "$1" "$1"
}

# program NAME FILE ENVIRONMENT ARGUMENT...: the groups of one program.
program() {
    name=$1 file=$2 environment=$3
    shift 3
    chosen "$name" || return 0
    if ! [ -x "$file" ]; then
        missing "$name"
        return
    fi
    # A run-path from $ORIGIN would lead astray in a copy, so those folders are named beforehand.
    case $(readelf -dW "$file" | grep -E 'R(UN)?PATH') in
    *ORIGIN*) environment="$environment LD_LIBRARY_PATH=$(origin_path "$file")" ;;
    esac
    interp=$("$recast" "$file") argv="$file $*" stem=$(echo "$name" | tr ' /' '__')
    case $interp in *ld-musl*) libc=musl ;; *) libc=linux ;; esac
    native=ld-$libc
    # All loaders are copies that are made in the same way, for the state of a file in the page cache counts: how large
    # its pieces are. So does that of musl's libc.so, which is the same file under both.
    install -m 755 "$(readlink -f "$interp")" "ld/$libc"
    [ "$libc" = linux ] || environment="$environment MYLD_MUSL_LIBC=$PWD/ld/musl"
    variants "$name, whole" "$file" "$environment" "$stem"
    variants "$name, to entry" "$file" "$environment" "$stem.entry" exit
}

# The run-path of a program, with its folder in place of $ORIGIN.
origin_path() {
    folder_of=$(dirname "$(readlink -f "$1")")
    readelf -dW "$1" | sed -nE 's/.*R(UN)?PATH.*\[(.*)\]/\2/p' |
        sed "s|\${ORIGIN}|$folder_of|g; s|\$ORIGIN|$folder_of|g"
}

# hello NAME COMPILER: builds hello.c.
hello() {
    ! command -v "$2" >/dev/null || "$2" -O2 -o "hello.$1" "$sources/hello.c"
    program "hello $1" "$PWD/hello.$1" -
}

# many LIBC COMPILER LIBRARIES SYMBOLS: a generated program of many libraries.
many() {
    chosen "$3 libraries x $4 symbols $1" || return 0
    ! command -v "$2" >/dev/null || "$sources/many.sh" "many/$1-$3x$4" "$3" "$4" "$2"
    program "$3 libraries x $4 symbols $1" "$PWD/many/$1-$3x$4/main" -
}

hello glibc "${CC:-gcc}"
hello musl musl-gcc
program true /usr/bin/true -
program ls /usr/bin/ls - /
program git /usr/bin/git - --version
program python3 /usr/bin/python3 - -c pass
[ "$set_name" = full ] || exit 0

program perl /usr/bin/perl - -e 1
program node /usr/bin/node - --version
program gdb /usr/bin/gdb - --version
program cmake /usr/bin/cmake - --version
program clang /usr/bin/clang - --version
program ffmpeg /usr/bin/ffmpeg - -version
program qemu /usr/bin/qemu-system-x86_64 - --version
program inkscape /usr/bin/inkscape - --version
program soffice /usr/lib/libreoffice/program/soffice.bin - --version
program kate /usr/bin/kate QT_QPA_PLATFORM=offscreen --version
program webkit /usr/lib/x86_64-linux-gnu/webkit2gtk-4.0/MiniBrowser - --version
program blender /usr/bin/blender - --version
for libraries in 10 100 500 1000; do
    for symbols in 0 100 1000; do
        many glibc "${CC:-gcc}" $libraries $symbols
        many musl musl-gcc $libraries $symbols
    done
done
