//! Jobs: work that goes on behind a request.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{GroupId, JobId, ProjectId, UserId};
use crate::import::ImportRequest;
use crate::text::WantedTexts;

/// A job that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Who asked for it: it runs with this user's rights.
    pub user: UserId,
    /// The group that its project belongs to.
    pub group: GroupId,
    /// The project's name.
    pub project_name: String,
    /// What is to be done.
    pub payload: Payload,
    /// How far it is.
    pub status: JobStatus,
    /// Its steps, in order.
    pub steps: Vec<JobStep>,
    /// What came of it.
    pub result: Option<serde_json::Value>,
    /// Why it failed.
    pub error: Option<String>,
    /// Whether somebody asked it to end.
    pub cancel_requested: bool,
    /// How often it was begun. The number fences: who began an earlier attempt can write no more.
    pub attempt: u64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// What a job is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Payload {
    /// Imports a repository.
    Import {
        /// What, and as what.
        request: ImportRequest,
        /// Memory for the graph database, bytes; none is the configured one.
        memory_bytes: Option<u64>,
        /// Whether documentation is to be indexed.
        wants_docs: bool,
        /// Whether a domain is to be looked for.
        wants_domain: bool,
        /// Commits of history that a clone brings along; none is the last one.
        #[serde(default)]
        fetch_depth: Option<u32>,
        /// Nodes of a file that are loaded at once; none is the usual number.
        #[serde(default)]
        rows_at_once: Option<u32>,
        /// What the index holds, where there is one to be.
        #[serde(default)]
        texts: WantedTexts,
        /// Name of the domain; none is the project's.
        #[serde(default)]
        domain_name: Option<String>,
    },
    /// Does one step of an import by itself.
    Step {
        /// Its id, one of [`import_steps::ALL`].
        step: String,
        /// The import that it is a step of, for those that need a source.
        request: Option<ImportRequest>,
        /// The project whose graph it works on, for those that need one.
        project: Option<ProjectId>,
        /// What the index holds, where the step makes one.
        #[serde(default)]
        texts: WantedTexts,
        /// Name of the domain, where the step sets one up; none is the project's.
        #[serde(default)]
        domain_name: Option<String>,
    },
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// Waits.
    Pending,
    /// Runs.
    InProgress,
    /// Done.
    Completed,
    /// Ended by an error.
    Failed,
    /// Ended by a person.
    Cancelled,
}

impl JobStatus {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::InProgress,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
    ];

    /// Its name.
    pub fn text(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more will happen.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// A text that names no status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no status: pending, in_progress, completed, failed or cancelled is expected")]
pub struct NotAStatus(pub String);

impl FromStr for JobStatus {
    type Err = NotAStatus;

    fn from_str(text: &str) -> Result<Self, NotAStatus> {
        let found = Self::ALL.into_iter().find(|status| status.text() == text);
        found.ok_or_else(|| NotAStatus(text.to_owned()))
    }
}

/// How far a step is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    /// Not begun.
    #[default]
    Pending,
    /// Runs.
    InProgress,
    /// Done.
    Completed,
    /// Ended by an error.
    Failed,
    /// Not needed.
    Skipped,
}

/// A step of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobStep {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// How far it is.
    pub status: StepStatus,
    /// From 0 to 100.
    pub progress: u8,
    /// What it does, or did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub completed_at: Option<Timestamp>,
}

/// The steps of an import: ids and names as clients know them.
pub mod import_steps {
    use super::JobStep;

    /// Id and name of each, in order.
    pub const ALL: [(&str, &str); 7] = [
        ("clone", "Clone Repository"),
        ("detect_language", "Detect Language"),
        ("joern_import", "Create CPG"),
        ("cpg_export", "Export to DuckDB"),
        ("validate", "Validate CPG"),
        ("chromadb_import", "Import Documentation"),
        ("domain_setup", "Setup Domain Plugin"),
    ];

    /// All of them, none begun.
    pub fn begun_none() -> Vec<JobStep> {
        let step = |(id, name): (&str, &str)| JobStep {
            id: id.to_owned(),
            name: name.to_owned(),
            ..JobStep::default()
        };
        ALL.into_iter().map(step).collect()
    }
}

impl Job {
    /// From 0 to 100: steps that are over count whole, the running one by its progress.
    pub fn overall_progress(&self) -> u8 {
        if self.status == JobStatus::Completed {
            return 100;
        }
        let done: usize = self
            .steps
            .iter()
            .map(|step| match step.status {
                StepStatus::Completed | StepStatus::Skipped => 100,
                _ => usize::from(step.progress.min(100)),
            })
            .sum();
        (done / self.steps.len().max(1)).min(99) as u8
    }

    /// Id of the step that runs, or that ended the job.
    pub fn current_step(&self) -> Option<&str> {
        let is_current =
            |step: &&JobStep| matches!(step.status, StepStatus::InProgress | StepStatus::Failed);
        self.steps
            .iter()
            .find(is_current)
            .map(|step| step.id.as_str())
    }
}
