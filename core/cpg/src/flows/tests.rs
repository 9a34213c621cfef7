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
fn methods_of_what_is_given_go_back_to_who_gave_it() {
    let classes = "import t\nclass A:\n  def run(self):\n    return self.get()\n  def get(self):\n    return 1\n\
        class B(A):\n  def get(self):\n    return t.source()\n";
    check(&format!("{classes}t.sink(A().run())\nt.sink(B().run())"), 1);
    // What may be either goes back.
    check(
        &format!("{classes}def f(x):\n  t.sink(x.run())\nf(A())\nf(B())"),
        1,
    );
}

#[test]
fn variables_of_the_module_are_read_when_they_are_stored() {
    check(
        "import t\nx = 1\ndef show():\n  return x\nt.sink(show())\nx = t.source()\nt.sink(show())\nx = 2\nt.sink(show())",
        1,
    );
    check(
        "import t\nall = []\ndef fill():\n  all.append(t.source())\nt.sink(all)",
        0,
    );
}

#[test]
fn what_is_behind_a_call_that_never_returns_does_not_run() {
    check(
        "import t\ndef stop(why):\n  raise why\ndef f(x):\n  stop(1)\n  t.sink(x)\nf(t.source())",
        0,
    );
    check(
        "import t\ndef stop(why):\n  raise why\ndef f(x):\n  try:\n    stop(1)\n  except:\n    t.sink(x)\n  end\nf(t.source())",
        1,
    );
}

#[test]
fn copies_of_a_variable_are_one_object() {
    check(
        "import t\na = t.box()\na.v = t.source()\nb = a\nb.v = 1\nt.sink(a.v)",
        0,
    );
    check(
        "import t\na = t.box()\na.v = t.source()\nb = t.box()\nb.v = 1\nt.sink(a.v)",
        1,
    );
}

#[test]
fn places_of_one_source_are_told_apart() {
    let found = find(
        "import t\ndef f(p):\n  return p\na = f(t.source())\nb = f(t.source())\nt.sink(a)\nt.sink(f(b))\nt.sink(f(1))",
        &spec(),
        Budget::default(),
    );
    let first = |flow: &Flow| flow.steps[0].node;
    assert_eq!(found.flows.len(), 2, "{found:?}");
    assert_ne!(first(&found.flows[0]), first(&found.flows[1]));
    // One sink that two of them reach.
    let found = find(
        "import t\ndef f(p):\n  return p\na = t.source()\nif a:\n  a = t.source()\nend\nt.sink(f(a))",
        &spec(),
        Budget::default(),
    );
    assert_eq!(found.flows.len(), 2, "{found:?}");
    assert!(found.flows.iter().all(|flow| flow.confidence > 0.9));
}

#[test]
fn ways_that_are_hardly_sure_are_not_followed() {
    check("import t\nt.sink(t.a(t.b(t.source())))", 1);
    check("import t\nt.sink(t.a(t.b(t.c(t.source()))))", 0);
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
