//! Questions about states of objects and for patterns: JSON, as `docs/questions.md` describes them.

use crate::bindings::scenario::codegraph::plugin::graph as generated;
use crate::flows::{FlowStep, steps};
use crate::{Batch, Column, Fault};

/// An object that is in a wrong state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Finding {
    /// Label of the error or end.
    pub label: String,
    /// Name of the state.
    pub state: String,
    /// Row of the error; of an object that ends wrongly the row that it comes from.
    pub node: u64,
    /// Row that the object comes from in its method.
    pub created: u64,
    /// Only an exception leads there.
    pub exceptional: bool,
    /// From 0 to 1.
    pub confidence: f64,
    /// From creation to error or end.
    pub steps: Vec<FlowStep>,
}

/// Something that fits a pattern.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hit {
    /// Label of the rule.
    pub label: String,
    /// From 0 to 1.
    pub confidence: f64,
    /// How the function of a call was found; empty for what is no call.
    pub resolution: String,
    /// Where it is.
    pub place: FlowStep,
    /// What was captured: `kind` is the name of the capture; with its constant, empty where that is not known.
    pub captures: Vec<(FlowStep, String)>,
}

/// Results of a search, and what it left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found<T> {
    /// What was found.
    pub all: Vec<T>,
    /// What was found and is not among them.
    pub more: u32,
    /// The search ended by its budget: there may be others.
    pub cut: bool,
    /// Steps that it took.
    pub work: u64,
}

/// Follows objects through the states of an automaton. `steps` and `results` lower the host's bounds; 0 leaves them.
///
/// # Errors
/// [`Fault::InvalidInput`] for a question that is none, [`Fault::Denied`] without the capability `graph.states`, [`Fault::Budget`]
/// where time ended the search.
pub fn states(question: &str, steps_most: u64, results: u32) -> Result<Found<Finding>, Fault> {
    let limits = generated::SearchBudget {
        steps: steps_most,
        results,
    };
    let answer = generated::states(question, limits)?;
    let rows = steps(&answer.steps).ok_or_else(unlike)?;
    let finding = |one: generated::StateFinding| {
        Some(Finding {
            steps: run(&rows, one.first, one.steps)?.to_vec(),
            label: one.label,
            state: one.state,
            node: one.node,
            created: one.created,
            exceptional: one.exceptional,
            confidence: one.confidence,
        })
    };
    let all = answer.findings.into_iter().map(finding);
    Ok(Found {
        all: all.collect::<Option<_>>().ok_or_else(unlike)?,
        more: answer.more,
        cut: answer.cut,
        work: answer.work,
    })
}

/// Finds what fits patterns. `steps` and `results` lower the host's bounds; 0 leaves them.
///
/// # Errors
/// As [`states`], with the capability `graph.patterns`.
pub fn patterns(question: &str, steps_most: u64, results: u32) -> Result<Found<Hit>, Fault> {
    let limits = generated::SearchBudget {
        steps: steps_most,
        results,
    };
    let answer = generated::patterns(question, limits)?;
    let rows = rows_with_constants(&answer.rows).ok_or_else(unlike)?;
    let hit = |one: generated::PatternHit| {
        let (place, captures) = run(&rows, one.first, one.rows)?.split_first()?;
        Some(Hit {
            label: one.label,
            confidence: one.confidence,
            resolution: one.resolution,
            place: place.0.clone(),
            captures: captures.to_vec(),
        })
    };
    let all = answer.hits.into_iter().map(hit);
    Ok(Found {
        all: all.collect::<Option<_>>().ok_or_else(unlike)?,
        more: answer.more,
        cut: answer.cut,
        work: answer.work,
    })
}

fn unlike() -> Fault {
    Fault::Internal("the rows of an answer are not what the contract says".into())
}

fn run<T>(rows: &[T], first: u32, count: u32) -> Option<&[T]> {
    rows.get(first as usize..)?.get(..count as usize)
}

fn rows_with_constants(batch: &Batch) -> Option<Vec<(FlowStep, String)>> {
    let (Column::Texts(constants), rest) = batch.columns.split_last()? else {
        return None;
    };
    let places = Batch {
        rows: batch.rows,
        columns: rest.to_vec(),
        nulls: Vec::new(),
    };
    let rows = steps(&places)?.into_iter().enumerate();
    rows.map(|(row, step)| Some((step, crate::flows::text(constants, row)?)))
        .collect()
}
