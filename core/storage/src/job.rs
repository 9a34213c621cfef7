//! Rows of `jobs`. Whoever runs a job holds it for a while and says so again and again; who stops saying so loses it.

use codegraph_model::{GroupId, Job, JobId, JobStatus, JobStep, Payload, UserId};
use jiff::Timestamp;

use crate::error::StorageError;
use crate::project::Scope;
use crate::sql::{Row, Statement, json};
use crate::tx::Tx;

const NOUN: &str = "the job";

/// Jobs, in a transaction.
pub struct Jobs<'tx>(pub(crate) &'tx mut Tx);

/// A job as its holder knows it. The number of the attempt is what fences: each who begins a job has a higher one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The job.
    pub job: JobId,
    /// How often it was begun when this holder began it.
    pub attempt: u64,
}

/// What comes back to somebody who says that a job goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// Go on.
    GoesOn,
    /// Somebody wants it to end.
    CancelRequested,
    /// Another one runs it, or it is over: nothing more may be written.
    Lost,
}

/// Takes the job that waits longest. SQLite has one writer at a time; where there are several, each passes over what another one is
/// about to take.
macro_rules! claim {
    ($locking:literal) => {
        concat!(
            "UPDATE jobs SET status = 'in_progress', attempt = attempt + 1, lease_until = $2, updated_at = $1 \
             WHERE id = (SELECT id FROM jobs WHERE (status = 'pending' OR (status = 'in_progress' AND lease_until < $1)) \
             AND cancel_requested = 0 ORDER BY created_at, id LIMIT 1",
            $locking,
            ") RETURNING id, user_id, group_id, project_name, payload, status, steps, result, error, cancel_requested, \
             attempt, created_at, updated_at, finished_at"
        )
    };
}

impl Jobs<'_> {
    /// Adds a job that waits.
    pub async fn add(
        &mut self,
        user: UserId,
        group: GroupId,
        project_name: &str,
        payload: &Payload,
        steps: &[JobStep],
        now: Timestamp,
    ) -> Result<JobId, StorageError> {
        let id = JobId::new(now);
        let statement = Statement::new(
            "INSERT INTO jobs (id, user_id, group_id, project_name, payload, status, steps, cancel_requested, attempt, \
             created_at, updated_at) VALUES ($1, $2, $3, $4, $5, 'pending', $6, 0, 0, $7, $7)",
        )
        .bind(id.to_string())
        .bind(user.to_string())
        .bind(group.to_string())
        .bind(project_name)
        .bind(json(payload)?)
        .bind(json(&steps)?)
        .bind(now);
        self.0.insert(statement, NOUN).await?;
        Ok(id)
    }

    /// Gives a job that the scope reaches.
    pub async fn lookup(&mut self, scope: Scope, id: JobId) -> Result<Option<Job>, StorageError> {
        let statement = Statement::new(
            "SELECT id, user_id, group_id, project_name, payload, status, steps, result, error, cancel_requested, attempt, \
             created_at, updated_at, finished_at FROM jobs \
             WHERE id = $1 AND ($2 = 1 OR group_id IN (SELECT group_id FROM group_members WHERE user_id = $3))",
        )
        .bind(id.to_string())
        .bind(scope.is_all())
        .bind(scope.user());
        self.0.row(statement).await?.as_ref().map(read).transpose()
    }

    /// Gives the jobs that the scope reaches, the last first.
    pub async fn list(
        &mut self,
        scope: Scope,
        status: Option<JobStatus>,
        limit: u64,
    ) -> Result<Vec<Job>, StorageError> {
        let statement = Statement::new(
            "SELECT id, user_id, group_id, project_name, payload, status, steps, result, error, cancel_requested, attempt, \
             created_at, updated_at, finished_at FROM jobs \
             WHERE ($1 = '' OR status = $1) \
             AND ($2 = 1 OR group_id IN (SELECT group_id FROM group_members WHERE user_id = $3)) \
             ORDER BY created_at DESC, id DESC LIMIT $4",
        )
        .bind(status.map(JobStatus::text).unwrap_or_default())
        .bind(scope.is_all())
        .bind(scope.user())
        .bind(limit);
        self.0.rows(statement).await?.iter().map(read).collect()
    }

    /// Counts the jobs that are not over.
    pub async fn open(&mut self) -> Result<u64, StorageError> {
        let statement =
            Statement::new("SELECT COUNT(*) FROM jobs WHERE status IN ('pending', 'in_progress')");
        let row = self.0.row(statement).await?;
        row.map_or(Ok(0), |row| row.count(0))
    }

    /// Counts the jobs of a user that are not over.
    pub async fn open_of(&mut self, user: UserId) -> Result<u64, StorageError> {
        let statement = Statement::new(
            "SELECT COUNT(*) FROM jobs WHERE user_id = $1 AND status IN ('pending', 'in_progress')",
        )
        .bind(user.to_string());
        let row = self.0.row(statement).await?;
        row.map_or(Ok(0), |row| row.count(0))
    }

    /// Ends what its runner left behind: a job that was to be cancelled is, one that was begun too often has failed.
    pub async fn end_abandoned(
        &mut self,
        attempts: u64,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        let cancelled = Statement::new(
            "UPDATE jobs SET status = 'cancelled', lease_until = NULL, updated_at = $1, finished_at = $1 \
             WHERE status = 'in_progress' AND lease_until < $1 AND cancel_requested = 1",
        )
        .bind(now);
        let failed = Statement::new(
            "UPDATE jobs SET status = 'failed', lease_until = NULL, updated_at = $1, finished_at = $1, \
             error = 'the process that ran it ended each time it was begun' \
             WHERE status = 'in_progress' AND lease_until < $1 AND attempt >= $2",
        )
        .bind(now)
        .bind(attempts);
        Ok(self.0.run(cancelled).await? + self.0.run(failed).await?)
    }

    /// Takes the job that waits longest, or one whose runner is gone, and holds it until a time.
    pub async fn claim(
        &mut self,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Job>, StorageError> {
        let statement = Statement::of_each(claim!(""), claim!(" FOR UPDATE SKIP LOCKED"))
            .bind(now)
            .bind(until);
        self.0.row(statement).await?.as_ref().map(read).transpose()
    }

    /// Says that a job goes on, and how far it is.
    pub async fn beat(
        &mut self,
        id: JobId,
        attempt: u64,
        steps: &[JobStep],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Beat, StorageError> {
        let statement = Statement::new(
            "UPDATE jobs SET steps = $3, lease_until = $5, updated_at = $4 \
             WHERE id = $1 AND attempt = $2 AND status = 'in_progress' RETURNING cancel_requested",
        )
        .bind(id.to_string())
        .bind(attempt)
        .bind(json(&steps)?)
        .bind(now)
        .bind(until);
        beat_of(self.0.row(statement).await?.as_ref())
    }

    /// Says that the holder of a job is about to do what cannot be taken back, in the transaction that does it. Only where this gives
    /// [`Beat::GoesOn`] may it go on: who was given up for dead, or is to end, leaves no trace.
    pub async fn hold(&mut self, held: Held, now: Timestamp) -> Result<Beat, StorageError> {
        let statement = Statement::new(
            "UPDATE jobs SET updated_at = $3 WHERE id = $1 AND attempt = $2 AND status = 'in_progress' \
             RETURNING cancel_requested",
        )
        .bind(held.job.to_string())
        .bind(held.attempt)
        .bind(now);
        beat_of(self.0.row(statement).await?.as_ref())
    }

    /// Ends a job; false where another one runs it, or it is over.
    #[expect(clippy::too_many_arguments, reason = "the columns that an end sets")]
    pub async fn end(
        &mut self,
        id: JobId,
        attempt: u64,
        status: JobStatus,
        steps: &[JobStep],
        result: Option<&serde_json::Value>,
        error: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let statement = Statement::new(
            "UPDATE jobs SET status = $3, steps = $4, result = $5, error = $6, lease_until = NULL, updated_at = $7, \
             finished_at = $7 WHERE id = $1 AND attempt = $2 AND status = 'in_progress'",
        )
        .bind(id.to_string())
        .bind(attempt)
        .bind(status.text())
        .bind(json(&steps)?)
        .bind(result.map(json).transpose()?)
        .bind(error)
        .bind(now);
        Ok(self.0.run(statement).await? == 1)
    }

    /// Puts a job back that its runner gives up in good order: it is begun anew, and this attempt does not count. One that was to be
    /// cancelled is cancelled with that.
    pub async fn put_back(
        &mut self,
        id: JobId,
        attempt: u64,
        steps: &[JobStep],
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let statement = Statement::new(
            "UPDATE jobs SET status = CASE WHEN cancel_requested = 1 THEN 'cancelled' ELSE 'pending' END, \
             finished_at = CASE WHEN cancel_requested = 1 THEN $4 ELSE finished_at END, attempt = attempt - 1, \
             steps = $3, lease_until = NULL, updated_at = $4 WHERE id = $1 AND attempt = $2 AND status = 'in_progress'",
        )
        .bind(id.to_string())
        .bind(attempt)
        .bind(json(&steps)?)
        .bind(now);
        Ok(self.0.run(statement).await? == 1)
    }

    /// Asks a job to end. One that waits has ended with that; one that runs is told. False where it is over.
    pub async fn cancel(&mut self, id: JobId, now: Timestamp) -> Result<bool, StorageError> {
        let statement = Statement::new(
            "UPDATE jobs SET cancel_requested = 1, updated_at = $2, \
             finished_at = CASE WHEN status = 'pending' THEN $2 ELSE finished_at END, \
             status = CASE WHEN status = 'pending' THEN 'cancelled' ELSE status END \
             WHERE id = $1 AND status IN ('pending', 'in_progress')",
        )
        .bind(id.to_string())
        .bind(now);
        Ok(self.0.run(statement).await? == 1)
    }

    /// Removes jobs that ended before a time.
    pub async fn remove_ended(&mut self, before: Timestamp) -> Result<u64, StorageError> {
        let statement = Statement::new("DELETE FROM jobs WHERE finished_at < $1").bind(before);
        self.0.run(statement).await
    }
}

fn beat_of(row: Option<&Row>) -> Result<Beat, StorageError> {
    Ok(match row {
        None => Beat::Lost,
        Some(row) if row.truth(0)? => Beat::CancelRequested,
        Some(_) => Beat::GoesOn,
    })
}

fn read(row: &Row) -> Result<Job, StorageError> {
    Ok(Job {
        id: row.parsed(0)?,
        user: row.parsed(1)?,
        group: row.parsed(2)?,
        project_name: row.text(3)?,
        payload: row.json(4)?,
        status: row.parsed(5)?,
        steps: row.json(6)?,
        result: row.optional_json(7)?,
        error: row.optional_text(8)?,
        cancel_requested: row.truth(9)?,
        attempt: row.count(10)?,
        created_at: row.time(11)?,
        updated_at: row.time(12)?,
        finished_at: row.optional_time(13)?,
    })
}
