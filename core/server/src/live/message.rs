//! Messages of WebSockets: `{type, payload, timestamp, request_id}` both ways. Clients may also write what a payload holds beside
//! `type`, and the short names of types.

use codegraph_model::Clock;
use serde_json::{Map, Value, json};

/// JSON may be nested so deep.
const DEEPEST: usize = 64;

/// What a client says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Said {
    pub(crate) kind: String,
    pub(crate) payload: Map<String, Value>,
    pub(crate) request_id: Option<String>,
}

/// What the server says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) kind: &'static str,
    pub(crate) payload: Value,
    /// Of the message that it answers.
    pub(crate) request_id: Option<String>,
}

impl Told {
    pub(crate) fn new(kind: &'static str, payload: Value) -> Self {
        Self {
            kind,
            payload,
            request_id: None,
        }
    }

    pub(crate) fn error(error: impl Into<String>, details: Value) -> Self {
        let mut payload = json!({"error": error.into()});
        payload["details"] = details;
        Self::new("error", payload)
    }

    #[must_use]
    pub(crate) fn answering(mut self, request_id: Option<&str>) -> Self {
        self.request_id = request_id.map(str::to_owned);
        self
    }

    /// As it goes out.
    pub(crate) fn text(&self, clock: &Clock, request_id: &str) -> String {
        json!({
            "type": self.kind,
            "payload": self.payload,
            "timestamp": clock.now().to_string(),
            "request_id": self.request_id.as_deref().unwrap_or(request_id),
        })
        .to_string()
    }
}

/// Reads what a client says; the error is for its eyes.
pub(crate) fn read(text: &str) -> Result<Said, &'static str> {
    if depth(text) > DEEPEST {
        return Err("the message is nested too deep");
    }
    let value: Value = serde_json::from_str(text)
        .map_err(|_| "the message is no JSON: {\"type\": …} is expected")?;
    let Value::Object(mut fields) = value else {
        return Err("the message is no JSON object: {\"type\": …} is expected");
    };
    let Some(Value::String(kind)) = fields.remove("type") else {
        return Err("the message has no 'type'");
    };
    let request_id = match fields.remove("request_id") {
        Some(Value::String(id)) if id.len() <= 128 => Some(id),
        _ => None,
    };
    let payload = match fields.remove("payload") {
        None | Some(Value::Null) => fields,
        Some(Value::Object(payload)) => payload,
        Some(_) => return Err("'payload' is no object"),
    };
    let kind = match kind.as_str() {
        "query" => "chat.query".to_owned(),
        _ => kind,
    };
    Ok(Said {
        kind,
        payload,
        request_id,
    })
}

/// How deep brackets stand, texts left out.
fn depth(text: &str) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    let (mut inside, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            _ if inside => {}
            b'[' | b'{' => {
                now += 1;
                most = most.max(now);
            }
            b']' | b'}' => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_shapes_say_the_same() {
        let flat = read(r#"{"type": "query", "query": "Where?", "scenario_id": "x"}"#).unwrap();
        let whole = read(
            r#"{"type": "chat.query", "payload": {"query": "Where?", "scenario_id": "x"}, "timestamp": "t"}"#,
        )
        .unwrap();
        assert_eq!(flat, whole);
        assert_eq!(flat.kind, "chat.query");
        let named = read(r#"{"type": "ping", "request_id": "r1"}"#).unwrap();
        assert_eq!(named.request_id.as_deref(), Some("r1"));
    }

    #[test]
    fn what_is_no_message_is_told_so() {
        for bad in [
            "",
            "x",
            "[]",
            "1",
            "{}",
            r#"{"type": 1}"#,
            r#"{"type": "x", "payload": 1}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        let deep = format!(
            "{{\"type\": \"x\", \"a\": {}{}}}",
            "[".repeat(100),
            "]".repeat(100)
        );
        assert_eq!(read(&deep).unwrap_err(), "the message is nested too deep");
        assert!(read(r#"{"type": "x", "a": "[[[[[\"[[["}"#).is_ok());
        assert_eq!(depth(&"[".repeat(1 << 16)), 1 << 16);
    }
}
