//! From a question to its answer: the one path for the command line and the server.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use codegraph_model::{DOMAIN_FORMAT, Domain};
use codegraph_plugin_host::types::{AnswerLanguage, Answered, Ask, Entry, Turn};
use codegraph_plugin_host::{Cancel, GraphReader, PluginError, PluginHost};

use super::{Answer, Collected, Freshness, Gaps, collect};
use crate::projects::Held;
use crate::routing::{NoRoute, Route, route};

/// Pieces of an answer that wait for their reader. A scenario that gives more waits, and its time stands still.
const WAITING: usize = 16;

/// A domain is read up to so many bytes.
const LARGEST_DOMAIN: u64 = 4 << 20;

/// A question as it is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// Its text.
    pub text: String,
    /// The scenario that is to answer; without it, the text's words choose one.
    pub scenario: Option<String>,
    /// Language of the answer.
    pub language: AnswerLanguage,
    /// What was asked before, oldest first.
    pub history: Vec<Turn>,
    /// What scenarios are told besides.
    pub extra: Vec<Entry>,
    /// Identifies it in answers and logs.
    pub request_id: String,
    /// How to read what was not analysed.
    pub read_gaps_with: String,
    /// When it was asked.
    pub started: Instant,
    /// How long the answer may take where that is more than the scenario's plugin is granted.
    pub time: Option<Duration>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// No scenario takes it.
    #[error(transparent)]
    NoRoute(#[from] NoRoute),
    /// Somebody asked to stop.
    #[error("stopped")]
    Cancelled,
    /// The scenario failed.
    #[error("scenario '{scenario_id}' gave no answer: {error}")]
    Plugin {
        /// The scenario.
        scenario_id: String,
        /// What it did.
        #[source]
        error: PluginError,
    },
}

/// Asks. `read` sees what there is after each piece that came, and the next one comes when it is done; the last look is at all of it.
pub async fn ask<R: Future<Output = ()>>(
    plugins: &PluginHost,
    graph: Arc<dyn GraphReader>,
    held: &Held,
    question: Question,
    cancel: Cancel,
    mut read: impl FnMut(&Route, &Collected) -> R,
) -> Result<Answer, AskError> {
    let path = held.path.clone();
    let domain = tokio::task::spawn_blocking(move || domain_of(&path)).await;
    let route = route(
        &question.text,
        question.scenario.as_deref(),
        &plugins.scenarios(),
        domain.ok().flatten().as_ref(),
    )?;
    let (sender, mut receiver) = tokio::sync::mpsc::channel(WAITING);
    let asked = Ask {
        question: question.text.clone(),
        language: question.language,
        history: question.history.clone(),
        extra: question.extra.clone(),
        time: question.time,
    };
    let mut collected = Collected::default();
    read(&route, &collected).await;
    let call = plugins.ask(&route.plugin, asked, graph, sender, cancel);
    let pieces = async {
        while let Some(chunk) = receiver.recv().await {
            collect(&mut collected, chunk);
            read(&route, &collected).await;
        }
    };
    let (answered, ()) = tokio::join!(call, pieces);
    match answered {
        Err(PluginError::Cancelled) => Err(AskError::Cancelled),
        Err(error) => Err(AskError::Plugin {
            scenario_id: route.scenario_id,
            error,
        }),
        Ok(answered) => Ok(put_together(question, route, collected, answered, held)),
    }
}

/// The domain beside a graph; none where none was made, or where it is not what is written there.
fn domain_of(graph: &Path) -> Option<Domain> {
    let file = File::open(graph.with_extension("domain.json")).ok()?;
    let mut text = String::new();
    file.take(LARGEST_DOMAIN).read_to_string(&mut text).ok()?;
    let domain: Domain = serde_json::from_str(&text).ok()?;
    (domain.format == DOMAIN_FORMAT).then_some(domain)
}

fn put_together(
    question: Question,
    route: Route,
    collected: Collected,
    answered: Answered,
    held: &Held,
) -> Answer {
    let revision = &held.revision;
    Answer {
        request_id: question.request_id,
        question: question.text,
        language: question.language,
        answer: collected.text,
        scenario_id: route.scenario_id.clone(),
        routing: route,
        intent: answered.outcome.intent,
        confidence: answered.outcome.confidence,
        found: answered.outcome.found,
        mode: "deterministic",
        evidence: collected.evidence,
        tables: collected.tables,
        diagrams: collected.diagrams,
        findings: collected.findings,
        follow_ups: collected.follow_ups,
        extra: collected.extra,
        freshness: Freshness {
            project: held.project.name.clone(),
            project_id: held.project.id,
            repository_id: held.repository.id,
            revision_id: revision.id,
            indexed_commit: revision.indexed_commit.clone(),
            indexed_at: revision.indexed_at,
            analysis_gaps: Gaps {
                count: revision.gaps,
                read_with: question.read_gaps_with,
            },
        },
        processing_time_ms: question.started.elapsed().as_secs_f64() * 1e3,
        bill: answered.bill,
    }
}
