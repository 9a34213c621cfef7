//! What an answer is made of: texts in the reader's language, citations, pictures, follow-ups, and how sure it is.

pub mod confidence;
pub mod markdown;
pub mod mermaid;
pub mod messages;
pub mod reply;
pub mod sequence;

pub use messages::Messages;
pub use reply::{Out, Reply};

/// How an answer is to be taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What the question was taken to be.
    pub intent: String,
    pub found: bool,
    pub confidence: f64,
}

impl Verdict {
    /// An answer that was found, as sure as its [`confidence::Confidence`] says.
    pub fn found(intent: &str, confidence: confidence::Confidence) -> Self {
        Self {
            intent: intent.to_owned(),
            found: true,
            confidence: confidence.value(),
        }
    }

    /// What was asked for is not in the graph.
    pub fn missing(intent: &str) -> Self {
        Self {
            intent: intent.to_owned(),
            found: false,
            confidence: 0.0,
        }
    }
}
