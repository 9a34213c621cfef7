//! Vulnerabilities: what is wrong, the way that leads there, its CWE and what to do.
//!
//! Everything that is looked for is data: [`rules`] in `rules/*.toml`, ways in from outside in `sources/*.toml`. [`search`] asks the
//! graph the three questions that follow values (flows, states, patterns) and makes findings of what comes back, [`topic`]
//! reads what a question is about, [`report`] says it to people.
//!
//! # To add a rule
//!
//! 1. An entry in a file of `rules/`: identifier, CWE, severity, texts in both languages, where it is from; then either `sinks`
//!    (with `without`, `guards`), a `pattern`, or `states`, as `docs/questions.md` describes them. A rule with several ways to be
//!    found has several entries of one identifier; the first one holds the texts.
//! 2. A case in `cases/` with code that has the flaw and code that does the same safely.

pub mod report;
pub mod rules;
pub mod search;
pub mod topic;

pub mod describe;
#[cfg(target_family = "wasm")]
mod guest;

#[cfg(target_family = "wasm")]
codegraph_sdk::export_scenario!(guest::Security);

#[cfg(test)]
mod tests;
