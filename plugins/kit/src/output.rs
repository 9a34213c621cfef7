//! Where rows go.

use codegraph_sdk::importer::{self, AstBatch};
use codegraph_sdk::{Fault, Signal, Span};

/// Takes the rows and gaps of one file.
pub trait Output {
    /// Takes a batch. [`Signal::Closed`] says that nobody wants more.
    ///
    /// # Errors
    /// The host's refusal; the file is over then.
    fn push(&mut self, batch: AstBatch) -> Result<Signal, Fault>;

    /// Takes a stretch of the source that was not analysed: a constant and a sentence say why.
    fn gap(&mut self, place: Span, reason: &str, detail: &str);
}

/// The host that runs the plugin.
pub struct Host;

impl Output for Host {
    fn push(&mut self, batch: AstBatch) -> Result<Signal, Fault> {
        importer::push(&batch)
    }

    fn gap(&mut self, place: Span, reason: &str, detail: &str) {
        importer::gap(place, reason, detail);
    }
}
