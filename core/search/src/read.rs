//! Searching an index.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use codegraph_model::TextKind;
use tantivy::collector::{Count, TopDocs};
use tantivy::schema::{Field, Value as _};
use tantivy::{Index, IndexReader, ReloadPolicy, TantivyDocument};

use crate::build::{ABOUT, Built, FORMAT};
use crate::error::SearchError;
use crate::fields::Fields;
use crate::query::{Ask, Matched, parts, query};
use crate::snippet::snippet;
use crate::words::analyzer;

/// An index that is open. Calls block: an async caller moves them to a blocking thread.
pub struct TextIndex {
    folder: PathBuf,
    reader: IndexReader,
    fields: Fields,
    built: Built,
    /// When what is said of it was written.
    written: Option<SystemTime>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The best first; equal ones as they were indexed, so that pages fit together.
    pub hits: Vec<Hit>,
    /// How many there are in all.
    pub total: usize,
    /// What they hold of the question.
    pub matched: Matched,
}

/// A text that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// What it is.
    pub kind: TextKind,
    /// Path from the root of the repository.
    pub path: String,
    /// First line that shows why it was found, from 1.
    pub line: u32,
    /// Last such line.
    pub line_end: u32,
    /// Heading of the section, or full name of the symbol; empty for none.
    pub name: String,
    /// Those lines.
    pub snippet: String,
    /// How well it fits; for putting in order only.
    pub score: f32,
}

impl TextIndex {
    /// Opens an index, and looks whether it is what was built.
    pub fn open(folder: &Path) -> Result<Self, SearchError> {
        let io = |error: std::io::Error| SearchError::io(&error);
        let mut file = File::open(folder.join(ABOUT)).map_err(io)?;
        let written = file.metadata().and_then(|about| about.modified()).ok();
        let mut about = Vec::new();
        file.read_to_end(&mut about).map_err(io)?;
        let built: Built = serde_json::from_slice(&about)
            .map_err(|_| SearchError::Damaged("what is said of it cannot be read".into()))?;
        if built.format != FORMAT {
            return Err(SearchError::Damaged(format!(
                "it is of version {}, this program reads {FORMAT}",
                built.format
            )));
        }
        let reading = |error: tantivy::TantivyError| SearchError::reading(&error, folder);
        let index = Index::open_in_dir(folder).map_err(reading)?;
        let (schema, fields) = Fields::schema();
        if index.schema() != schema {
            return Err(SearchError::Damaged("its schema is another one".into()));
        }
        Fields::register(&index);
        let damaged = index.validate_checksum().map_err(reading)?;
        if !damaged.is_empty() {
            return Err(SearchError::Damaged(format!(
                "{} of its files are damaged",
                damaged.len()
            )));
        }
        let reader: IndexReader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(reading)?;
        if reader.searcher().num_docs() != built.texts {
            return Err(SearchError::Damaged("texts are missing".into()));
        }
        Ok(Self {
            folder: folder.to_owned(),
            reader,
            fields,
            built,
            written,
        })
    }

    /// What it was built of.
    pub fn built(&self) -> &Built {
        &self.built
    }

    /// Whether another index lies in its place by now. One that is gone is not replaced: it can be searched as long as it is open.
    pub fn is_replaced(&self) -> bool {
        let now = std::fs::metadata(self.folder.join(ABOUT)).and_then(|about| about.modified());
        now.is_ok_and(|now| Some(now) != self.written)
    }

    /// Searches.
    pub fn search(&self, ask: &Ask) -> Result<Found, SearchError> {
        let mut analyzer = analyzer();
        let parts = parts(&mut analyzer, &ask.text);
        if parts.is_empty() {
            return Err(SearchError::Nothing);
        }
        let mut found = self.matching(ask, &parts, Matched::All)?;
        if found.total == 0 && parts.len() > 1 {
            found = self.matching(ask, &parts, Matched::Some)?;
        }
        Ok(found)
    }

    fn matching(
        &self,
        ask: &Ask,
        parts: &[crate::query::Part],
        matched: Matched,
    ) -> Result<Found, SearchError> {
        let reading = |error: tantivy::TantivyError| SearchError::reading(&error, &self.folder);
        let searcher = self.reader.searcher();
        let query = query(self.fields, ask, parts, matched);
        let best = TopDocs::with_limit(ask.limit.max(1))
            .and_offset(ask.offset)
            .order_by_score();
        let (documents, total) = searcher.search(&query, &(best, Count)).map_err(reading)?;
        let wanted: BTreeSet<&str> = parts
            .iter()
            .flat_map(|part| part.words.iter().map(String::as_str))
            .collect();
        let mut analyzer = analyzer();
        let mut hits = Vec::new();
        for (score, address) in documents.into_iter().take(ask.limit) {
            let document: TantivyDocument = searcher.doc(address).map_err(reading)?;
            let text = |field| text(&document, field);
            let number = |field| number(&document, field);
            let kind = text(self.fields.kind);
            let kind = TextKind::ALL.into_iter().find(|one| one.text() == kind);
            let kind = kind.ok_or_else(|| SearchError::Damaged("a text has no kind".into()))?;
            let shown = snippet(&mut analyzer, text(self.fields.text), &wanted);
            let (from, to) = (number(self.fields.line), number(self.fields.line_end));
            let line = from.saturating_add(shown.first as u32).min(to.max(from));
            hits.push(Hit {
                kind,
                path: text(self.fields.path).to_owned(),
                line,
                line_end: (line + shown.count as u32 - 1).min(to.max(line)),
                name: text(self.fields.name).to_owned(),
                snippet: shown.text,
                score,
            });
        }
        Ok(Found {
            hits,
            total,
            matched,
        })
    }
}

fn text(document: &TantivyDocument, field: Field) -> &str {
    let value = document.get_first(field);
    value.and_then(|value| value.as_str()).unwrap_or_default()
}

fn number(document: &TantivyDocument, field: Field) -> u32 {
    let value = document.get_first(field);
    let value = value.and_then(|value| value.as_u64()).unwrap_or_default();
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
