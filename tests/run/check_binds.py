#!/usr/bin/python3 -I
"""check_binds.py TRACE: holds the bindings of a trace, of a run with LD_BIND_NOW, against what readelf says of the files.

Each relocation of each object that names a symbol must be told once, in a `bind` event or in an `again` event after the bind
of the same symbol, with a value that is the same for all references to it, but for what is added (calls have their own
where a program without -fPIC has given a function an address in its PLT). Prints what differs and
status 1, else how many were told in which way.
"""
import json
import re
import subprocess
import sys

PLAIN = ("_64", "_ABS64", "_GLOB_DAT", "_JUMP_SLOT")
ENTRY = re.compile(r"([0-9a-f]{16})  [0-9a-f]{16} R_(\S+) +\S+ +(\S+) ([+-]) ([0-9a-f]+)")


def relocations(path):
    """{offset: (type, symbol without its version, addend)} of those that name a symbol."""
    text = subprocess.run(["readelf", "-rW", path], stdout=subprocess.PIPE, check=True).stdout.decode()
    found = {}
    for offset, kind, symbol, sign, addend in ENTRY.findall(text):
        found[int(offset, 16)] = "R_" + kind, symbol.split("@")[0], int(sign + addend, 16)
    return found


def main():
    objects, relocated, told, last, count = {}, set(), {}, None, {"bind": 0, "again": 0}
    for line in open(sys.argv[1], encoding="utf-8"):
        event = json.loads(line)
        if event["event"] == "object" and event["kind"] in ("program", "library"):
            objects[event["object"]] = [event["path"], None]
        elif event["event"] == "map" and event["object"] in objects:
            objects[event["object"]][1] = int(event["bias"], 16)
        elif event["event"] == "relocate":
            relocated.add(event["object"])
        elif event["event"] in count:
            last = event if event["event"] == "bind" else last
            for place in event.get("places", [event.get("place")]):
                count[event["event"]] += 1
                key = last["from"], int(place, 16)
                if key in told:
                    sys.exit(f"told twice: {event}")
                told[key] = event["type"], last["symbol"], int(event["value"], 16)
    for number, (path, bias) in objects.items():
        wanted, values = relocations(path) if number in relocated else {}, {}  # musl's libc does that itself
        for offset, (kind, symbol, addend) in wanted.items():
            got = told.pop((number, bias + offset), None)
            if not got or got[:2] != (kind, symbol):
                sys.exit(f"{path}: {offset:#x}: {kind} {symbol}: told as {got}")
            use = symbol, kind.endswith("_JUMP_SLOT")
            if kind.endswith(PLAIN) and got[2] and values.setdefault(use, got[2] - addend) != got[2] - addend:
                sys.exit(f"{path}: {offset:#x}: {symbol}: other value than elsewhere")
    if told:
        sys.exit(f"no such relocation: {next(iter(told.items()))}")
    print(count["bind"] > 0, count["again"] > 0)


main()
