//! Queries by name: what scenarios and the server ask of a graph. `docs/queries.md` lists them.
//!
//! A query is a file of `queries/` with a header: `-- name`, a description, `-- param name type  meaning`,
//! `-- column name type  meaning`. Parameters stand in its text as `$name`; a type with `?` may be null or left out.
//! Its rows must come in an order that does not depend on chance; the limit is added when it runs.

mod docs;
mod list;
mod parse;
mod run;

pub use docs::reference_page;
pub use parse::{Parameter, ParameterType, Query};
pub use run::{Budget, Rows};
pub(super) use run::{convert, run, within};

use super::QueryError;
use std::sync::LazyLock;

static QUERIES: LazyLock<Vec<Query>> = LazyLock::new(|| {
    let mut all: Vec<Query> = list::TEXTS
        .iter()
        .map(|text| Query::parse(text).unwrap_or_else(|problem| panic!("{problem} in\n{text}")))
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
});

/// All queries, by name.
pub fn queries() -> &'static [Query] {
    &QUERIES
}

pub(super) fn find(name: &str) -> Result<&'static Query, QueryError> {
    let known = || {
        QUERIES
            .iter()
            .map(|query| query.name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    QUERIES
        .binary_search_by(|query| query.name.as_str().cmp(name))
        .map(|at| &QUERIES[at])
        .map_err(|_| QueryError::UnknownQuery {
            name: name.into(),
            known: known(),
        })
}
