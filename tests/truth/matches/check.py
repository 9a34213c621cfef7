#!/usr/bin/env python3
"""Check the truth set of matches by running the programs whose labels a run can show.

The libraries that the programs call are replaced by modules that write down what
they are given, with the line of the call.  A call that a label speaks of must have
it, and a label of these kinds must have such a call.  Labels that speak of how
things are written (defaults, handlers, places, texts) are not run.

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
SHOWN = {
    "shell", "unsafe yaml", "weak hash", "unverified", "no timeout", "plain http",
    "temporary name", "wide permissions",
}

DRIVER = r'''
import builtins, hashlib, json, os, re, runpy, sys, tempfile, types

HERE = os.path.dirname(os.path.realpath(__file__))
found = set()


def note(label):
    frame = sys._getframe(2)
    path = os.path.realpath(frame.f_code.co_filename)
    if path.startswith(HERE) and not path.endswith("driver.py"):
        found.add((os.path.relpath(path, HERE), frame.f_lineno, label))


class Anything:
    content = b""

    def __getattr__(self, name):
        return Anything()

    def __call__(self, *_, **__):
        return Anything()

    def __str__(self):
        return "anything"


def module(name, **members):
    made = types.ModuleType(name)
    for member, value in members.items():
        setattr(made, member, value)
    made.__getattr__ = lambda _: Anything()
    sys.modules[name] = made


def run(command, *_, shell=False, **__):
    if shell:
        note("shell")
    return Anything()


module("subprocess", run=run, call=run, Popen=run, check_output=run)


class Loader: pass
class SafeLoader: pass
class CSafeLoader: pass
class FullLoader: pass
class UnsafeLoader: pass


def load(text, Loader=None):
    if Loader not in (SafeLoader, CSafeLoader):
        note("unsafe yaml")


module("yaml", load=load, Loader=Loader, SafeLoader=SafeLoader, CSafeLoader=CSafeLoader,
       FullLoader=FullLoader, UnsafeLoader=UnsafeLoader)


def fetch(url, *_, verify=True, timeout=None, **__):
    if verify is False:
        note("unverified")
    if timeout is None:
        note("no timeout")
    if url.startswith("http://"):
        note("plain http")
    return Anything()


module("requests", get=fetch, post=fetch)
module("flask")
module("flask_login")


def hash_of(function, weak):
    def wrapper(*given, **named):
        if weak and named.get("usedforsecurity", True):
            note("weak hash")
        return function(*given, **named)
    return wrapper


new_hash = hashlib.new


def new(name, *given, **named):
    if re.match("(?i)^(md5|sha-?1)$", name):
        note("weak hash")
    return new_hash(name, *given, **named)


for name in ("md5", "sha1", "sha256", "sha512"):
    setattr(hashlib, name, hash_of(getattr(hashlib, name), name in ("md5", "sha1")))
hashlib.new = new


def mktemp(*_, **__):
    note("temporary name")
    return "name"


tempfile.mktemp = mktemp


def chmod(path, mode, **__):
    if 0o666 <= mode <= 0o777:
        note("wide permissions")


os.chmod = chmod
sys.path.insert(0, HERE)
module_of_main = {}
try:
    module_of_main = runpy.run_path(os.path.join(HERE, "main.py"), run_name="__main__")
except Exception as error:
    # Some of the programs only show how things are written.
    sys.stderr.write(repr(error))
for name, thing in sorted(module_of_main.items()):
    if not isinstance(thing, type) or name != "Downloader":
        continue
    try:
        thing().fetch("a")
    except Exception as error:
        sys.stderr.write(repr(error))
for name in ("check", "send"):
    function = module_of_main.get(name)
    if function:
        function(b"a")
print(json.dumps(sorted(found)))
'''


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
    """Return (path, line, label) of labels that a run shows."""
    found = set()
    for path, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            if "  # " in line:
                for label in line.rsplit("  # ", 1)[1].split(","):
                    if label.strip() in SHOWN:
                        found.add((path, number, label.strip()))
    return found


def run(files):
    """Return (path, line, label) of what a run shows."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            Path(folder, path).write_text(text)
        Path(folder, "driver.py").write_text(DRIVER)
        done = subprocess.run(
            [sys.executable, "-B", "-W", "ignore", "driver.py"],
            capture_output=True, text=True, timeout=60, cwd=folder,
        )
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        return {tuple(row) for row in json.loads(done.stdout.splitlines()[-1])}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--show", action="store_true", help="print what each program does")
    parser.add_argument("topics", nargs="*")
    options = parser.parse_args()
    count = shown = bad = 0
    for path in sorted(HERE.glob("*.md")):
        if path.stem == "README" or options.topics and path.stem not in options.topics:
            continue
        for title, files in programs(path):
            count += 1
            expected = labels(files)
            shown += len(expected)
            try:
                found = run(files)
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                print(f"{path.stem}: {title}: {error}")
                bad += 1
                continue
            if options.show or found != expected:
                print(f"{path.stem}: {title}: does {sorted(found - expected)}, not {sorted(expected - found)}")
            bad += found != expected
    print(f"{count} programs, {shown} labels that a run shows, {bad} disagree")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
