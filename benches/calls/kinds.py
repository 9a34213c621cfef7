"""Names what kind of call was missed, so that the same cause stands in one row of the table."""

import ast
import builtins

from sources import terminal


class Kinds:
    """Names what kind of call was missed. It judges by the shape of the source only, so it is a sorting, not a proof."""

    def __init__(self, source, graph):
        self.source, self.graph = source, graph

    def kind(self, call, node, callee):
        source = self.source
        name = callee[2]
        definition = source.nodes.get(callee)
        if node is None:
            return "other: no expression found"
        if source.decorates(node) and terminal(node) != name:
            return "decorator applied"
        if isinstance(node, ast.ClassDef):
            return "class statement (metaclass, __init_subclass__, __set_name__)"
        if not isinstance(node, ast.Call):
            return self.protocol(node, name, definition)
        func = node.func
        called = terminal(func) if not isinstance(func, (ast.Call, ast.Subscript)) else None
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Call) and terminal(func.value) == "super":
            return "super()"
        if self.from_getattr(func):
            return "getattr"
        owner = source.owner(callee)
        if called == name and owner is None and source.definitions[callee[0], name] > 1:
            return "function of a name that its module binds more than once (overloads, branches)"
        if isinstance(func, ast.Name) and func.id in dir(builtins) and func.id not in source.classes and called != name:
            return f"protocol through a type ({func.id})"
        if name in ("__init__", "__new__", "__post_init__"):
            return "constructor, class named" if called in source.classes else "constructor through a variable (cls, parameter, attribute)"
        if owner and name == "__call__" and called != name:
            return "metaclass __call__" if "type" in map(terminal, owner.bases) else "instance called (__call__)"
        if called != name:
            outer = source.enclosing(source.around.get(definition), (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            if definition is not None and outer is not None:
                decorates = outer.name in source.decorators or any(terminal(d) == "wraps" for d in definition.decorator_list)
                return "wrapper that a decorator made" if decorates else "closure that a function returned or stored"
            if isinstance(func, (ast.Subscript, ast.Call)):
                return "an element called" if isinstance(func, ast.Subscript) else "result of a call called"
            if self.gives_getattr(func):
                return "getattr, in a function that returns it"
            return f"{self.variable(func, node)} called"
        if not isinstance(func, ast.Attribute):
            return f"function by its name ({self.variable(func, node)})"
        return self.method(func.value, node, call["caller"][0], callee, owner)

    def method(self, receiver, node, file, callee, owner):
        """A call `receiver.name()` of a method or function of this name."""
        source = self.source
        same = {other for line in range(node.lineno, node.end_lineno + 1) for other in self.graph.edges.get((file, line), ())
                if other[2] == callee[2]}
        around = source.enclosing(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        while around is not None and not isinstance(source.around.get(around), ast.ClassDef):
            around = source.enclosing(source.around.get(around), (ast.FunctionDef, ast.AsyncFunctionDef))
        own = source.around.get(around)
        where = self.variable(receiver, node)
        if where == "self":
            if owner and own and not source.inherits(own, owner):
                return "override below: self" if source.inherits(owner, own) else "self, of a class elsewhere (mixin, rebound)"
            return "self, of this class or a base"
        if owner and any(source.owner(other) is not owner and source.owner(other) in self.bases(owner) for other in same):
            return f"override below: {where}"
        return f"method of {where}"

    def bases(self, node):
        return [other for group in self.source.classes.values() for other in group if other is not node and self.source.inherits(node, other)]

    def variable(self, node, site):
        """What an expression is, in words."""
        if isinstance(node, ast.Await):
            node = node.value
        if isinstance(node, ast.Call):
            return "a call's result"
        if isinstance(node, ast.Subscript):
            return "an element"
        if isinstance(node, ast.Attribute):
            return "an attribute"
        if not isinstance(node, ast.Name):
            return "an expression"
        inside = site
        while True:
            scope = self.source.enclosing(inside, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ListComp, ast.SetComp,
                                                   ast.DictComp, ast.GeneratorExp))
            if scope is None:
                return "a global"
            if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                arguments = scope.args
                names = [a for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg) if a]
                for position, argument in enumerate(names):
                    if argument.arg == node.id:
                        if position == 0 and isinstance(self.source.around.get(scope), ast.ClassDef):
                            return "self"
                        assigned = self.assigned(scope, node.id)
                        return assigned if assigned else "a parameter with annotation" if argument.annotation else "a parameter"
                assigned = self.assigned(scope, node.id)
            else:
                assigned = "an element" if any(isinstance(part, ast.Name) and part.id == node.id for generator in scope.generators
                                               for part in ast.walk(generator.target)) else None
            if assigned:
                return assigned
            inside = self.source.around.get(scope)

    @staticmethod
    def assigned(scope, name):
        """How a function assigns a name, by the first assignment."""
        for node in ast.walk(scope):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node is not scope and node.name == name:
                return "a local function"
            if isinstance(node, (ast.Import, ast.ImportFrom)) and any((a.asname or a.name) == name for a in node.names):
                return "an import of the function"
            if isinstance(node, (ast.For, ast.AsyncFor)) and any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node.target)):
                return "an element"
            if isinstance(node, (ast.withitem)) and isinstance(node.optional_vars, ast.Name) and node.optional_vars.id == name:
                return "what `with` gives"
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
                for target in getattr(node, "targets", None) or [node.target]:
                    if isinstance(target, ast.Name) and target.id == name and node.value is not None:
                        value = node.value.value if isinstance(node.value, ast.Await) else node.value
                        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in ("get", "pop", "setdefault"):
                            return "an element"
                        return {ast.Call: "a call's result", ast.Subscript: "an element", ast.Attribute: "an attribute"}.get(type(value), "a local")
                    if any(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store) for n in ast.walk(target)):
                        return "an element"
        return None

    def gives_getattr(self, func):
        """Whether a name holds the result of a function that returns what `getattr` gives for a computed name."""
        scope = self.source.enclosing(func, (ast.FunctionDef, ast.AsyncFunctionDef))
        given = {terminal(node.value) for node in ast.walk(scope or func) if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
                 and any(isinstance(target, ast.Name) and isinstance(func, ast.Name) and target.id == func.id for target in node.targets)}
        return any(isinstance(node, ast.Return) and isinstance(node.value, ast.Call) and terminal(node.value) == "getattr"
                   for function, body in self.source.nodes.items() if function[2] in given for node in ast.walk(body))

    def from_getattr(self, func):
        if isinstance(func, ast.Call) and terminal(func) == "getattr":
            return True
        scope = self.source.enclosing(func, (ast.FunctionDef, ast.AsyncFunctionDef))
        return isinstance(func, ast.Name) and scope is not None and any(
            isinstance(node, (ast.Assign, ast.NamedExpr)) and terminal(node.value) == "getattr" and isinstance(node.value, ast.Call)
            and any(isinstance(t, ast.Name) and t.id == func.id for t in (getattr(node, "targets", None) or [node.target]))
            for node in ast.walk(scope))

    @staticmethod
    def protocol(node, name, definition):
        if isinstance(node, ast.Attribute):
            if name in ("__getattr__", "__getattribute__", "__setattr__", "__delattr__", "__get__", "__set__", "__delete__"):
                return "attribute hook or descriptor"
            return "property"
        if isinstance(node, (ast.With, ast.AsyncWith)) or name in ("__enter__", "__exit__", "__aenter__", "__aexit__"):
            return "context manager"
        if name in ("__iter__", "__next__", "__aiter__", "__anext__"):
            return "iteration"
        if isinstance(node, (ast.FormattedValue, ast.JoinedStr)):
            return "formatting"
        if name in ("__bool__", "__len__"):
            return "truth of a condition"
        return f"operator ({name})" if name in ("__class_getitem__", "__hash__") else "operator"
