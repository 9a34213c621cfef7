"""Joern's full names in the words that ours are written in."""

import ast
import collections
import re


class Names:
    """Joern's full names of one program in the words of the set."""

    def __init__(self, files):
        self.lambdas = {file: lambdas(file, text) for file, text in files.items()}

    def of(self, full_name, file):
        if file not in self.lambdas:
            return None
        _, _, rest = full_name.partition(":<module>")
        if number := re.search(r"<lambda>(\d+)$", rest):
            return self.lambdas[file][int(number[1])]
        rest = re.sub(r"\$redefinition(\d+)", lambda match: f"${int(match[1]) + 1}", rest)
        rest = re.sub(r".*<lambda>(\d+)", lambda match: self.lambdas[file][int(match[1])].removeprefix(module(file)), rest)
        return module(file) + (rest or ".<module>")


def lambdas(file, text):
    """The names of a file's lambdas, in the order of the source: Joern numbers them through the file, the set in their scopes."""
    names, counts = [], collections.Counter()

    def walk(node, scope):
        for child in sorted(ast.iter_child_nodes(node), key=lambda part: (getattr(part, "lineno", 0), getattr(part, "col_offset", 0))):
            inner = scope
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                inner = f"{scope}.{child.name}"
            elif isinstance(child, ast.Lambda):
                counts[scope] += 1
                inner = f"{scope}.<lambda>{counts[scope]}"
                names.append(inner)
            walk(child, inner)

    walk(ast.parse(text), module(file))
    return names


def module(file):
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
