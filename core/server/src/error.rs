//! Errors of the HTTP API: one type, one envelope, one list of codes.
//!
//! Leaf crates have their own errors; what becomes of each in an answer is said here and nowhere else. An [`ApiError`] travels in the
//! answer's extensions to the outermost layer ([`crate::layers`]), which knows the request id and writes the envelope.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use codegraph_auth::AuthError;
use codegraph_storage::StorageError;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::limits::Left;
use crate::projects::NoGraph;
use crate::routing::NoRoute;
use crate::sql::SqlError;

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $status:ident $text:literal;)*) => {
        /// Why a request was not answered as asked. The list of all codes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $($(#[doc = $doc])* $name,)* }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name on the wire.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The status of an answer that holds it.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }
        }
    };
}

codes! {
    /// The body is no JSON.
    MalformedJson = BAD_REQUEST "MALFORMED_JSON";
    /// What was asked for cannot be done; the text says why.
    BadRequest = BAD_REQUEST "BAD_REQUEST";
    /// A path that leads out of its folder, or into none of the server's.
    InvalidPath = BAD_REQUEST "INVALID_PATH";
    /// The SQL statement cannot be run; the text says why.
    InvalidSql = BAD_REQUEST "INVALID_SQL";
    /// The SQL statement is not one that only reads.
    SqlNotAllowed = BAD_REQUEST "SQL_NOT_ALLOWED";
    /// The SQL statement ran longer, or took more memory, than it may.
    SqlLimit = BAD_REQUEST "SQL_LIMIT_EXCEEDED";
    /// No token or key, or one that proves nothing any more.
    Unauthorized = UNAUTHORIZED "UNAUTHORIZED";
    /// Name and password do not go together.
    InvalidCredentials = UNAUTHORIZED "INVALID_CREDENTIALS";
    /// The caller may not do this.
    Forbidden = FORBIDDEN "FORBIDDEN";
    /// The account is switched off.
    AccountDisabled = FORBIDDEN "ACCOUNT_DISABLED";
    /// Accounts are made by an admin.
    RegistrationClosed = FORBIDDEN "REGISTRATION_CLOSED";
    /// There is none, or none that the caller may see.
    NotFound = NOT_FOUND "NOT_FOUND";
    /// The path is there, the method is not.
    MethodNotAllowed = METHOD_NOT_ALLOWED "METHOD_NOT_ALLOWED";
    /// The request did not come in time.
    RequestTimeout = REQUEST_TIMEOUT "REQUEST_TIMEOUT";
    /// There is one already, or it is in a state that does not allow this.
    Conflict = CONFLICT "CONFLICT";
    /// The body is larger than this endpoint takes.
    PayloadTooLarge = PAYLOAD_TOO_LARGE "PAYLOAD_TOO_LARGE";
    /// The body is not `application/json`.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE "UNSUPPORTED_MEDIA_TYPE";
    /// Fields are missing or wrong; the detail lists them.
    Validation = UNPROCESSABLE_ENTITY "VALIDATION_ERROR";
    /// Too many calls.
    RateLimited = TOO_MANY_REQUESTS "RATE_LIMIT_EXCEEDED";
    /// A single step of an import failed; the text says why.
    StepFailed = INTERNAL_SERVER_ERROR "STEP_FAILED";
    /// A defect of the server; the request id leads to its log.
    Internal = INTERNAL_SERVER_ERROR "INTERNAL_ERROR";
    /// The scenario or the importer failed.
    PluginFailed = BAD_GATEWAY "PLUGIN_FAILED";
    /// Something that this needs is out of reach or not ready yet.
    Unavailable = SERVICE_UNAVAILABLE "SERVICE_UNAVAILABLE";
    /// No room on the disk.
    StorageFull = INSUFFICIENT_STORAGE "STORAGE_FULL";
}

/// What goes wrong in a handler.
#[derive(Clone, Debug)]
pub struct ApiError {
    /// Which of the list.
    pub code: Code,
    /// What to tell the caller: a sentence, or the list of fields.
    pub detail: Value,
    /// Seconds after which it may go better.
    pub retry_after: Option<u64>,
    /// The limit that was reached.
    pub limit: Option<Left>,
}

/// What a handler gives.
pub type ApiResult<T> = Result<T, ApiError>;

/// The envelope of every error.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// What is wrong: a sentence, or for `VALIDATION_ERROR` a list of fields.
    #[schema(value_type = ErrorDetail)]
    pub detail: Value,
    /// One of a fixed list.
    #[schema(example = "NOT_FOUND")]
    pub error_code: &'static str,
    /// Leads to the server's log.
    #[schema(example = "req_0123456789abcdef")]
    pub request_id: String,
    /// When, RFC 3339 in UTC.
    pub timestamp: String,
    /// Seconds after which it may go better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

/// The two shapes of a detail.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ErrorDetail {
    /// A sentence.
    Text(String),
    /// Fields that are missing or wrong.
    Fields(Vec<FieldError>),
}

/// A step of the way to a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Place {
    /// A name.
    Name(String),
    /// A number in a list, from 0.
    Number(u64),
}

impl From<&str> for Place {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

/// A field that is missing or wrong.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldError {
    /// Where it is: `body`, `query` or `path`, then names and numbers.
    #[schema(example = json!(["body", "username"]))]
    pub loc: Vec<Place>,
    /// What is wrong.
    pub msg: String,
    /// Kind of error.
    #[serde(rename = "type")]
    pub kind: &'static str,
}

impl ApiError {
    /// An error with a sentence.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: Value::String(detail.into()),
            retry_after: None,
            limit: None,
        }
    }

    /// What is not there, or not for the caller to see.
    pub fn not_found(noun: &str) -> Self {
        Self::new(Code::NotFound, format!("{noun} not found"))
    }

    /// What the caller may not do.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(Code::Forbidden, detail)
    }

    /// Fields that are missing or wrong.
    pub fn fields(fields: &[FieldError]) -> Self {
        Self {
            code: Code::Validation,
            detail: serde_json::to_value(fields).unwrap_or_default(),
            retry_after: None,
            limit: None,
        }
    }

    /// One field of the body that is wrong.
    pub fn field(name: &str, msg: impl Into<String>) -> Self {
        Self::fields(&[FieldError {
            loc: vec!["body".into(), name.into()],
            msg: msg.into(),
            kind: "value_error",
        }])
    }

    /// One field of the query that is wrong.
    pub fn query_field(name: &str, msg: impl Into<String>) -> Self {
        Self::fields(&[FieldError {
            loc: vec!["query".into(), name.into()],
            msg: msg.into(),
            kind: "value_error",
        }])
    }

    /// Come again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }

    /// The limit that was reached.
    #[must_use]
    pub fn with_limit(mut self, left: Left) -> Self {
        self.limit = Some(left);
        self
    }

    /// A defect of ours: the log has it, the caller gets the request id.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!(error = %chain(error), "a request failed");
        Self::new(
            Code::Internal,
            "the server could not do this; its log has the reason",
        )
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Conflict(noun) => {
                Self::new(Code::Conflict, format!("{noun} exists already"))
            }
            StorageError::Gone(noun) => Self::not_found(noun),
            StorageError::Busy => {
                Self::new(Code::Unavailable, "the database is busy").retry_after(1)
            }
            StorageError::Unreachable { .. } => {
                // Where the server stands is for the log.
                tracing::error!(%error, "the database does not answer");
                Self::new(Code::Unavailable, "the database does not answer").retry_after(5)
            }
            StorageError::Full => {
                Self::new(Code::StorageFull, "no space left on the server's disk")
            }
            error => Self::internal(&error),
        }
    }
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        let text = error.to_string();
        match error {
            AuthError::Unauthenticated => Self::new(Code::Unauthorized, text),
            AuthError::WrongPassword => Self::new(Code::InvalidCredentials, text),
            AuthError::Disabled => Self::new(Code::AccountDisabled, text),
            AuthError::RegistrationClosed => Self::new(Code::RegistrationClosed, text),
            AuthError::NeedsLogin => Self::new(Code::BadRequest, text),
            AuthError::BadPassword(_) => Self::field("password", text),
            AuthError::Busy(_) => Self::new(Code::RateLimited, text).retry_after(1),
            AuthError::Locked { seconds } => {
                Self::new(Code::RateLimited, text).retry_after(seconds)
            }
            AuthError::Storage(error) => error.into(),
            error @ AuthError::Secret(_) => Self::internal(&error),
        }
    }
}

impl From<NoGraph> for ApiError {
    fn from(error: NoGraph) -> Self {
        match error {
            NoGraph::NoProject => Self::new(
                Code::NotFound,
                "no project is active: import one (POST /api/v1/import/start), activate one, or name one by project_id",
            ),
            NoGraph::Unknown { .. } => Self::not_found("project"),
            NoGraph::NotImported(name) => Self::new(
                Code::Conflict,
                format!("project '{name}' has no graph yet: import it (POST /api/v1/import/start)"),
            ),
            NoGraph::Storage(error) => error.into(),
        }
    }
}

impl From<NoRoute> for ApiError {
    fn from(error: NoRoute) -> Self {
        match error {
            NoRoute::Unknown { .. } => Self::new(Code::NotFound, error.to_string()),
            NoRoute::None(_) => Self::new(Code::Unavailable, "no scenario takes this question"),
        }
    }
}

impl From<SqlError> for ApiError {
    fn from(error: SqlError) -> Self {
        let text = error.to_string();
        match error {
            SqlError::NotAllowed { .. } => Self::new(Code::SqlNotAllowed, text),
            SqlError::Syntax { .. }
            | SqlError::UnknownTable { .. }
            | SqlError::UnknownColumn { .. }
            | SqlError::Invalid { .. } => Self::new(Code::InvalidSql, text),
            SqlError::Timeout { .. } | SqlError::MemoryLimit | SqlError::WorkerDied { .. } => {
                Self::new(Code::SqlLimit, text)
            }
            SqlError::TooLarge { .. } => Self::new(Code::PayloadTooLarge, text),
            SqlError::Busy { retry_after_ms } => {
                Self::new(Code::Unavailable, text).retry_after(retry_after_ms.div_ceil(1000))
            }
            SqlError::CorruptGraph { .. } | SqlError::Unavailable { .. } => {
                tracing::error!(%text, "a query could not be run");
                Self::new(Code::Unavailable, "the graph cannot be read at the moment")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_upper_case_and_apart() {
        let texts: BTreeSet<&str> = Code::ALL.iter().map(|code| code.text()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(
                code.text()
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b == b'_')
            );
            assert!(code.status().is_client_error() || code.status().is_server_error());
        }
    }
}
