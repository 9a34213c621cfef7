//! Measures and tree hashes on known cases.

use crate::passes::{FileInfo, MethodMetrics, sketch};

/// Measures of the first function of a source.
fn of(source: &str) -> MethodMetrics {
    let info = FileInfo {
        ordinal: 1,
        path: "m.s".into(),
        module: "m".into(),
        is_package: false,
    };
    let (ast, local) = sketch::passes(&info, source, &sketch::rules());
    let named = |metrics: &&MethodMetrics| !ast.name(metrics.row).starts_with('<');
    *local
        .metrics
        .iter()
        .find(named)
        .expect("the source has a function")
}

#[track_caller]
fn check(source: &str, cyclomatic: u32, cognitive: u32, nesting: u32) {
    let metrics = of(source);
    assert_eq!(
        (metrics.cyclomatic, metrics.cognitive, metrics.nesting),
        (cyclomatic, cognitive, nesting),
        "{source}"
    );
}

#[test]
fn straight_code_has_one_way() {
    check("def f():\n  a()\n  return b", 1, 0, 0);
}

#[test]
fn branches_count_and_nest() {
    check(
        "def f():\n  if a:\n    b\n  elif c:\n    d\n  else:\n    e",
        3,
        3,
        1,
    );
    check(
        "def f():\n  if a:\n    if b:\n      while c:\n        d",
        4,
        6,
        3,
    );
}

#[test]
fn runs_of_boolean_operators_cost_one_each() {
    check("def f():\n  if a and b and c:\n    d", 4, 2, 1);
    check("def f():\n  if a and b or c and d:\n    e", 5, 4, 1);
    check("def f():\n  if a and not (b and c):\n    e", 4, 3, 1);
}

#[test]
fn handlers_cost_and_tries_do_not() {
    check(
        "def f():\n  try:\n    a\n  except E:\n    if b:\n      c\n  finally:\n    d",
        3,
        3,
        2,
    );
}

#[test]
fn switches_cost_once_their_cases_decide() {
    check(
        "def f():\n  switch s:\n    case a:\n      x\n    case b if g:\n      y\n    case :\n      z",
        4,
        1,
        1,
    );
}

#[test]
fn conditionals_count_and_nest() {
    check("def f():\n  return a if b else c if d else e", 3, 3, 0);
}

#[test]
fn jumps_to_labels_and_recursion_cost_one() {
    check(
        "def f():\n  label out\n  for x in xs:\n    for y in ys:\n      break out",
        3,
        4,
        2,
    );
    check("def f():\n  f()\n  f()", 1, 1, 0);
}

/// `sumOfPrimes` of the paper: cyclomatic 4, cognitive 7.
#[test]
fn the_papers_first_example() {
    let source = "
def sum_of_primes(max):
  total = 0
  label OUT
  cfor i; i; i:
    cfor j; j; j:
      if i:
        continue OUT
    total = i
  return total
";
    check(source, 4, 7, 3);
}

#[test]
fn nested_functions_are_measured_on_their_own() {
    let metrics = of("def f():\n  def g():\n    if a:\n      b\n  g()");
    assert_eq!(
        (metrics.cyclomatic, metrics.cognitive, metrics.statements),
        (1, 0, 2)
    );
}

#[test]
fn parameters_lines_and_statements() {
    let metrics = of("def f(a, b=1, *c):\n  a = 1\n  if a:\n    b\n  return c");
    assert_eq!(
        (metrics.parameters, metrics.lines, metrics.statements),
        (3, 5, 4)
    );
    let method = of("class A:\n  def m(self, a):\n    pass");
    assert_eq!(method.parameters, 1);
}

#[test]
fn hashes_ignore_layout_and_names_of_locals() {
    let hash = |source: &str| of(source).ast_hash;
    let first = hash("def f(a, b):\n  c = a.x\n  for d in c:\n    g(d, b, 1)\n  return c");
    assert_eq!(
        first,
        hash(
            "\n\ndef other(p, q):\n    # text\n    r = p.x\n\n    for s in r:\n        g(s, q, 1)\n    return r"
        )
    );
    assert_ne!(
        first,
        hash("def f(a, b):\n  c = a.x\n  for d in c:\n    g(b, d, 1)\n  return c")
    );
    assert_ne!(
        first,
        hash("def f(a, b):\n  c = a.y\n  for d in c:\n    g(d, b, 1)\n  return c")
    );
    assert_ne!(
        first,
        hash("def f(a, b):\n  c = a.x\n  for d in c:\n    h(d, b, 1)\n  return c")
    );
    assert_ne!(
        first,
        hash("def f(a, b):\n  c = a.x\n  for d in c:\n    g(d, b, 2)\n  return c")
    );
}

#[test]
fn hashes_follow_captures_into_nested_functions() {
    let hash = |source: &str| of(source).ast_hash;
    let first = hash("def f(a, b):\n  def g(c):\n    return a(c)\n  return g(b)");
    assert_eq!(
        first,
        hash("def f(x, y):\n  def h(z):\n    return x(z)\n  return h(y)")
    );
    assert_ne!(
        first,
        hash("def f(a, b):\n  def g(c):\n    return b(c)\n  return g(b)")
    );
}
