"""Compares myld's answers (docs/questions.md) with what the system's own tools say.

Usage: questions.py MYLD SUBJECT FILE [ARGUMENT...]; prints what differs, status 1 then.
"""
import json
import os
import re
import subprocess
import sys

MYLD = sys.argv[1]


def output(*command, **variables):
    """Standard output and standard error of a command, together."""
    environment = dict(os.environ, LC_ALL="C", **variables)
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.decode(errors="replace")


def ask(*words):
    done = subprocess.run((MYLD, "--json") + words, stdout=subprocess.PIPE)
    answer = json.loads(done.stdout)
    expect("status", done.returncode, answer["status"])
    return answer


def expect(what, theirs, ours):
    if theirs != ours:
        sys.exit("%s:\nexpected %s\ngot      %s" % (what, theirs, ours))


def is_loader(name):
    return os.path.basename(name).startswith("ld-linux")


def listed(file):
    """The libraries that ldd names, with their paths (None: missing), in its order."""
    found = re.findall(r"^\t(\S+) => (not found|\S+)", output("ldd", file), re.M)
    return [(name, None if path == "not found" else path) for name, path in found]


def libraries(file):
    """--tree has what ldd has, in the order of loading; each object's needs are readelf's."""
    needs = ask("--tree", file)["needs"]
    brought = [(need["name"], need["object"]) for need in needs if not need["again"]]
    expect("libraries", listed(file), [pair for pair in brought if not is_loader(pair[0])])
    assert brought
    for by in {need["by"] for need in needs} - {None}:
        wanted = re.findall(r"\(NEEDED\).*\[(.*)\]", output("readelf", "-d", by))
        expect("needs of " + by, wanted, [need["name"] for need in needs if need["by"] == by])


def bindings(file, *arguments):
    """--why has the winners that ld.so binds to, for the first symbols of each object."""
    file = os.path.abspath(file)  # so that $ORIGIN has one spelling
    log = output(file, *arguments, LD_DEBUG="bindings", LD_BIND_NOW="1")
    found = re.findall(r"binding file (\S+) \[0\] to (\S+) \[0\]: normal symbol `(\S+)'", log)
    seen = {}
    for user, provider, symbol in found:
        # A name alone may be of several references in several versions; the loader is myld here.
        if "vdso" not in user and not is_loader(user) and not is_loader(provider):
            seen.setdefault(user, {}).setdefault(symbol, set()).add(provider)
    compared = 0
    for user, symbols in seen.items():
        for symbol in sorted(symbols)[:12]:
            answers = ask("--why", symbol, "--in", user, file)["answers"]
            winners = {answer["winner"] for answer in answers if answer["relocation"]}
            # ld.so itself asks for some in the program's name, which does not refer to them.
            if winners and None not in winners:
                expect("%s for %s" % (symbol, user), True, symbols[symbol] <= winners)
                compared += 1
    assert compared


def missing(file):
    """--check has what ldd -r complains about."""
    answer = ask("--check", file)
    log = output("ldd", "-r", file)
    expect("symbols", set(re.findall(r"undefined symbol: (\w+)", log)),
           {symbol["symbol"] for symbol in answer["missing_symbols"]})
    expect("versions", set(re.findall(r"version `(\S+)' not found", log)),
           {version["version"] for version in answer["missing_versions"]})
    expect("libraries", {name for name, path in listed(file) if not path},
           {library["name"] for library in answer["missing_libraries"]})
    needed = 0
    for name, path in [("", file)] + listed(file):
        text = output("readelf", "-V", path) if path else ""
        needed += len(re.findall(r"Name: \S+  Flags: .*Version:", text))
    expect("needed versions", needed, answer["versions"])
    expect("status", bool(answer["missing_symbols"] or answer["missing_versions"]
                          or answer["missing_libraries"]), bool(answer["status"]))
    expect("obstacles", [], answer["obstacles"])


def places(file, name):
    """--why-lib has every file that ld.so tries, in its order."""
    log = output(file, LD_DEBUG="libs")
    part = log.split("find library=%s " % name, 1)[1]
    part = re.split(r"find library=|calling init|error while", part)[0]
    theirs = re.findall(r"trying file=(\S+)", part)
    search = ask("--why-lib", name, file)["searches"][0]
    ours = [step["path"] for step in search["steps"]
            if step["step"] == "try" and step["verdict"] not in ("skipped", "unlisted")]
    assert theirs
    # An empty entry is the current folder: the one loader calls it "./", the other nothing.
    expect("places", [os.path.normpath(path) for path in theirs],
           [os.path.normpath(path) for path in ours])


def thread_locals(file):
    """--check has the sizes of PT_TLS that readelf has."""
    objects = {entry["object"]: entry for entry in ask("--check", file)["static_tls"]["objects"]}
    for path in {path for _, path in listed(file) if path}:
        line = re.search(r"^  TLS +\S+ \S+ \S+ \S+ (\S+)", output("readelf", "-lW", path), re.M)
        expect("TLS of " + path, int(line.group(1), 16) if line else None,
               objects[path]["size"] if path in objects else None)
        flags = "STATIC_TLS" in output("readelf", "-d", path)
        if line:
            expect("STATIC_TLS of " + path, flags, objects[path]["insists"])


globals()[sys.argv[2]](*sys.argv[3:])
