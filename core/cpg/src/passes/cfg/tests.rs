//! Control flow as lists of edges between names. `#x` is a jump or another row without a name of its own.

use crate::ast::FileAst;
use crate::kind::{EdgeKind, NodeKind};
use crate::passes::{FileInfo, Local, op, sketch};

fn label(ast: &FileAst, row: u32) -> String {
    match ast.kinds[row as usize] {
        NodeKind::Method => "IN".to_owned(),
        NodeKind::MethodReturn => "OUT".to_owned(),
        NodeKind::Call if op::is_operator(ast.name(row)) => match ast.name(row) {
            op::ASSIGNMENT => "=".to_owned(),
            name => name.trim_start_matches("<operator>.").to_owned(),
        },
        NodeKind::Call => format!("{}()", ast.name(row)),
        NodeKind::ControlStructure => format!("#{}", ast.name(row)),
        NodeKind::Return => "#RETURN".to_owned(),
        _ => ast.name(row).to_owned(),
    }
}

fn flow(source: &str, rules: &crate::rules::Rules) -> (FileAst, Local) {
    let info = FileInfo {
        ordinal: 1,
        path: "m.s".into(),
        module: "m".into(),
        is_package: false,
    };
    sketch::passes(&info, source, rules)
}

/// Edges of the function `f`, or of the module where there is none: `a>b c`, one line a node, in the order of the source.
fn edges(source: &str, rules: &crate::rules::Rules) -> String {
    let (ast, local) = flow(source, rules);
    let mut lines = Vec::new();
    for row in 1..ast.len() as u32 {
        let mut targets: Vec<u32> = local
            .edges
            .iter()
            .filter(|edge| edge.kind == EdgeKind::Cfg && edge.src == row)
            .map(|edge| edge.dst)
            .collect();
        targets.sort_unstable();
        if !targets.is_empty() {
            let names: Vec<String> = targets.iter().map(|&row| label(&ast, row)).collect();
            lines.push(format!("{}>{}", label(&ast, row), names.join(" ")));
        }
    }
    lines.join("; ")
}

#[track_caller]
fn check(source: &str, expected: &str) {
    check_with(source, &sketch::rules(), expected);
}

#[track_caller]
fn check_with(source: &str, rules: &crate::rules::Rules, expected: &str) {
    let found = edges(source, rules);
    let expected: Vec<&str> = expected.split(';').map(str::trim).collect();
    assert_eq!(found.split("; ").collect::<Vec<_>>(), expected, "{source}");
}

#[test]
fn arguments_run_before_their_call() {
    check(
        "x = f(a, b.c)",
        "IN>x; =>OUT; x>f; f()>=; f>a; a>b; fieldAccess>f(); b>c; c>fieldAccess",
    );
}

#[test]
fn branches_part_and_join() {
    check(
        "if a:\n  b\nelif c:\n  d\nelse:\n  e\ng",
        "IN>a; a>b c; b>g; c>d e; d>g; e>g; g>OUT",
    );
    check("if a:\n  b\nc", "IN>a; a>b c; b>c; c>OUT");
}

#[test]
fn boolean_operators_skip() {
    check(
        "a and b and c",
        "IN>a; logicalAnd>OUT; logicalAnd>logicalAnd c; a>logicalAnd b; b>logicalAnd; c>logicalAnd",
    );
    check(
        "a if c else b",
        "IN>c; conditional>OUT; c>a b; a>conditional; b>conditional",
    );
    check("not a", "IN>a; logicalNot>OUT; a>logicalNot");
}

#[test]
fn loops() {
    check(
        "while a:\n  b\nelse:\n  c\nd",
        "IN>a; a>b c; b>a; c>d; d>OUT",
    );
    check(
        "while a:\n  if b:\n    break\n  if c:\n    continue\n  d\nelse:\n  e\ng",
        "IN>a; a>b e; b>#BREAK c; #BREAK>g; c>#CONTINUE d; #CONTINUE>a; d>a; e>g; g>OUT",
    );
    check("do a:\n  b\nc", "IN>b; b>a; a>b c; c>OUT");
    check(
        "do a:\n  continue\nc",
        "IN>#CONTINUE; #CONTINUE>a; a>#CONTINUE c; c>OUT",
    );
    check(
        "cfor i; a; u:\n  if b:\n    continue\n  c\nd",
        "IN>i; i>a; a>b d; u>a; b>#CONTINUE c; #CONTINUE>u; c>u; d>OUT",
    );
    check(
        "cfor ; ; :\n  if b:\n    break\nd",
        "IN>b; b>b #BREAK; #BREAK>d; d>OUT",
    );
    check(
        "for x in xs:\n  b\nelse:\n  c\nd",
        "IN>xs; #FOR>x c; xs>#FOR; x>b; b>#FOR; c>d; d>OUT",
    );
    check("cfor ; ; :\n  pass\nd", "d>OUT");
}

#[test]
fn labels_name_their_loop() {
    check(
        "label out\nfor x in xs:\n  for y in ys:\n    if a:\n      break out\n    continue out\nd",
        "IN>out; out>xs; #FOR>x d; xs>#FOR; x>ys; #FOR>#FOR y; ys>#FOR; y>a; a>#BREAK #CONTINUE; #BREAK>d; #CONTINUE>#FOR; d>OUT",
    );
    check(
        "label again\na\nif b:\n  goto again\ngoto end\nc\nlabel end\nd",
        "IN>again; again>a; a>b; b>#GOTO #GOTO; #GOTO>again; #GOTO>end; c>end; end>d; d>OUT",
    );
}

#[test]
fn cases_are_tried_in_order() {
    let source = "switch s:\n  case a | b:\n    x\n  case c if g:\n    y\n  case :\n    z\nend";
    check(
        source,
        "IN>s; s>a; a>b x; b>x c; x>end; c>g z; g>y z; y>end; z>end; end>OUT",
    );
    check(
        "switch s:\n  case a:\n    x\nend",
        "IN>s; s>a; a>x end; x>end; end>OUT",
    );
}

#[test]
fn cases_fall_through_by_rule() {
    let rules = sketch::rules_with(&[("switch", "fallthrough")]);
    let source = "switch s:\n  case a:\n    x\n  case b:\n    break\n  case :\n    z\nend";
    check_with(
        source,
        &rules,
        "IN>s; s>a; a>x b; x>#BREAK; b>#BREAK z; #BREAK>end; z>end; end>OUT",
    );
    let flat = "switch s:\n  label case 1\n  x\n  label case 2\n  y\n  break\nend";
    check_with(
        flat,
        &rules,
        "IN>s; s>case 1 case 2 end; case 1>x; x>case 2; case 2>y; y>#BREAK; #BREAK>end; end>OUT",
    );
    let with_default = "switch s:\n  label case 1\n  x\n  label default\n  y\nend";
    check_with(
        with_default,
        &rules,
        "IN>s; s>case 1 default; case 1>x; x>default; default>y; y>end; end>OUT",
    );
}

#[test]
fn a_break_in_a_switch_is_the_loops_unless_the_rules_say_so() {
    let source = "while a:\n  switch s:\n    case b:\n      break\nend";
    check(
        source,
        "IN>a; a>s end; s>b; b>a #BREAK; #BREAK>end; end>OUT",
    );
    let rules = sketch::rules_with(&[("switch", "break")]);
    check_with(
        source,
        &rules,
        "IN>a; a>s end; s>b; b>a #BREAK; #BREAK>a; end>OUT",
    );
}

#[test]
fn calls_in_a_try_reach_its_handlers() {
    check(
        "try:\n  a()\n  b\nexcept E as e:\n  c\nexcept:\n  d\nelse:\n  g\nend",
        "IN>a; a()>b E; a>a(); b>g; #CATCH>e #CATCH; E>#CATCH; e>c; c>end; #CATCH>d; d>end; g>end; end>OUT",
    );
}

#[test]
fn what_no_handler_fits_leaves_the_method() {
    check(
        "try:\n  a()\nexcept E:\n  c",
        "IN>a; a()>OUT E; a>a(); #CATCH>OUT c; E>#CATCH; c>OUT",
    );
    check("raise a\nb", "IN>a; #THROW>OUT; a>#THROW; b>OUT");
    check(
        "try:\n  raise a\nexcept:\n  c\nend",
        "IN>a; #THROW>#CATCH; a>#THROW; #CATCH>c; c>end; end>OUT",
    );
}

#[test]
fn a_handler_is_reached_even_where_nothing_seems_to_fail() {
    check(
        "try:\n  a\nexcept:\n  c\nend",
        "IN>a; a>#CATCH end; #CATCH>c; c>end; end>OUT",
    );
}

#[test]
fn finally_stands_on_every_way_out() {
    check(
        "try:\n  a()\n  return b\nfinally:\n  c\nd",
        "IN>a; a()>b c; a>a(); #RETURN>c; b>#RETURN; c>OUT; d>OUT",
    );
    check(
        "try:\n  a()\nfinally:\n  c\nd",
        "IN>a; a()>c; a>a(); c>OUT d; d>OUT",
    );
    check(
        "while x:\n  try:\n    if a:\n      break\n    if b:\n      continue\n  finally:\n    c\nd",
        "IN>x; x>a d; a>#BREAK b; #BREAK>c; b>#CONTINUE c; #CONTINUE>c; c>x d; d>OUT",
    );
    check(
        "try:\n  try:\n    return a\n  finally:\n    b\nfinally:\n  c\nd",
        "IN>a; #RETURN>b; a>#RETURN; b>c; c>OUT; d>OUT",
    );
    check(
        "try:\n  a()\nexcept E:\n  b()\nfinally:\n  c\nd",
        "IN>a; a()>E c; a>a(); #CATCH>b c; E>#CATCH; b()>c; b>b(); c>OUT d; d>OUT",
    );
}

#[test]
fn resources_are_closed_on_every_way_out() {
    check(
        "with a() as x:\n  b()\nd",
        "IN>a; #TRY>OUT d; a()>x; a>a(); x>b; b()>#TRY; b>b(); d>OUT",
    );
    check(
        "with a:\n  return b\nd",
        "IN>a; #TRY>OUT; a>b; #RETURN>#TRY; b>#RETURN; d>OUT",
    );
    check(
        "try:\n  with a:\n    b()\nexcept:\n  c\nd",
        "IN>a; #TRY>#CATCH d; a>b; b()>#TRY; b>b(); #CATCH>c; c>d; d>OUT",
    );
}

#[test]
fn dead_code_keeps_its_own_edges() {
    check("return a\nb\nc", "IN>a; #RETURN>OUT; a>#RETURN; b>c; c>OUT");
}

#[test]
fn decorators_and_defaults_run_where_the_definition_stands() {
    check(
        "@d(a)\ndef f(x=b):\n  pass\nc",
        "IN>d; IN>OUT; d()>b; d>a; a>d(); b>c; c>OUT",
    );
    let rules = sketch::rules_with(&[("default-values", "call")]);
    check_with(
        "def f(x=b):\n  x\nc",
        &rules,
        "IN>c; IN>b; b>x; x>OUT; c>OUT",
    );
}

#[test]
fn imports_run() {
    check("import a\nb", "IN>a; a>b; b>OUT");
}

#[test]
fn dominators_of_a_branch() {
    let (ast, local) = flow("a\nif b:\n  c\nelse:\n  d\ne", &sketch::rules());
    let row = |name: &str| {
        (1..ast.len() as u32)
            .find(|&row| ast.kinds[row as usize] == NodeKind::Identifier && ast.name(row) == name)
            .expect("the name is there")
    };
    let name = |row: u32| label(&ast, row);
    assert_eq!(name(local.idom[row("a") as usize]), "IN");
    assert_eq!(name(local.idom[row("c") as usize]), "b");
    assert_eq!(name(local.idom[row("e") as usize]), "b");
    assert_eq!(name(local.ipdom[row("b") as usize]), "e");
    assert_eq!(name(local.ipdom[row("d") as usize]), "e");
    assert_eq!(name(local.ipdom[row("e") as usize]), "OUT");
}

#[test]
fn dead_code_and_endless_loops_have_no_dominators() {
    let (ast, local) = flow("cfor ; ; :\n  a\nb", &sketch::rules());
    let row = |name: &str| {
        (1..ast.len() as u32)
            .find(|&row| ast.name(row) == name)
            .expect("the name is there") as usize
    };
    assert_ne!(local.idom[row("a")], 0);
    assert_eq!(local.ipdom[row("a")], 0);
    assert_eq!(local.idom[row("b")], 0);
}

#[test]
fn depth_and_length_are_no_trouble() {
    let line = |depth: usize| {
        [
            " ".repeat(depth).as_str(),
            if depth < 2000 { "if a:\n" } else { "b\n" },
        ]
        .concat()
    };
    let deep: String = (0..=2000).map(line).collect();
    let (ast, local) = flow(&deep, &sketch::rules());
    let flow = local.edges.iter().filter(|edge| edge.kind == EdgeKind::Cfg);
    assert_eq!(
        flow.count(),
        ast.kinds
            .iter()
            .filter(|&&kind| kind == NodeKind::Identifier)
            .count()
            + 2001
    );
    assert!(local.gaps.is_empty());
}

/// Edges of the facts that are no ordinary steps.
#[track_caller]
fn check_ways(source: &str, expected: &[&str]) {
    let (ast, local) = flow(source, &sketch::rules());
    let mut ways: Vec<String> = local
        .facts
        .order
        .steps()
        .into_iter()
        .filter(|&(.., way)| way != super::Way::Step)
        .map(|(src, dst, way)| format!("{} {way:?} {}", label(&ast, src), label(&ast, dst)))
        .collect();
    ways.sort();
    assert_eq!(ways, expected, "{source}");
}

#[test]
fn ways_of_exceptions_are_told_apart() {
    check_ways("def f():\n  a()\n  return b", &[]);
    check_ways(
        "def f():\n  try:\n    a()\n  finally:\n    b()\n  c()",
        &["a() Throw b", "b() Resume c", "b() Unwind OUT"],
    );
    check_ways(
        "def f():\n  try:\n    a()\n  except E:\n    b()\n  c()",
        &["#CATCH Unwind OUT", "a() Throw E"],
    );
    check_ways("def f():\n  raise a", &["#THROW Throw OUT"]);
}
