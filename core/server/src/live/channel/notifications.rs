//! `/ws/notifications`: what happens to what the caller asked for, while it looks elsewhere.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::response::Response;
use codegraph_model::{Job, JobId, JobStatus};
use serde_json::json;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::super::message::{Said, Told};
use super::super::open::{Wanted, open};
use super::super::socket::{Channel, Event};
use crate::caller::{Caller, Known};
use crate::error::ApiResult;

/// Jobs are looked at so often.
const LOOK: Duration = Duration::from_secs(1);
/// The last jobs, of which so many are looked at.
const LAST: u64 = 50;

/// Opens it.
pub(crate) async fn open_notifications(wanted: Wanted) -> ApiResult<Response> {
    open::<Notifications>(wanted, ())
}

/// What was told, and what is to be.
pub(crate) struct Notifications {
    look: Interval,
    /// Jobs that were over when they were last looked at.
    over: BTreeSet<JobId>,
    waiting: Vec<Told>,
}

impl Channel for Notifications {
    type Permit = Known;
    type Target = ();
    const IS_TALK: bool = false;

    async fn begin(caller: &Caller<Known>, (): ()) -> ApiResult<Self> {
        let over = over(caller).await?.iter().map(|job| job.id).collect();
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self {
            look,
            over,
            waiting: Vec::new(),
        })
    }

    async fn next(&mut self, caller: &Caller<Known>) -> Event {
        loop {
            if let Some(told) = self.waiting.pop() {
                return Event::Tell(told);
            }
            self.look.tick().await;
            let Ok(jobs) = over(caller).await else {
                continue;
            };
            self.waiting = jobs
                .iter()
                .filter(|job| !self.over.contains(&job.id))
                .map(told)
                .collect();
            self.over = jobs.into_iter().map(|job| job.id).collect();
        }
    }

    async fn take(&mut self, _: &Caller<Known>, _: &Said) -> Option<Vec<Told>> {
        None
    }
}

/// The caller's jobs that are over, the last first.
async fn over(caller: &Caller<Known>) -> ApiResult<Vec<Job>> {
    let mut tx = caller.read().await?;
    let mut jobs = tx.jobs().list(caller.scope(), None, LAST).await?;
    let user = caller.identity().user.id;
    jobs.retain(|job| job.user == user && job.status.is_final());
    Ok(jobs)
}

fn told(job: &Job) -> Told {
    let (title, level, message) = match job.status {
        JobStatus::Completed => (
            "Import completed",
            "success",
            format!("{} was imported", job.project_name),
        ),
        JobStatus::Failed => (
            "Import failed",
            "error",
            format!(
                "{} was not imported: {}",
                job.project_name,
                job.error.as_deref().unwrap_or("the job's steps say why")
            ),
        ),
        _ => (
            "Import cancelled",
            "warning",
            format!("the import of {} was cancelled", job.project_name),
        ),
    };
    Told::new(
        "notification",
        json!({
            "title": title,
            "message": message,
            "level": level,
            "action_url": format!("/api/v1/import/status/{}", job.id),
        }),
    )
}
