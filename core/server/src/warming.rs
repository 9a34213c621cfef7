//! Computing in the background what will be asked for, so that the first question to a graph is as fast as the next.
//!
//! A scenario says which of its questions are worth that ([`Descriptor::warm`](codegraph_plugin_host::types::Descriptor::warm)). They are
//! asked as a person would ask them and the answers are thrown away; what stays is what the graph keeps: names, adjacency, values,
//! and the results of searches. One graph is warmed at a time, one question after the other, after whoever asked has been answered.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::projects::hold;
use crate::routes::chat::question::Guard;
use crate::state::AppState;
use codegraph_cpg::store::{Graph, GraphStore};
use codegraph_model::{RepositoryId, RevisionId};
use codegraph_plugin_host::types::{Ask, ScenarioInfo};
use codegraph_plugin_host::{Cancel, PluginHost};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Pieces of an answer that wait to be thrown away.
const WAITING: usize = 16;

/// How the warming of a graph ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Warmed {
    /// Questions that were answered.
    pub answered: usize,
    /// Questions that failed, or whose scenario went away meanwhile.
    pub failed: usize,
    /// It was stopped, or its time was over.
    pub stopped: bool,
}

/// Warms graphs in the background; cheap to clone.
#[derive(Clone)]
pub struct Warming(Arc<Inner>);

struct Inner {
    /// Longest time for one graph; none to warm nothing.
    limit: Option<Duration>,
    /// What was begun last, by repository.
    begun: Mutex<BTreeMap<RepositoryId, (RevisionId, Cancel)>>,
    /// Held by the graph that is being warmed.
    turn: tokio::sync::Mutex<()>,
}

impl Warming {
    /// Gives each graph so much time; none at all switches it off.
    pub fn new(limit: Duration) -> Self {
        Self(Arc::new(Inner {
            limit: (!limit.is_zero()).then_some(limit),
            begun: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        }))
    }

    /// Begins to warm a graph unless it was begun before; ends the warming of an older graph of the same repository. What is `held` is
    /// dropped at the end: the lease of the graph.
    pub fn begin(
        &self,
        plugins: Arc<PluginHost>,
        graphs: GraphStore,
        (repository, revision, path): (RepositoryId, RevisionId, PathBuf),
        held: impl Send + 'static,
    ) -> Option<JoinHandle<Warmed>> {
        let limit = self.0.limit?;
        let cancel = Cancel::new();
        {
            let mut begun = self.begun();
            if begun
                .get(&repository)
                .is_some_and(|(known, _)| *known == revision)
            {
                return None;
            }
            if let Some((_, older)) = begun.insert(repository, (revision, cancel.clone())) {
                older.cancel();
            }
        }
        let inner = Arc::clone(&self.0);
        Some(tokio::spawn(async move {
            let _held = held;
            let _turn = inner.turn.lock().await;
            if cancel.is_cancelled() {
                return Warmed {
                    stopped: true,
                    ..Warmed::default()
                };
            }
            let opened = tokio::task::spawn_blocking(move || graphs.open(&path)).await;
            let warmed = match opened {
                Ok(Ok(graph)) => warm(&plugins, graph, limit, &cancel).await,
                // It was superseded, or is damaged: whoever asks for it is told.
                Ok(Err(_)) | Err(_) => Warmed {
                    stopped: true,
                    ..Warmed::default()
                },
            };
            tracing::debug!(revision.id = %revision, ?warmed, "a graph was warmed");
            warmed
        }))
    }

    /// Ends all warming.
    pub fn stop(&self) {
        for (_, cancel) in self.begun().values() {
            cancel.cancel();
        }
    }

    fn begun(&self) -> std::sync::MutexGuard<'_, BTreeMap<RepositoryId, (RevisionId, Cancel)>> {
        self.0.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Begins to warm the graph that a project got by an import.
pub fn after_import(state: AppState, project: String) {
    tokio::spawn(async move {
        let parts = state.parts();
        let Some(plugins) = parts.plugins.now() else {
            return;
        };
        let now = parts.clock.now();
        let held = hold(&parts.db, &parts.data, Some(&project), "warming", now).await;
        let held = match held {
            Ok(held) => Guard {
                held,
                state: state.clone(),
            },
            // It was removed at once, say; nothing waits for this.
            Err(error) => {
                tracing::debug!(%error, project, "an imported graph is not warmed");
                return;
            }
        };
        let (graphs, place) = (parts.graphs.clone(), held.place());
        parts.warming.begin(plugins, graphs, place, held);
    });
}

/// Reads what look-ups need, then asks what the scenarios want to have asked.
pub async fn warm(
    plugins: &PluginHost,
    graph: Arc<Graph>,
    limit: Duration,
    cancel: &Cancel,
) -> Warmed {
    let mut warmed = Warmed::default();
    let end = Instant::now() + limit;
    let named = Arc::clone(&graph);
    // Where they cannot be read, each question says so itself.
    let _ = tokio::task::spawn_blocking(move || named.warm_names()).await;
    for scenario in plugins.scenarios() {
        for question in scenario.descriptor.warm() {
            if cancel.is_cancelled() || Instant::now() >= end {
                warmed.stopped = true;
                return warmed;
            }
            match ask(plugins, &scenario, question, &graph, end, cancel).await {
                Asked::Answered => warmed.answered += 1,
                Asked::Failed => warmed.failed += 1,
                Asked::Stopped => {
                    warmed.stopped = true;
                    return warmed;
                }
            }
        }
    }
    warmed
}

enum Asked {
    Answered,
    Failed,
    Stopped,
}

/// Asks one question; ends it where nobody wants it any more.
async fn ask(
    plugins: &PluginHost,
    scenario: &ScenarioInfo,
    question: &str,
    graph: &Arc<Graph>,
    end: Instant,
    cancel: &Cancel,
) -> Asked {
    let mut generation = plugins.generation();
    generation.mark_unchanged();
    let is_there = || plugins.scenarios().contains(scenario);
    if !is_there() {
        return Asked::Failed;
    }
    let (out, mut pieces) = mpsc::channel(WAITING);
    let stop = Cancel::new();
    let asked = Ask {
        question: question.to_owned(),
        ..Ask::default()
    };
    let call = plugins.ask(
        &scenario.plugin,
        asked,
        Arc::clone(graph) as Arc<_>,
        out,
        stop.clone(),
    );
    let thrown_away = async { while pieces.recv().await.is_some() {} };
    let both = async { tokio::join!(call, thrown_away).0 };
    tokio::pin!(both);
    let mut ended = None;
    loop {
        tokio::select! {
            answered = &mut both => {
                return match (ended, answered) {
                    (Some(ended), _) => ended,
                    (None, Ok(_)) => Asked::Answered,
                    (None, Err(error)) => {
                        tracing::debug!(plugin.id = scenario.plugin, %error, "a question could not be warmed");
                        Asked::Failed
                    }
                };
            }
            () = cancel.cancelled(), if ended.is_none() => ended = Some(Asked::Stopped),
            () = tokio::time::sleep_until(end), if ended.is_none() => ended = Some(Asked::Stopped),
            changed = generation.changed(), if ended.is_none() => {
                if changed.is_ok() && is_there() {
                    continue;
                }
                // Another version of the scenario may ask for other things.
                ended = Some(Asked::Failed);
            }
        }
        stop.cancel();
    }
}
