//! Values of a revision: what the linker knew of all files, read back for questions that follow values.

use super::answers;
use super::cache::Cache;
use super::frame::unpack;
use super::watch::Interrupt;
use super::{Graph, QueryError};
use crate::NodeId;
use crate::flows::{self, Flows};
use crate::kind::EdgeKind;
use crate::matches::{self, Matches};
use crate::passes::facts::FileFacts;
use crate::passes::{CallEdge, Link, Linked, Resolution, Stub};
use crate::rules::Rules;
use crate::states::{self, States};
use duckdb::Connection;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Facts take about so many times their packed bytes in memory (measured on Django: 3.1 MB packed, 60 MB in all).
const UNPACKED: usize = 20;

/// Facts of all files, what the linker found, and rules of the languages.
#[derive(Debug, Default)]
struct Known {
    files: Vec<FileFacts>,
    linked: Linked,
    rules: Vec<Rules>,
    bytes: usize,
}

self_cell::self_cell!(
    /// What is known, and what is indexed of it.
    pub(super) struct Values {
        owner: Known,
        #[covariant]
        dependent: Flows,
    }
);

/// Values by graph.
pub(super) type ValueCache = Cache<(), Values>;
/// Answers by graph and hash of the question.
pub(super) type AnswerCache = Cache<answers::Key, Answer>;

/// What was answered, with its size.
pub(super) struct Answer {
    found: Arc<dyn Any + Send + Sync>,
    bytes: usize,
}

pub(super) fn bytes_of_values(values: &Values) -> usize {
    values.borrow_owner().bytes
}

pub(super) fn bytes_of_answer(answer: &Answer) -> usize {
    answer.bytes
}

/// How long a question may take, and who stops it.
#[derive(Clone, Debug)]
pub struct Patience {
    /// Milliseconds until it is given up. Questions end by their steps long before, but on a machine that stands still.
    pub milliseconds: u32,
    /// Stops it from another thread.
    pub interrupt: Interrupt,
}

/// Questions that follow values. The same question has the same answer: answers are kept while the graph is open and there is room,
/// and in a folder where the options name one. The first question to a graph reads what is known of its values. A search that is
/// stopped by time or by its caller gives an error and is not kept.
impl Graph {
    /// Searches for flows; see [`Flows::find`].
    pub fn flows(
        &self,
        spec: &flows::Spec,
        budget: flows::Budget,
        patience: &Patience,
    ) -> Result<Arc<flows::Found>, QueryError> {
        spec.check().map_err(invalid)?;
        self.ask("flows", &(spec, budget), patience, |flows, stop| {
            flows.find_until(spec, budget, stop).map_err(invalid)
        })
    }

    /// Follows objects through their states; see [`States::find`].
    pub fn states(
        &self,
        spec: &states::Spec,
        budget: states::Budget,
        patience: &Patience,
    ) -> Result<Arc<states::Found>, QueryError> {
        spec.check().map_err(invalid)?;
        self.ask("states", &(spec, budget), patience, |flows, stop| {
            let states = States::over(flows);
            states.find_until(spec, budget, stop).map_err(invalid)
        })
    }

    /// Searches for patterns; see [`Matches::find`].
    pub fn matches(
        &self,
        spec: &matches::Spec,
        budget: matches::Budget,
        patience: &Patience,
    ) -> Result<Arc<matches::Found>, QueryError> {
        spec.check().map_err(invalid)?;
        self.ask("matches", &(spec, budget), patience, |flows, stop| {
            let matches = Matches::over(flows);
            matches.find_until(spec, budget, stop).map_err(invalid)
        })
    }

    fn ask<T: Serialize + DeserializeOwned + Send + Sync + 'static>(
        &self,
        kind: &str,
        question: &impl Serialize,
        patience: &Patience,
        find: impl FnOnce(&Flows<'_>, &dyn Fn() -> bool) -> Result<Option<T>, QueryError>,
    ) -> Result<Arc<T>, QueryError> {
        let Patience {
            milliseconds,
            interrupt,
        } = patience;
        let deadline = Instant::now() + Duration::from_millis(u64::from(*milliseconds));
        let key = answers::key(kind, question).map_err(QueryError::Invalid)?;
        let revision = &self.revision().revision;
        let kept = self.engine.kept.as_ref();
        let answer = self.engine.answers.get(&self.name, &key, || {
            if let Some((found, bytes)) = kept.and_then(|kept| kept.read::<T>(revision, &key)) {
                let found = Arc::new(found);
                return Ok(Answer { found, bytes });
            }
            let values = self.engine.values.get(&self.name, &(), || self.values())?;
            let stop = || interrupt.is_stopped() || Instant::now() >= deadline;
            self.engine.searches.fetch_add(1, Ordering::Relaxed);
            let Some(found) = find(values.borrow_dependent(), &stop)? else {
                return Err(if interrupt.is_stopped() {
                    QueryError::Cancelled
                } else {
                    QueryError::Budget(format!("it ran longer than {milliseconds} ms"))
                });
            };
            let packed = postcard::to_allocvec(&found)
                .map_err(|error| QueryError::Engine(error.to_string()))?;
            if let Some(kept) = kept {
                kept.write(revision, &key, &packed);
            }
            Ok(Answer {
                found: Arc::new(found),
                bytes: packed.len(),
            })
        })?;
        // The kind is a part of the key.
        Arc::clone(&answer.found)
            .downcast::<T>()
            .map_err(|_| QueryError::Engine("an answer of another kind was kept".into()))
    }

    fn values(&self) -> Result<Values, QueryError> {
        let known = self.with_connection(read)?;
        Ok(Values::new(known, |known| {
            Flows::new(&known.files, &known.linked, &known.rules)
        }))
    }
}

fn invalid(error: impl std::fmt::Display) -> QueryError {
    QueryError::Invalid(error.to_string())
}

fn read(connection: &Connection) -> Result<Known, QueryError> {
    let mut known = Known::default();
    let mut statement = connection.prepare(
        "SELECT file_id >> 32, facts FROM file_facts WHERE facts IS NOT NULL ORDER BY file_id",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let ordinal: u32 = row.get(0)?;
        let frame: Vec<u8> = row.get(1)?;
        known.bytes += frame.len() * UNPACKED;
        let facts = unpack(&frame)
            .map_err(|error| QueryError::Engine(format!("the facts of file {ordinal}: {error}")))?;
        known.files.push(facts);
    }
    let mut statement = connection.prepare("SELECT rules FROM language_rules ORDER BY language")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let frame: Vec<u8> = row.get(0)?;
        let rules: Rules = unpack(&frame)
            .map_err(|error| QueryError::Engine(format!("rules of a language: {error}")))?;
        known.rules.push(rules);
    }
    known.linked = Linked {
        stubs: stubs(connection)?,
        calls: calls(connection)?,
        links: links(connection)?,
        gaps: Vec::new(),
    };
    known.bytes += known.linked.calls.len() * 64;
    Ok(known)
}

fn stubs(connection: &Connection) -> Result<Vec<Stub>, QueryError> {
    let mut statement = connection.prepare(
        "SELECT id, false, name, full_name FROM method WHERE id < 4294967296 \
         UNION ALL SELECT id, true, name, full_name FROM type_decl WHERE id < 4294967296 ORDER BY 1",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Stub {
            id: NodeId(row.get(0)?),
            is_type: row.get(1)?,
            name: row.get(2)?,
            full_name: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn calls(connection: &Connection) -> Result<Vec<CallEdge>, QueryError> {
    let mut statement = connection.prepare(
        "SELECT src, dst, caller_distance, resolution, confidence FROM call_edge ORDER BY src, dst",
    )?;
    let rows = statement.query_map([], |row| {
        let site: u64 = row.get(0)?;
        let distance: Option<u32> = row.get(2)?;
        let resolution: String = row.get(3)?;
        Ok(CallEdge {
            site: NodeId(site),
            target: NodeId(row.get(1)?),
            caller: NodeId(distance.map_or(0, |distance| site - u64::from(distance))),
            resolution: Resolution::of_text(&resolution),
            confidence: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn links(connection: &Connection) -> Result<Vec<Link>, QueryError> {
    let mut statement =
        connection.prepare("SELECT src, dst, kind FROM link ORDER BY src, dst, kind")?;
    let mut rows = statement.query([])?;
    let mut links = Vec::new();
    while let Some(row) = rows.next()? {
        let kind: u8 = row.get(2)?;
        let Some(&kind) = EdgeKind::ALL.iter().find(|known| **known as u8 == kind) else {
            continue;
        };
        links.push(Link {
            src: NodeId(row.get(0)?),
            dst: NodeId(row.get(1)?),
            kind,
        });
    }
    Ok(links)
}
