//! Finding one's way in a code base: where something is, what it does, who calls it, what a file is for.
//!
//! A question goes through [`question`] (data in `phrases.toml`) to an intent of [`intents`], which asks the [`graph`] and
//! writes an [`answer`] (texts in `messages.toml`). No model takes part: the same question on the same graph gives the same answer.
//!
//! # To write the next scenario
//!
//! 1. A folder beside this one: `Cargo.toml` and `plugin.toml` as here, with an id of its own; nothing else names it.
//! 2. `README.md`, the page for users: what it answers, what it cannot, how sure it is. `describe()` hands it out.
//! 3. Wordings and texts as data in both languages; names in questions and Markdown as [`question::entities`] and
//!    [`answer::markdown`] treat them.
//! 4. What it asks of the graph as a trait with a fake ([`graph`]), so that answers are tested without a host; rows of
//!    named queries are decoded in one file (`codegraph_sdk::rows`).
//! 5. Every statement cites its place, every answer says how sure it is (`docs/answers.md`), what is not found is said so.
//! 6. `cases/*.md`: questions and expected facts, run through the real host by `cargo test -p codegraph-tests --test scenarios`.

pub mod answer;
pub mod graph;
pub mod intents;
pub mod names;
pub mod question;

pub mod describe;
#[cfg(target_family = "wasm")]
mod guest;
mod run;

pub use run::run;

#[cfg(target_family = "wasm")]
codegraph_sdk::export_scenario!(guest::Onboarding);

#[cfg(test)]
mod tests;
