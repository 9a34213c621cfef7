//! Answers on the fake graph: what is said, cited and claimed.

use std::fmt::Write as _;

use codegraph_sdk::scenario::{Chunk, Citation};
use codegraph_sdk::{Fault, Signal};

use crate::answer::messages::Language;
use crate::answer::{Out, Verdict};
use crate::graph::fake::{Fake, shop};
use crate::graph::{Gap, Graph};

#[derive(Default)]
struct Collected {
    text: String,
    citations: Vec<Citation>,
    diagrams: Vec<String>,
    follow_ups: Vec<String>,
}

impl Out for Collected {
    fn emit(&mut self, pieces: &[Chunk]) -> Result<Signal, Fault> {
        for piece in pieces {
            match piece {
                Chunk::Text(text) => self.text.push_str(text),
                Chunk::Citation(citation) => self.citations.push(citation.clone()),
                Chunk::Diagram(diagram) => self.diagrams.push(diagram.source.clone()),
                Chunk::FollowUp(question) => self.follow_ups.push(question.clone()),
                Chunk::Table(table) => writeln!(self.text, "{:?}", table.rows).unwrap(),
                Chunk::Progress(_) | Chunk::Other(_) => {}
            }
        }
        Ok(Signal::GoOn)
    }
}

fn ask_of(graph: &Fake, question: &str, language: Language) -> (Verdict, Collected) {
    let mut out = Collected::default();
    let verdict =
        crate::run(graph, question, language, &mut out).expect("the fake graph has no faults");
    // Whatever is asked: citations are true, follow-ups are understood.
    for citation in &out.citations {
        let source = graph
            .source(&citation.path, citation.line, citation.line_end)
            .unwrap();
        assert_eq!(
            source, citation.code,
            "{question}: {}:{}",
            citation.path, citation.line
        );
    }
    for follow_up in &out.follow_ups {
        let reading =
            crate::question::read(follow_up, &crate::question::Phrases::built_in(), &|_| false);
        assert!(reading.by_pattern, "{follow_up}");
    }
    assert!((0.0..=1.0).contains(&verdict.confidence));
    (verdict, out)
}

fn ask(question: &str) -> (Verdict, Collected) {
    ask_of(&shop(), question, Language::En)
}

fn cited(out: &Collected) -> Vec<String> {
    out.citations
        .iter()
        .map(|citation| format!("{}:{}", citation.path, citation.line))
        .collect()
}

#[test]
fn definition_is_exact() {
    let (verdict, out) = ask("Where is save_order defined?");
    assert_eq!(
        (verdict.intent.as_str(), verdict.found),
        ("definition", true)
    );
    assert!(verdict.confidence >= 0.95);
    assert!(out.text.contains("`shop/orders.py:5-12`"), "{}", out.text);
    assert_eq!(
        cited(&out),
        ["shop/orders.py:6"],
        "the line with the name, not the decorator"
    );
}

#[test]
fn definition_of_several_lists_all() {
    let (verdict, out) = ask("Where is audit defined?");
    assert!(verdict.found && verdict.confidence < 0.95);
    assert!(
        out.text.contains("2 definitions are named `audit`"),
        "{}",
        out.text
    );
    assert_eq!(cited(&out), ["shop/orders.py:15", "shop/other.py:1"]);
}

#[test]
fn not_found_says_what_is_nearest() {
    let (verdict, out) = ask("Who calls save_ordr?");
    assert_eq!((verdict.found, verdict.confidence), (false, 0.0));
    assert!(
        out.text.contains("no `save_ordr`") && out.text.contains("`shop.orders.Orders.save_order`"),
        "{}",
        out.text
    );
    let (verdict, out) = ask("Where is zzzzzz_qqqq?");
    assert!(!verdict.found && out.text.contains("Nothing there resembles it"));
}

#[test]
fn callers_keep_tests_apart() {
    let (verdict, out) = ask("who calls Orders.save_order");
    assert!(verdict.found);
    assert!(
        (verdict.confidence - 0.88).abs() < 1e-9,
        "{}",
        verdict.confidence
    );
    assert!(
        out.text.contains("called by 1 function (1 call)"),
        "{}",
        out.text
    );
    assert!(out.text.contains("In tests, by 1 function"), "{}", out.text);
    assert!(out.diagrams[0].contains("tests: 1 call"));
}

#[test]
fn callers_by_name_only_are_marked() {
    let (_, out) = ask("who calls shop.orders.audit");
    assert!(
        out.text.contains("(by name only)") && out.text.contains("matched by name only"),
        "{}",
        out.text
    );
    assert!(out.diagrams[0].contains("-.->"));
}

#[test]
fn nobody_calls_it() {
    let (verdict, out) = ask("who calls load?");
    assert!(verdict.found && verdict.confidence < 0.85);
    assert!(
        out.text.contains("no call of `shop.other.load`"),
        "{}",
        out.text
    );
    let mut graph = shop();
    graph.unresolved.insert("load".to_owned(), 3);
    let (lower, out) = ask_of(&graph, "who calls load?", Language::En);
    assert!(
        lower.confidence < verdict.confidence
            && out.text.contains("3 more calls of the name `load`")
    );
}

#[test]
fn ambiguous_names_ask_back() {
    let (verdict, out) = ask("what does audit do?");
    assert!(verdict.found && verdict.confidence < 0.6);
    assert!(out.text.contains("None of them clearly stands out"));
    assert!(
        out.follow_ups
            .contains(&"What does `shop.orders.audit` do?".to_owned()),
        "{:?}",
        out.follow_ups
    );
}

#[test]
fn explain_says_what_the_graph_knows() {
    let (verdict, out) = ask("What does save_order do?");
    assert!(verdict.found && verdict.confidence > 0.85);
    for part in [
        "Saves an order.",
        "save_order(self, order, *, retry=3)",
        "It calls 2 functions",
        "complexity 12",
        "more than 10",
        "1 test calls it",
    ] {
        assert!(out.text.contains(part), "{part} not in\n{}", out.text);
    }
    assert!(
        cited(&out).contains(&"shop/orders.py:7".to_owned()),
        "the documentation is cited: {:?}",
        cited(&out)
    );
}

#[test]
fn paths_multiply_their_edges() {
    let (verdict, out) = ask("call path from main to write");
    assert!(verdict.found);
    assert!(
        (verdict.confidence - 0.88).abs() < 1e-9,
        "{}",
        verdict.confidence
    );
    assert!(
        out.text.contains("→ `shop.orders.Orders.write`"),
        "{}",
        out.text
    );
    assert!(out.diagrams[0].contains("n0 -->|\"6\"| n1"));
    let (verdict, out) = ask("call path from write to main");
    assert_eq!((verdict.found, verdict.confidence), (false, 0.0));
    assert!(out.text.contains("the other way"), "{}", out.text);
}

#[test]
fn types_show_members_and_hierarchy() {
    let (verdict, out) = ask("What is in class Orders?");
    assert_eq!(verdict.intent, "members");
    assert!(verdict.confidence >= 0.95);
    assert!(
        out.text.contains("2 methods and 0 fields") && out.text.contains("`shop.orders.Base`"),
        "{}",
        out.text
    );
    assert!(out.diagrams[0].starts_with("flowchart TD"));
}

#[test]
fn files_folders_and_modules() {
    let (verdict, out) = ask("What is shop/cli.py for?");
    assert_eq!(verdict.intent, "file");
    assert!(
        out.text.contains("Command line.") && out.text.contains("It uses 1 file"),
        "{}",
        out.text
    );
    let (verdict, out) = ask("what is the folder shop/ for?");
    assert!(
        verdict.found && out.text.contains("3 files"),
        "{}",
        out.text
    );
    let (verdict, out) = ask("who imports shop.orders?");
    assert!(
        verdict.found && out.text.contains("imported by 1 file"),
        "{}",
        out.text
    );
    let (verdict, out) = ask("what does shop/cli.py import?");
    assert!(
        verdict.found && out.text.contains("from shop.orders import Orders"),
        "{}",
        out.text
    );
    let (verdict, _) = ask("what is shop/nothing_here.py for?");
    assert!(!verdict.found);
}

#[test]
fn overview_and_start() {
    let (verdict, out) = ask("Show the module map");
    assert!(
        verdict.found && out.text.contains("Sells things."),
        "{}",
        out.text
    );
    assert!(out.diagrams[0].contains("shop.cli"));
    let (verdict, out) = ask("Where should I start?");
    assert!(
        verdict.found && verdict.confidence < 0.8 && out.text.contains("`shop.cli.main`"),
        "{}",
        out.text
    );
}

#[test]
fn gaps_are_told() {
    let (verdict, out) = ask("What could you not see?");
    assert!(verdict.found && out.text.contains("no gap"), "{}", out.text);
    let mut graph = shop();
    graph.gaps.push(Gap {
        path: "shop/a.c".to_owned(),
        line: 0,
        reason: "no_importer".to_owned(),
        detail: String::new(),
    });
    let (_, out) = ask_of(&graph, "Чего не удалось увидеть?", Language::Ru);
    assert!(
        out.text.contains("не разобрана 1 часть") && out.text.contains("нет импортёра"),
        "{}",
        out.text
    );
    let (_, out) = ask_of(&graph, "where is nowhere_at_all?", Language::En);
    assert!(
        out.text.contains("1 part of the project was not analysed"),
        "{}",
        out.text
    );
}

#[test]
fn what_is_not_understood_is_said() {
    for question in ["", "???", "colourless green", "\u{0}", "спасибо"] {
        let (verdict, out) = ask(question);
        assert_eq!(
            (verdict.intent.as_str(), verdict.found),
            ("unknown", false),
            "{question:?}"
        );
        assert!(verdict.confidence <= 0.3);
        assert!(
            out.text.contains("`shop.cli.main`"),
            "examples have names of the project: {}",
            out.text
        );
    }
}

#[test]
fn a_plain_word_that_is_a_name_is_one() {
    let (verdict, _) = ask("audit");
    assert_eq!(verdict.intent, "explain");
    assert!(verdict.found);
}

#[test]
fn markdown_of_the_question_stays_text() {
    let (verdict, out) = ask("where is `<img src=x onerror=alert(1)>` defined?");
    assert!(!verdict.found);
    assert!(
        !out.text.lines().any(|line| line.starts_with('<')),
        "{}",
        out.text
    );
    assert!(
        out.text.contains("`<img src=x onerror=alert`"),
        "{}",
        out.text
    );
    let (_, out) = ask("where is ``x`](javascript:alert(1))`` ?");
    assert!(!out.text.contains("x`]("), "{}", out.text);
}

#[test]
fn russian_answers() {
    let (verdict, out) = ask_of(&shop(), "Кто вызывает save_order?", Language::Ru);
    assert!(verdict.found);
    assert!(
        out.text.contains("вызывает 1 функция (1 вызов)"),
        "{}",
        out.text
    );
    let (_, out) = ask_of(&shop(), "Что делает save_order?", Language::Ru);
    assert!(
        out.text.contains("Вызывает 2 функции проекта"),
        "{}",
        out.text
    );
}

#[test]
fn the_reader_may_leave() {
    struct Gone;
    impl Out for Gone {
        fn emit(&mut self, _: &[Chunk]) -> Result<Signal, Fault> {
            Ok(Signal::Closed)
        }
    }
    assert!(matches!(
        crate::run(&shop(), "who calls main", Language::En, &mut Gone),
        Err(Fault::Other(_))
    ));
}

#[test]
fn same_question_same_answer() {
    let (one, a) = ask("What does save_order do?");
    let (two, b) = ask("What does save_order do?");
    assert_eq!((one, a.text, a.diagrams), (two, b.text, b.diagrams));
}
