//! What a scenario implements and calls.

use crate::bindings::scenario as generated;
pub use generated::codegraph::plugin::answer::{Chunk, Citation, Diagram, Sink, Table};
pub use generated::codegraph::plugin::graph::{
    Budget, ColumnInfo, Direction, ReachSpec, ResultSet, RevisionInfo, Statement, Value, query,
    reach, revision, source,
};
pub use generated::exports::codegraph::plugin::scenario::{
    Ask, Descriptor, Language, Outcome, Turn,
};

use crate::{Entry, Fault};

/// An entry for [`Descriptor`]'s `extra`: a question that a server asks in the background once a graph is there, so that the searches
/// behind it are answered at once when somebody asks.
#[must_use]
pub fn warm(question: &str) -> Entry {
    Entry {
        key: "warm".into(),
        value: question.into(),
    }
}

/// A scenario: answers questions over the graph.
pub trait Scenario {
    /// Says what the scenario is, and which questions belong to it.
    fn describe() -> Descriptor;

    /// Answers one question, piece by piece, to `out`.
    ///
    /// # Errors
    /// A fault ends the answer; what is not in the graph is no fault but an [`Outcome`] with `found: false`.
    fn run(ask: &Ask, out: &Sink) -> Result<Outcome, Fault>;
}

/// Exports a type that implements [`Scenario`] as the crate's plugin, with the manifest `plugin.toml`.
#[macro_export]
macro_rules! export_scenario {
    ($scenario:ty) => {
        $crate::embed_manifest!();
        // Built for tests on the machine itself, the type counts as used too.
        #[cfg(not(target_family = "wasm"))]
        const _: fn() -> $crate::scenario::Descriptor = <$scenario as $crate::scenario::Scenario>::describe;
        #[cfg(target_family = "wasm")]
        const _: () = {
            struct Exported;
            impl $crate::bindings::scenario::exports::codegraph::plugin::scenario::Guest for Exported {
                fn describe() -> $crate::scenario::Descriptor {
                    <$scenario as $crate::scenario::Scenario>::describe()
                }
                fn run(
                    ask: $crate::scenario::Ask,
                    out: &$crate::scenario::Sink,
                ) -> Result<$crate::scenario::Outcome, $crate::Fault> {
                    <$scenario as $crate::scenario::Scenario>::run(&ask, out)
                }
            }
            $crate::bindings::scenario::export!(Exported with_types_in $crate::bindings::scenario);
        };
    };
}
