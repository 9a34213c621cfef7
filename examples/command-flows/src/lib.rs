//! Example scenario: what reaches the commands that a program runs.

use codegraph_sdk::flows::{Flow, FlowQuery};
use codegraph_sdk::scenario::{
    Ask, Chunk, Citation, Descriptor, Outcome, Scenario, Sink, source, warm,
};
use codegraph_sdk::{Fault, Localized};

/// Where users of a program get values into it.
const SOURCES: [(&str, &str); 5] = [
    ("os.environ", "the environment"),
    ("os.getenv()", "the environment"),
    ("sys.argv", "the command line"),
    ("builtins.input()", "standard input"),
    ("flask.request.*", "a request"),
];

/// Arguments that a shell, or the system, takes as a command.
const SINKS: [&str; 6] = [
    "os.system(0)",
    "os.popen(0)",
    "subprocess.run(0)",
    "subprocess.call(0)",
    "subprocess.check_output(0)",
    "subprocess.Popen(0)",
];

/// What makes a value harmless there.
const SANITIZERS: [&str; 1] = ["shlex.quote"];

/// The exported scenario.
pub struct CommandFlows;

impl Scenario for CommandFlows {
    fn describe() -> Descriptor {
        let text = |en: &str, ru: &str| Localized {
            en: en.into(),
            ru: ru.into(),
        };
        Descriptor {
            id: "command-flows".into(),
            name: text("Command flows", "Потоки в команды"),
            description: text(
                "What reaches the commands that a program runs",
                "Что попадает в команды, которые запускает программа",
            ),
            category: "examples".into(),
            keywords: vec![],
            phrases: vec![text("reaches commands", "попадает в команды")],
            examples: vec![text("what reaches commands?", "что попадает в команды?")],
            is_default: false,
            priority: 1,
            readme: include_str!("../README.md").into(),
            // The search is the same for everybody who asks: a server makes it beforehand.
            extra: vec![warm("what reaches commands?")],
        }
    }

    fn run(_: &Ask, out: &Sink) -> Result<Outcome, Fault> {
        let mut query = FlowQuery::new();
        for (place, label) in SOURCES {
            query = query.source(place, label);
        }
        for place in SINKS {
            let name = place.split('(').next().unwrap_or(place);
            query = query.sink(place, name);
        }
        for function in SANITIZERS {
            query = query.sanitizer(function);
        }
        let found = query.ask()?;
        for flow in &found.flows {
            out.emit(&told(flow))?;
        }
        if found.flows.is_empty() {
            out.emit(&[Chunk::Text(
                "Nothing was found to reach a command.\n".into(),
            )])?;
        }
        if found.cut {
            let text = "The search ended early: there may be more.\n";
            out.emit(&[Chunk::Text(text.into())])?;
        }
        let sure = found.flows.iter().map(|flow| flow.confidence);
        Ok(Outcome {
            confidence: sure.fold(0.0, f64::max),
            found: !found.flows.is_empty(),
            intent: "command_flows".into(),
            extra: vec![],
        })
    }
}

/// A flow in words, and its steps as evidence.
fn told(flow: &Flow) -> Vec<Chunk> {
    let (Some(first), Some(last)) = (flow.steps.first(), flow.steps.last()) else {
        return Vec::new();
    };
    let text = format!(
        "- `{}:{}`: {} reaches `{}` at `{}:{}`\n",
        first.path, first.line, flow.source, flow.sink, last.path, last.line
    );
    let steps = flow.steps.iter().filter_map(|step| {
        // Evidence is whole lines, as they stand in the file.
        let line = source(&step.path, step.line, step.line).ok()?;
        Some(Chunk::Citation(Citation {
            path: step.path.clone(),
            line: step.line,
            line_end: step.line,
            code: line.trim_end().to_owned(),
            kind: step.kind.clone(),
            symbol: String::new(),
            relevance: flow.confidence,
        }))
    });
    std::iter::once(Chunk::Text(text)).chain(steps).collect()
}

codegraph_sdk::export_scenario!(CommandFlows);
