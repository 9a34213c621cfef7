//! The loop of a worker, and the heart of a job.

use std::sync::Arc;

use codegraph_model::{GroupRole, ImportReport, Job, JobStatus, JobStep, Payload, Role};
use codegraph_storage::{Beat, StorageError};
use jiff::SignedDuration;
use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::step::On;
use super::steps::Steps;
use super::{ATTEMPTS, BEATS_EACH_LEASE, KEPT, LOOK, TICK};
use crate::fetch::Cancel;
use crate::import::{ImportContext, Swept, sweep};

/// What a worker works with.
#[derive(Clone)]
pub struct Worker {
    /// For imports, and the way to the database.
    pub context: ImportContext,
    /// Says that there is a job, or that one is to end.
    pub wake: Arc<Notify>,
    /// Says that the worker is to end: it puts its job back.
    pub stop: Cancel,
    /// So long a job is held without a word of its runner.
    pub lease: SignedDuration,
    /// Is told of each import that ended well.
    pub imported: Arc<dyn Fn(&ImportReport) + Send + Sync>,
}

/// How a job ended.
pub(super) enum Ended {
    Completed(serde_json::Value),
    Failed(String),
    Cancelled,
    /// Another worker has it.
    Lost,
}

/// Runs jobs, one after the other, until it is told to stop.
pub async fn work(worker: Worker) {
    sweep_left(&worker).await;
    while !worker.stop.is_cancelled() {
        match next(&worker).await {
            Ok(Some(job)) => {
                let id = job.id;
                if let Err(error) = Box::pin(run(&worker, job)).await {
                    // Its lease ends, and somebody begins it anew.
                    tracing::error!(%error, job.id = %id, "a job could not be written");
                }
            }
            Ok(None) => wait(&worker).await,
            Err(error) => {
                tracing::error!(%error, "cannot look for jobs");
                wait(&worker).await;
            }
        }
    }
}

async fn wait(worker: &Worker) {
    tokio::select! {
        // Woken or not, it looks again.
        _ = timeout(LOOK, worker.wake.notified()) => {}
        () = worker.stop.cancelled() => {}
    }
}

async fn next(worker: &Worker) -> Result<Option<Job>, StorageError> {
    let now = worker.context.clock.now();
    let mut tx = worker.context.db.begin_beside().await?;
    let mut jobs = tx.jobs();
    let abandoned = jobs.end_abandoned(ATTEMPTS, now).await?;
    jobs.remove_ended(now - KEPT).await?;
    let job = jobs.claim(now, now + worker.lease).await?;
    tx.commit().await?;
    if abandoned > 0 {
        sweep_left(worker).await;
    }
    Ok(job)
}

/// Takes away what jobs left behind that no attempt follows.
async fn sweep_left(worker: &Worker) {
    match sweep(&worker.context).await {
        Ok(swept) if swept == Swept::default() => {}
        Ok(swept) => tracing::info!(?swept, "took away what ended imports left"),
        Err(error) => tracing::warn!(%error, "cannot sweep the data folder"),
    }
}

/// Why the heart of a job stopped.
enum Stopped {
    Cancelled,
    Lost,
    Stopping,
}

async fn run(worker: &Worker, job: Job) -> Result<(), StorageError> {
    let steps = Arc::new(Steps::new(worker.context.clock.clone()));
    let cancel = Cancel::new();
    if let Some(why) = refusal(worker, &job).await? {
        return end(worker, &job, Ended::Failed(why), steps.all()).await;
    }
    // The heart may stand in the middle of a transaction when the work ends: it is gone, and the transaction with it, before the end
    // is written, which would wait for it forever.
    let (ended, stopped) = {
        let work = run_job(worker, &job, &steps, &cancel);
        let beat = heart(worker, &job, &steps, &cancel);
        tokio::pin!(work, beat);
        let mut stopped = None;
        let ended = loop {
            tokio::select! {
                ended = &mut work => break ended,
                why = &mut beat, if stopped.is_none() => stopped = Some(why),
            }
        };
        (ended, stopped)
    };
    match (ended, stopped) {
        // Another one runs it: nothing may be written.
        (Ended::Lost, _) | (_, Some(Stopped::Lost)) => {
            tracing::warn!(job.id = %job.id, "another worker took the job");
            Ok(())
        }
        (Ended::Cancelled, Some(Stopped::Stopping)) => {
            let now = worker.context.clock.now();
            let fresh = codegraph_model::job::import_steps::begun_none();
            let mut tx = worker.context.db.begin().await?;
            tx.jobs().put_back(job.id, job.attempt, &fresh, now).await?;
            tx.commit().await
        }
        (ended, _) => end(worker, &job, ended, steps.all()).await,
    }
}

async fn run_job(worker: &Worker, job: &Job, steps: &Arc<Steps>, cancel: &Cancel) -> Ended {
    match &job.payload {
        Payload::Import { .. } => super::import::run(worker, job, steps, cancel).await,
        Payload::Step {
            step,
            request,
            project,
            texts,
            domain_name,
        } => {
            let what = match (request, project) {
                (Some(request), _) => On::Source(request),
                (None, Some(project)) => On::Graph {
                    project: *project,
                    texts: *texts,
                    domain_name: domain_name.as_deref(),
                },
                (None, None) => On::Nothing,
            };
            super::step::run(&worker.context, step, what, steps, cancel).await
        }
    }
}

/// Says that the job goes on; ends when it is not to.
async fn heart(worker: &Worker, job: &Job, steps: &Steps, cancel: &Cancel) -> Stopped {
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut said = Instant::now();
    let heartbeat = (worker.lease / BEATS_EACH_LEASE).unsigned_abs();
    loop {
        let is_asked = tokio::select! {
            _ = tick.tick() => false,
            () = worker.wake.notified() => true,
            () = worker.stop.cancelled() => {
                cancel.cancel();
                return Stopped::Stopping;
            }
        };
        let is_due = said.elapsed() >= heartbeat;
        if !is_asked && !is_due && !steps.take_changed() {
            continue;
        }
        let beat = beat(worker, job, &steps.all()).await;
        let why = match beat {
            Ok(Beat::GoesOn) => {
                said = Instant::now();
                continue;
            }
            Ok(Beat::CancelRequested) => Stopped::Cancelled,
            Ok(Beat::Lost) => Stopped::Lost,
            Err(error) => {
                tracing::warn!(%error, job.id = %job.id, "cannot say that a job goes on");
                continue;
            }
        };
        cancel.cancel();
        return why;
    }
}

async fn beat(worker: &Worker, job: &Job, steps: &[JobStep]) -> Result<Beat, StorageError> {
    let now = worker.context.clock.now();
    let mut tx = worker.context.db.begin_beside().await?;
    let beat = tx
        .jobs()
        .beat(job.id, job.attempt, steps, now, now + worker.lease)
        .await?;
    tx.commit().await?;
    Ok(beat)
}

async fn end(
    worker: &Worker,
    job: &Job,
    ended: Ended,
    steps: Vec<JobStep>,
) -> Result<(), StorageError> {
    let (status, result, error) = match ended {
        Ended::Completed(result) => (JobStatus::Completed, Some(result), None),
        Ended::Failed(error) => (JobStatus::Failed, None, Some(error)),
        Ended::Cancelled => (JobStatus::Cancelled, None, None),
        Ended::Lost => return Ok(()),
    };
    let now = worker.context.clock.now();
    let mut tx = worker.context.db.begin().await?;
    let written = tx
        .jobs()
        .end(
            job.id,
            job.attempt,
            status,
            &steps,
            result.as_ref(),
            error.as_deref(),
            now,
        )
        .await?;
    tx.commit().await?;
    if !written {
        tracing::warn!(job.id = %job.id, "another worker took the job");
    }
    Ok(())
}

/// A job runs with the rights that its user has now, not with those of the time when it was asked for.
async fn refusal(worker: &Worker, job: &Job) -> Result<Option<String>, StorageError> {
    let mut tx = worker.context.db.read().await?;
    let user = tx.users().lookup(job.user).await?;
    let Some(user) = user.filter(|user| user.is_active) else {
        return Ok(Some(
            "the user who asked for it may no longer log in".to_owned(),
        ));
    };
    if user.role == Role::Admin {
        return Ok(None);
    }
    let access = tx.groups().access(job.user, job.group).await?;
    let may =
        user.role >= Role::Analyst && access.is_some_and(|access| access.role >= GroupRole::Editor);
    Ok((!may).then(|| "the user who asked for it may no longer import into this group".to_owned()))
}
