//! `graph`: named queries, searches along edges, source text, SQL.
//!
//! Calls to the store block, so each runs on a blocking thread, with what the call has left of its time as its budget.

use std::sync::Arc;

use codegraph_cpg::flows;
use codegraph_cpg::store::{
    self, ColumnBatch, Graph, Interrupt, QueryError, ReachSpec, RevisionInfo, Rows, Value,
};
use wasmtime::component::Resource;

use super::{convert, questions};
use crate::bindings::{graph, types};
use crate::call::{CallState, Job};
use crate::contract::Capability;
use crate::error::PluginError;
use crate::types::Fault;

/// Rows of a query, unless it asks for fewer.
const ROWS: u32 = 100_000;
/// Bytes of a result, unless the query asks for fewer.
const BYTES: u32 = 8 << 20;
/// Time of a query, unless it asks for less.
const MILLISECONDS: u32 = 10_000;
/// Bytes of all results that a call holds at once.
const HELD_BYTES: u64 = 64 << 20;
/// Rows that `next` gives where it is not told how many.
const NEXT_ROWS: u32 = 8192;
/// Steps of a search for flows, unless it asks for fewer.
const FLOW_STEPS: u64 = 20_000_000;
/// Flows that a search gives, unless it asks for fewer.
const FLOWS: u32 = 1_000;
/// Time of a search for flows: by steps it ends long before, where the machine is not very slow.
const FLOW_MILLISECONDS: u32 = 60_000;
/// Node ids, edge kinds and the like in one search.
const SPEC_ITEMS: usize = 100_000;

/// Answers what plugins ask of a graph. [`Graph`] is one; tests have another.
pub trait GraphReader: Send + Sync + 'static {
    /// Which graph this is.
    fn revision(&self) -> RevisionInfo;
    /// Runs a query of the catalogue; `interrupt` stops it.
    fn query(
        &self,
        name: &str,
        parameters: &[Value],
        budget: store::Budget,
        interrupt: &Interrupt,
    ) -> Result<Rows, QueryError>;
    /// Searches along edges.
    fn reach(&self, spec: &ReachSpec) -> Result<ColumnBatch, QueryError>;
    /// Searches for flows, within steps and milliseconds; `interrupt` stops it.
    fn flows(
        &self,
        spec: &flows::Spec,
        budget: flows::Budget,
        milliseconds: u32,
        interrupt: &Interrupt,
    ) -> Result<(Arc<flows::Found>, ColumnBatch), QueryError>;
    /// Source text: whole lines from 1, both ends included, 0 as last for the rest.
    fn source(&self, path: &str, first: u32, last: u32) -> Result<String, QueryError>;
}

impl GraphReader for Graph {
    fn revision(&self) -> RevisionInfo {
        self.revision().clone()
    }

    fn query(
        &self,
        name: &str,
        parameters: &[Value],
        budget: store::Budget,
        interrupt: &Interrupt,
    ) -> Result<Rows, QueryError> {
        self.query_with(name, parameters, budget, interrupt)
    }

    fn reach(&self, spec: &ReachSpec) -> Result<ColumnBatch, QueryError> {
        self.reach(spec)
    }

    fn flows(
        &self,
        spec: &flows::Spec,
        budget: flows::Budget,
        milliseconds: u32,
        interrupt: &Interrupt,
    ) -> Result<(Arc<flows::Found>, ColumnBatch), QueryError> {
        let found = self.flows(spec, budget, milliseconds, interrupt)?;
        let steps = self.steps(&found)?;
        Ok((found, steps))
    }

    fn source(&self, path: &str, first: u32, last: u32) -> Result<String, QueryError> {
        self.source(path, first, last)
    }
}

/// Runs SQL text in a process of its own; the server gives one.
pub trait SqlRunner: Send + Sync + 'static {
    /// Runs a statement over the public views of a revision. Blocking.
    fn run(
        &self,
        revision: &RevisionInfo,
        sql: &str,
        parameters: &[Value],
        budget: store::Budget,
    ) -> Result<Rows, Fault>;
}

/// A result that a guest reads: the resource `result-set`.
#[expect(
    unreachable_pub,
    reason = "generated code re-exports it within the crate"
)]
pub struct Cursor {
    rows: Rows,
    batch: usize,
    row: u32,
    bytes: u64,
}

impl Cursor {
    fn new(rows: Rows) -> Self {
        let bytes = rows.batches.iter().map(|batch| batch.bytes() as u64).sum();
        Self {
            rows,
            batch: 0,
            row: 0,
            bytes,
        }
    }

    fn next(&mut self, max_rows: u32) -> Option<ColumnBatch> {
        loop {
            let batch = self.rows.batches.get(self.batch)?;
            if self.row >= batch.rows {
                self.batch += 1;
                self.row = 0;
                continue;
            }
            let to = batch.rows.min(self.row.saturating_add(max_rows));
            let part = batch.slice(self.row, to);
            self.row = to;
            return Some(part);
        }
    }
}

/// What is asked for within a bound; 0 asks for the bound.
fn least<T: Ord + Default>(asked: T, bound: T) -> T {
    if asked == T::default() {
        bound
    } else {
        asked.min(bound)
    }
}

type Answer<T> = wasmtime::Result<Result<T, types::Fault>>;

impl CallState {
    /// The graph of the question, where there is one and the plugin may use it so.
    fn graph(&self, needs: Option<Capability>) -> Result<Arc<dyn GraphReader>, Fault> {
        if let Some(capability) = needs
            && !self.identity.granted.contains(&capability)
        {
            return Err(Fault::Denied(format!(
                "this plugin has no grant for {}",
                capability.text()
            )));
        }
        match &self.job {
            Job::Ask(job) => Ok(job.graph.clone()),
            _ => Err(Fault::Unavailable(
                "there is a graph while a question is answered only".into(),
            )),
        }
    }

    /// What a query may cost: the least of what was asked, the host's bounds, and the time that is left.
    fn budget(&self, asked: graph::Budget) -> store::Budget {
        store::Budget {
            rows: least(asked.rows, ROWS),
            bytes: least(asked.bytes, BYTES),
            milliseconds: least(asked.milliseconds, MILLISECONDS).min(self.left()),
        }
    }

    /// Milliseconds that the call has left.
    fn left(&self) -> u32 {
        self.time.left().map_or(1, |left| {
            u32::try_from(left.as_millis()).unwrap_or(u32::MAX).max(1)
        })
    }

    /// Runs what blocks on a thread for that, and counts its CPU time.
    pub(super) fn blocking<T: Send + 'static, W>(
        &self,
        work: W,
    ) -> impl Future<Output = Result<T, Fault>> + Send + use<T, W>
    where
        W: FnOnce() -> T + Send + 'static,
    {
        let cpu = self.cpu.clone();
        let task = tokio::task::spawn_blocking(move || cpu.measure(work));
        async move {
            task.await
                .map_err(|error| Fault::Internal(format!("the graph failed: {error}")))
        }
    }

    async fn run_query(
        &mut self,
        what: graph::Statement,
        parameters: Vec<graph::Value>,
        limits: graph::Budget,
    ) -> Result<Rows, Fault> {
        let parameters: Vec<Value> = parameters.into_iter().map(convert::value).collect();
        let budget = self.budget(limits);
        match what {
            graph::Statement::Named(name) => {
                let graph = self.graph(Some(Capability::GraphQuery))?;
                let stop = StopOnDrop(Interrupt::default());
                let interrupt = stop.0.clone();
                let rows = self
                    .blocking(move || graph.query(&name, &parameters, budget, &interrupt))
                    .await?;
                rows.map_err(|error| fault_of(&error))
            }
            graph::Statement::Sql(text) => {
                let graph = self.graph(Some(Capability::GraphSql))?;
                let Job::Ask(job) = &self.job else {
                    unreachable!("there is a graph while a question is answered only")
                };
                let Some(runner) = job.sql.clone() else {
                    return Err(Fault::Unavailable(
                        "SQL of plugins cannot be run here".into(),
                    ));
                };
                self.blocking(move || runner.run(&graph.revision(), &text, &parameters, budget))
                    .await?
            }
        }
    }
}

/// Stops a query whose caller has gone: the future of a call that ends early is dropped where it waits.
struct StopOnDrop(Interrupt);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

fn fault_of(error: &QueryError) -> Fault {
    let text = error.to_string();
    match error {
        QueryError::Budget(_) | QueryError::Cancelled => Fault::Budget(text),
        QueryError::Engine(_) => Fault::Internal(text),
        _ => Fault::InvalidInput(text),
    }
}

impl graph::Host for CallState {
    async fn query(
        &mut self,
        what: graph::Statement,
        parameters: Vec<graph::Value>,
        limits: graph::Budget,
    ) -> Answer<Resource<Cursor>> {
        self.enter()?;
        let rows = match self.run_query(what, parameters, limits).await {
            Ok(rows) => rows,
            Err(fault) => return Ok(Err(fault.into())),
        };
        let cursor = Cursor::new(rows);
        if let Job::Ask(job) = &mut self.job {
            if job.held_bytes + cursor.bytes > HELD_BYTES {
                let text =
                    format!("results that are not dropped hold more than {HELD_BYTES} bytes");
                return Ok(Err(Fault::Budget(text).into()));
            }
            job.held_bytes += cursor.bytes;
        }
        Ok(Ok(self.table.push(cursor)?))
    }

    async fn reach(&mut self, spec: graph::ReachSpec) -> Answer<types::Batch> {
        self.enter()?;
        let graph = match self.graph(Some(Capability::GraphReach)) {
            Ok(graph) => graph,
            Err(fault) => return Ok(Err(fault.into())),
        };
        if spec.from.len().max(spec.to.len()).max(spec.edges.len()) > SPEC_ITEMS {
            return Ok(Err(Fault::Budget(format!(
                "a search takes at most {SPEC_ITEMS} nodes at each end"
            ))
            .into()));
        }
        if spec.min_confidence.is_nan() {
            return Ok(Err(Fault::InvalidInput(
                "min-confidence is not a number".into(),
            )
            .into()));
        }
        let spec = convert::reach_spec(spec);
        Ok(match self.blocking(move || graph.reach(&spec)).await {
            Ok(Ok(batch)) => {
                self.used.rows_read += u64::from(batch.rows);
                Ok(convert::batch(batch))
            }
            Ok(Err(error)) => Err(fault_of(&error).into()),
            Err(fault) => Err(fault.into()),
        })
    }

    async fn flows(&mut self, spec: graph::FlowSpec) -> Answer<graph::FlowAnswer> {
        self.enter()?;
        let graph = match self.graph(Some(Capability::GraphFlows)) {
            Ok(graph) => graph,
            Err(fault) => return Ok(Err(fault.into())),
        };
        let budget = flows::Budget {
            steps: least(spec.max_steps, FLOW_STEPS),
            flows: least(spec.max_flows, FLOWS) as usize,
        };
        let milliseconds = self.left().min(FLOW_MILLISECONDS);
        let spec = match questions::flow_spec(spec) {
            Ok(spec) => spec,
            Err(error) => return Ok(Err(Fault::InvalidInput(error.to_string()).into())),
        };
        let stop = StopOnDrop(Interrupt::default());
        let interrupt = stop.0.clone();
        let found = self
            .blocking(move || graph.flows(&spec, budget, milliseconds, &interrupt))
            .await;
        Ok(match found {
            Ok(Ok((found, steps))) => {
                self.used.rows_read += u64::from(steps.rows);
                Ok(questions::flow_answer(&found, steps))
            }
            Ok(Err(error)) => Err(fault_of(&error).into()),
            Err(fault) => Err(fault.into()),
        })
    }

    async fn source(&mut self, path: String, first_line: u32, last_line: u32) -> Answer<String> {
        self.enter()?;
        let graph = match self.graph(Some(Capability::GraphSource)) {
            Ok(graph) => graph,
            Err(fault) => return Ok(Err(fault.into())),
        };
        Ok(
            match self
                .blocking(move || graph.source(&path, first_line, last_line))
                .await
            {
                Ok(Ok(text)) => Ok(text),
                Ok(Err(error)) => Err(fault_of(&error).into()),
                Err(fault) => Err(fault.into()),
            },
        )
    }

    async fn revision(&mut self) -> wasmtime::Result<graph::RevisionInfo> {
        self.enter()?;
        match self.graph(None) {
            Ok(graph) => Ok(convert::revision(graph.revision())),
            // The function has no way to say it.
            Err(fault) => crate::error::abort(PluginError::Fault(fault)),
        }
    }
}

impl graph::HostResultSet for CallState {
    async fn columns(
        &mut self,
        this: Resource<Cursor>,
    ) -> wasmtime::Result<Vec<graph::ColumnInfo>> {
        self.enter()?;
        let columns = &self.table.get(&this)?.rows.columns;
        Ok(columns.iter().map(convert::column_info).collect())
    }

    async fn next(
        &mut self,
        this: Resource<Cursor>,
        max_rows: u32,
    ) -> Answer<Option<types::Batch>> {
        self.enter()?;
        let max_rows = if max_rows == 0 { NEXT_ROWS } else { max_rows };
        let batch = self.table.get_mut(&this)?.next(max_rows);
        self.used.rows_read += batch.as_ref().map_or(0, |batch| u64::from(batch.rows));
        Ok(Ok(batch.map(convert::batch)))
    }

    async fn truncated(&mut self, this: Resource<Cursor>) -> wasmtime::Result<bool> {
        self.enter()?;
        Ok(self.table.get(&this)?.rows.truncated)
    }

    async fn drop(&mut self, this: Resource<Cursor>) -> wasmtime::Result<()> {
        let cursor = self.table.delete(this)?;
        if let Job::Ask(job) = &mut self.job {
            job.held_bytes -= cursor.bytes;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use codegraph_cpg::store::ColumnData;

    use super::*;

    #[test]
    fn a_cursor_gives_every_row_once() {
        let batch = |ids: Vec<u64>| ColumnBatch {
            rows: ids.len() as u32,
            columns: vec![ColumnData::Ids(ids)],
            nulls: vec![vec![]],
        };
        let mut cursor = Cursor::new(Rows {
            batches: vec![batch(vec![1, 2, 3]), batch(vec![]), batch(vec![4])],
            ..Rows::default()
        });
        let mut seen = Vec::new();
        while let Some(part) = cursor.next(2) {
            let ColumnData::Ids(ids) = &part.columns[0] else {
                panic!("ids")
            };
            assert!(!ids.is_empty() && ids.len() <= 2);
            seen.extend(ids.iter().copied());
        }
        assert_eq!(seen, [1, 2, 3, 4]);
        assert!(cursor.next(2).is_none());
    }
}
