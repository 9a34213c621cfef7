//! `/ws/chat`: questions, one at a time, answered as they come.

use axum::response::Response;
use garde::Validate as _;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::super::message::{Said, Told};
use super::super::open::{Wanted, open};
use super::super::socket::{Channel, Event};
use crate::caller::{Caller, ScenariosExecute};
use crate::error::{ApiError, ApiResult};
use crate::limits::Quota;
use crate::routes::chat::question::{ChatRequest, Prepared};
use crate::routes::chat::stream::{WAITING, run};

/// Opens it.
pub(crate) async fn open_chat(wanted: Wanted) -> ApiResult<Response> {
    open::<Chat>(wanted, ())
}

/// A talk.
pub(crate) struct Chat {
    /// Events of the answer that comes; dropping it ends the work.
    answer: Option<Answer>,
}

struct Answer {
    events: mpsc::Receiver<Value>,
    request_id: Option<String>,
}

impl Channel for Chat {
    type Permit = ScenariosExecute;
    type Target = ();
    const IS_TALK: bool = true;

    async fn begin(_: &Caller<ScenariosExecute>, (): ()) -> ApiResult<Self> {
        Ok(Self { answer: None })
    }

    async fn next(&mut self, _: &Caller<ScenariosExecute>) -> Event {
        let Some(answer) = &mut self.answer else {
            return std::future::pending().await;
        };
        loop {
            let Some(event) = answer.events.recv().await else {
                let id = answer.request_id.take();
                self.answer = None;
                let done = Told::new("chat.done", json!({}));
                return Event::Tell(done.answering(id.as_deref()));
            };
            if let Some(told) = told(event) {
                return Event::Tell(told.answering(answer.request_id.as_deref()));
            }
        }
    }

    async fn take(&mut self, caller: &Caller<ScenariosExecute>, said: &Said) -> Option<Vec<Told>> {
        if said.kind != "chat.query" {
            return None;
        }
        if self.answer.is_some() {
            let busy = "a question is being answered: one at a time";
            return Some(vec![failed(busy, "CONFLICT")]);
        }
        match ask(caller, said).await {
            Ok(answer) => {
                self.answer = Some(answer);
                Some(Vec::new())
            }
            Err(error) => {
                let text = match &error.detail {
                    Value::String(text) => text.clone(),
                    fields => wrong(fields),
                };
                Some(vec![failed(&text, error.code.text())])
            }
        }
    }

    fn is_busy(&self) -> bool {
        self.answer.is_some()
    }
}

async fn ask(caller: &Caller<ScenariosExecute>, said: &Said) -> ApiResult<Answer> {
    caller.count_message().await?;
    caller.count(Quota::ChatStream).await?;
    if !said.payload.contains_key("query") {
        return Err(ApiError::field("query", "the message has no 'query'"));
    }
    let request: ChatRequest = serde_json::from_value(Value::Object(said.payload.clone()))
        .map_err(|error| ApiError::field("payload", error.to_string()))?;
    request
        .validate()
        .map_err(|report| ApiError::field("payload", report.to_string().trim().to_owned()))?;
    let prepared = Prepared::new(caller, request).await?;
    let (sender, events) = mpsc::channel(WAITING);
    tokio::spawn(run(prepared, sender));
    Ok(Answer {
        events,
        request_id: said.request_id.clone(),
    })
}

/// An event of a stream as this tells it.
fn told(event: Value) -> Option<Told> {
    let take = |name: &str| event.get(name).cloned().unwrap_or_default();
    match event.get("type").and_then(Value::as_str)? {
        "scenario" => Some(Told::new(
            "chat.scenario",
            json!({
                "scenario_id": take("scenario_id"),
                "confidence": take("confidence"),
                "classification_method": take("classification_method"),
            }),
        )),
        "chunk" => Some(Told::new(
            "chat.chunk",
            json!({"content": take("content"), "is_final": false}),
        )),
        "done" => {
            let mut whole = event;
            if let Some(fields) = whole.as_object_mut() {
                fields.remove("type");
                fields.insert("is_final".into(), true.into());
            }
            Some(Told::new("chat.response", whole))
        }
        "error" => Some(Told::new(
            "chat.error",
            json!({"error": take("message"), "details": {"error_code": take("error_code")}}),
        )),
        // `start` and `end` are said by other means: the session is in the answer, `chat.done` ends it.
        _ => None,
    }
}

fn failed(error: &str, code: &str) -> Told {
    Told::new(
        "chat.error",
        json!({"error": error, "details": {"error_code": code}}),
    )
}

/// What is wrong with the fields, in words.
fn wrong(fields: &Value) -> String {
    let texts = fields.as_array().into_iter().flatten();
    let texts: Vec<&str> = texts.filter_map(|field| field["msg"].as_str()).collect();
    texts.join("; ")
}
