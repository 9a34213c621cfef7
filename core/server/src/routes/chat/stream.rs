use std::convert::Infallible;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream;
use serde_json::{Value, json};
use tokio::sync::{Notify, mpsc};
use tokio::time::interval;
use utoipa::ToSchema;

use super::question::{ChatRequest, Prepared};
use crate::answer::Collected;
use crate::caller::{Caller, ScenariosExecute, credential};
use crate::error::{ApiError, ApiResult, Code};
use crate::extract;
use crate::limits::Quota;
use crate::live::RECHECK;
use crate::routing::Route;

/// Events that wait for a slow reader.
pub(crate) const WAITING: usize = 256;
/// A piece of text is at most so long, bytes: what waits is at most a mebibyte, but for the whole answer at its end.
const LONGEST_CHUNK: usize = 4 << 10;

/// An event of a stream.
#[derive(Debug, ToSchema)]
pub struct StreamEvent {
    /// A JSON object with `type`: `start`, `scenario`, `chunk`, `done`, `end` or `error`.
    #[expect(
        dead_code,
        reason = "events are written as text; this is what the document says of them"
    )]
    #[schema(example = r#"{"type": "chunk", "content": "Found 3 potential "}"#)]
    data: String,
}

/// Asks a question about a project and gives the answer as it comes: `start`, `scenario`, `chunk` …, `done` with the whole answer,
/// `end`; or `error`. The chunks together are the answer's text.
#[utoipa::path(post, path = "/chat/stream", request_body = ChatRequest, tag = "chat",
    responses((status = 200, body = StreamEvent, content_type = "text/event-stream"), ApiError))]
pub async fn create_chat_stream(
    caller: Caller<ScenariosExecute>,
    headers: HeaderMap,
    extract::Json(request): extract::Json<ChatRequest>,
) -> ApiResult<impl IntoResponse> {
    caller.count(Quota::ChatStream).await?;
    let places = &caller.state().parts().live.streams;
    let place = places.take(caller.identity().user.id).ok_or_else(|| {
        let each = places.each();
        let text = format!("too many streams: {each} are allowed at the same time");
        ApiError::new(Code::RateLimited, text).retry_after(1)
    })?;
    let prepared = Prepared::new(&caller, request).await?;
    let (sender, receiver) = mpsc::channel(WAITING);
    let credential = credential(&headers).unwrap_or_default().to_owned();
    tokio::spawn(async move {
        tokio::select! {
            () = run(prepared, sender) => {}
            () = ended(caller, credential) => {}
        }
    });
    let events = stream::unfold((receiver, place), |(mut receiver, place)| async {
        let value: Value = receiver.recv().await?;
        let event = Event::default().data(value.to_string());
        Some((Ok::<_, Infallible>(event), (receiver, place)))
    });
    let unbuffered = [(HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((
        unbuffered,
        Sse::new(events).keep_alive(KeepAlive::default()),
    ))
}

/// Waits until the caller may not ask any more, or the server stops.
async fn ended(mut caller: Caller<ScenariosExecute>, credential: String) {
    let state = caller.state().clone();
    let closing = state.parts().live.closed();
    tokio::pin!(closing);
    let mut recheck = interval(RECHECK);
    loop {
        tokio::select! {
            _ = recheck.tick() => {}
            () = &mut closing => return,
        }
        if let Err(error) = caller.renew(&credential).await
            && error.code.status().is_client_error()
        {
            return;
        }
    }
}

/// Answers into a channel: events as the stream has them. What a slow reader has not taken makes the scenario wait; a reader that takes
/// nothing for too long is gone, and the answer with it.
pub(crate) async fn run(prepared: Prepared, sender: mpsc::Sender<Value>) {
    let (session, patience) = (prepared.session, prepared.patience());
    let start = json!({"type": "start", "session_id": session.to_string()});
    if sender.send(start).await.is_err() {
        return;
    }
    let mut sent = Sent::default();
    let gone = Arc::new(Notify::new());
    let read = |route: &Route, collected: &Collected| {
        let news = sent.news(route, collected);
        let (sender, gone) = (sender.clone(), Arc::clone(&gone));
        async move {
            for value in news {
                if sender.send_timeout(value, patience).await.is_err() {
                    gone.notify_one();
                    // The whole answer is dropped, and with it the work.
                    return std::future::pending().await;
                }
            }
        }
    };
    let answered = tokio::select! {
        answered = prepared.answer(read) => answered,
        () = gone.notified() => return,
        () = sender.closed() => return,
    };
    let last = match answered.map(|view| (view.scenario_id.clone(), serde_json::to_value(view))) {
        Ok((scenario, view)) => {
            let mut done = view.unwrap_or_default();
            done["type"] = "done".into();
            let session = session.to_string();
            let end = json!({"type": "end", "scenario_id": scenario, "session_id": session});
            vec![done, end]
        }
        Err(error) => vec![failure(&error)],
    };
    for value in last {
        if sender.send_timeout(value, patience).await.is_err() {
            return;
        }
    }
}

fn failure(error: &ApiError) -> Value {
    json!({"type": "error", "message": error.detail, "error_code": error.code.text()})
}

/// How much of an answer a reader has.
#[derive(Default)]
struct Sent {
    scenario: bool,
    bytes: usize,
}

impl Sent {
    /// What there is since the last look.
    fn news(&mut self, route: &Route, collected: &Collected) -> Vec<Value> {
        let mut news = Vec::new();
        if !self.scenario {
            self.scenario = true;
            news.push(json!({
                "type": "scenario",
                "scenario_id": route.scenario_id,
                "confidence": route.confidence,
                "classification_method": route.method,
            }));
        }
        // Space at the end may yet become a paragraph's: it goes out with what follows it.
        let text = collected.text.trim_end();
        let mut new = text.get(self.bytes..).unwrap_or_default();
        self.bytes += new.len();
        while !new.is_empty() {
            let (piece, rest) = new.split_at(new.floor_char_boundary(LONGEST_CHUNK));
            news.push(json!({"type": "chunk", "content": piece}));
            new = rest;
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use codegraph_plugin_host::types::{Chunk, Table};

    use super::*;
    use crate::answer::collect;
    use crate::routing::Method;

    #[test]
    fn chunks_are_the_answer() {
        let route = Route {
            plugin: "p".into(),
            scenario_id: "s".into(),
            confidence: 1.0,
            method: Method::Explicit,
        };
        let table = Table {
            title: String::new(),
            columns: vec!["a".into()],
            rows: vec![vec!["b".into()]],
        };
        let mut collected = Collected::default();
        let mut sent = Sent::default();
        let mut text = String::new();
        let mut kinds = Vec::new();
        for chunk in [
            Chunk::Text("Раз, ".into()),
            Chunk::Text("два.  \n".into()),
            Chunk::Table(table),
            Chunk::Text("data: x\n\nevent: done\n".into()),
        ] {
            collect(&mut collected, chunk);
            for event in sent.news(&route, &collected) {
                kinds.push(event["type"].as_str().unwrap_or_default().to_owned());
                text.push_str(event["content"].as_str().unwrap_or_default());
            }
        }
        assert_eq!(text, collected.text.trim_end());
        assert_eq!(kinds[0], "scenario");
        assert!(kinds[1..].iter().all(|kind| kind == "chunk"));
        // A long piece goes out in several, none of them cut within a letter.
        let long = "ж".repeat(LONGEST_CHUNK);
        collect(&mut collected, Chunk::Text(format!("a{long}")));
        let events = sent.news(&route, &collected);
        assert_eq!(events.len(), 3);
        let mut whole = String::new();
        for event in &events {
            let piece = event["content"].as_str().unwrap();
            assert!(piece.len() <= LONGEST_CHUNK);
            whole.push_str(piece);
        }
        assert!(whole.ends_with(&format!("a{long}")), "{}", whole.len());
    }
}
