//! States in sketches of a small language, and questions that are refused.

use super::*;
use crate::flows::{Pattern, Position};
use crate::passes::{self, FileInfo, sketch};

fn to(from: &[&str], callee: &str, state: &str) -> Transition {
    Transition {
        from: from.iter().map(|&state| state.to_owned()).collect(),
        on: Event::Call(Pattern::new(callee), Position::Receiver),
        to: state.to_owned(),
    }
}

fn spec() -> Spec {
    Spec {
        creations: vec![Creation {
            callee: Pattern::new("t.open"),
            position: Position::Result,
            state: "open".to_owned(),
        }],
        transitions: vec![
            to(&["open"], "*.close", "closed"),
            to(&["closed"], "*.close", "twice"),
        ],
        errors: vec![ErrorState {
            state: "twice".to_owned(),
            label: "twice".to_owned(),
        }],
        ends: vec![End {
            states: vec!["open".to_owned()],
            label: "unclosed".to_owned(),
            exceptional: None,
        }],
        ..Spec::default()
    }
}

fn find(source: &str, spec: &Spec, budget: Budget) -> Found {
    let info = FileInfo {
        ordinal: 1,
        path: "m.s".into(),
        module: "m".into(),
        is_package: false,
    };
    let rules = sketch::rules();
    let (_, local) = sketch::passes(&info, source, &rules);
    let facts = [local.facts];
    let rules = [rules];
    let linked = passes::link(&facts, &rules);
    States::new(&facts, &linked, &rules)
        .find(spec, budget)
        .expect("a good question")
}

#[track_caller]
fn check(source: &str, expected: &[&str]) {
    let found = find(source, &spec(), Budget::default());
    let labels: Vec<&str> = found
        .findings
        .iter()
        .map(|finding| finding.label.as_str())
        .collect();
    assert_eq!(labels, expected, "{source}\n{found:?}");
    assert!(!found.cut);
}

#[test]
fn objects_go_through_their_states() {
    check("import t\ndef f():\n  a = t.open()\n  a.close()", &[]);
    check("import t\ndef f():\n  a = t.open()", &["unclosed"]);
    check(
        "import t\ndef f():\n  a = t.open()\n  a.close()\n  a.close()",
        &["twice"],
    );
    check(
        "import t\ndef f():\n  a = t.open()\n  b = a\n  b.close()\n  a.close()",
        &["twice"],
    );
}

#[test]
fn ways_are_apart() {
    check(
        "import t\ndef f(c):\n  a = t.open()\n  if c:\n    a.close()",
        &["unclosed"],
    );
    check(
        "import t\ndef f(c):\n  a = t.open()\n  if c:\n    a.close()\n  else:\n    a.close()",
        &[],
    );
    check(
        "import t\ndef f(c):\n  a = t.open()\n  try:\n    a.use()\n  finally:\n    a.close()",
        &[],
    );
}

#[test]
fn methods_of_the_project_are_entered() {
    check(
        "import t\ndef g(p):\n  p.close()\ndef f():\n  a = t.open()\n  g(a)",
        &[],
    );
    check(
        "import t\ndef g():\n  return t.open()\ndef f():\n  a = g()\n  a.close()\n  a.close()",
        &["twice"],
    );
    check(
        "import t\ndef g(p, n):\n  if n:\n    g(p, n)\n  else:\n    p.close()\ndef f():\n  a = t.open()\n  g(a, 1)\n  a.close()",
        &["twice"],
    );
}

#[test]
fn what_gets_out_of_sight_is_not_followed() {
    check("import t\ndef f():\n  a = t.open()\n  t.keep(a)", &[]);
    check("import t\ndef f():\n  a = t.open()\n  b = [a]", &[]);
    let mut question = spec();
    question.unknown = Unknown::Uses;
    let source = "import t\ndef f():\n  a = t.open()\n  t.keep(a)";
    let found = find(source, &question, Budget::default());
    assert_eq!(found.findings.len(), 1);
    assert!(found.findings[0].confidence < 1.0);
}

#[test]
fn budgets_end_the_search() {
    let source = "import t\ndef f():\n  a = t.open()\ndef g():\n  a = t.open()";
    let found = find(
        source,
        &spec(),
        Budget {
            steps: 2,
            findings: 10,
        },
    );
    assert!(found.cut);
    let found = find(
        source,
        &spec(),
        Budget {
            steps: 1_000,
            findings: 1,
        },
    );
    assert_eq!((found.findings.len(), found.more, found.cut), (1, 1, false));
}

#[test]
fn questions_that_say_nothing_are_refused() {
    let with = |change: &dyn Fn(&mut Spec)| {
        let mut question = spec();
        change(&mut question);
        question.check()
    };
    assert_eq!(
        with(&|spec| spec.creations.clear()),
        Err(SpecError::NoCreation)
    );
    assert_eq!(
        with(&|spec| {
            spec.errors.clear();
            spec.ends.clear();
        }),
        Err(SpecError::NoError)
    );
    assert_eq!(
        with(&|spec| spec.errors[0].state = "gone".to_owned()),
        Err(SpecError::Unreachable("gone".to_owned()))
    );
    assert_eq!(
        with(&|spec| spec.creations[0].state.clear()),
        Err(SpecError::Unreachable("open".to_owned()))
    );
    assert!(matches!(
        with(&|spec| spec.users.push(Pattern::new("*"))),
        Err(SpecError::Pattern(_))
    ));
    assert_eq!(
        with(&|spec| {
            spec.transitions[0].on = Event::Call(Pattern::new("t.open"), Position::Result);
        }),
        Err(SpecError::Result("t.open".to_owned()))
    );
    assert_eq!(
        with(&|spec| spec.transitions = vec![spec.transitions[0].clone(); MOST_ENTRIES]),
        Err(SpecError::TooMany(MOST_ENTRIES + 3))
    );
    let many = with(&|spec| {
        for at in 0..MOST_STATES {
            spec.transitions.push(to(&[], "t.x", &format!("s{at}")));
        }
    });
    assert_eq!(many, Err(SpecError::TooManyStates(MOST_STATES + 3)));
}

#[test]
fn questions_are_kept_as_text() {
    let text = serde_json::to_string(&spec()).expect("a question has a text");
    let read: Spec = serde_json::from_str(&text).expect("its text can be read");
    assert_eq!(read, spec());
    let wrong = text.replace("\"creations\"", "\"creation\"");
    assert!(serde_json::from_str::<Spec>(&wrong).is_err());
}
