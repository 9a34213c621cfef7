#!/usr/bin/env python3
"""Check the truth set of flows by running every program in it.

Each topic is a Markdown file beside this script.  A level-two heading starts a
program; under it, a line holding only a path in backticks, followed by a
```python block, gives one file of that program.  `main.py` is run in a
temporary folder together with a generated module `taint`:

* `source()`  returns a fresh string holding a marker,
* `sink(x)`   records the calling line and whether `x` shows a marker,
* `clean(x)`  returns `x` (a str or bytes) with its markers removed,
* `valid(x)`  returns whether `x` shows no marker.

A line labelled `# flow` must have sunk a marker at least once; a line labelled
`# no flow` must never have.  Disagreements are printed, then counts; the exit
code is 1 if anything disagreed.

Usage: check.py [--uncalled] [--show TITLE] [TOPIC ...]
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
RECORD = "sunk.jsonl"
TIMEOUT = 10  # seconds for one program

TITLE = re.compile(r"## (\S+)$")
KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*$")
FILE = re.compile(r"`([\w./-]+\.py)`$")
LABEL = re.compile(r"# (flow|no flow)$")
SINK_CALL = re.compile(r"\bsink\(")

# The module the programs import.  The marker is plain letters and digits, so
# that it survives JSON, bytes and repr; it is looked for without regard to case
# and in either direction, so that `upper()` and `[::-1]` keep it.  Letters
# around the marker let a program slice off an end without losing it.
TAINT_MODULE = f'''
import json, os, re, sys

_HERE = os.path.dirname(os.path.realpath(__file__))
_MARKER = re.compile("zqt[0-9]+tqz", re.IGNORECASE)
_count = 0


def source():
    global _count
    _count += 1
    return f"ab-zqT{{_count}}Tqz-yz"


def _shown(value):
    if isinstance(value, str):
        return value
    if isinstance(value, (bytes, bytearray)):
        return value.decode("latin-1")
    return str(value) + repr(value)


def _marked(value):
    return _MARKER.search(_shown(value)) is not None


def sink(value):
    caller = sys._getframe(1)
    path = os.path.relpath(os.path.realpath(caller.f_code.co_filename), _HERE)
    row = [path, caller.f_lineno, _marked(value)]
    with open(os.path.join(_HERE, "{RECORD}"), "a") as record:
        record.write(json.dumps(row) + "\\n")


def clean(value):
    if isinstance(value, bytes):
        return clean(value.decode("latin-1")).encode("latin-1")
    return _MARKER.sub("", value)


def valid(value):
    return not _marked(value)
'''


@dataclass
class Program:
    """One program of a topic: its title, its files and where it stands."""

    topic: str
    title: str
    line: int
    files: dict = field(default_factory=dict)

    def labels(self):
        """Map (path, line) of each labelled sink to its label."""
        found = {}
        for path, text in self.files.items():
            for number, line in enumerate(text.splitlines(), 1):
                match = LABEL.search(line)
                if match:
                    found[path, number] = match[1]
        return found

    def __str__(self):
        return f"{self.topic}.md:{self.line}: {self.title}"


def parse(path):
    """Return the programs of one topic file."""
    programs, wanted, block = [], None, None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if block is not None:
            if line == "```":
                programs[-1].files[wanted] = "".join(block)
                wanted, block = None, None
            else:
                block.append(line + "\n")
        elif match := TITLE.match(line):
            programs.append(Program(path.stem, match[1], number))
        elif match := FILE.match(line):
            wanted = match[1]
        elif line.startswith("```"):
            if line != "```python" or not programs or wanted is None:
                raise SystemExit(f"{path.name}:{number}: a code block without a path line")
            block = []
    if block is not None:
        raise SystemExit(f"{path.name}: a code block that does not end")
    return programs


def form_problems(program):
    """Return what is wrong with how a program is written down."""
    problems = []
    if not KEBAB.match(program.title):
        problems.append("the title is not in kebab case")
    if "main.py" not in program.files:
        problems.append("there is no main.py")
    if not program.labels():
        problems.append("there is no labelled sink")
    for path, text in program.files.items():
        for number, line in enumerate(text.splitlines(), 1):
            calls = len(SINK_CALL.findall(line))
            labelled = LABEL.search(line) is not None
            if calls > 1 or bool(calls) != labelled:
                problems.append(f"{path}:{number}: one sink call and one label belong together")
    return problems


def run(program):
    """Run a program; return ({(path, line): [marked, ...]}, problem or None)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, text in {**program.files, "taint.py": TAINT_MODULE}.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        command = [sys.executable, "-B", "-E", str(folder / "main.py")]
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT
            )
        except subprocess.TimeoutExpired:
            return {}, f"did not end within {TIMEOUT} s"
        sunk = {}
        record = folder / RECORD
        if record.exists():
            for row in record.read_text().splitlines():
                path, line, marked = json.loads(row)
                sunk.setdefault((path, line), []).append(marked)
        if done.returncode:
            return sunk, "failed: " + (done.stderr.strip().splitlines() or ["?"])[-1]
        return sunk, None


def compare(labels, sunk):
    """Return the disagreements between the labels and what was sunk."""
    problems = []
    for (path, line), label in labels.items():
        marks = sunk.get((path, line), [])
        if label == "flow" and not marks:
            problems.append(f"{path}:{line}: labelled flow, never called")
        elif label == "flow" and not any(marks):
            problems.append(f"{path}:{line}: labelled flow, no marker seen")
        elif label == "no flow" and any(marks):
            problems.append(f"{path}:{line}: labelled no flow, a marker seen")
    for path, line in sunk.keys() - labels.keys():
        problems.append(f"{path}:{line}: a sink was called on a line without a label")
    return problems


def uncalled(labels, sunk):
    """Return the sinks that never ran (dead code, or behind a guard)."""
    return [f"{path}:{line}" for path, line in labels if (path, line) not in sunk]


def main():
    parser = argparse.ArgumentParser(description="Check the flows by running the programs.")
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help="topics to check (default: all)")
    parser.add_argument("--uncalled", action="store_true", help="list the sinks that never ran")
    parser.add_argument("--show", metavar="TITLE", help="print what one program sinks, and stop")
    options = parser.parse_args()

    every = [
        program
        for path in sorted(HERE.glob("*.md"))
        if path.name != "README.md"
        for program in parse(path)
    ]
    if options.show:
        for program in every:
            if program.title == options.show:
                sunk, problem = run(program)
                for (path, line), marks in sunk.items():
                    print(f"{path}:{line}: {marks}")
                print(problem or "ended well")
        return 0

    disagreements = 0
    counts = {}
    titles = Counter(program.title for program in every)
    for program in every:
        if options.topics and program.topic not in options.topics:
            continue
        problems = form_problems(program)
        if titles[program.title] > 1:
            problems.append("the title is used more than once")
        labels = program.labels()
        sunk, problem = run(program)
        if problem:
            problems.append(problem)
        problems += compare(labels, sunk)
        for problem in problems:
            print(f"{program}: {problem}")
        if options.uncalled:
            for place in uncalled(labels, sunk):
                print(f"{program}: {place}: never called")
        disagreements += len(problems)
        count = counts.setdefault(program.topic, Counter())
        count.update(labels.values())
        count["programs"] += 1

    columns = ("programs", "flow", "no flow")
    print(f"{'topic':24}" + "".join(f"{column:>10}" for column in columns))
    counts["all"] = sum(counts.values(), Counter())
    for topic, count in counts.items():
        print(f"{topic:24}" + "".join(f"{count[column]:>10}" for column in columns))
    print(f"{disagreements} disagreements")
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
