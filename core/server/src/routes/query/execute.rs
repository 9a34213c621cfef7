use std::time::Duration;

use axum::Json;
use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::caller::{Caller, QueryExecute};
use crate::error::{ApiError, ApiResult};
use crate::extract;
use crate::limits::Quota;
use crate::routes::chat::answer::FreshnessView;
use crate::routes::chat::question::{Guard, hold};
use crate::sql::{Limits, MAX_SQL_BYTES, SqlResult};

/// A statement.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[garde(allow_unvalidated)]
pub struct QueryRequest {
    /// One statement that only reads, in DuckDB's SQL. Without a `LIMIT` it gives 100 rows, with one at most 1000.
    #[garde(length(min = 1, max = MAX_SQL_BYTES))]
    #[schema(example = "SELECT name, file FROM nodes_method LIMIT 10")]
    pub(super) query: String,
    /// Milliseconds that it may take.
    #[garde(range(min = 1, max = 60_000))]
    #[serde(default = "half_a_minute")]
    pub(super) timeout_ms: u64,
    /// The project; without one, the active one.
    pub(super) project_id: Option<String>,
    /// The repository of the project; without one, the primary one.
    pub(super) repository_id: Option<String>,
}

fn half_a_minute() -> u64 {
    30_000
}

/// Rows.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueryView {
    /// The rows, each with its columns by name.
    #[schema(value_type = Vec<Object>)]
    results: Vec<Map<String, Value>>,
    /// How many rows there are here.
    row_count: usize,
    /// How long the engine took, milliseconds.
    execution_time_ms: f64,
    /// Names of the columns, in order.
    columns: Vec<String>,
    /// Whether there were more rows.
    truncated: bool,
    /// What may be changed in the statement.
    warnings: Vec<String>,
    /// How fresh it is.
    #[serde(flatten)]
    freshness: FreshnessView,
}

/// Runs one SQL statement that only reads over a project's graph. It runs in a process of its own that can do nothing else.
#[utoipa::path(post, path = "/query/execute", request_body = QueryRequest, tag = "query", responses((status = 200, body = QueryView), ApiError))]
pub async fn execute_query(
    caller: Caller<QueryExecute>,
    extract::Json(request): extract::Json<QueryRequest>,
) -> ApiResult<Json<QueryView>> {
    caller.count(Quota::Query).await?;
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
    let freshness = FreshnessView::from(&held);
    let held = Guard { held, state };
    let result = tokio::task::spawn_blocking(move || {
        let runner = &held.state.parts().sql;
        runner.run(&held.held.path, &request.query, &limits)
    })
    .await
    .map_err(|error| ApiError::internal(&error))??;
    Ok(Json(view(result, freshness)))
}

fn view(result: SqlResult, freshness: FreshnessView) -> QueryView {
    let mut columns: Vec<String> = Vec::with_capacity(result.columns.len());
    for column in result.columns {
        // Names may repeat in SQL, not in an object.
        let mut name = column.name.clone();
        let mut number = 1;
        while columns.contains(&name) {
            number += 1;
            name = format!("{}_{number}", column.name);
        }
        columns.push(name);
    }
    let row = |cells: Vec<Value>| columns.iter().cloned().zip(cells).collect();
    QueryView {
        results: result.rows.into_iter().map(row).collect(),
        row_count: result.row_count,
        execution_time_ms: result.execution_time_ms,
        truncated: result.truncated,
        warnings: result
            .warnings
            .into_iter()
            .map(|warning| warning.message)
            .collect(),
        columns,
        freshness,
    }
}
