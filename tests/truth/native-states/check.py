#!/usr/bin/env python3
"""Check the truth set of states of C programs by running every program in it.

Each topic is a Markdown file beside this script; a level-two heading starts a program, `main.c` follows it. A program is compiled
with the address sanitizer and `world.c`, whose functions decide: `maybe()` is 0 or 1, each allocation and each opening may fail. It is
run in every way, and what goes wrong in some run is compared with the labels of its lines.

Usage: check.py [--show] [TOPIC ...]; needs gcc or clang with its sanitizers ($CC).
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
MOST_RUNS = 400
LONGEST = 10
FRAME = re.compile(r"#\d+ .* (?:\S*/)?main\.c:(\d+)")


def programs(path):
    title, lines = None, iter(path.read_text().splitlines())
    for line in lines:
        if line.startswith("## "):
            title = line[3:].strip()
        elif line.startswith("```c"):
            source = []
            for line in lines:
                if line.startswith("```"):
                    break
                source.append(line)
            yield title, "\n".join(source) + "\n"


def labels(source):
    found = set()
    for number, line in enumerate(source.splitlines(), 1):
        if " // " in line:
            for label in line.rsplit(" // ", 1)[1].split(","):
                if label.strip() != "ok":
                    found.add((number, label.strip()))
    return found


def build(folder, source):
    (folder / "main.c").write_text(source)
    command = [os.environ.get("CC", "gcc"), "-g", "-O0", "-w", "-fsanitize=address", "-fno-omit-frame-pointer",
               "-include", str(HERE / "world.h"), str(folder / "main.c"), "-o", str(folder / "main")]
    world = ["-DWORLD", "-I", str(HERE)]
    subprocess.run([*command[:6], *world, "-c", str(HERE / "world.c"), "-o", str(folder / "world.o")], check=True)
    subprocess.run([*command, str(folder / "world.o"), "-lpthread"], check=True)


def run(folder, decisions):
    environment = dict(os.environ, DECISIONS=decisions, ASAN_OPTIONS="detect_leaks=0:exitcode=7:allocator_may_return_null=1")
    done = subprocess.run([str(folder / "main")], env=environment, capture_output=True, text=True, timeout=60)
    wrong, taken = set(), ""
    for line in done.stdout.splitlines():
        word, _, rest = line.partition(" ")
        if word == "wrong":
            number, _, label = rest.partition(" ")
            wrong.add((int(number), label))
        elif word == "taken":
            taken = rest
    if "AddressSanitizer" in done.stderr:
        number = int(FRAME.search(done.stderr).group(1))
        label = "use after free" if "heap-use-after-free" in done.stderr else "null used"
        assert label == "use after free" or "SEGV" in done.stderr, (folder, done.stderr)
        wrong.add((number, label))
    return wrong, taken


def all_runs(folder):
    """Goes through all runs, by the decisions that the last one took."""
    wrong, work, runs = set(), [""], 0
    while work:
        given = work.pop()
        runs += 1
        if runs > MOST_RUNS:
            sys.exit("too many runs")
        found, taken = run(folder, given)
        wrong |= found
        for at in range(len(given), min(len(taken), LONGEST)):
            work.append(taken[:at] + "1")
    return wrong, runs


def main():
    arguments = [word for word in sys.argv[1:] if word != "--show"]
    paths = sorted(path for path in HERE.glob("*.md") if path.stem != "README")
    bad, count, runs, said = 0, 0, 0, 0
    for path in paths:
        if arguments and path.stem not in arguments:
            continue
        for title, source in programs(path):
            with tempfile.TemporaryDirectory() as folder:
                build(Path(folder), source)
                wrong, ran = all_runs(Path(folder))
            expected = labels(source)
            count, runs, said = count + 1, runs + ran, said + len(expected)
            if "--show" in sys.argv:
                print(path.stem, title, sorted(wrong))
            if wrong != expected:
                bad += 1
                print(f"{path.stem}, {title}: runs say {sorted(wrong)}, labels {sorted(expected)}")
    print(f"{count} programs, {runs} runs, {said} labels, {bad} programs with wrong labels")
    sys.exit(bad > 0)


main()
