//! Between generated types, the graph's and the host's own.

use codegraph_cpg::store::{
    self, ColumnBatch, ColumnData, ColumnInfo, ReachSpec, RevisionInfo, Value,
};

use crate::bindings::{answer, graph, types};
use crate::types::{self as own, Fault};

impl From<types::Fault> for Fault {
    fn from(fault: types::Fault) -> Self {
        // Texts of a guest go to people.
        let clean = |text: String| crate::text::clean(&text, 2048);
        match fault {
            types::Fault::InvalidInput(text) => Self::InvalidInput(clean(text)),
            types::Fault::Denied(text) => Self::Denied(clean(text)),
            types::Fault::Budget(text) => Self::Budget(clean(text)),
            types::Fault::Unavailable(text) => Self::Unavailable(clean(text)),
            types::Fault::Internal(text) => Self::Internal(clean(text)),
            types::Fault::Other(text) => Self::Other(clean(text)),
        }
    }
}

impl From<Fault> for types::Fault {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::InvalidInput(text) => Self::InvalidInput(text),
            Fault::Denied(text) => Self::Denied(text),
            Fault::Budget(text) => Self::Budget(text),
            Fault::Unavailable(text) => Self::Unavailable(text),
            Fault::Internal(text) => Self::Internal(text),
            Fault::Other(text) => Self::Other(text),
        }
    }
}

impl From<types::Entry> for own::Entry {
    fn from(entry: types::Entry) -> Self {
        Self {
            key: entry.key,
            value: entry.value,
        }
    }
}

impl From<own::Entry> for types::Entry {
    fn from(entry: own::Entry) -> Self {
        Self {
            key: entry.key,
            value: entry.value,
        }
    }
}

impl From<types::Localized> for own::Localized {
    fn from(text: types::Localized) -> Self {
        Self {
            en: text.en,
            ru: text.ru,
        }
    }
}

/// Converts each element.
pub(crate) fn all<A, B: From<A>>(list: Vec<A>) -> Vec<B> {
    list.into_iter().map(B::from).collect()
}

pub(super) fn value(value: graph::Value) -> Value {
    match value {
        graph::Value::Null => Value::Null,
        graph::Value::Truth(truth) => Value::Truth(truth),
        graph::Value::Int(int) => Value::Int(int),
        graph::Value::Real(real) => Value::Real(real),
        graph::Value::Text(text) => Value::Text(text),
        graph::Value::Texts(texts) => Value::Texts(texts),
        graph::Value::Ints(ints) => Value::Ints(ints),
    }
}

pub(super) fn reach_spec(spec: graph::ReachSpec) -> ReachSpec {
    ReachSpec {
        from: spec.from,
        to: spec.to,
        edges: spec.edges,
        direction: match spec.direction {
            graph::Direction::Forward => store::Direction::Forward,
            graph::Direction::Backward => store::Direction::Backward,
        },
        max_depth: spec.max_depth,
        max_results: spec.max_results,
        min_confidence: spec.min_confidence,
    }
}

pub(super) fn batch(batch: ColumnBatch) -> types::Batch {
    let column = |column| match column {
        ColumnData::Ids(ids) => types::Column::Ids(ids),
        ColumnData::Ints(ints) => types::Column::Ints(ints),
        ColumnData::Reals(reals) => types::Column::Reals(reals),
        ColumnData::Bools(bools) => types::Column::Bools(bools),
        ColumnData::Texts { offsets, bytes } => {
            types::Column::Texts(types::TextColumn { offsets, bytes })
        }
    };
    types::Batch {
        rows: batch.rows,
        columns: batch.columns.into_iter().map(column).collect(),
        nulls: batch.nulls,
    }
}

pub(super) fn column_info(info: &ColumnInfo) -> graph::ColumnInfo {
    graph::ColumnInfo {
        name: info.name.clone(),
        type_: info.kind.text().into(),
    }
}

pub(super) fn revision(info: RevisionInfo) -> graph::RevisionInfo {
    graph::RevisionInfo {
        project: info.project,
        revision: info.revision,
        indexed_commit: info.indexed_commit,
        indexed_at: info.indexed_at,
        languages: info.languages,
        files: info.files,
        gaps: info.gaps,
        extra: info
            .extra
            .into_iter()
            .map(|(key, value)| types::Entry { key, value })
            .collect(),
    }
}

pub(super) fn citation(citation: answer::Citation) -> own::Citation {
    own::Citation {
        path: citation.path,
        line: citation.line,
        line_end: citation.line_end,
        code: citation.code,
        kind: citation.kind,
        symbol: citation.symbol,
        relevance: citation.relevance,
    }
}
