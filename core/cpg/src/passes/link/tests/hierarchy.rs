//! Types and their ancestors.

use super::program;
use crate::kind::EdgeKind;

#[test]
fn inheritance_and_overrides_cross_files() {
    let linked = program(&[
        ("a.s", "class A:\n  def run(self):\n    pass\n"),
        (
            "b.s",
            "import a\nimport lib\nclass B(a.A, lib.Mixin):\n  def run(self):\n    pass\n",
        ),
    ]);
    assert_eq!(
        linked.links(EdgeKind::InheritsFrom),
        ["b.B -> lib.Mixin", "b.B -> a.A"]
    );
    assert_eq!(linked.links(EdgeKind::Overrides), ["b.B.run -> a.A.run"]);
    assert!(
        linked
            .linked
            .stubs
            .iter()
            .any(|stub| stub.is_type && stub.full_name == "lib.Mixin")
    );
}

#[test]
fn a_diamond_goes_left_then_right_then_up() {
    let source = "
class Root:
  def go(self):
    pass
  def only(self):
    pass
class Left(Root):
  pass
class Right(Root):
  def go(self):
    pass
class Bottom(Left, Right):
  pass
b = Bottom()
b.go()
b.only()
";
    let linked = program(&[("m.s", source)]);
    linked.check("b.go()", &["m.Right.go (type)"]);
    linked.check("b.only()", &["m.Root.only (type)"]);
}

#[test]
fn contradicting_bases_are_searched_depth_first() {
    let source = "
class A:
  def go(self):
    pass
class B(A):
  def go(self):
    pass
class C(A, B):
  pass
c = C()
c.go()
";
    program(&[("m.s", source)]).check("c.go()", &["m.A.go (type)"]);
}

#[test]
fn a_ring_of_types_ends() {
    let source = "class A(B):\n  def go(self):\n    pass\nclass B(A):\n  pass\na = A()\na.go()\n";
    program(&[("m.s", source)]).check("a.go()", &["m.A.go (type)"]);
}

#[test]
fn an_unknown_ancestor_may_have_the_method() {
    let source = "from lib import Base\nclass A(Base):\n  def f(self):\n    self.save()\n    self.own = 1\n    self.own()\n";
    let linked = program(&[("m.s", source)]);
    linked.check("self.save()", &["lib.Base.save (type)"]);
    linked.check("self.own()", &[]);
}

#[test]
fn a_long_line_of_ancestors_is_no_trouble() {
    let class = |at: usize| format!("class C{at}(C{}):\n  pass\n", at - 1);
    let first = "class C0:\n  def go(self):\n    pass\n".to_owned();
    let last = "c = C900()\nc.go()\n".to_owned();
    let source: String = std::iter::once(first)
        .chain((1..3000).map(class))
        .chain([last])
        .collect();
    program(&[("m.s", &source)]).check("c.go()", &["m.C0.go (type)"]);
}
