//! Names of callees as one file tells them.

use crate::passes::{FileInfo, sketch};

fn names(source: &str) -> Vec<(String, String)> {
    let info = FileInfo {
        ordinal: 1,
        path: "m.s".into(),
        module: "m".into(),
        is_package: false,
    };
    let (ast, local) = sketch::passes(&info, source, &sketch::rules());
    local
        .callee_names
        .iter()
        .map(|(row, name)| (ast.name(*row).to_owned(), name.clone()))
        .collect()
}

#[track_caller]
fn check(source: &str, expected: &[(&str, &str)]) {
    let expected: Vec<(String, String)> = expected
        .iter()
        .map(|&(call, name)| (call.to_owned(), name.to_owned()))
        .collect();
    assert_eq!(names(source), expected, "{source}");
}

#[test]
fn imports_give_whole_names() {
    check("import os\nos.path.join(1)", &[("join", "os.path.join")]);
    check(
        "import os.path\nos.path.join(1)",
        &[("join", "os.path.join")],
    );
    check("import a.b as c\nc.d()", &[("d", "a.b.d")]);
    check(
        "from a.b import c as d\nd()\nd.e()",
        &[("d", "a.b.c"), ("e", "a.b.c.e")],
    );
}

#[test]
fn own_definitions_and_builtins() {
    check(
        "def f():\n  pass\nf()\nlen(1)",
        &[("f", "m.f"), ("len", "builtins.len")],
    );
    check(
        "class A:\n  def run(self):\n    self.go()\n  def go(self):\n    pass\na = A()\na.run()",
        &[("go", "m.A.go"), ("A", "m.A"), ("run", "m.A.run")],
    );
}

#[test]
fn what_is_not_certain_has_no_name() {
    check(
        "if x:\n  from a import f\nelse:\n  from b import f\nf()",
        &[],
    );
    check("def g(p):\n  p.run()", &[]);
}

#[test]
fn rows_ascend() {
    let info = FileInfo {
        ordinal: 1,
        path: "m.s".into(),
        module: "m".into(),
        is_package: false,
    };
    let source = "a(b(c()), d().e())\nf()";
    let (_, local) = sketch::passes(&info, source, &sketch::rules());
    assert!(
        local
            .callee_names
            .windows(2)
            .all(|pair| pair[0].0 < pair[1].0)
    );
    assert!(
        local
            .facts
            .calls
            .windows(2)
            .all(|pair| pair[0].row < pair[1].row)
    );
    assert_eq!(local.facts.calls.len(), 6);
}
