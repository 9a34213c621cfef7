use std::time::Duration;

use axum::Json;
use axum::extract::Path;
use codegraph_model::{GroupRole, JobId, JobStatus};
use serde::Serialize;
use tokio::time::{Instant, interval};
use utoipa::ToSchema;

use crate::caller::{Caller, ProjectsImport};
use crate::error::{ApiError, ApiResult, Code};
use crate::extract::id;

/// So long an answer waits for the job to have ended; its children are killed and its folder is removed in that time.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(100);

/// A job that was asked to end.
#[derive(Debug, Serialize, ToSchema)]
pub struct CancelledView {
    /// The job.
    job_id: String,
    /// `cancelled`; `cancelling` where it takes longer to end.
    #[schema(example = "cancelled")]
    status: &'static str,
}

/// Cancels an import that waits or runs; nothing of it stays.
#[utoipa::path(delete, path = "/import/cancel/{job_id}", tag = "import", params(("job_id" = String, Path)),
    responses((status = 200, body = CancelledView), ApiError))]
pub async fn cancel_import(
    caller: Caller<ProjectsImport>,
    Path(job): Path<String>,
) -> ApiResult<Json<CancelledView>> {
    let job: JobId = id(&job, "job")?;
    let over = |status: JobStatus| {
        let text = format!("the job has ended already: it is {}", status.text());
        ApiError::new(Code::BadRequest, text)
    };
    let mut tx = caller.begin().await?;
    let found = tx.jobs().lookup(caller.scope(), job).await?;
    let found = found.ok_or_else(|| ApiError::not_found("job"))?;
    if found.user != caller.identity().user.id {
        caller
            .needs_group(&mut tx, found.group, GroupRole::Admin, "job")
            .await?;
    }
    if !tx.jobs().cancel(job, caller.now()).await? {
        return Err(over(found.status));
    }
    tx.commit().await?;
    caller.state().parts().job_added.notify_waiters();
    let until = Instant::now() + PATIENCE;
    let mut look = interval(LOOK);
    loop {
        look.tick().await;
        let mut tx = caller.read().await?;
        let found = tx.jobs().lookup(caller.scope(), job).await?;
        let status = found.ok_or_else(|| ApiError::not_found("job"))?.status;
        let status = match status {
            JobStatus::Cancelled => "cancelled",
            // It was done in the moment between.
            status if status.is_final() => return Err(over(status)),
            _ if Instant::now() >= until => "cancelling",
            _ => continue,
        };
        return Ok(Json(CancelledView {
            job_id: job.to_string(),
            status,
        }));
    }
}
