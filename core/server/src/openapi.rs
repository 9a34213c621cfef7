//! The OpenAPI document: what is said once for all operations.

use std::collections::BTreeMap;

use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, Modify, OpenApi, ToSchema as _};

use crate::error::{ApiError, Code, ErrorBody, ErrorDetail, FieldError};
use crate::routes::scenarios::list::Language;

/// Title, security and tags.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "CodeGraph API",
        description = "Imports source code into a graph and answers questions over it, with evidence. The SQL of `/query` is \
            DuckDB's: `LIKE` minds case, `ILIKE` does not."
    ),
    components(schemas(ErrorBody, ErrorDetail, FieldError, Language)),
    modifiers(&Security),
    security(("bearer" = []), ("api_key" = [])),
    tags(
        (name = "health", description = "Is it alive, is it ready"),
        (name = "auth", description = "Who is calling"),
        (name = "scenarios", description = "What can be asked"),
        (name = "chat", description = "Asking"),
        (name = "query", description = "SQL over a graph"),
        (name = "search", description = "Texts: documents, comments, names"),
        (name = "import", description = "Bringing code in"),
        (name = "groups", description = "Who sees what"),
        (name = "projects", description = "What was brought in"),
    )
)]
pub struct Document;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        let key = ApiKey::Header(ApiKeyValue::new("X-API-Key"));
        components.add_security_scheme("api_key", SecurityScheme::ApiKey(key));
    }
}

/// The errors that any operation may answer, so that none repeats them.
impl IntoResponses for ApiError {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut by_status: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for code in Code::ALL {
            let status = code.status().as_str().to_owned();
            by_status.entry(status).or_default().push(code.text());
        }
        let response = |(status, codes): (String, Vec<&str>)| {
            let schema = RefOr::Ref(utoipa::openapi::Ref::from_schema_name(ErrorBody::name()));
            let content = ContentBuilder::new().schema(Some(schema)).build();
            let response = ResponseBuilder::new()
                .description(codes.join(", "))
                .content("application/json", content)
                .build();
            (status, RefOr::T(response))
        };
        by_status.into_iter().map(response).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_in_the_responses() {
        let responses = ApiError::responses();
        let text = serde_json::to_string(&responses).unwrap_or_default();
        for code in Code::ALL {
            assert!(text.contains(code.text()), "{}", code.text());
        }
    }
}
