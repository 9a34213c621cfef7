#!/usr/bin/env python3
"""Runs the programs of the truth sets of C and C++ and compares their calls with those that are listed.

    python3 record.py                       every topic of c-calls and cpp-calls
    python3 record.py --write closures.md   writes what ran into the lists of these files

Needs gcc, g++, and readelf and addr2line of binutils (Linux, x86-64). Each program is compiled with
-finstrument-functions and run under `tracer.c`, which notes the stack whenever a function is entered. The debugging
information of the program says which functions, files and lines the addresses are. README.md says what is listed.
"""

import bisect
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TIME_LIMIT = 20  # seconds a program may run
FLAGS = ["-O0", "-gdwarf-4", "-no-pie", "-w", "-fno-builtin", "-finstrument-functions",
         "-finstrument-functions-exclude-file-list=/usr/", "-fno-eliminate-unused-debug-symbols"]
COMPILERS = {".c": ["gcc", "-std=gnu17"], ".cpp": ["g++", "-std=gnu++20"], ".cc": ["g++", "-std=gnu++20"]}
LIBRARIES = ["-lpthread", "-lm"]

PATH_LINE = re.compile(r"`([\w/.-]+\.\w+)`$")
DIE = re.compile(r"\s*<([0-9a-f]+)><([0-9a-f]+)>: Abbrev Number: \d+ \((DW_TAG_\w+)\)")
ATTRIBUTE = re.compile(r"\s*<[0-9a-f]+>\s+(DW_AT_\w+)\s*:\s?(.*)")
CALL_LINE = re.compile(r"- `([^`]+)` `([^`]+)` → `([^`]+)`$")


# ------------------------------------------------------------ documents

class Program:
    """One `##` section: its files, and the lines of the document where its list stands."""

    def __init__(self, title):
        self.title, self.files, self.calls = title, {}, []
        self.list_start = self.list_end = None


def read_programs(lines):
    programs, name, in_code = [], None, False
    for number, line in enumerate(lines):
        if in_code:
            if line == "```":
                in_code = False
            else:
                programs[-1].files[name] += line + "\n"
        elif line.startswith("## "):
            programs.append(Program(line[3:].strip()))
        elif match := PATH_LINE.match(line):
            name = match[1]
        elif line.startswith("```"):
            if not programs or name is None or name in programs[-1].files:
                raise ValueError(f"line {number + 1}: code without a path of its own")
            programs[-1].files[name] = ""
            in_code = True
        elif line == "Calls:":
            programs[-1].list_start = number
        elif match := CALL_LINE.match(line):
            programs[-1].calls.append(match.groups())
            programs[-1].list_end = number
    return programs


# ------------------------------------------------------------ debugging information

def plain(name):
    """A name without arguments of templates."""
    head = "operator" if name.startswith("operator") else ""
    rest = name[len(head):]
    if head and rest[:1] in "<>-":
        symbol = re.match(r"(<=>|<<=|>>=|<<|>>|<=|>=|->\*|->|--|-=|<|>|-)", rest)[1]
        head, rest = head + symbol, rest[len(symbol):]
    kept, depth = "", 0
    for c in rest:
        depth += (c == "<") - (c == ">")
        if depth == 0 and c != ">":
            kept += c
    return head + kept


class Functions:
    """The functions of a program by address."""

    def __init__(self, executable, root):
        self.root = root
        self.executable = executable
        self.dies, self.ranges, self.lines = {}, [], {}
        self.read()
        symbols = subprocess.run(["nm", executable], capture_output=True, text=True, check=True).stdout
        self.deleting = {int(line.split()[0], 16) for line in symbols.splitlines()
                         if re.search(r" [tTwW] _Z\w*D0Ev$", line)}

    def read(self):
        text = subprocess.run(["readelf", "-wi", "-wL", self.executable], capture_output=True,
                              text=True, errors="replace", check=True).stdout
        text = text.split("Contents of the .debug_line", 1)[0]
        stack, die = {}, None
        for line in text.splitlines():
            if match := DIE.match(line):
                level = int(match[1], 16)
                die = {"tag": match[3], "parent": stack.get(level - 1)}
                stack[level] = die
                self.dies[int(match[2], 16)] = die
            elif die is not None and (match := ATTRIBUTE.match(line)):
                die[match[1]] = re.sub(r"^\((?:indirect|alt|indexed)[^)]*\): ", "", match[2].strip())
        for die in self.dies.values():
            if die["tag"] == "DW_TAG_subprogram" and "DW_AT_low_pc" in die:
                low = int(die["DW_AT_low_pc"].split()[0], 16)
                high = int(die["DW_AT_high_pc"].split()[-1].strip("()"), 0)
                high = high if high > low else low + high
                self.ranges.append((low, high, die))
        self.ranges.sort(key=lambda known: known[0])
        self.starts = [low for low, *_ in self.ranges]

    def chain(self, die):
        """A function with what it is the concrete form or the definition of."""
        while die is not None:
            yield die
            other = die.get("DW_AT_abstract_origin") or die.get("DW_AT_specification")
            die = self.dies.get(int(other.strip("<>").removeprefix("0x"), 16)) if other else None

    def attribute(self, die, name):
        for part in self.chain(die):
            if name in part:
                return part[name]
        return None

    def scopes(self, die):
        """Names of the scopes around a function, the innermost first."""
        declared = list(self.chain(die))[-1]
        at = declared["parent"]
        while at is not None and at["tag"] != "DW_TAG_compile_unit":
            if at["tag"] in ("DW_TAG_subprogram", "DW_TAG_lexical_block"):
                return
            if at["tag"] in ("DW_TAG_namespace", "DW_TAG_class_type", "DW_TAG_structure_type", "DW_TAG_union_type"):
                origin = list(self.chain(at))[-1]
                yield origin.get("DW_AT_name", "<anonymous>")
                at = origin["parent"] if origin is not at else at["parent"]
            else:
                at = at["parent"]

    def at(self, address):
        """(name, file, line) of the function of the program around an address; `None` for one that is not written in it.

        The address of a return may be that of the instruction behind the function."""
        place = bisect.bisect_right(self.starts, address) - 1
        if place < 0 or address >= self.ranges[place][1]:
            return None
        low, _, die = self.ranges[place]
        name = self.attribute(die, "DW_AT_name") or ""
        if name.startswith(("__static_initialization_and_destruction_0", "_GLOBAL__")):
            file, _ = self.line(address)
            return ("<module>", file, 0) if file else None
        raw = list(self.scopes(die))
        is_lambda = name.startswith("operator()") and raw and re.match(r"<lambda|<anonymous>", raw[0])
        made = any("DW_AT_artificial" in part for part in self.chain(die))
        if low in self.deleting or made and not is_lambda:
            return None
        line = self.attribute(die, "DW_AT_decl_line")
        file, first = self.line(low)
        # The debugging information does not say where a lambda is declared; its code begins there.
        line = str(first) if is_lambda else line
        if file is None or line is None:
            return None
        # What is defaulted has no body in the program.
        if re.search(r"\)[^;{]*= *default", self.text(file, int(line))):
            return None
        if is_lambda:
            return "<lambda>", file, int(line)
        parts = [plain(part) for part in [*reversed(raw), name]]
        return "::".join(part for part in parts if part), file, int(line)

    def text(self, file, line):
        """A line of the program."""
        lines = (self.root / file).read_text(encoding="utf-8").splitlines()
        return lines[line - 1] if 0 < line <= len(lines) else ""

    def read_lines(self, addresses):
        """Looks up the lines of instructions, and those where the functions around them begin."""
        wanted = set(addresses)
        for address in addresses:
            place = bisect.bisect_right(self.starts, address) - 1
            if place >= 0:
                wanted.add(self.starts[place])
        wanted = sorted(wanted)
        out = subprocess.run(["addr2line", "-e", self.executable], input="\n".join(map(hex, wanted)),
                             capture_output=True, text=True, check=True).stdout
        for address, text in zip(wanted, out.splitlines()):
            path, _, line = text.split(" (")[0].rpartition(":")
            path = pathlib.Path(path)
            inside = path.is_absolute() and path.is_relative_to(self.root)
            file = path.relative_to(self.root).as_posix() if inside else None
            self.lines[address] = (file, int(line) if line.isdigit() else 0)

    def line(self, address):
        """(file, line) of an instruction; no file where it is not the program's."""
        return self.lines.get(address, (None, 0))


# ------------------------------------------------------------ runs

def build(program, root, work):
    objects = []
    for name, text in program.files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    cpp = any(name.endswith((".cpp", ".cc")) for name in program.files)
    for name in program.files:
        compiler = COMPILERS.get(pathlib.Path(name).suffix)
        if compiler:
            objects.append(str(work / (name.replace("/", "_") + ".o")))
            run([*compiler, *FLAGS, f"-I{root}", "-c", str(root / name), "-o", objects[-1]])
    executable = str(work / "program")
    run(["g++" if cpp else "gcc", "-no-pie", *objects, "-o", executable, *LIBRARIES])
    return executable


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", **options)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.returncode}\n{done.stderr[-2000:]}")


def calls(program, tracer):
    """The calls of a run, as they are listed."""
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder).resolve()
        root = work / "source"
        executable = build(program, root, work)
        trace = work / "trace"
        environment = dict(os.environ, LD_PRELOAD=str(tracer), TRACE=str(trace))
        done = subprocess.run([executable], env=environment, cwd=work, timeout=TIME_LIMIT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if done.returncode < 0:
            raise RuntimeError(f"ended by signal {-done.returncode}")
        functions = Functions(executable, root)
        data = trace.read_bytes() if trace.exists() else b""
        words = struct.unpack(f"{len(data) // 8}Q", data)
        records, at = [], 0
        while at < len(words):
            records.append(words[at + 1:at + 1 + words[at]])
            at += 1 + words[at]
        functions.read_lines({address - (place > 0) for record in records
                              for place, address in enumerate(record) if address < 1 << 28})
        return {call for record in records if (call := listed(functions, record))}


def listed(functions, record):
    callee = functions.at(record[0])
    if callee is None or callee[0] == "<module>":
        return None
    for back in record[1:]:
        # A return goes behind the call.
        caller = functions.at(back - 1)
        if caller is not None:
            file, line = functions.line(back - 1)
            if file is None:
                continue
            ends = callee[0].rsplit("::", 1)[-1].startswith("~")
            site = file if ends else f"{file}:{line}"
            return site, shown(caller), shown(callee)
    return None


def shown(function):
    name, file, line = function
    return f"{name}@{file}" if name == "<module>" else f"{name}@{file}:{line}"


def order(call):
    def key(text):
        path, _, line = text.partition(":") if "@" not in text else text.partition("@")
        return (path, int(line) if line.isdigit() else 0, line)
    return tuple(map(key, call))


def main(arguments):
    write = "--write" in arguments
    paths = [pathlib.Path(a) for a in arguments if a != "--write"]
    if not paths:
        folders = [HERE, HERE.parent / "cpp-calls"]
        paths = [p for f in folders for p in sorted(f.glob("*.md")) if p.name != "README.md"]
    programs = count = errors = 0
    with tempfile.TemporaryDirectory() as folder:
        tracer = pathlib.Path(folder) / "tracer.so"
        run(["gcc", "-O1", "-fPIC", "-shared", str(HERE / "tracer.c"), "-o", str(tracer), "-ldl", "-lpthread"])
        for path in paths:
            lines = path.read_text(encoding="utf-8").splitlines()
            edits = []
            for program in read_programs(lines):
                programs += 1
                where = f"{path.name}, {program.title}"
                try:
                    ran = calls(program, tracer)
                except (RuntimeError, subprocess.TimeoutExpired, ValueError) as error:
                    print(f"{where}: {error}")
                    errors += 1
                    continue
                if not ran:
                    print(f"{where}: no call of the program ran")
                    errors += 1
                count += len(ran)
                if write and program.list_start is not None:
                    edits.append((program, [f"- `{s}` `{a}` → `{b}`" for s, a, b in sorted(ran, key=order)]))
                    continue
                known = set(program.calls)
                for what, differing in (("ran, not listed", ran - known), ("listed, not run", known - ran)):
                    for call in sorted(differing):
                        print(f"{where}: {what}: - `{call[0]}` `{call[1]}` → `{call[2]}`")
                        errors += 1
            for program, listing in reversed(edits):
                end = (program.list_end or program.list_start) + 1
                lines[program.list_start:end] = ["Calls:", "", *listing]
            if edits:
                path.write_text("\n".join(lines).rstrip("\n") + "\n", encoding="utf-8")
    print(f"{len(paths)} files, {programs} programs, {count} calls, {errors} errors")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
