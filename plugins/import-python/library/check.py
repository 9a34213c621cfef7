#!/usr/bin/env python3
"""Checks the library descriptions (*.toml) beside this file.

    python3 check.py [file.toml ...]      # without arguments: every file of this folder

Checked: the keys of each entry, the grammar of places, that a place begins with a
parameter (or self, result), duplicates over all files, that every class named by
`bases`, `type` or `new` is stated in some file or can be imported, and, for each name
whose module can be imported by the running Python, that the name exists and the stated
parameters agree with inspect.signature.

Names of modules that cannot be imported are checked for form only; the last line says
how many.  Importing is done one top-level package at a time; output of those imports is
not hidden.  Exit code 1 when there are errors.
"""
import importlib
import inspect
import os
import pathlib
import re
import sys
import tomllib
import types
import warnings

HERE = pathlib.Path(__file__).resolve().parent

KEYS = {
    "function": {"name": str, "parameters": list, "calls": list, "returns": list, "stores": list, "passes": list,
                 "into": list, "decorates": str, "decorator-factory": str, "registers": list, "awaits": bool,
                 "imports": str, "replaces": list, "copies": str, "ends": bool},
    "class": {"name": str, "bases": list},
    "attribute": {"name": str, "type": str, "is": str},
    "alias": {"name": str, "is": str},
}
COPIES = {"shallow", "deep"}
DECORATES = {"same", "registers", "wraps", "contextmanager", "property", "classmethod", "staticmethod"}

# Names the running Python may not know though they are right (instance-level or
# generated members, names of other versions), and functions whose introspected
# signature is not what a caller sees.  Prefixes end with "*".
ALLOW_MISSING = {
    "_thread.lock", "_thread.lock.*",                       # a class of that name from 3.13
    "asyncio.Condition.acquire",                            # put there by the instance
    "threading.Condition.acquire", "threading.Condition.release",
    "collections.abc.Buffer", "itertools.batched", "itertools.batched.*",   # from 3.12
    "functools._lru_cache_wrapper.*", "typing.override", "pandas.DataFrame.applymap",
    "os._wrap_close.read", "urllib.error.HTTPError.read", "tempfile._TemporaryFileWrapper.*",
    "werkzeug.datastructures.file_storage.FileStorage.read",      # these: passed on by __getattr__
    "typing.NamedTuple.*",                                         # what classes with it as a base have
    "configparser.SectionProxy.get*",                              # made by the converters
}
ALLOW_PARAMETERS = {
    "builtins.type.__init__",         # one and three arguments
    "click.core.Parameter.__init__",  # help, from 8.5
    "fractions.Fraction.__init__", "hashlib.blake2*",      # without the ones nobody writes
    "os.path.*",                      # names of the documentation; posixpath and ntpath differ
}

NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*\Z")
STEP = re.compile(r"""\[\]|\[\#\]|\[[A-Za-z_]\w*\]|\["[^"\]]*"\]|\[-?\d+\]|\.[A-Za-z_]\w*(\|[A-Za-z_]\w*)*|\(\)""")
BASE = re.compile(r"[A-Za-z_]\w*")


def place_error(text, names):
    """What is wrong with a place, or None."""
    found = BASE.match(text)
    if not found:
        return f"no place: {text!r}"
    if found.group() not in names:
        return f"{found.group()!r} in {text!r} is no parameter"
    at = found.end()
    while at < len(text):
        step = STEP.match(text, at)
        if not step:
            return f"bad step at {text[at:]!r} in {text!r}"
        if re.match(r"\[[A-Za-z_]", step.group()) and step.group()[1:-1] not in names:
            return f"key {step.group()} in {text!r} is no parameter"
        at = step.end()
    return None


def call_error(text, names):
    """What is wrong with a call `place(place, *place, key=place, **place)`, or None."""
    if not text.endswith(")"):
        return f"no call: {text!r}"
    depth, at = 0, len(text)
    while at:
        at -= 1
        depth += {")": 1, "(": -1}.get(text[at], 0)
        if depth == 0:
            break
    if depth:
        return f"unbalanced: {text!r}"
    problem = place_error(text[:at], names)
    arguments = text[at + 1:-1].strip()
    for argument in arguments.split(",") if arguments else []:
        argument = re.sub(r"^(\*\*|\*|[A-Za-z_]\w*=(?!=))", "", argument.strip())
        problem = problem or place_error(argument, names)
    return problem


def pair_error(text, names, named=None):
    """What is wrong with `place = place` or (where named collects classes) `place = new name`, or None."""
    sides = text.split(" = ")
    if len(sides) != 2:
        return f"no pair: {text!r}"
    if named is not None and sides[1].startswith("new "):
        named.append(sides[1][4:])
        return place_error(sides[0], names)
    return place_error(sides[0], names) or place_error(sides[1], names)


_resolved = {}


def resolve(name):
    """(found, object, owner) for a dotted name; found is None when the module cannot be
    imported, False when the module lacks the name."""
    if name in _resolved:
        return _resolved[name]
    parts = name.split(".")
    answer = (None, None, None)
    for cut in range(len(parts), 0, -1):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                value = importlib.import_module(".".join(parts[:cut]))
        except Exception:  # a package may raise anything when it is not set up
            continue
        owner = None
        answer = (True, value, owner)
        for part in parts[cut:]:
            try:
                owner, value = value, inspect.getattr_static(value, part) if inspect.isclass(value) \
                    else getattr(value, part)
                answer = (True, value, owner)
            except Exception as error:  # others: a lazy attribute that wants configuration; it is there
                answer = (not isinstance(error, AttributeError), None, owner)
                break
        break
    _resolved[name] = answer
    return answer


def signature_parameters(name):
    """The parameters of a callable as the files write them, or None where Python has no signature."""
    found, value, owner = resolve(name)
    if not found or value is None:
        return None
    method = inspect.isclass(owner)
    first = ["self"] if method else []
    try:
        if isinstance(value, staticmethod):
            first, value = [], value.__func__
        elif isinstance(value, (classmethod, types.ClassMethodDescriptorType)):
            first, value = ["cls"], getattr(owner, name.rpartition(".")[2])
        elif method and name.endswith(".__init__"):
            value = owner
        elif method and not inspect.isclass(value):   # builtin: str.maketrans; else the signature has it
            first = [] if isinstance(value, types.BuiltinFunctionType) else None
        elif inspect.isclass(value):
            first = []
        names = list(inspect.signature(value).parameters.values())
    except (ValueError, TypeError):
        return None
    if first is None:
        first = ["self"]
        if names and names[0].kind in (names[0].POSITIONAL_ONLY, names[0].POSITIONAL_OR_KEYWORD):
            names = names[1:]
    written, starred = list(first), False
    for parameter in names:
        if parameter.kind is parameter.VAR_POSITIONAL:
            written.append("*" + parameter.name)
            starred = True
        elif parameter.kind is parameter.VAR_KEYWORD:
            written.append("**" + parameter.name)
        else:
            if parameter.kind is parameter.KEYWORD_ONLY and not starred:
                written.append("*")
                starred = True
            written.append(parameter.name)
    return written


def parameters_differ(stated, found, positional_only):
    """Whether stated parameters contradict those found.  Positional-only ones may have
    other names; what *args or **kwargs takes in may be spelled out."""
    if stated == found:
        return False
    plain = [p for p in found if not p.startswith("*")]
    mine = [p for p in stated if not p.startswith("*")]
    if any(p.startswith("*") and p != "*" for p in found):
        return not positional_only and any(p not in mine for p in plain)
    return len(mine) != len(plain) if positional_only else mine != plain


def only_positional(name):
    """Whether every parameter of the callable is positional-only."""
    _, value, owner = resolve(name)
    try:
        value = owner if name.endswith(".__init__") else getattr(value, "__func__", value)
        kinds = inspect.signature(value).parameters.values()
        return any(p.kind is p.POSITIONAL_ONLY for p in kinds)
    except (ValueError, TypeError):
        return True


def allowed(name, patterns):
    return any(name == p or (p.endswith("*") and name.startswith(p[:-1])) for p in patterns)


def check_function(entry, file, problems, named):
    name = entry["name"]
    parameters = entry.get("parameters", [])
    names = {p.lstrip("*") for p in parameters} - {""}
    if len(names) != len([p for p in parameters if p != "*"]):
        problems.append((file, name, "a parameter twice"))
    if "self" in parameters[1:] and name.split(".")[0] != "builtins":
        problems.append((file, name, "self is not the first parameter"))
    places = names | {"result"}
    made = [text[4:] for text in entry.get("returns", []) if text.startswith("new ")]
    errors = [call_error(text, places) for text in entry.get("calls", [])]
    errors += [pair_error(text, places, made) for text in entry.get("stores", [])]
    errors += [pair_error(text, places) for text in entry.get("into", [])]
    errors += [place_error(text, names) for key in ("returns", "passes", "registers", "replaces")
               for text in entry.get(key, []) if not (key == "returns" and text.startswith("new "))]
    for error in filter(None, errors):
        problems.append((file, name, error))
    named += [(file, name, text) for text in made]
    for key in ("decorates", "decorator-factory"):
        if key in entry and entry[key] not in DECORATES:
            problems.append((file, name, f"{key} = {entry[key]!r} is no known word"))
    if "copies" in entry and entry["copies"] not in COPIES:
        problems.append((file, name, f"copies = {entry['copies']!r} is no known word"))
    found, value, _ = resolve(name)
    if found is False and not allowed(name, ALLOW_MISSING):
        problems.append((file, name, "does not exist"))
    if found and "parameters" in entry and not allowed(name, ALLOW_PARAMETERS):
        real = signature_parameters(name)
        if real is not None and parameters_differ(parameters, real, only_positional(name)):
            problems.append((file, name, f"parameters {parameters} but the signature has {real}"))
    return found


def main(arguments):
    files = [pathlib.Path(a) for a in arguments] or sorted(HERE.glob("*.toml"))
    problems, seen, named, classes = [], {}, [], set()
    counts, unknown = {}, 0
    for path in files:
        file = os.path.basename(path)
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            problems.append((file, "-", f"not TOML: {error}"))
            continue
        for key in set(data) - set(KEYS) - {"library", "written-from"}:
            problems.append((file, key, "unknown table or key"))
        for key in ("library", "written-from"):
            if not isinstance(data.get(key), str):
                problems.append((file, key, "missing"))
        counts[file] = 0
        for kind, keys in KEYS.items():
            for entry in data.get(kind, []):
                name = entry.get("name", "")
                counts[file] += 1
                bad = [k for k, v in entry.items() if k not in keys or not isinstance(v, keys[k])]
                bad += [k for k, v in entry.items() if isinstance(v, list) and not all(isinstance(i, str) for i in v)]
                if bad or not NAME.match(name):
                    problems.append((file, name or kind, f"bad keys or name {bad}"))
                    continue
                if name in seen:
                    problems.append((file, name, f"stated twice (also {seen[name]})"))
                seen[name] = file
                if kind == "function":
                    found = check_function(entry, file, problems, named)
                else:
                    found = resolve(name)[0]
                    member = inspect.isclass(resolve(name.rpartition(".")[0])[1])
                    if found is False and not (kind == "attribute" and member) and not allowed(name, ALLOW_MISSING):
                        problems.append((file, name, "does not exist"))
                unknown += found is None
                if kind == "class":
                    named += [(file, name, base) for base in entry.get("bases", [])]
                if kind in ("class", "alias"):
                    classes.add(name)
                if kind == "attribute":
                    if ("type" in entry) == ("is" in entry):
                        problems.append((file, name, "one of type and is"))
                    named += [(file, name, entry["type"])] if "type" in entry else []
    for file, name, wanted in named:
        if wanted not in classes and not (resolve(wanted)[0] and inspect.isclass(resolve(wanted)[1])):
            problems.append((file, name, f"class {wanted!r} is neither stated nor importable"))
    for problem in problems:
        print(": ".join(problem))
    for file, count in counts.items():
        print(f"{count:5} {file}")
    print(f"{sum(counts.values())} entries in {len(counts)} files, {unknown} not importable here, "
          f"{len(problems)} errors")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
