#!/usr/bin/env python3
"""Run one program and write down the calls that happen (Python 3.11).

    python3 record.py FOLDER RESULT

Runs `main.py` of FOLDER and writes to RESULT, as JSON, a list of calls, each
of them [site, full name of the caller, full name of the callee].

`sys.setprofile` tells when a function of the program is entered.  Its caller
is the innermost frame of the program below it; the position of the instruction
this frame is at gives the expression, and so the line.  A function that was
handed to the library for later (`map`, `Thread`) is wrapped, so that its calls
belong to the call that handed it over.
"""

import ast
import atexit
import builtins
import dis
import functools
import importlib
import importlib.machinery
import json
import pathlib
import sys
import threading
import types

LAMBDA_LINES = 1_000_000  # lambdas get line numbers of their own from here on
COMPREHENSIONS = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}
FUNCTION = 0x2  # code flag: not a module or class body
RESUMABLE = 0x20 | 0x80 | 0x200  # code flags: generator, coroutine, async generator

# What takes a function and calls it later, maybe when the caller has gone on.
LATER = {
    "builtins": "map filter",
    "itertools": "starmap takewhile dropwhile filterfalse groupby accumulate",
    "threading": "Thread.__init__ Timer.__init__",
    "concurrent.futures": "ThreadPoolExecutor.__init__ ThreadPoolExecutor.submit"
                          " Executor.map Future.add_done_callback",
    "contextlib": "ExitStack.callback ExitStack.push",
    "dataclasses": "field",
    "asyncio": "BaseEventLoop.call_soon BaseEventLoop.call_later",
    "atexit": "register",
    "signal": "signal",
}
LATER_KEYWORDS = {"target", "function", "func", "key", "default_factory", "initializer"}


class Namer(ast.NodeVisitor):
    """Finds the full names of all functions and classes of one module.

    `names` maps (first line, name) as they stand in a code object to the full
    name; `call_lines` maps the end of each call expression to the line where
    it starts.  The tree is changed in two ways: a lambda gets a line number of
    its own, so that two on one line stay apart, and every `def` the innermost
    decorator `__made__` (see Recorder.made).
    """

    def __init__(self, module, tree):
        self.names = {}
        self.call_lines = {}
        self.counts = {}
        self.scope = module
        self.visit(tree)

    def count(self, name):
        """How often the name was defined in the current scope, with this time."""
        self.counts[self.scope, name] = self.counts.get((self.scope, name), 0) + 1
        return self.counts[self.scope, name]

    def generic_visit(self, node):
        """Visits the parts in the order of the source, for counting lambdas."""
        for part in sorted(ast.iter_child_nodes(node), key=place):
            self.visit(part)

    def inside(self, scope, nodes):
        around, self.scope = self.scope, scope
        for node in nodes:
            self.visit(node)
        self.scope = around

    def define(self, node, *outside):
        """A `def` or `class`; the parts in `outside` belong to the scope around."""
        for part in outside:
            self.visit(part)
        number = self.count(node.name)
        full = f"{self.scope}.{node.name}" + (f"${number}" if number > 1 else "")
        first = min([node.lineno] + [d.lineno for d in node.decorator_list])
        self.names[first, node.name] = full
        self.inside(full, node.body)

    def visit_FunctionDef(self, node):
        self.define(node, *node.decorator_list, node.args)
        made = ast.copy_location(ast.Name("__made__", ast.Load()), node)
        node.decorator_list.append(made)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node):
        self.define(node, *node.decorator_list, *node.bases, *node.keywords)

    def visit_Lambda(self, node):
        self.visit(node.args)
        full = f"{self.scope}.<lambda>{self.count('<lambda>')}"
        node.lineno = node.end_lineno = LAMBDA_LINES + len(self.names)
        self.names[node.lineno, "<lambda>"] = full
        self.inside(full, [node.body])

    def visit_Call(self, node):
        self.call_lines[node.end_lineno, node.end_col_offset] = node.lineno
        self.generic_visit(node)


def place(node):
    """Line and column where the node starts."""
    return min(((n.lineno, n.col_offset) for n in ast.walk(node) if hasattr(n, "lineno")),
               default=(0, 0))


class Recorder:
    """Runs `main.py` of a folder and collects the calls that happen."""

    def __init__(self, root):
        self.root = root
        self.codes = {}  # id of a code object -> (code, path, full name, Namer)
        self.edges = set()

    def compile(self, data, filename):
        """Compiles a file of the program and learns its code objects."""
        path = pathlib.Path(filename).resolve().relative_to(self.root).as_posix()
        module = path[:-3].removesuffix("/__init__").replace("/", ".")
        tree = ast.parse(data, filename)
        namer = Namer(module, tree)
        code = compile(tree, filename, "exec", dont_inherit=True)
        self.learn(code, path, module + ".<module>", namer)
        return code

    def learn(self, code, path, name, namer):
        """Notes the full name of a code object and of those inside it."""
        self.codes[id(code)] = (code, path, name, namer)
        for inner in code.co_consts:
            if not isinstance(inner, types.CodeType):
                continue
            if inner.co_name in COMPREHENSIONS:
                inner_name = name
            else:
                inner_name = namer.names[inner.co_firstlineno, inner.co_name]
                if not inner.co_flags & FUNCTION:
                    inner_name += ".<body>"
            self.learn(inner, path, inner_name, namer)

    def site(self, frame):
        """Where the program is, seen from `frame`: ("main.py:3", full name)."""
        while frame is not None:
            if frame.f_code is HANDED_CODE:
                return frame.f_locals["site"]
            known = self.codes.get(id(frame.f_code))
            if known:
                code, path, name, namer = known
                return f"{path}:{self.line(code, frame.f_lasti, namer)}", name
            frame = frame.f_back
        return None

    @staticmethod
    def line(code, offset, namer):
        """The line where the expression of the instruction at `offset` starts."""
        start, end, _, end_column = list(code.co_positions())[offset // 2]
        while dis.opname[code.co_code[offset]] == "CACHE":
            offset -= 2
        if dis.opname[code.co_code[offset]].startswith("CALL"):
            # A call of a method is placed at the name of the method, which may
            # be on a later line; the exit of a `with` is placed at all of it.
            return min(start, namer.call_lines.get((end, end_column), start))
        return start

    def profile(self, frame, event, _):
        """Called by the interpreter at every entry and exit of a function."""
        code = frame.f_code
        known = code.co_name not in COMPREHENSIONS and self.codes.get(id(code))
        if event == "call" and known and not code.co_flags & RESUMABLE:
            self.add(frame.f_back, known[2])

    def made(self, function):
        """Notes the calls of a generator or coroutine function.

        The interpreter tells nothing when such a call makes the generator,
        only when it is resumed, so these functions are wrapped.
        """
        if not function.__code__.co_flags & RESUMABLE:
            return function
        name = self.codes[id(function.__code__)][2]

        @functools.wraps(function)
        def make(*args, **kwargs):
            self.add(sys._getframe(1), name)
            return function(*args, **kwargs)
        return make

    def add(self, caller, name):
        """Notes a call of the function `name` from the frame `caller`."""
        if not name.endswith((".<module>", ".<body>", ".__del__")):
            site = self.site(caller)
            if site is None:
                raise RuntimeError(f"no caller in the program for {name}")
            self.edges.add((*site, name))

    def run(self):
        """Runs the program; its calls are in `edges` afterwards."""
        loader = importlib.machinery.SourceFileLoader
        library_compile = loader.source_to_code

        def source_to_code(this, data, path, **options):
            if pathlib.Path(path).resolve().is_relative_to(self.root):
                return self.compile(data, path)
            return library_compile(this, data, path, **options)

        loader.source_to_code = source_to_code
        sys.dont_write_bytecode = True
        builtins.__made__ = self.made
        sys.path[0] = str(self.root)
        wrap_library(self)
        main = self.root / "main.py"
        module = sys.modules["__main__"] = types.ModuleType("__main__")
        module.__file__ = str(main)
        code = self.compile(main.read_bytes(), str(main))
        threading.setprofile(self.profile)
        sys.setprofile(self.profile)
        exec(code, module.__dict__)


def handed(function, site):
    """`function`, its calls belonging to `site`, which handed it over."""
    def call_handed(*args, **kwargs):
        site  # a free variable, read by Recorder.site
        return function(*args, **kwargs)
    return call_handed


HANDED_CODE = next(c for c in handed.__code__.co_consts if isinstance(c, types.CodeType))


def handing(recorder, library_function):
    """`library_function`, noting where the program hands a function to it."""
    @functools.wraps(library_function)
    def call(*args, **kwargs):
        caller = sys._getframe(1)
        if id(caller.f_code) not in recorder.codes:
            return library_function(*args, **kwargs)
        site, args = recorder.site(caller), list(args)
        first = next((i for i, value in enumerate(args) if callable(value)), None)
        if first is not None:
            args[first] = handed(args[first], site)
        for key in LATER_KEYWORDS & kwargs.keys():
            if callable(kwargs[key]):
                kwargs[key] = handed(kwargs[key], site)
        return library_function(*args, **kwargs)
    return call


def wrap_library(recorder):
    """Wraps what is named in LATER, as far as the program speaks of its module."""
    text = "".join(path.read_text(encoding="utf-8") for path in recorder.root.rglob("*.py"))
    for module_name, names in LATER.items():
        if module_name == "builtins" or module_name in text:
            module = importlib.import_module(module_name)
            for name in names.split():
                *owner, attribute = name.split(".")
                holder = getattr(module, owner[0]) if owner else module
                setattr(holder, attribute, handing(recorder, getattr(holder, attribute)))

    if "defaultdict" in text:
        import collections

        class HandingDict(collections.defaultdict):
            __init__ = handing(recorder, collections.defaultdict.__init__)

        collections.defaultdict = HandingDict

    start = threading.Thread.start

    def start_thread(thread):
        """A `run` method of the program's own belongs to the `start` call."""
        site = recorder.site(sys._getframe(1))
        if site:
            thread.run = handed(thread.run, site)
        start(thread)

    threading.Thread.start = start_thread


def main(folder, result):
    recorder = Recorder(pathlib.Path(folder).resolve())

    def write():
        sys.setprofile(None)
        pathlib.Path(result).write_text(json.dumps(sorted(recorder.edges)), encoding="utf-8")

    atexit.register(write)  # registered first, so it is run last
    recorder.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
