//! The public views: the CPG specification's node and edge types as relations. They join nothing.

mod edges;
mod nodes;

pub(in crate::store) use edges::selects;

use crate::kind::NodeKind;
use std::sync::LazyLock;

/// A public view.
#[derive(Clone, Debug)]
pub struct View {
    /// Its name.
    pub name: String,
    /// What a row is.
    pub doc: String,
    /// Its columns: name, expression, meaning.
    pub columns: Vec<(String, String, String)>,
    /// What follows `SELECT columns`; several parts are put together by `UNION ALL`.
    pub sources: Vec<String>,
}

impl View {
    fn new(
        name: &str,
        doc: &str,
        columns: &[(&str, &str, &str)],
        source: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            doc: doc.into(),
            columns: columns
                .iter()
                .map(|&(name, expression, doc)| (name.into(), expression.into(), doc.into()))
                .collect(),
            sources: vec![source.into()],
        }
    }

    fn column(mut self, name: &str, expression: &str, doc: &str) -> Self {
        self.columns
            .push((name.into(), expression.into(), doc.into()));
        self
    }

    /// The query behind the view.
    pub fn sql(&self) -> String {
        let columns: Vec<String> = self
            .columns
            .iter()
            .map(|(name, expression, _)| format!("{expression} AS {}", super::quote(name)))
            .collect();
        let select = columns.join(", ");
        let parts: Vec<String> = self
            .sources
            .iter()
            .map(|source| format!("SELECT {select} {source}"))
            .collect();
        parts.join(" UNION ALL ")
    }
}

/// Numbers of node kinds as SQL has them: `3, 8`.
fn numbers(kinds: &[NodeKind]) -> String {
    let all: Vec<String> = kinds.iter().map(|&kind| (kind as u8).to_string()).collect();
    all.join(", ")
}

/// All node types as an SQL list, so that `[kind + 1]` of it is a kind's name.
pub(in crate::store) fn node_types() -> String {
    let names: Vec<String> = NodeKind::ALL
        .iter()
        .map(|kind| format!("'{}'", kind.text()))
        .collect();
    format!("([{}])", names.join(", "))
}

/// A node for a type's name without a table that would have to be joined: 53 bits of its hash, negative.
const TYPE_ID: &str = "-1 - CAST(hash(type_full_name) >> 11 AS BIGINT)";

/// Rows of `node` that name a type in `type_full_name`.
fn typed() -> String {
    let others = numbers(&[NodeKind::Method, NodeKind::Import]);
    format!("node WHERE type_full_name IS NOT NULL AND kind NOT IN ({others})")
}

/// All public views, by name.
pub static VIEWS: LazyLock<Vec<View>> = LazyLock::new(|| {
    let mut views = nodes::views();
    views.extend(edges::views());
    views.sort_by(|a, b| a.name.cmp(&b.name));
    views
});
