//! Matches in sketches of a small language, and questions that are refused.

use super::*;
use crate::flows::Pattern;
use crate::passes::facts::RegionKind;
use crate::passes::{self, FileInfo, sketch};

fn call(name: &str, is: Condition) -> Find {
    Find::Call(Call {
        callee: vec![Pattern::new(name)],
        arguments: vec![Argument {
            position: Some(0),
            keyword: Some("k".to_owned()),
            is,
            capture: Some("first".to_owned()),
            origins: None,
        }],
        ..Call::default()
    })
}

fn spec(find: Find) -> Spec {
    Spec {
        rules: vec![Rule {
            label: "found".to_owned(),
            find,
            inside: Vec::new(),
            outside: Vec::new(),
            same: Vec::new(),
        }],
    }
}

fn find(source: &str, spec: &Spec, budget: Budget) -> Found {
    let info = FileInfo {
        ordinal: 1,
        path: "m.s".into(),
        module: "m".into(),
        is_package: false,
    };
    let rules = sketch::rules_with(&[
        ("int-type", "int"),
        ("text-type", "str"),
        ("true-literal", "True"),
    ]);
    let (_, local) = sketch::passes(&info, source, &rules);
    let facts = [local.facts];
    let rules = [rules];
    let linked = passes::link(&facts, &rules);
    Matches::new(&facts, &linked, &rules)
        .find(spec, budget)
        .expect("a good question")
}

#[track_caller]
fn check(source: &str, condition: Condition, matches: usize) {
    let found = find(source, &spec(call("t.f", condition)), Budget::default());
    assert_eq!(found.matches.len(), matches, "{source}\n{found:?}");
}

#[test]
fn constants_are_followed() {
    let seven = || Condition::Between(7, 7);
    check("import t\nt.f(7)\nt.f(8)\nt.g(7)", seven(), 1);
    check("import t\nx = 7\nt.f(x)\nx = 8\nt.f(x)", seven(), 1);
    check("import t\ndef g(p):\n  t.f(p)\ng(7)", seven(), 1);
    check("import t\ndef g(p=7):\n  t.f(p)\ng()", seven(), 1);
    check("import t\nt.f(k=7)\nt.f()", Condition::Absent, 1);
    check("import t\nt.f(t.g())\nt.f(7)", Condition::Constant, 1);
    check(
        "import t\nx = t.g()\nt.f(x)\nt.f(t.h())",
        Condition::Result(Box::new(Call {
            callee: vec![Pattern::new("t.g")],
            ..Call::default()
        })),
        1,
    );
}

#[test]
fn places_count() {
    let mut question = spec(call("t.f", Condition::Present));
    let source = "import t\nt.f(1)\nwhile t.g():\n  t.f(2)";
    question.rules[0].inside = vec![Around::Region(RegionKind::Loop)];
    assert_eq!(find(source, &question, Budget::default()).matches.len(), 1);
    question.rules[0].outside = std::mem::take(&mut question.rules[0].inside);
    assert_eq!(find(source, &question, Budget::default()).matches.len(), 1);
}

#[test]
fn budgets_end_the_search() {
    let question = spec(call("t.f", Condition::Present));
    let source = "import t\nt.f(1)\nt.f(2)";
    let none = find(
        source,
        &question,
        Budget {
            steps: 0,
            matches: 9,
        },
    );
    assert!(none.cut && none.matches.is_empty());
    let one = find(
        source,
        &question,
        Budget {
            steps: 1_000,
            matches: 1,
        },
    );
    assert_eq!((one.matches.len(), one.more, one.cut), (1, 1, false));
}

#[test]
fn questions_that_say_nothing_are_refused() {
    assert_eq!(Spec::default().check(), Err(SpecError::NoRules));
    assert!(matches!(
        spec(call("*", Condition::Present)).check(),
        Err(SpecError::Pattern(_))
    ));
    assert!(matches!(
        spec(Find::Text("(".to_owned())).check(),
        Err(SpecError::Regex { .. })
    ));
    assert!(matches!(
        spec(Find::Text("((a{200}){200}){200}".to_owned())).check(),
        Err(SpecError::Regex { .. })
    ));
    assert_eq!(
        spec(Find::Call(Call::default())).check(),
        Err(SpecError::Nothing("found".to_owned()))
    );
    assert_eq!(
        spec(Find::Method(Method::default())).check(),
        Err(SpecError::Nothing("found".to_owned()))
    );
    assert_eq!(
        spec(Find::Method(Method {
            properties: vec!["green".to_owned()],
            ..Method::default()
        }))
        .check(),
        Err(SpecError::Property("green".to_owned()))
    );
    assert_eq!(
        spec(call("t.f", Condition::Any(Vec::new()))).check(),
        Err(SpecError::Nothing("found".to_owned()))
    );
    let mut deep = Condition::Present;
    for _ in 0..=DEEPEST {
        deep = Condition::Not(Box::new(deep));
    }
    assert_eq!(spec(call("t.f", deep)).check(), Err(SpecError::TooMany));
    let mut question = spec(call("t.f", Condition::Present));
    question.rules[0].same = vec![("first".to_owned(), "second".to_owned())];
    assert_eq!(
        question.check(),
        Err(SpecError::Capture {
            rule: "found".to_owned(),
            capture: "second".to_owned()
        })
    );
    let Find::Call(one) = &mut question.rules[0].find else {
        unreachable!("it was made as a call")
    };
    one.arguments[0].position = None;
    one.arguments[0].keyword = None;
    assert_eq!(
        question.check(),
        Err(SpecError::Placeless("found".to_owned()))
    );
}

#[test]
fn questions_are_kept_as_text() {
    let question = spec(call("t.f", Condition::Regex("^a".to_owned())));
    let text = serde_json::to_string(&question).expect("a question has a text");
    let read: Spec = serde_json::from_str(&text).expect("its text can be read");
    assert_eq!(read, question);
}

/// The examples of a kind in the page for authors of plugins.
fn examples(kind: &str) -> Vec<&'static str> {
    let page = include_str!("../../../../docs/questions.md");
    let fence = format!("```json {kind}\n");
    let parts = page.split(&fence).skip(1);
    parts.filter_map(|part| part.split("```").next()).collect()
}

#[test]
fn the_examples_of_the_page_are_questions() {
    let (patterns, states) = (examples("patterns"), examples("states"));
    assert!(!patterns.is_empty() && !states.is_empty());
    for text in patterns {
        let spec: Spec = serde_json::from_str(text).expect("the form of a question");
        spec.check().expect("a question that is taken");
    }
    for text in states {
        let spec: crate::states::Spec = serde_json::from_str(text).expect("the form of a question");
        spec.check().expect("a question that is taken");
    }
}

/// Captures of the matches of one rule: name, row, text.
fn captures(source: &str, find: Find) -> Vec<(String, u32, Option<String>)> {
    let found = self::find(source, &spec(find), Budget::default());
    let all = found.matches.into_iter().flat_map(|one| one.captures);
    all.map(|(name, one)| (name, one.node.row(), one.text))
        .collect()
}

#[test]
fn what_stands_behind_values_is_carried() {
    let question = || {
        Find::Call(Call {
            callee: vec![Pattern::new("t.f")],
            arguments: vec![Argument {
                position: Some(0),
                keyword: None,
                is: Condition::Any(vec![Condition::Present, Condition::Absent]),
                capture: None,
                origins: Some("from".to_owned()),
            }],
            ..Call::default()
        })
    };
    let texts = |source: &str| -> Vec<Option<String>> {
        let all = captures(source, question()).into_iter();
        all.map(|(_, _, text)| text).collect()
    };
    let own = Some("m.g".to_owned());
    assert_eq!(
        texts("import t\ndef g():\n  return 1\nt.f(g)"),
        std::slice::from_ref(&own)
    );
    assert_eq!(
        texts("import t\ndef g():\n  return 1\nx = g\nt.f(x)"),
        [own]
    );
    // A call that makes it has a row, and no name.
    let made = captures("import t\nx = t.new()\nt.f(x)", question());
    assert!(made.iter().any(|(_, _, text)| text.is_none()), "{made:?}");
    assert_eq!(texts("import t\nt.f()"), []);
}

#[test]
fn stored_functions_are_found() {
    let source = "def g():\n  return 1\ndef h():\n  return 2\nx = [g]\ny = h";
    let found = captures(source, Find::Stored(Vec::new()));
    let names: Vec<&str> = found.iter().filter_map(|one| one.2.as_deref()).collect();
    assert_eq!(names, ["m.g"]);
    let other = captures(source, Find::Stored(vec![Pattern::new("m.h")]));
    assert_eq!(other, []);
}
