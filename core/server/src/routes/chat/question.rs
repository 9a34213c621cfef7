//! From a request to its answer; whole or as a stream, it is one path.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use codegraph_model::{Exchange, MessageId, RepositoryId, RevisionId, SessionId};
use codegraph_plugin_host::Cancel;
use codegraph_plugin_host::types::{AnswerLanguage, Turn};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{ChatView, FreshnessView, READ_GAPS};
use crate::answer::{AskError, Collected, LONGEST_QUESTION, Question, ask, language_of};
use crate::caller::{Caller, Permit};
use crate::error::{ApiError, ApiResult, Code};
use crate::extract::id;
use crate::projects::{Held, NoGraph, hold_in};
use crate::routes::scenarios::list::Language;
use crate::routing::Route;
use crate::state::AppState;

/// Exchanges of the session that a scenario is told.
const TURNS: u64 = 5;

/// A question.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[garde(allow_unvalidated)]
pub struct ChatRequest {
    /// What is asked, in English or Russian.
    #[garde(custom(is_question))]
    #[schema(
        min_length = 1,
        max_length = 10_000,
        example = "Where is the main() function?"
    )]
    pub(crate) query: String,
    /// The session that it goes on with; without one, a new one begins.
    pub(crate) session_id: Option<String>,
    /// The scenario that is to answer; without one, the question's words choose one.
    #[garde(inner(length(max = 100)))]
    pub(crate) scenario_id: Option<String>,
    /// Language of the answer; without one, that of the question.
    pub(crate) language: Option<Language>,
    /// The project; without one, the active one.
    pub(crate) project_id: Option<String>,
    /// The repository of the project; without one, the primary one.
    pub(crate) repository_id: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's signature")]
fn is_question(question: &str, (): &()) -> garde::Result {
    if question.trim().is_empty() {
        return Err(garde::Error::new("the question is empty"));
    }
    let length = question.chars().count();
    if length > LONGEST_QUESTION {
        return Err(garde::Error::new(format!(
            "the question has {length} characters, at most {LONGEST_QUESTION} are allowed"
        )));
    }
    Ok(())
}

/// A question with all that it needs; dropping it lets the graph go.
pub(crate) struct Prepared {
    state: AppState,
    held: Guard,
    pub(crate) session: SessionId,
    question: Question,
}

impl Prepared {
    /// Finds the project, holds its graph, and finds or begins the session.
    pub(crate) async fn new<P: Permit>(
        caller: &Caller<P>,
        request: ChatRequest,
    ) -> ApiResult<Self> {
        let started = Instant::now();
        let now = caller.now();
        let mut tx = caller.begin_beside().await?;
        let held = hold(
            caller,
            &mut tx,
            request.project_id.as_deref(),
            request.repository_id.as_deref(),
        )
        .await?;
        let user = caller.identity().user.id;
        let session = match &request.session_id {
            Some(text) => {
                let session: SessionId = id(text, "session")?;
                let session = tx.sessions().lookup(user, session).await?;
                session.ok_or_else(|| ApiError::not_found("session"))?
            }
            None => tx.sessions().add(user, now).await?,
        };
        let history = tx.sessions().last(session.id, TURNS).await?;
        tx.commit().await?;
        let state = caller.state().clone();
        Ok(Self {
            held: Guard {
                held,
                state: state.clone(),
            },
            state,
            session: session.id,
            question: Question {
                language: request
                    .language
                    .map_or_else(|| language_of(&request.query), AnswerLanguage::from),
                text: request.query,
                scenario: request.scenario_id,
                history: history
                    .into_iter()
                    .map(|exchange| Turn {
                        question: exchange.question,
                        answer: exchange.answer,
                    })
                    .collect(),
                extra: Vec::new(),
                request_id: caller.request_id().to_owned(),
                read_gaps_with: READ_GAPS.to_owned(),
                started,
                time: None,
            },
        })
    }

    /// So long its reader may let an event wait before it counts as gone.
    pub(crate) fn patience(&self) -> Duration {
        self.state.parts().live.bounds.patience
    }

    /// Answers; `read` sees what there is after each piece, before the next one. A caller that goes away ends the work.
    pub(crate) async fn answer<R: Future<Output = ()> + Send>(
        self,
        read: impl FnMut(&Route, &Collected) -> R + Send,
    ) -> ApiResult<ChatView> {
        let Self {
            state,
            held,
            session,
            question,
        } = self;
        let plugins = state.plugins().await?;
        let graphs = state.parts().graphs.clone();
        let path = held.held.path.clone();
        let opening = graphs.clone();
        let graph = tokio::task::spawn_blocking(move || opening.open(&path))
            .await
            .map_err(|error| ApiError::internal(&error))?
            .map_err(|error| ApiError::internal(&error))?;
        let stop = Stop(Cancel::new());
        let text = question.text.clone();
        let answer = ask(&plugins, graph, &held.held, question, stop.0.clone(), read).await;
        let answer = answer.map_err(refused)?;
        let now = state.parts().clock.now();
        let exchange = Exchange {
            id: MessageId::new(now),
            session,
            question: text,
            answer: answer.answer.clone(),
            scenario_id: answer.scenario_id.clone(),
            confidence: answer.confidence,
            processing_time_ms: answer.processing_time_ms,
            created_at: now,
        };
        let mut tx = state.begin_beside().await?;
        tx.sessions().add_exchange(&exchange).await?;
        tx.commit().await?;
        let freshness = FreshnessView::from(&held.held);
        // Who asked has been answered; the next ones find what they will ask for.
        let place = held.place();
        state.parts().warming.begin(plugins, graphs, place, held);
        Ok(ChatView::new(answer, session, freshness))
    }
}

fn refused(error: AskError) -> ApiError {
    let text = error.to_string();
    match error {
        AskError::NoRoute(error) => error.into(),
        AskError::Cancelled => ApiError::new(Code::Unavailable, text),
        AskError::Plugin { error, .. } => {
            tracing::warn!(%error, "a scenario gave no answer");
            ApiError::new(Code::PluginFailed, text)
        }
    }
}

/// Finds the project that a request means, and holds its graph.
pub(crate) async fn hold<P: Permit>(
    caller: &Caller<P>,
    tx: &mut codegraph_storage::Tx,
    project: Option<&str>,
    repository: Option<&str>,
) -> ApiResult<Held> {
    let scope = caller.scope();
    let project = if let Some(text) = project {
        let project = tx.projects().lookup_in(scope, id(text, "project")?).await?;
        project.ok_or_else(|| ApiError::not_found("project"))?
    } else {
        let active = tx.projects().active(scope).await?;
        active.ok_or_else(|| ApiError::from(NoGraph::NoProject))?
    };
    let data = &caller.state().parts().data;
    let holder = format!("user {}", caller.identity().user.id);
    let held = hold_in(tx, data, project, &holder, caller.now()).await?;
    if let Some(text) = repository
        && held.repository.id != id(text, "repository")?
    {
        return Err(ApiError::not_found("repository"));
    }
    Ok(held)
}

/// Lets a graph go when it is dropped, whoever drops it.
pub(crate) struct Guard {
    pub(crate) held: Held,
    pub(crate) state: AppState,
}

impl Guard {
    /// Repository, revision and file of the graph.
    pub(crate) fn place(&self) -> (RepositoryId, RevisionId, PathBuf) {
        let held = &self.held;
        (held.repository.id, held.revision.id, held.path.clone())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let (state, lease) = (self.state.clone(), self.held.lease);
        // Outside of a runtime nobody is left who could: the lease ends by itself.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                let parts = state.parts();
                let now = parts.clock.now();
                if let Err(error) = crate::projects::release(&parts.db, lease, now).await {
                    tracing::warn!(%error, "cannot let a graph go");
                }
            });
        }
    }
}

/// Cancels when it is dropped.
struct Stop(Cancel);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
