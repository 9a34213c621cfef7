"""The source of a measured package: which function a code object is, and which expression an instruction."""

import ast
import collections
import sys


class Source:
    """The syntax trees of the package: finds the function of a code object, and the expression of an instruction."""

    def __init__(self, folder):
        self.functions = {}  # (file, first line, name) -> function as the graph has it
        self.nodes = {}  # function as the graph has it -> its node
        self.spans = collections.defaultdict(list)
        self.ends = collections.defaultdict(list)
        self.around = {}  # node -> its parent
        self.lines = {}
        self.lambdas = collections.defaultdict(list)  # (file, line) -> nodes
        self.classes = collections.defaultdict(list)  # name -> nodes
        self.definitions = collections.Counter()  # (file, name) -> functions of that name
        self.decorators = set()  # names that decorate
        for path in sorted(folder.rglob("*.py")):
            text = path.read_text(encoding="utf-8", errors="replace")
            file = path.relative_to(folder.parent).as_posix()
            self.lines[file] = text.splitlines()
            try:
                self.read(file, ast.parse(text))
            except SyntaxError as error:
                print(f"{path}: {error}", file=sys.stderr)

    def read(self, file, tree):
        for node in ast.walk(tree):
            for child in ast.iter_child_nodes(node):
                self.around[child] = node
            if isinstance(node, ast.Lambda):
                self.lambdas[file, node.lineno].append(node)
            if hasattr(node, "end_lineno"):
                self.spans[file, node.lineno, node.end_lineno, node.col_offset, node.end_col_offset].append(node)
                if isinstance(node, (ast.Call, ast.Attribute)):
                    self.ends[type(node), file, node.end_lineno, node.end_col_offset].append(node)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                first = min([node.lineno] + [decorator.lineno for decorator in node.decorator_list])
                is_class = isinstance(node, ast.ClassDef)
                function = file, node.lineno, "<body>" if is_class else node.name
                self.functions[file, first, node.name] = function
                self.nodes[function] = node
                self.definitions[file, node.name] += not is_class
                self.decorators |= {terminal(decorator) for decorator in node.decorator_list}
                if is_class:
                    self.classes[node.name].append(node)

    def function(self, place):
        file, name, line = place
        name = name.rpartition(".")[2]
        if name == "<module>":
            return file, 0, name
        return self.functions.get((file, line, name), (file, line, name))

    def node(self, call):
        """The expression or statement that called.

        What reads an attribute or calls a method is placed at the attribute's name, which may be on a later line: the end tells.
        """
        file, (line, end_line, column, end_column) = call["caller"][0], call["site"]
        found = self.spans.get((file, line, end_line, column, end_column), [])
        if call["opcode"].startswith("CALL"):
            applied = [node for node in found if self.decorates(node)]
            if applied and terminal(applied[0]) != call["callee"][1].rpartition(".")[2]:
                return applied[0]
            calls = [node for node in found if isinstance(node, (ast.Call, ast.With, ast.AsyncWith, ast.ClassDef))]
            found = calls or self.ends.get((ast.Call, file, end_line, end_column), []) or found
        elif not found:
            found = self.ends.get((ast.Attribute, file, end_line, end_column), [])
        return found[0] if found else None

    def way(self, call, node, callee):
        """The way of a call, with what the record cannot see: C code that is no function calls back too (types, slots, finalisers)."""
        name = callee[2]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            on_super = isinstance(node.func.value, ast.Call) and terminal(node.func.value) == "super"
            if on_super and node.func.attr != name and not name.startswith("__call"):
                return "builtin"
        definition = self.nodes.get(callee)
        if call["opcode"] == "RESUME":
            return "builtin"  # a signal or the garbage collector came in between
        if call["opcode"].startswith(("STORE", "DELETE", "POP", "RETURN")) and not name.startswith("__") and \
                not getattr(definition, "decorator_list", ()):
            return "builtin"
        return call["way"]

    def on_release(self, callee):
        """Whether a function runs when an object goes, wherever the program is then."""
        file, line, name = callee
        return name == "__del__" or name == "<lambda>" and any(
            isinstance(node, ast.Lambda) and isinstance(self.around.get(node), ast.Call)
            and terminal(self.around[node]) in ("ref", "WeakMethod", "proxy", "finalize")
            for node in self.lambdas.get((file, line), ()))

    def decorates(self, node):
        return node in getattr(self.around.get(node), "decorator_list", ())

    def enclosing(self, node, kinds):
        while node is not None and not isinstance(node, kinds):
            node = self.around.get(node)
        return node

    def owner(self, function):
        """The class that a function stands in."""
        around = self.around.get(self.nodes.get(function))
        return around if isinstance(around, ast.ClassDef) else None

    def inherits(self, node, base, seen=()):
        """Whether a class has another among its bases, by name."""
        if node is base:
            return True
        return any(self.inherits(parent, base, (*seen, node)) for name in map(terminal, node.bases)
                   for parent in self.classes.get(name, ()) if parent not in seen)

    def text(self, file, line):
        return self.lines[file][line - 1].strip()


def terminal(node):
    """The last name of an expression: `c` of `a.b.c(d)[e]`."""
    while True:
        if isinstance(node, (ast.Call,)):
            node = node.func
        elif isinstance(node, ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Attribute):
            return node.attr
        else:
            return node.id if isinstance(node, ast.Name) else None
