//! Values of a revision: what the linker knew of all files, read back for questions that follow values.

use super::answers;
use super::cache::Cache;
use super::frame::unpack;
use super::watch::Interrupt;
use super::{Graph, QueryError};
use crate::NodeId;
use crate::flows::{self, Flows, Found, Spec};
use crate::kind::EdgeKind;
use crate::passes::facts::FileFacts;
use crate::passes::{CallEdge, Link, Linked, Resolution, Stub};
use crate::rules::Rules;
use duckdb::Connection;
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
pub(super) type AnswerCache = Cache<answers::Key, Found>;

pub(super) fn bytes_of_values(values: &Values) -> usize {
    values.borrow_owner().bytes
}

pub(super) fn bytes_of_answer(found: &Found) -> usize {
    let steps: usize = found.flows.iter().map(|flow| flow.steps.len()).sum();
    256 + found.flows.len() * 128 + steps * 16
}

impl Graph {
    /// Searches for flows; see [`Flows::find`].
    ///
    /// Same question, same answer: answers are kept while the graph is open and there is room. The first question to a graph reads
    /// what is known of its values. A search that is stopped by time or by its caller gives an error and is not kept.
    pub fn flows(
        &self,
        spec: &Spec,
        budget: flows::Budget,
        milliseconds: u32,
        interrupt: &Interrupt,
    ) -> Result<std::sync::Arc<Found>, QueryError> {
        spec.check()
            .map_err(|error| QueryError::Invalid(error.to_string()))?;
        let key = answers::key("flows", &(spec, budget)).map_err(QueryError::Invalid)?;
        let deadline = Instant::now() + Duration::from_millis(u64::from(milliseconds));
        let revision = &self.revision().revision;
        let kept = self.engine.kept.as_ref();
        self.engine.answers.get(&self.name, &key, || {
            if let Some(found) = kept.and_then(|kept| kept.read(revision, &key)) {
                return Ok(found);
            }
            let values = self.engine.values.get(&self.name, &(), || self.values())?;
            let stop = || interrupt.is_stopped() || Instant::now() >= deadline;
            let found = values
                .borrow_dependent()
                .find_until(spec, budget, &stop)
                .map_err(|error| QueryError::Invalid(error.to_string()))?;
            let found = found.ok_or_else(|| {
                if interrupt.is_stopped() {
                    QueryError::Cancelled
                } else {
                    QueryError::Budget(format!("it ran longer than {milliseconds} ms"))
                }
            })?;
            if let Some(kept) = kept {
                kept.write(revision, &key, &found);
            }
            Ok(found)
        })
    }

    fn values(&self) -> Result<Values, QueryError> {
        let known = self.with_connection(read)?;
        Ok(Values::new(known, |known| {
            Flows::new(&known.files, &known.linked, &known.rules)
        }))
    }
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
