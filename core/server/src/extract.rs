//! What handlers take: bodies and queries that are checked before a handler sees them.

use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use garde::Validate;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use crate::error::{ApiError, ApiResult, Code, FieldError, Place};

/// A JSON body. What is no JSON is 400, what is JSON of another shape or value is 422 with the fields.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

impl<S, T> FromRequest<S> for Json<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Validate<Context = ()>,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> ApiResult<Self> {
        let kind = request.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") && !essence.ends_with("+json") {
            return Err(ApiError::new(
                Code::UnsupportedMediaType,
                "the body is not application/json",
            ));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|error| {
            if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
                ApiError::new(Code::PayloadTooLarge, "the body is too large")
            } else {
                ApiError::new(Code::BadRequest, "the body could not be read")
            }
        })?;
        from_slice(&bytes).map(Self)
    }
}

fn from_slice<T: DeserializeOwned + Validate<Context = ()>>(bytes: &[u8]) -> ApiResult<T> {
    refuse_list(bytes)?;
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize::<_, T>(&mut deserializer);
    let value = match read {
        Ok(value) => value,
        Err(error) if error.inner().is_data() => {
            let message = error.inner().to_string();
            // The place in the text tells a client nothing that the name of the field does not.
            let message = message.split(" at line ").next().unwrap_or_default();
            return Err(shape("body", &error.path().to_string(), message));
        }
        Err(error) => {
            return Err(ApiError::new(
                Code::MalformedJson,
                format!("the body is no JSON: {}", error.inner()),
            ));
        }
    };
    deserializer.end().map_err(|error| {
        ApiError::new(Code::MalformedJson, format!("the body is no JSON: {error}"))
    })?;
    check("body", &value)?;
    Ok(value)
}

/// Bodies are objects. A list would be taken for the values of the fields in their order, which no client means.
fn refuse_list(bytes: &[u8]) -> ApiResult<()> {
    if !bytes.trim_ascii_start().starts_with(b"[") {
        return Ok(());
    }
    Err(match serde_json::from_slice::<IgnoredAny>(bytes) {
        Ok(_) => shape("body", "", "invalid type: sequence, expected an object"),
        Err(error) => ApiError::new(Code::MalformedJson, format!("the body is no JSON: {error}")),
    })
}

/// Reads an object that stands in a body, as a body of its own.
pub(crate) fn object<T: DeserializeOwned + Validate<Context = ()>>(
    object: &serde_json::Map<String, Value>,
) -> ApiResult<T> {
    let text = serde_json::to_vec(object).map_err(|error| ApiError::internal(&error))?;
    from_slice(&text)
}

/// What follows the `?`. What does not fit is 422 with the fields.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<S, T> FromRequestParts<S> for Query<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Validate<Context = ()>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        let deserializer = serde_urlencoded::Deserializer::new(pairs);
        let value: T = serde_path_to_error::deserialize(deserializer).map_err(|error| {
            shape(
                "query",
                &error.path().to_string(),
                &error.inner().to_string(),
            )
        })?;
        check("query", &value)?;
        Ok(Self(value))
    }
}

/// Reads an id of a path. What is no id names nothing.
pub(crate) fn id<T: FromStr>(text: &str, noun: &str) -> ApiResult<T> {
    text.parse().map_err(|_| ApiError::not_found(noun))
}

fn shape(place: &str, path: &str, message: &str) -> ApiError {
    let mut loc = location(place, path);
    // A missing field has no path of its own: it is named in the message.
    let missing = message
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    if let Some(name) = missing {
        loc.push(name.into());
    }
    ApiError::fields(&[FieldError {
        loc,
        msg: if missing.is_some() {
            "field required".to_owned()
        } else {
            message.to_owned()
        },
        kind: if missing.is_some() {
            "missing"
        } else {
            "type_error"
        },
    }])
}

fn check<T: Validate<Context = ()>>(place: &str, value: &T) -> ApiResult<()> {
    let Err(report) = value.validate() else {
        return Ok(());
    };
    let fields: Vec<FieldError> = report
        .iter()
        .map(|(path, error)| FieldError {
            loc: location(place, &path.to_string()),
            msg: error.to_string(),
            kind: "value_error",
        })
        .collect();
    Err(ApiError::fields(&fields))
}

/// `a.b[2]` as `[place, "a", "b", 2]`.
fn location(place: &str, path: &str) -> Vec<Place> {
    let parts = path
        .split(['.', '[', ']'])
        .filter(|part| !part.is_empty() && *part != "?");
    let value = |part: &str| match part.parse::<u64>() {
        Ok(number) => Place::Number(number),
        Err(_) => Place::from(part),
    };
    std::iter::once(Place::from(place))
        .chain(parts.map(value))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize, Validate)]
    struct Body {
        #[garde(length(min = 1))]
        name: String,
        #[garde(skip)]
        #[serde(default)]
        parts: Vec<u8>,
    }

    fn refused(text: &str) -> (Code, Value) {
        let error = from_slice::<Body>(text.as_bytes()).unwrap_err();
        (error.code, error.detail)
    }

    #[test]
    fn what_is_no_json_and_what_is_of_another_shape() {
        for text in [
            "",
            "{",
            "nope",
            "{\"name\": \"a\"} x",
            "{\"name\": \"\u{1}\"}",
        ] {
            assert_eq!(refused(text).0, Code::MalformedJson, "{text}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(refused(&format!("{{\"name\":{deep}")).0, Code::Validation);
        assert_eq!(refused("[\"a\"").0, Code::MalformedJson);
        for list in ["[\"a\", [7]]", " [null]", "[]"] {
            let (code, detail) = refused(list);
            assert_eq!(
                (code, &detail[0]["loc"]),
                (Code::Validation, &json!(["body"]))
            );
        }
        let (code, detail) = refused("{}");
        assert_eq!(code, Code::Validation);
        assert_eq!(detail[0]["loc"], json!(["body", "name"]));
        assert_eq!(detail[0]["type"], "missing");
        let (_, detail) = refused(r#"{"name": "a", "parts": [1, 300]}"#);
        assert_eq!(detail[0]["loc"], json!(["body", "parts", 1]));
        let (_, detail) = refused(r#"{"name": ""}"#);
        assert_eq!(detail[0]["loc"], json!(["body", "name"]));
        assert_eq!(detail[0]["type"], "value_error");
        let good = from_slice::<Body>(br#"{"name": "a", "parts": [7], "more": 1}"#).unwrap();
        assert_eq!((good.name.as_str(), good.parts.as_slice()), ("a", &[7][..]));
    }
}
