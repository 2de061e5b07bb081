#!/usr/bin/python3 -I
"""check_perfetto.py FILE…: holds traces in Chrome's format against what ui.perfetto.dev asks of them.

An array of events that need not be closed ("Trace Event Format", JSON Array Format). Each has a phase, a process, a
thread; all but metadata a time in microseconds that does not go back within a thread, a category and a name. What begins
ends, innermost first. Prints the first fault and status 1.
"""
import json
import sys


def check(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if not text.startswith("[\n") or not text.endswith(",\n"):
        return "is no array that was left open after an event"
    times, opened, names = {}, {}, set()
    for number, event in enumerate(json.loads(text[:-2] + "]"), 1):
        thread = event["pid"], event["tid"]
        if event["ph"] == "M":
            names.add(event["pid"])
            if event["name"] != "process_name" or not event["args"]["name"]:
                return f"event {number}: metadata: {event}"
            continue
        if event["ph"] not in "BEi" or not isinstance(event["name"], str) or not isinstance(event["args"], dict):
            return f"event {number}: {event}"
        if not isinstance(event["ts"], float) or event["ts"] < times.get(thread, 0.0) or not event["cat"]:
            return f"event {number}: time or category: {event}"
        times[thread] = event["ts"]
        stack = opened.setdefault(thread, [])
        if event["ph"] == "B":
            stack.append(event["cat"])
        elif event["ph"] == "E" and (not stack or stack.pop() != event["cat"]):
            return f"event {number}: ends what was not begun last: {event}"
    return None if times and names else "has no event, or no process with a name"


for path in sys.argv[1:]:
    fault = check(path)
    if fault:
        sys.exit(f"{path}: {fault}")
