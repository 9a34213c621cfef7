#!/usr/bin/env python3
"""Check the truth set of states by running every program in it.

Each topic is a Markdown file beside this script; a level-two heading starts a
program, a line with only a path in backticks followed by a ```python block
gives one of its files.  `main.py` is run again and again with a module `things`
(below) whose functions decide: `maybe()` is false, then true, and in each run at
most one call raises; closing and releasing do not.  What goes wrong in some run is compared with the labels of
the lines.

Usage: check.py [--show] [TOPIC ...]
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TITLE = re.compile(r"## (\S+)$")
FILE = re.compile(r"`([\w./-]+\.py)`$")
MOST_RUNS = 600

THINGS = r'''
import os, sys

HERE = os.path.dirname(os.path.realpath(__file__))


class Failure(Exception):
    def __init__(self, *texts):
        super().__init__(*texts)
        WORLD.raised = True


class World:
    """One run: decisions so far, and those that are given."""

    def __init__(self, given):
        self.given, self.taken, self.raised = given, [], False
        self.things, self.wrong, self.locks = [], [], []

    def decide(self):
        at = len(self.taken)
        answer = self.given[at] if at < len(self.given) else False
        self.taken.append(answer)
        return answer


WORLD = World([])


def line():
    frame = sys._getframe(1)
    while os.path.realpath(frame.f_code.co_filename) == os.path.realpath(__file__):
        frame = frame.f_back
    return os.path.relpath(os.path.realpath(frame.f_code.co_filename), HERE), frame.f_lineno


def may_raise():
    if not WORLD.raised and WORLD.decide():
        raise Failure("decided")


def maybe():
    may_raise()
    return WORLD.decide()


def risky(*_):
    may_raise()


class Thing:
    def __init__(self, name=""):
        may_raise()
        self.name, self.at, self.closed, self.kept = name, line(), False, False
        WORLD.things.append(self)

    def check(self):
        if self.closed:
            WORLD.wrong.append((line(), "used closed"))
            raise Failure("used closed")

    def use(self):
        self.check()
        may_raise()
        return "content"

    def close(self):
        if self.closed:
            WORLD.wrong.append((line(), "closed twice"))
        self.closed = True

    def __enter__(self):
        self.check()
        return self

    def __exit__(self, *_):
        self.closed = True

    def __iter__(self):
        self.check()
        may_raise()
        return iter(["a", "b"])


def open_thing(name=""):
    return Thing(name)


def dispose(thing):
    thing.close()


def keep(thing):
    thing.kept = True


def read_all(thing):
    return thing.use()


class Record:
    value = "value"

    def show(self):
        may_raise()
        return self.value


def lookup(_key=""):
    may_raise()
    return Record() if WORLD.decide() else None


class Lock:
    def __init__(self):
        self.by = None
        WORLD.locks.append(self)

    def acquire(self, blocking=True):
        if not blocking and WORLD.decide():
            return False
        if self.by:
            WORLD.wrong.append((line(), "acquired twice"))
        self.by = line()
        return True

    def release(self):
        if not self.by:
            WORLD.wrong.append((line(), "released twice"))
        self.by = None

    __enter__ = acquire

    def __exit__(self, *_):
        self.release()
'''

DRIVER = r'''
import json, os, runpy, sys, traceback

import things

HERE = os.path.dirname(os.path.realpath(__file__))
found, queue, seen = {}, [[]], set()
runs = 0
while queue and runs < MOST_RUNS:
    given = queue.pop()
    runs += 1
    world = things.WORLD = things.World(given)
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None) or ""
        if os.path.dirname(os.path.realpath(path)).startswith(HERE) and name not in ("things", "__main__"):
            del sys.modules[name]
    nulls = []
    try:
        runpy.run_path(os.path.join(HERE, "main.py"), run_name="__main__")
    except things.Failure:
        pass
    except (AttributeError, TypeError) as error:
        if "NoneType" not in str(error):
            raise
        frames = [f for f in traceback.extract_tb(error.__traceback__)
                  if os.path.dirname(os.path.realpath(f.filename)).startswith(HERE)]
        nulls.append(((os.path.relpath(os.path.realpath(frames[-1].filename), HERE), frames[-1].lineno), "null used"))
    for at in range(len(given), len(world.taken)):
        queue.append(world.taken[:at] + [True])
    wrong = list(world.wrong) + nulls
    if not nulls:
        late = " on exception" if world.raised else ""
        wrong += [(t.at, "unclosed" + late) for t in world.things if not (t.closed or t.kept)]
        wrong += [(l.by, "not released" + late) for l in world.locks if l.by]
    for at, label in wrong:
        found.setdefault(f"{at[0]}:{at[1]}", set()).add(label)
for labels in found.values():
    for label in list(labels):
        if label.endswith(" on exception") and label.removesuffix(" on exception") in labels:
            labels.discard(label)
print(json.dumps({place: sorted(labels) for place, labels in found.items() if labels}))
'''.replace("MOST_RUNS", str(MOST_RUNS))


def programs(path):
    """Yield (title, {path: text}) of a topic file."""
    title, files, wanted, block = None, {}, None, None
    for number, text in enumerate(path.read_text().splitlines(), 1):
        if block is not None:
            if text == "```":
                files[wanted] = "\n".join(block) + "\n"
                block = None
            else:
                block.append(text)
        elif match := TITLE.match(text):
            if title:
                yield title, files
            title, files = match[1], {}
        elif match := FILE.match(text):
            wanted = match[1]
        elif text.startswith("```"):
            if wanted is None or title is None:
                raise SystemExit(f"{path.name}:{number}: a code block without a path line")
            block = []
    if title:
        yield title, files


def labels(files):
    """Map `path:line` to what it is labelled with, but `ok`."""
    found = {}
    for path, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            if "  # " in line:
                own = {part.strip() for part in line.rsplit("  # ", 1)[1].split(",")} - {"ok"}
                if own:
                    found[f"{path}:{number}"] = sorted(own)
    return found


def run(files):
    """Return what goes wrong in some run."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            target = Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        Path(folder, "things.py").write_text(THINGS)
        driver = Path(folder, "driver.py")
        driver.write_text(DRIVER)
        done = subprocess.run(
            [sys.executable, "-B", "-W", "ignore", str(driver)],
            capture_output=True, text=True, timeout=120, cwd=folder,
        )
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        return json.loads(done.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--show", action="store_true", help="print what each program does")
    parser.add_argument("topics", nargs="*")
    options = parser.parse_args()
    count = lines = bad = 0
    titles = set()
    for path in sorted(HERE.glob("*.md")):
        if path.stem == "README" or options.topics and path.stem not in options.topics:
            continue
        for title, files in programs(path):
            count += 1
            expected = labels(files)
            lines += sum(map(len, expected.values()))
            if title in titles:
                print(f"{path.stem}: {title}: the title is there twice")
                bad += 1
            titles.add(title)
            try:
                found = run(files)
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                print(f"{path.stem}: {title}: {error}")
                bad += 1
                continue
            if options.show or found != expected:
                print(f"{path.stem}: {title}: does {found}, labelled {expected}")
            bad += found != expected
    print(f"{count} programs, {lines} labels, {bad} disagree")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
