#!/usr/bin/env python3
"""Runs a package's test suite and writes down which of its functions called which (CPython 3.11 or later, pytest).

    python record.py PACKAGE TESTS RESULT [PYTEST_ARGUMENT...]

PACKAGE is the folder of the installed package, TESTS the folder of its tests, RESULT gets one line of JSON a call:

    {"caller": [file, name, line], "callee": [file, name, line], "site": [line, end line, column, end column],
     "opcode": …, "way": …, "kind": …}

Files are relative to the folder around the package, names are qualified names, lines those of the code object (the first
decorator's, where there is one). `site` is the place of the instruction that called, as the bytecode has it.

`way`   direct     the caller's own code called
        builtin    a function written in C stood in between (`len`, `map`, `sorted` …)
        library    Python code that is neither package nor test stood in between; the caller is the nearest function below it
`kind`  function, or for those that run when they are resumed: generator, coroutine. Their first resume is written down, and
        where it was: that is not always where they were called.

Comprehensions and generator expressions count as the function around them. Bodies of modules and classes are callers, never
callees. Called by tests means called by nobody. The set of calls is the only thing that grows.
"""

import dis
import json
import os
import pathlib
import signal
import sys
import threading
import types

FOLDED = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}
OPTIMIZED = 0x1  # code flag: a function, not the body of a module or class
COROUTINE = 0x80 | 0x100 | 0x200  # code flags: async def, types.coroutine, async generator
RESUMABLE = 0x20 | COROUTINE
RESUME = dis.opmap["RESUME"]
OTHER, PACKAGE, TEST = range(3)


class Recorder:
    def __init__(self, package, tests):
        self.base = str(package.parent) + os.sep
        self.package = str(package) + os.sep
        self.tests = str(tests) + os.sep
        self.origins = {}  # file name of a code object -> OTHER, PACKAGE, TEST
        self.begins = {}
        self.seen = set()
        self.calls = []  # keeps the code objects alive, so that no id means two of them

    def origin(self, code):
        name = code.co_filename
        origin = self.origins.get(name)
        if origin is None:
            path = os.path.realpath(name)
            origin = PACKAGE if path.startswith(self.package) else TEST if path.startswith(self.tests) else OTHER
            if name.startswith("<"):
                return OTHER  # generated code has a name a piece: not kept
            self.origins[name] = origin
        return origin

    def start(self):
        """Begins to record, in this thread and those that it starts."""
        def first(frame, event, argument):
            hook = self.hook()
            sys.setprofile(hook)
            hook(frame, event, argument)

        threading.setprofile(first)
        sys.setprofile(self.hook())

    def hook(self):
        """What the interpreter calls at every entry and exit of a function, one for each thread."""
        outside = []  # frames that wait for a function written in C, innermost last

        def hook(frame, event, argument):
            if event == "c_call":
                # The class statement calls a builtin function of its own; what the metaclass does is done by the statement.
                outside.append(None if argument is __build_class__ else frame)
            elif event != "call":
                if event != "return" and outside:
                    outside.pop()
            else:
                code = frame.f_code
                if self.origin(code) == PACKAGE and code.co_flags & OPTIMIZED and code.co_name not in FOLDED:
                    caller = frame.f_back
                    self.called(frame, code, caller, outside and outside[-1] is caller)

        return hook

    def first(self, code, at):
        """Whether a generator or coroutine that goes on at `at` begins there, and was not waiting at a yield or an await."""
        first = self.begins.get((id(code), at))
        if first is None:
            first = self.begins[id(code), at] = at < 0 or code.co_code[at] != RESUME or not code.co_code[at + 1] & 3
        return first

    def called(self, frame, code, caller, builtin):
        kind = "function"
        if code.co_flags & RESUMABLE:
            if not self.first(code, frame.f_lasti):
                return
            kind = "coroutine" if code.co_flags & COROUTINE else "generator"
        way = "builtin" if builtin else "direct"
        while caller is not None:
            origin = self.origin(caller.f_code)
            if origin == PACKAGE:
                break
            if origin == TEST:
                return
            way = "library"
            caller = caller.f_back
        else:
            return
        key = (id(caller.f_code), caller.f_lasti, id(code), way, kind)
        if key not in self.seen:
            self.seen.add(key)
            self.calls.append((caller.f_code, caller.f_lasti, code, way, kind))

    def lines(self):
        """The calls as they are written."""
        around = Around(self.base)
        for caller, at, callee, way, kind in self.calls:
            site = list(caller.co_positions())[at // 2]
            while dis.opname[caller.co_code[at]] == "CACHE":
                at -= 2
            yield json.dumps({"caller": around.function(caller), "callee": around.function(callee), "site": site,
                              "opcode": dis.opname[caller.co_code[at]], "way": way, "kind": kind})


class Around:
    """Names functions; tells for a comprehension which function it stands in."""

    def __init__(self, base):
        self.base = base
        self.files = {}  # file -> {(name, line) of a comprehension: code of the function around}

    def function(self, code):
        if code.co_name in FOLDED:
            if code.co_filename not in self.files:
                self.files[code.co_filename] = found = {}
                path = pathlib.Path(code.co_filename)
                self.learn(compile(path.read_bytes(), str(path), "exec", dont_inherit=True), None, found)
            code = self.files[code.co_filename].get((code.co_qualname, code.co_firstlineno), code)
        name = "<module>" if not code.co_flags & OPTIMIZED and code.co_name == "<module>" else code.co_qualname
        return [os.path.realpath(code.co_filename).removeprefix(self.base), name, code.co_firstlineno]

    def learn(self, code, function, found):
        if code.co_name in FOLDED:
            found[code.co_qualname, code.co_firstlineno] = function
        else:
            function = code
        for inner in code.co_consts:
            if isinstance(inner, types.CodeType):
                self.learn(inner, function, found)


def main(package, tests, result, *arguments):
    recorder = Recorder(pathlib.Path(package).resolve(), pathlib.Path(tests).resolve())

    def write(*_):
        sys.setprofile(None)
        threading.setprofile(None)
        pathlib.Path(result).write_text("".join(line + "\n" for line in recorder.lines()), encoding="utf-8")
        sys.stdout.flush()
        os._exit(0)  # whatever threads the tests have left

    signal.signal(signal.SIGTERM, write)
    sys.path[0] = os.getcwd()
    recorder.start()
    import pytest
    pytest.main(list(arguments))
    write()


if __name__ == "__main__":
    main(*sys.argv[1:])
