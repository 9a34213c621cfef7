//! The plugin as the host sees it.

use codegraph_sdk::scenario::{self, Ask, Chunk, Descriptor, Outcome, Scenario, Sink};
use codegraph_sdk::{Fault, Signal};

use crate::answer::Out;
use crate::answer::messages::Language;
use crate::graph::host::HostGraph;

/// The exported scenario.
pub(crate) struct Onboarding;

struct SinkOut<'a>(&'a Sink);

impl Out for SinkOut<'_> {
    fn emit(&mut self, pieces: &[Chunk]) -> Result<Signal, Fault> {
        self.0.emit(pieces)
    }
}

impl Scenario for Onboarding {
    fn describe() -> Descriptor {
        crate::describe::descriptor()
    }

    fn run(ask: &Ask, out: &Sink) -> Result<Outcome, Fault> {
        let language = match ask.language {
            scenario::Language::En => Language::En,
            scenario::Language::Ru => Language::Ru,
        };
        let verdict = crate::run(
            &HostGraph::new(),
            &ask.question,
            language,
            &mut SinkOut(out),
        )?;
        Ok(Outcome {
            confidence: verdict.confidence,
            found: verdict.found,
            intent: verdict.intent,
            extra: Vec::new(),
        })
    }
}
