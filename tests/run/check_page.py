#!/usr/bin/python3 -I
"""check_page.py PAGE TRACE…: holds the data in a page of myld-report against the traces it was made from.

Every event of every process must be in the page with all its fields, and nothing else. Reads both anew: no code is shared
with the tool or with the page's scripts. Prints what differs; status 1 if anything does.
"""
import json
import re
import sys

LEFT_OUT = {"candidate", "relocation"}


def read_page(path):
    page = open(path, encoding="utf-8").read()
    if re.search(r"""(src|href)=["']?(https?:)?//|@import|url\((?!["']?data:)""", page.split('id="data"')[0]):
        sys.exit(f"{path}: refers to the network")
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S).group(1))


def column(told, rows):
    """The values of a column: see put_numbers and put_lists in tools/report/page.c."""
    if isinstance(told, dict) and "lists" in told:
        return told["lists"]
    if isinstance(told, dict) and "same" in told:
        return [told["same"]] * rows
    values, value, step = [], 0, 0
    for entry in told["steps"] if isinstance(told, dict) else told:
        repeat = 1
        if isinstance(entry, str):
            repeat = int(entry)
        else:
            step = entry
        for _ in range(repeat):
            value += step
            values.append(value)
    for row, large in (told.get("large", {}) if isinstance(told, dict) else {}).items():
        values[int(row)] = int(large, 16)
    assert len(values) == rows
    return values


def is_same(value, wanted, strings):
    """Whether a page's value is the trace's; `wanted` is None where the trace leaves the field out."""
    if wanted is None:
        return value in (0, [])
    if wanted is True:
        return value == 1
    if isinstance(wanted, str):
        word = wanted.startswith("0x") and value % (1 << 64) == int(wanted, 16)
        return word or (0 <= value < len(strings) and strings[int(value)] == wanted)
    if isinstance(wanted, list):
        return len(value) == len(wanted) and all(is_same(*pair, strings) for pair in zip(value, wanted))
    return value == wanted


def read_trace(path):
    """The events of each process image: [(pid, {event: [fields]})]."""
    runs = []
    for line in open(path, encoding="utf-8", errors="replace"):
        event = json.loads(line)
        name, pid = event.pop("event"), event["pid"]
        last = next((run for run in reversed(runs) if run[0] == pid), None)
        if name in LEFT_OUT or name.startswith("unknown"):
            continue
        if name == "trace" or not last:
            last = (pid, {})
            runs.append(last)
        if name != "trace" and "parent" in event:  # of a process made by fork: the page has it with the process
            last[1].setdefault("parents", set()).add(event.pop("parent"))
        known = {field: value for field, value in event.items() if not field.startswith("unknown")}
        known.setdefault("tid", pid)
        rows = last[1].setdefault("bind" if name == "again" else name, [])
        if name == "again":  # each place is a row like the bind before
            known["again"] = True
            rows.extend([rows[-1] | known | {"place": place} for place in known.pop("places")])
        else:
            rows.append(known)
    return runs


def compare(trace, path, strings):
    runs = read_trace(path)
    faults = []
    if [run["pid"] for run in trace["runs"]] != [pid for pid, _ in runs]:
        return [f"{path}: other processes"]
    for told, (pid, wanted) in zip(trace["runs"], runs):
        parents = wanted.pop("parents", set())
        known = [run["pid"] for run in trace["runs"][:told["parent"] + 1]]
        if parents & {pid for pid, _ in runs} and known[-1:] != sorted(parents)[:1]:
            faults.append(f"{path}: process {pid}: page has another parent than {parents}")
        if {name: table["rows"] for name, table in told["tables"].items()} != {name: len(rows) for name, rows in wanted.items()}:
            faults.append(f"{path}: process {pid}: other numbers of events")
            continue
        for name, table in told["tables"].items():
            columns = {field: column(told, table["rows"]) for field, told in table.items() if field != "rows"}
            for row, event in enumerate(wanted[name]):
                for field in columns.keys() | event.keys():
                    if field not in columns or not is_same(columns[field][row], event.get(field), strings):
                        faults.append(f"{path}: {name} {row}: {field}: page {columns.get(field, [None] * (row + 1))[row]}, trace {event.get(field)}")
    return faults


def main():
    page = read_page(sys.argv[1])
    faults = [] if len(page["traces"]) == len(sys.argv) - 2 else ["other number of traces"]
    for trace, path in zip(page["traces"], sys.argv[2:]):
        faults += compare(trace, path, page["strings"])
    print("\n".join(faults[:20]), end="")
    sys.exit(bool(faults))


main()
