use std::time::Duration;

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::execute::QueryRequest;
use crate::caller::{Caller, QueryValidate};
use crate::error::{ApiError, ApiResult};
use crate::extract;
use crate::routes::chat::question::{Guard, hold};
use crate::sql::{Limits, SqlError};

/// Whether a statement could be run.
#[derive(Debug, Serialize, ToSchema)]
pub struct ValidationView {
    /// Whether it could.
    valid: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// One of the codes that running it would answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'static str>,
    /// What may be changed in it.
    warnings: Vec<String>,
}

/// Says whether a SQL statement could be run, without running it: its form, and that its tables and columns exist.
#[utoipa::path(post, path = "/query/validate", request_body = QueryRequest, tag = "query", responses((status = 200, body = ValidationView), ApiError))]
pub async fn validate_query(
    caller: Caller<QueryValidate>,
    extract::Json(request): extract::Json<QueryRequest>,
) -> ApiResult<Json<ValidationView>> {
    let mut tx = caller.begin_beside().await?;
    let held = hold(
        &caller,
        &mut tx,
        request.project_id.as_deref(),
        request.repository_id.as_deref(),
    )
    .await?;
    tx.commit().await?;
    let state = caller.state().clone();
    let limits = Limits {
        timeout: Duration::from_millis(request.timeout_ms),
        strict_sandbox: state.parts().config.sandbox.strict,
        ..Limits::api()
    };
    let held = Guard { held, state };
    let checked = tokio::task::spawn_blocking(move || {
        let runner = &held.state.parts().sql;
        runner.validate(&held.held.path, &request.query, &limits)
    })
    .await
    .map_err(|error| ApiError::internal(&error))?;
    match checked {
        Ok(warnings) => Ok(Json(ValidationView {
            valid: true,
            error: None,
            error_code: None,
            warnings: warnings
                .into_iter()
                .map(|warning| warning.message)
                .collect(),
        })),
        // The statement was not looked at: that says nothing of it.
        Err(
            error @ (SqlError::Busy { .. }
            | SqlError::Unavailable { .. }
            | SqlError::CorruptGraph { .. }),
        ) => Err(error.into()),
        Err(error) => {
            let text = error.to_string();
            let code = ApiError::from(error).code.text();
            Ok(Json(ValidationView {
                valid: false,
                error: Some(text),
                error_code: Some(code),
                warnings: Vec::new(),
            }))
        }
    }
}
