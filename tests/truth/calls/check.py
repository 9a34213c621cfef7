#!/usr/bin/env python3
"""Check the call truth set by running it (Python 3.11, standard library only).

    python3 check.py                     every topic beside this file
    python3 check.py closures.md ...     only these files

Every program is written to a temporary folder and run there by `record.py`, in
a process of its own, which notes each call of a function of the program.  A
call that ran and is not listed, or is listed and did not run, is an error.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

TIME_LIMIT = 10  # seconds a program may run
HERE = pathlib.Path(__file__).resolve().parent

PATH_LINE = re.compile(r"`([\w/]+\.py)`$")
CALL_LINE = re.compile(r"- `([\w/]+\.py:\d+)` `(\S+)` → `(\S+)`$")


# ------------------------------------------------------------ reading the set

class Program:
    """One `##` section: the text of its files and the calls it lists."""

    def __init__(self, title, where):
        self.title = title
        self.where = where
        self.files = {}
        self.calls = []


def read_programs(path):
    """The programs of one Markdown file; ValueError for a line out of place."""
    programs, part, name = [], "text", None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        where = f"{path.name}:{number}"
        if part == "code":
            if line == "```":
                part = "text"
            else:
                programs[-1].files[name] += line + "\n"
        elif line.startswith("## "):
            programs.append(Program(line[3:].strip(), where))
            part = "text"
        elif match := PATH_LINE.match(line):
            name = match[1]
        elif line == "```python":
            if not programs or name is None or name in programs[-1].files:
                raise ValueError(f"{where}: code block without a path line of its own")
            programs[-1].files[name] = ""
            part = "code"
        elif line == "Calls:":
            part, name = "calls", None
        elif part == "calls" and line:
            match = CALL_LINE.match(line)
            if not match:
                raise ValueError(f"{where}: not a call line: {line}")
            programs[-1].calls.append(match.groups())
    return programs


# ------------------------------------------------------------------- checking

def run_program(program):
    """The calls that happen when the program runs, or RuntimeError."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder, "program")
        for name, text in program.files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        result = pathlib.Path(folder, "calls.json")
        command = [sys.executable, str(HERE / "record.py"), str(root), str(result)]
        done = subprocess.run(command, cwd=root, timeout=TIME_LIMIT, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode or done.stderr:
            raise RuntimeError(f"exit code {done.returncode}\n{done.stderr}")
        return {tuple(edge) for edge in json.loads(result.read_text(encoding="utf-8"))}


def check_program(program):
    """The errors of one program, as text."""
    if "main.py" not in program.files:
        return ["has no main.py"]
    try:
        ran = run_program(program)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        return [f"did not run: {error}"]
    listed = set(program.calls)
    errors = [f"ran, not listed: - `{s}` `{a}` → `{b}`" for s, a, b in sorted(ran - listed)]
    errors += [f"listed, not run: - `{s}` `{a}` → `{b}`" for s, a, b in sorted(listed - ran)]
    if len(listed) < len(program.calls):
        errors.append("lists a call twice")
    return errors


def main(arguments):
    paths = [pathlib.Path(a) for a in arguments]
    paths = paths or sorted(p for p in HERE.glob("*.md") if p.name != "README.md")
    titles, programs, calls, errors = set(), 0, 0, 0
    for path in paths:
        for program in read_programs(path):
            found = check_program(program)
            if program.title in titles:
                found.append("its title is used twice")
            titles.add(program.title)
            for error in found:
                print(f"{program.where} {program.title}: {error}")
            programs, calls, errors = programs + 1, calls + len(program.calls), errors + len(found)
    print(f"{len(paths)} files, {programs} programs, {calls} calls, {errors} errors")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
