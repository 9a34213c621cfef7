//! Flows in sketches of a small language, and questions that are refused.

use super::*;
use crate::passes::{self, FileInfo, sketch};

fn spec() -> Spec {
    let end = |name: &str, position| Endpoint {
        what: What::Call(Pattern::new(name), position),
        label: name.to_owned(),
    };
    Spec {
        sources: vec![end("*.source", Position::Result)],
        sinks: vec![end("*.sink", Position::Argument(0))],
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
    Flows::new(&facts, &linked, &rules)
        .find(spec, budget)
        .expect("a good question")
}

#[track_caller]
fn check(source: &str, flows: usize) {
    let found = find(source, &spec(), Budget::default());
    assert_eq!(found.flows.len(), flows, "{source}\n{found:?}");
    assert!(!found.cut);
}

#[test]
fn values_flow_through_variables_and_calls() {
    check("import t\nx = t.source()\nt.sink(x)", 1);
    check("import t\nx = t.source()\nx = 1\nt.sink(x)", 0);
    check(
        "import t\ndef f(p):\n  return p\nt.sink(f(t.source()))\nt.sink(f(1))",
        1,
    );
}

#[test]
fn fields_of_objects_stay_apart() {
    let class = "import t\nclass A:\n  def put(self, v):\n    self.v = v\n";
    check(
        &format!("{class}a = A()\nb = A()\na.put(t.source())\nt.sink(a.v)\nt.sink(b.v)"),
        1,
    );
}

#[test]
fn sanitizers_and_budgets_end_flows() {
    let source = "import t\nt.sink(t.clean(t.source()))\nt.sink(t.other(t.source()))";
    let mut question = spec();
    question.sanitizers.push(Pattern::new("t.clean"));
    let found = find(source, &question, Budget::default());
    assert_eq!(found.flows.len(), 1);
    assert!(
        found.flows[0].confidence < 1.0,
        "nothing is known of `other`"
    );
    let found = find(
        source,
        &question,
        Budget {
            steps: 1,
            flows: 10,
        },
    );
    assert!(found.cut);
}

#[test]
fn questions_that_say_nothing_are_refused() {
    let mut question = spec();
    question.sinks.clear();
    assert_eq!(question.check(), Err(SpecError::Missing("sinks")));
    let mut question = spec();
    question.sanitizers.push(Pattern::new("*.*"));
    assert_eq!(question.check(), Err(SpecError::EmptyPattern("*.*".into())));
    let mut question = spec();
    question.sources = vec![question.sources[0].clone(); MOST_ENTRIES];
    assert_eq!(question.check(), Err(SpecError::TooMany(MOST_ENTRIES + 1)));
}

#[test]
fn patterns_fit_whole_names() {
    for (pattern, name, fits) in [
        ("a.b", "a.b", true),
        ("a.b", "a.bc", false),
        ("a.*", "a.b.c", true),
        ("*.get", "x.get", true),
        ("*.get", "x.getter", false),
        ("a*c*e", "abcde", true),
        ("a*c*e", "ae", false),
    ] {
        assert_eq!(Pattern::new(pattern).fits(name), fits, "{pattern} {name}");
    }
}
