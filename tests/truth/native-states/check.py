#!/usr/bin/env python3
"""Check the truth set of states of C and C++ programs by running every program in it.

Each topic is a Markdown file beside this script; a level-two heading starts a program, `main.c` or `main.cpp` follows it. A program is compiled
with the address sanitizer and `world.c`, whose functions decide: `maybe()` is 0 or 1, each allocation and each opening may fail. It is
run in every way, and what goes wrong in some run is compared with the labels of its lines.

Usage: check.py [--show] [TOPIC ...]; needs gcc or clang with its sanitizers ($CC, $CXX).
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
FRAME = re.compile(r"#\d+ .* (?:\S*/)?main\.(?:c|cpp):(\d+)")
LEAK = re.compile(r"^(?:Direct|Indirect) leak of .*\n((?: +#.*\n)+)", re.MULTILINE)
KINDS = {"heap-use-after-free": "use after free", "attempting double-free": "double free", "alloc-dealloc-mismatch": "mismatch", "SEGV": "null used"}


def programs(path):
    title, lines = None, iter(path.read_text().splitlines())
    for line in lines:
        if line.startswith("## "):
            title = line[3:].strip()
        elif line.startswith("```c"):
            source, language = [], line[3:].strip()
            for line in lines:
                if line.startswith("```"):
                    break
                source.append(line)
            yield title, "\n".join(source) + "\n", language


def labels(source):
    found = set()
    for number, line in enumerate(source.splitlines(), 1):
        if " // " in line:
            for label in line.rsplit(" // ", 1)[1].split(","):
                if label.strip() != "ok":
                    found.add((number, label.strip()))
    return found


def build(folder, source, language):
    cpp = language == "cpp"
    main = folder / f"main.{language}"
    main.write_text(source)
    c, compiler = os.environ.get("CC", "gcc"), os.environ.get("CXX", "g++") if cpp else os.environ.get("CC", "gcc")
    flags = ["-g", "-O0", "-w", "-fsanitize=address", "-fno-omit-frame-pointer"]
    world = HERE / ("world.hpp" if cpp else "world.h")
    subprocess.run([c, *flags, "-DWORLD", "-I", str(HERE), "-c", str(HERE / "world.c"), "-o", str(folder / "world.o")], check=True)
    standard = ["-std=c++17"] if cpp else []
    subprocess.run([compiler, *flags, *standard, "-include", str(world), str(main), str(folder / "world.o"), "-o", str(folder / "main"),
                    "-lpthread"], check=True)


def run(folder, decisions, language):
    leaks = int(language == "cpp")
    environment = dict(os.environ, DECISIONS=decisions, ASAN_OPTIONS=f"detect_leaks={leaks}:exitcode=7:allocator_may_return_null=1")
    done = subprocess.run([str(folder / "main")], env=environment, capture_output=True, text=True, timeout=60)
    wrong, taken = set(), ""
    for line in done.stdout.splitlines():
        word, _, rest = line.partition(" ")
        if word == "wrong":
            number, _, label = rest.partition(" ")
            wrong.add((int(number), label))
        elif word == "taken":
            taken = rest
    if "ERROR: AddressSanitizer" in done.stderr:
        kinds = [label for word, label in KINDS.items() if word in done.stderr.partition("AddressSanitizer: ")[2].splitlines()[0]]
        assert len(kinds) == 1, (folder, done.stderr)
        wrong.add((int(FRAME.search(done.stderr).group(1)), kinds[0]))
    for frames in LEAK.findall(done.stderr):
        wrong.add((int(FRAME.search(frames).group(1)), "leak"))
    return wrong, taken


def all_runs(folder, language):
    """Goes through all runs, by the decisions that the last one took."""
    wrong, work, runs = set(), [""], 0
    while work:
        given = work.pop()
        runs += 1
        if runs > MOST_RUNS:
            sys.exit("too many runs")
        found, taken = run(folder, given, language)
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
        for title, source, language in programs(path):
            with tempfile.TemporaryDirectory() as folder:
                build(Path(folder), source, language)
                wrong, ran = all_runs(Path(folder), language)
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
