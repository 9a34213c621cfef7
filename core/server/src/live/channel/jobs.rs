//! `/ws/jobs/{job_id}`: how far a job is, until it is over.
//!
//! A job may run in another process, so the database is what it is read from.

use std::time::Duration;

use axum::extract::Path;
use axum::response::Response;
use codegraph_model::{Job, JobId, JobStatus};
use jiff::Timestamp;
use serde_json::json;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::super::message::{Said, Told};
use super::super::open::{Wanted, open};
use super::super::socket::{Channel, Event, close};
use crate::caller::{Caller, ProjectsRead};
use crate::error::{ApiError, ApiResult};
use crate::extract::id;

/// A job is looked at so often: it says how far it is twice a second.
const LOOK: Duration = Duration::from_millis(500);

/// Opens it.
pub(crate) async fn open_job(Path(job): Path<String>, wanted: Wanted) -> ApiResult<Response> {
    open::<Jobs>(wanted, job)
}

/// A job that is followed.
pub(crate) struct Jobs {
    job: JobId,
    look: Interval,
    started: bool,
    seen: Option<(Timestamp, JobStatus, u8)>,
}

impl Channel for Jobs {
    type Permit = ProjectsRead;
    type Target = String;
    const IS_TALK: bool = false;

    async fn begin(caller: &Caller<ProjectsRead>, target: String) -> ApiResult<Self> {
        let job = id(&target, "job")?;
        lookup(caller, job).await?;
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self {
            job,
            look,
            started: false,
            seen: None,
        })
    }

    async fn next(&mut self, caller: &Caller<ProjectsRead>) -> Event {
        if !self.started {
            self.started = true;
            let job = self.job.to_string();
            let started = json!({"job_id": job, "status": "subscribed"});
            return Event::Tell(Told::new("job.started", started));
        }
        loop {
            self.look.tick().await;
            let job = match lookup(caller, self.job).await {
                Ok(job) => job,
                Err(error) if error.code.status().is_server_error() => continue,
                Err(error) => {
                    let text = error.detail.as_str().unwrap_or_default();
                    return Event::Last(Told::error(text, json!({})), close::NOT_FOUND);
                }
            };
            let now = (job.updated_at, job.status, job.overall_progress());
            if self.seen == Some(now) {
                continue;
            }
            self.seen = Some(now);
            let told = told(&job);
            return if job.status.is_final() {
                Event::Last(told, close::DONE)
            } else {
                Event::Tell(told)
            };
        }
    }

    async fn take(&mut self, _: &Caller<ProjectsRead>, _: &Said) -> Option<Vec<Told>> {
        None
    }
}

async fn lookup(caller: &Caller<ProjectsRead>, job: JobId) -> ApiResult<Job> {
    let mut tx = caller.read().await?;
    let job = tx.jobs().lookup(caller.scope(), job).await?;
    job.ok_or_else(|| ApiError::not_found("job"))
}

fn told(job: &Job) -> Told {
    let id = job.id.to_string();
    let step = job.current_step();
    match job.status {
        JobStatus::Pending | JobStatus::InProgress => {
            let running = job.steps.iter().find(|one| Some(one.id.as_str()) == step);
            let message = running.and_then(|step| step.message.as_deref());
            Told::new(
                "job.progress",
                json!({
                    "job_id": id,
                    "status": job.status,
                    "progress": job.overall_progress(),
                    "current_step": step,
                    "message": message.unwrap_or(job.status.text()),
                }),
            )
        }
        JobStatus::Completed => Told::new(
            "job.completed",
            json!({"job_id": id, "status": job.status, "progress": 100, "result": job.result}),
        ),
        JobStatus::Failed => Told::new(
            "job.failed",
            json!({"job_id": id, "status": job.status, "error": job.error, "details": {"step": step}}),
        ),
        JobStatus::Cancelled => {
            Told::new("job.cancelled", json!({"job_id": id, "status": job.status}))
        }
    }
}
