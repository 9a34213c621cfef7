use axum::Json;
use axum::http::HeaderMap;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::{Caller, Known, credential};
use crate::error::{ApiError, ApiResult, Code};
use crate::extract;
use crate::live::ticket::{LIFE, NoTicket, path_of};

/// What a ticket is for.
#[derive(Deserialize, ToSchema, Validate)]
#[garde(allow_unvalidated)]
pub struct TicketRequest {
    /// The WebSocket that it is to open: `/ws/chat`, `/ws/notifications` or `/ws/jobs/{job_id}`.
    #[schema(example = "/ws/chat")]
    path: String,
}

/// A ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketView {
    /// For the address: `?ticket=…`. Used once.
    ticket: String,
    /// The WebSocket that it opens.
    path: String,
    /// Seconds that it is good for.
    #[schema(example = 30)]
    expires_in: i64,
    /// Until then.
    expires_at: String,
}

/// Gives a ticket that opens one WebSocket once, so that no token need stand in its address.
#[utoipa::path(post, path = "/auth/ws-ticket", request_body = TicketRequest, tag = "auth",
    responses((status = 200, body = TicketView), ApiError))]
pub async fn create_ws_ticket(
    caller: Caller<Known>,
    headers: HeaderMap,
    extract::Json(request): extract::Json<TicketRequest>,
) -> ApiResult<Json<TicketView>> {
    let path = path_of(&request.path).ok_or_else(|| {
        let known =
            "a path of a WebSocket is expected: /ws/chat, /ws/notifications or /ws/jobs/{job_id}";
        ApiError::field("path", known)
    })?;
    let now = caller.now();
    let tickets = &caller.state().parts().live.tickets;
    let credential = credential(&headers).unwrap_or_default();
    let ticket = tickets
        .give(credential, &path, now)
        .map_err(|error| match error {
            NoTicket::TooMany => {
                ApiError::new(Code::Unavailable, error.to_string()).retry_after(30)
            }
            NoTicket::Random => ApiError::internal(&error),
        })?;
    Ok(Json(TicketView {
        ticket,
        path,
        expires_in: LIFE.as_secs(),
        expires_at: (now + LIFE).to_string(),
    }))
}
