use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::interval;

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
/// So long a reader may let an event wait before it counts as gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks a question about a project and gives the answer as it comes: `start`, `scenario`, `chunk` …, `done` with the whole answer,
/// `end`; or `error`. The chunks together are the answer's text.
#[utoipa::path(post, path = "/chat/stream", request_body = ChatRequest, tag = "chat",
    responses((status = 200, body = String, content_type = "text/event-stream"), ApiError))]
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

/// Answers into a channel: events as the stream has them. Ends with its reader.
pub(crate) async fn run(prepared: Prepared, sender: mpsc::Sender<Value>) {
    let session = prepared.session;
    // Pieces come where nothing can be awaited; what a slow reader has not taken waits here.
    let (pieces, mut waiting) = mpsc::unbounded_channel();
    let _ = pieces.send(json!({"type": "start", "session_id": session.to_string()}));
    let mut sent = Sent::default();
    let read = move |route: &Route, collected: &Collected| {
        for value in sent.news(route, collected) {
            // The reader is gone when the stream is: then the answer is given up as well.
            let _ = pieces.send(value);
        }
    };
    let reading = sender.clone();
    let forward = async move {
        while let Some(value) = waiting.recv().await {
            if reading.send_timeout(value, PATIENCE).await.is_err() {
                return false;
            }
        }
        true
    };
    let answer = async {
        match prepared.answer(read).await {
            Ok(view) => {
                let scenario = view.scenario_id.clone();
                let whole = view.answer.clone();
                let mut done = serde_json::to_value(&view).unwrap_or_default();
                done["type"] = "done".into();
                Ok((whole, done, scenario))
            }
            Err(error) => Err(error),
        }
    };
    // Pieces go out while the answer comes; when the reader is gone, the answer is dropped, and with it the work.
    let mut forward = Box::pin(forward);
    let mut answer = Box::pin(answer);
    let mut ended = None;
    let delivered = tokio::select! {
        // All pieces are out before the answer is kept: what is left of it is waited for.
        true = &mut forward => {
            ended = Some(answer.await);
            true
        }
        answered = &mut answer => {
            ended = Some(answered);
            forward.await
        }
        () = sender.closed() => false,
        else => false,
    };
    if !delivered {
        return;
    }
    let last = match ended {
        Some(Ok((_, done, scenario))) => vec![
            done,
            json!({"type": "end", "scenario_id": scenario, "session_id": session.to_string()}),
        ],
        Some(Err(error)) => vec![failure(&error)],
        None => Vec::new(),
    };
    for value in last {
        if sender.send_timeout(value, PATIENCE).await.is_err() {
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
        if let Some(new) = text.get(self.bytes..).filter(|new| !new.is_empty()) {
            news.push(json!({"type": "chunk", "content": new}));
            self.bytes = text.len();
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
    }
}
