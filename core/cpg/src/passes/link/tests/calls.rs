//! Who calls whom, by tier.

use std::fmt::Write as _;

use super::program;

#[test]
fn a_function_of_the_file_is_exact() {
    let linked = program(&[("m.s", "def f():\n  pass\ndef g():\n  f()\n  len(1)\n")]);
    linked.check("f()", &["m.f (exact)"]);
    linked.check("len(1)", &["builtins.len (exact)"]);
}

#[test]
fn a_nested_function_hides_the_outer_one() {
    let linked = program(&[(
        "m.s",
        "def f():\n  pass\ndef g():\n  def f():\n    pass\n  f()\n",
    )]);
    linked.check("f()", &["m.g.f (exact)"]);
}

#[test]
fn a_parameter_hides_a_function() {
    let linked = program(&[("m.s", "def f():\n  pass\ndef g(f):\n  f()\n")]);
    linked.check("f()", &[]);
}

#[test]
fn several_definitions_are_all_targets() {
    let linked = program(&[(
        "m.s",
        "if x:\n  def f():\n    pass\nelse:\n  def f():\n    pass\nf()\n",
    )]);
    linked.check("f()", &["m.f (type)", "m.f$2 (type)"]);
}

#[test]
fn a_class_calls_its_constructor() {
    let linked = program(&[(
        "m.s",
        "class A:\n  def __init__(self):\n    pass\nclass B(A):\n  pass\nB()\n",
    )]);
    linked.check("B()", &["m.A.__init__ (exact)"]);
}

#[test]
fn a_constructor_from_outside_is_a_stub() {
    let linked = program(&[("m.s", "from lib import Base\nclass A(Base):\n  pass\nA()\n")]);
    linked.check("A()", &["lib.Base.__init__ (exact)"]);
}

#[test]
fn what_a_local_was_made_of_says_the_method() {
    let source = "class A:\n  def run(self):\n    pass\nclass B:\n  def run(self):\n    pass\ndef f():\n  a = A()\n  a.run()\n";
    program(&[("m.s", source)]).check("a.run()", &["m.A.run (type)"]);
}

#[test]
fn self_reaches_own_inherited_and_overriding_methods() {
    let source = "
class A:
  def run(self):
    self.step()
    self.other()
  def step(self):
    pass
class B(A):
  def step(self):
    pass
  def other(self):
    pass
";
    let linked = program(&[("m.s", source)]);
    linked.check("self.step()", &["m.A.step (type)", "m.B.step (hierarchy)"]);
    linked.check("self.other()", &["m.B.other (hierarchy)"]);
}

#[test]
fn super_goes_on_behind_the_class() {
    let source = "
class A:
  def __init__(self):
    pass
class B(A):
  def __init__(self):
    super().__init__()
";
    let linked = program(&[("m.s", source)]);
    linked.check(
        "super().__init__()",
        &["builtins.super (exact)", "m.A.__init__ (type)"],
    );
}

#[test]
fn super_sees_the_siblings_of_a_diamond() {
    let source = "
class Root:
  def go(self):
    pass
class Left(Root):
  def go(self):
    super().go()
class Right(Root):
  def go(self):
    pass
class Bottom(Left, Right):
  pass
";
    let linked = program(&[("m.s", source)]);
    linked.check(
        "super().go()",
        &[
            "builtins.super (exact)",
            "m.Root.go (type)",
            "m.Right.go (hierarchy)",
        ],
    );
}

#[test]
fn a_field_has_the_class_it_was_set_to() {
    let source = "
class Store:
  def find(self):
    pass
class App:
  def __init__(self):
    self.store = Store()
  def run(self):
    self.store.find()
app = App()
app.store.find()
";
    let linked = program(&[("m.s", source)]);
    linked.check("self.store.find()", &["m.Store.find (type)"]);
    linked.check("app.store.find()", &["m.Store.find (type)"]);
}

#[test]
fn a_field_that_the_base_sets_is_seen_below() {
    let source = "
class Store:
  def find(self):
    pass
class Base:
  def __init__(self):
    self.store = Store()
class App(Base):
  def run(self):
    self.store.find()
";
    program(&[("m.s", source)]).check("self.store.find()", &["m.Store.find (type)"]);
}

#[test]
fn what_a_function_returns_flows_to_its_caller() {
    let source = "
class A:
  def run(self):
    return self
def make():
  return A()
make().run()
x = make()
x.run().run()
";
    let linked = program(&[("m.s", source)]);
    linked.check("make().run()", &["m.A.run (type)", "m.make (exact)"]);
    linked.check("x.run().run()", &["m.A.run (type)"]);
}

#[test]
fn arguments_flow_to_parameters() {
    let source = "
def hook():
  pass
def other():
  pass
def call(first, cb):
  cb()
call(1, hook)
call(1, cb=other)
";
    program(&[("m.s", source)]).check("cb()", &["m.hook (type)", "m.other (type)"]);
}

#[test]
fn declared_types_are_a_tier_of_their_own() {
    let source = "
class A:
  def run(self):
    pass
class B(A):
  def run(self):
    pass
def f(a: A, b: Optional[A], c: \"A\"):
  a.run()
  b.run()
  c.run()
def g() -> B:
  pass
g().run()
x: B = unknown()
x.run()
";
    let linked = program(&[("m.s", source)]);
    for line in ["a.run()", "b.run()", "c.run()"] {
        linked.check(line, &["m.A.run (type_hint)", "m.B.run (type_hint)"]);
    }
    linked.check("g().run()", &["m.B.run (type_hint)", "m.g (exact)"]);
}

#[test]
fn what_a_declaration_leaves_open_tells_nothing() {
    let source = "
class A:
  def run(self):
    pass
def f(a: Any, b: A | None, *c: A):
  a.run()
  b.run()
  c.run()
";
    let linked = program(&[("m.s", source)]);
    linked.check("a.run()", &["m.A.run (name_only)"]);
    linked.check("b.run()", &["m.A.run (type_hint)"]);
    linked.check("c.run()", &[]);
}

#[test]
fn a_value_beats_a_declared_type() {
    let source = "
class A:
  def run(self):
    pass
class B(A):
  def run(self):
    pass
def f(a: A):
  a.run()
f(B())
";
    program(&[("m.s", source)]).check("a.run()", &["m.B.run (type)"]);
}

#[test]
fn a_property_is_called_where_it_is_read() {
    let source = "
class Name:
  def upper(self):
    pass
class A:
  @property
  def name(self):
    return Name()
a = A()
a.name.upper()
";
    program(&[("m.s", source)]).check(
        "a.name.upper()",
        &["m.A.name (type)", "m.Name.upper (type)"],
    );
}

#[test]
fn static_and_class_methods() {
    let source = "
class A:
  @static
  def s(x):
    x()
  @classmethod
  def make(cls):
    return cls()
  def run(self):
    pass
def h():
  pass
A.s(h)
A.make().run()
a = A()
a.s(h)
";
    let linked = program(&[("m.s", source)]);
    linked.check("A.s(h)", &["m.A.s (exact)"]);
    linked.check("a.s(h)", &["m.A.s (type)"]);
    linked.check("x()", &["m.h (type)"]);
    linked.check("A.make().run()", &["m.A.make (exact)", "m.A.run (type)"]);
}

#[test]
fn instances_are_called_by_their_method() {
    let source = "class A:\n  def __call__(self):\n    pass\na = A()\na()\n";
    program(&[("m.s", source)]).check("a()", &["m.A.__call__ (type)"]);
}

#[test]
fn a_decorated_function_is_still_called_by_its_name() {
    let source = "from lib import route\n@route(1)\ndef f():\n  pass\nf()\n";
    program(&[("m.s", source)]).check("f()", &["m.f (exact)"]);
}

#[test]
fn a_lambda_is_a_function() {
    let source = "def f():\n  pass\ncb = lambda x: f()\ncb(1)\n";
    let linked = program(&[("m.s", source)]);
    linked.check("cb(1)", &["m.<lambda> (exact)"]);
}

#[test]
fn a_name_alone_is_the_last_way() {
    let source = "
class A:
  def find(self, key):
    pass
def f(x):
  x.find(1)
  x.find(1, 2)
  x.find(*args)
";
    let linked = program(&[("m.s", source)]);
    linked.check("x.find(1)", &["m.A.find (name_only)"]);
    linked.check("x.find(1, 2)", &[]);
    linked.check("x.find(*args)", &["m.A.find (name_only)"]);
}

#[test]
fn a_known_value_forbids_the_name_alone() {
    let source = "
class A:
  def find(self, key):
    pass
text = \"abc\"
text.find(\"a\")
y = open(1)
y.find(1)
z = None
z.find(2)
";
    let linked = program(&[("m.s", source)]);
    linked.check("text.find(\"a\")", &["builtins.str.find (type)"]);
    linked.check("y.find(1)", &[]);
    linked.check("z.find(2)", &["m.A.find (name_only)"]);
}

#[test]
fn too_many_methods_of_a_name_are_none() {
    let class = |at: usize| format!("class C{at}:\n  def find(self):\n    pass\n");
    let source: String = (0..6)
        .map(class)
        .chain(["def f(x):\n  x.find()\n".to_owned()])
        .collect();
    program(&[("m.s", &source)]).check("x.find()", &[]);
}

#[test]
fn a_handler_binds_an_instance() {
    let source = "
class Broken:
  def why(self):
    pass
try:
  f()
except Broken as e:
  e.why()
";
    program(&[("m.s", source)]).check("e.why()", &["m.Broken.why (type)"]);
}

#[test]
fn values_pass_conditionals_and_tuples() {
    let source = "
def f():
  pass
def g():
  pass
a, b = f, g
a()
b()
c = f if x else g
c()
";
    let linked = program(&[("m.s", source)]);
    linked.check("a()", &["m.f (exact)"]);
    linked.check("b()", &["m.g (exact)"]);
    linked.check("c()", &["m.f (exact)", "m.g (exact)"]);
}

#[test]
fn mixed_callees_are_cut_and_said() {
    let function = |at: usize| format!("def f{at}():\n  pass\nrun(f{at})\n");
    let source: String = ["def run(cb):\n  cb()\n".to_owned()]
        .into_iter()
        .chain((0..60).map(function))
        .collect();
    let linked = program(&[("m.s", &source)]);
    linked.check("cb()", &[]);
    let gaps: Vec<&str> = linked
        .linked
        .gaps
        .iter()
        .map(|(_, gap)| gap.reason.as_str())
        .collect();
    assert_eq!(gaps, ["callee_limit"]);
}

#[test]
fn endless_members_of_outside_things_end() {
    let source = "import lib\nnode = lib.first\nwhile node:\n  node = node.next\nnode.go()\n";
    let linked = program(&[("m.s", source)]);
    assert!(linked.linked.stubs.len() < 12, "{:?}", linked.linked.stubs);
}

#[test]
fn a_local_has_the_value_of_its_place_in_the_method() {
    let source = "
def f():
  pass
def g():
  pass
def run(c):
  h = f
  h(1)
  h = g
  h(2)
  if c:
    h = f
  h(3)
";
    let linked = program(&[("m.s", source)]);
    linked.check("h(1)", &["m.f (exact)"]);
    linked.check("h(2)", &["m.g (exact)"]);
    linked.check("h(3)", &["m.f (exact)", "m.g (exact)"]);
}

#[test]
fn what_one_decorator_wraps_keeps_its_results_apart() {
    let source = "
class A:
  def one(self):
    pass
class B:
  def two(self):
    pass
def wrap(fn):
  def wrapper(*args):
    return fn(*args)
  return wrapper
@wrap
def a():
  return A()
@wrap
def b():
  return B()
a().one()
b().two()
x = a()
x.two()
";
    let linked = program(&[("m.s", source)]);
    linked.check("return fn(*args)", &["m.a (type)", "m.b (type)"]);
    linked.check("a().one()", &["m.A.one (type)", "m.wrap.wrapper (type)"]);
    linked.check("b().two()", &["m.B.two (type)", "m.wrap.wrapper (type)"]);
    linked.check("x.two()", &[]);
}

#[test]
fn a_default_value_counts_where_a_call_leaves_it_out() {
    let source = "
def f():
  pass
def g():
  pass
def given(cb=f):
  cb(1)
def left(cb=f):
  cb(2)
given(g)
left()
";
    let linked = program(&[("m.s", source)]);
    linked.check("cb(1)", &["m.g (type)"]);
    linked.check("cb(2)", &["m.f (type)"]);
}

#[test]
fn receivers_are_those_that_calls_show() {
    let source = "
class Base:
  def run(self):
    self.step()
  def step(self):
    pass
class Sub(Base):
  def step(self):
    pass
Sub().run()
class Lone:
  def run(self):
    self.stop()
  def stop(self):
    pass
";
    let linked = program(&[("m.s", source)]);
    linked.check("self.step()", &["m.Sub.step (type)"]);
    linked.check("self.stop()", &["m.Lone.stop (type)"]);
}

#[test]
fn all_functions_of_a_large_table_are_called_through_it() {
    // Twice the values that one place holds.
    let count = 2 * super::super::places::MOST_VALUES;
    let mut source = String::from("def call(f):\n  f()\ndef pass_on(f):\n  call(f)\n");
    for number in 0..count {
        let _ = writeln!(source, "def f{number}():\n  pass\npass_on(f{number})");
    }
    let linked = program(&[("m.s", &source)]);
    let targets: Vec<String> = (0..count)
        .map(|number| format!("m.f{number} (type)"))
        .collect();
    let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
    linked.check("f()", &targets);
    assert!(linked.linked.gaps.is_empty(), "nothing was left out");
}

#[test]
fn functions_that_go_in_circles_end() {
    let count = 2 * super::super::places::MOST_VALUES;
    let mut source = String::from("def a(f):\n  b(f)\n  f()\ndef b(g):\n  a(g)\n  g()\n");
    for number in 0..count {
        let first = if number % 2 == 0 { "a" } else { "b" };
        let _ = writeln!(source, "def f{number}():\n  pass\n{first}(f{number})");
    }
    let linked = program(&[("m.s", &source)]);
    for line in ["f()", "g()"] {
        let prefix = format!("{line} -> ");
        let calls = linked.calls();
        let found = calls.iter().filter(|call| call.starts_with(&prefix));
        assert_eq!(found.count(), count, "{line}");
    }
}
