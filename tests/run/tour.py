"""Runs the commands of docs/tour.md in their order, and compares what they print with the page.

usage: tour.py PAGE   (in the repository's folder, with ./myld built)

In the page's blocks, a line "$ COMMAND" is run by sh; what follows is its output, standard error included. A line "…"
stands for any lines, "…" at the end of a line for the rest of it. After a --step command, lines "step> WORDS" are what is
typed. Addresses, long numbers, runs of blanks and the repository's folder are not compared.
Status 0: all is as the page says; 1: not, with what differs.
"""
import os
import re
import subprocess
import sys

HOME = "/home/you/myld"


def read_blocks(page):
    """Yields [command, output lines] for each command of the page."""
    command = None
    for line in page.read().splitlines() + [""]:
        inside = line.startswith("    ")
        text = line[4:]
        if inside and text.startswith("$ "):
            if command:
                yield command
            command = [text[2:], []]
        elif inside and command and command[0].endswith("\\"):
            command[0] += "\n" + text
        elif inside and command:
            command[1].append(text)
        elif line and command:
            yield command
            command = None
        elif command:
            command[1].append("")
    if command:
        yield command


def plain(line):
    """The line without what differs from run to run."""
    line = line.replace(os.getcwd(), HOME).replace("│ step> ", "step> ")
    line = re.sub(r"0x[0-9a-f]+", "0x#", line)
    line = re.sub(r"\b[0-9a-f]{8,16}\b|\d{3,}", "#", line)
    line = re.sub("[═─]+", "─", line)
    return re.sub(r"\s+", " ", line).strip()


def fits(expected, got):
    """True when the output is what the page says."""
    if not expected:
        return not got
    first, rest = expected[0], expected[1:]
    if first == "…":
        return any(fits(rest, got[i:]) for i in range(len(got) + 1))
    if not got:
        return False
    same = got[0].startswith(first[:-1].rstrip()) if first.endswith("…") else got[0] == first
    return same and fits(rest, got[1:])


def run(command, lines):
    """What the command prints; typed commands come from the page's lines."""
    typed = [line[6:] for line in lines if line.startswith("step> ")]
    if typed:
        path = os.path.join("build", "play", "commands")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(typed) + "\n")
        command = command.replace("--step", "--step=" + path, 1)
    result = subprocess.run(["sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            stdin=subprocess.DEVNULL, timeout=120, check=False)
    return result.stdout.decode("utf-8", "replace")


def clean(lines):
    """The lines that are compared: plain ones, without the empty ones."""
    return [line for line in map(plain, lines) if line]


def main():
    failed = 0
    with open(sys.argv[1], encoding="utf-8") as page:
        for command, lines in read_blocks(page):
            output = run(command, lines)
            if not fits(clean(lines), clean(output.splitlines())):
                failed += 1
                print(f"$ {command}\n--- the page:\n" + "\n".join(lines) + "\n--- is:\n" + output)
    return 1 if failed else 0


sys.setrecursionlimit(10000)
sys.exit(main())
