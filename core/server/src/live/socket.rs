//! The loop of a WebSocket: what the client says, what the channel tells, pings, limits, and rights that are looked up again.

use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::message::{Said, Told, read};
use super::pace::Pace;
use super::{Bounds, RECHECK};
use crate::caller::{Caller, Permit};
use crate::error::ApiResult;
use crate::state::AppState;

/// A frame that closes has room for so many bytes of text.
const LONGEST_REASON: usize = 120;
/// So long the client's goodbye is waited for.
const FAREWELL: Duration = Duration::from_secs(1);

/// Why a WebSocket is closed.
pub(crate) mod close {
    /// All was said.
    pub(crate) const DONE: u16 = 1000;
    /// The server stops.
    pub(crate) const GOING_AWAY: u16 = 1001;
    /// Not text.
    pub(crate) const NO_TEXT: u16 = 1003;
    /// A limit.
    pub(crate) const POLICY: u16 = 1008;
    /// A message that is too large.
    pub(crate) const TOO_LARGE: u16 = 1009;
    /// Come again.
    pub(crate) const TRY_AGAIN: u16 = 1013;
    /// The token proves nothing, or nothing any more.
    pub(crate) const BAD_TOKEN: u16 = 4001;
    /// The caller may not do this, or not any more.
    pub(crate) const FORBIDDEN: u16 = 4003;
    /// There is none, or none that the caller may see.
    pub(crate) const NOT_FOUND: u16 = 4004;
}

/// What a channel has to tell.
pub(crate) enum Event {
    /// It goes on.
    Tell(Told),
    /// It closes behind this.
    Last(Told, u16),
}

/// What a WebSocket is for.
pub(crate) trait Channel: Sized + Send + 'static {
    /// What it takes.
    type Permit: Permit;
    /// What its path names.
    type Target: Send + 'static;

    /// Whether a client that says nothing is idle although it is there.
    const IS_TALK: bool;

    /// Begins.
    fn begin(
        caller: &Caller<Self::Permit>,
        target: Self::Target,
    ) -> impl Future<Output = ApiResult<Self>> + Send;

    /// Waits for what is to be told next; may be given up at any await without a loss.
    fn next(&mut self, caller: &Caller<Self::Permit>) -> impl Future<Output = Event> + Send;

    /// Takes what the client said; none where it is nothing of this channel's.
    fn take(
        &mut self,
        caller: &Caller<Self::Permit>,
        said: &Said,
    ) -> impl Future<Output = Option<Vec<Told>>> + Send;

    /// Whether something is at work for the client.
    fn is_busy(&self) -> bool {
        false
    }
}

/// A WebSocket that is open.
pub(crate) struct Socket {
    inner: WebSocket,
    state: AppState,
    bounds: Bounds,
    request_id: String,
    gone: bool,
}

/// Why the loop ends.
enum End {
    /// The client is gone.
    Gone,
    /// To be closed with this.
    Close(u16, &'static str),
}

impl Socket {
    pub(crate) fn new(inner: WebSocket, state: AppState, request_id: String) -> Self {
        let bounds = state.parts().live.bounds;
        metrics::gauge!("websockets_open").increment(1.0);
        Self {
            inner,
            state,
            bounds,
            request_id,
            gone: false,
        }
    }

    /// Tells the client; one that takes nothing for too long is gone.
    pub(crate) async fn tell(&mut self, told: &Told) {
        let text = told.text(&self.state.parts().clock, &self.request_id);
        self.send(Message::Text(text.into())).await;
    }

    async fn send(&mut self, message: Message) {
        if !self.gone {
            let sent = timeout(self.bounds.patience, self.inner.send(message)).await;
            self.gone = !matches!(sent, Ok(Ok(())));
        }
    }

    /// The next text of the client; none where it is gone.
    pub(crate) async fn hear(&mut self) -> Option<String> {
        loop {
            match self.inner.next().await? {
                Ok(Message::Text(text)) => return Some(text.as_str().to_owned()),
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                Ok(Message::Binary(_) | Message::Close(_)) | Err(_) => return None,
            }
        }
    }

    /// Runs a channel until it, the client, or the server ends it.
    pub(crate) async fn run<C: Channel>(
        &mut self,
        mut channel: C,
        mut caller: Caller<C::Permit>,
        credential: &str,
    ) {
        let user = caller.identity().user.id.to_string();
        let connection = uuid::Uuid::now_v7().to_string();
        let hello = json!({"connection_id": connection, "user_id": user});
        self.tell(&Told::new("connected", hello)).await;
        let end = self.turn(&mut channel, &mut caller, credential).await;
        // Work that nobody waits for ends here.
        drop(channel);
        if let End::Close(code, reason) = end {
            self.tell(&Told::new(
                "disconnected",
                json!({"connection_id": connection, "reason": reason}),
            ))
            .await;
            self.close(code, reason).await;
        }
    }

    /// Says goodbye.
    pub(crate) async fn close(&mut self, code: u16, reason: &str) {
        let end = reason.floor_char_boundary(LONGEST_REASON);
        let frame = CloseFrame {
            code,
            reason: reason[..end].into(),
        };
        self.send(Message::Close(Some(frame))).await;
        if !self.gone {
            // The client's own goodbye, so that it has read ours before the connection goes.
            let heard = async { while let Some(Ok(_)) = self.inner.next().await {} };
            let _ = timeout(FAREWELL, heard).await;
        }
    }

    async fn turn<C: Channel>(
        &mut self,
        channel: &mut C,
        caller: &mut Caller<C::Permit>,
        credential: &str,
    ) -> End {
        let state = self.state.clone();
        let mut ping = interval(self.bounds.ping);
        let mut recheck = interval(RECHECK.min(self.bounds.idle));
        for tick in [&mut ping, &mut recheck] {
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            tick.tick().await;
        }
        let closing = state.parts().live.closed();
        tokio::pin!(closing);
        let mut pace = Pace::new(self.bounds.messages_per_second, Instant::now());
        let mut alive = Instant::now();
        while !self.gone {
            tokio::select! {
                frame = self.inner.next() => {
                    let text = match frame {
                        None => return End::Gone,
                        Some(Ok(Message::Close(_))) => {
                            // The answer to it is written by the library and goes out with this.
                            let _ = timeout(FAREWELL, self.inner.flush()).await;
                            return End::Gone;
                        }
                        Some(Err(error)) => return broken(&error),
                        Some(Ok(Message::Text(text))) => text,
                        Some(Ok(Message::Binary(_))) => {
                            return End::Close(close::NO_TEXT, "only text is taken");
                        }
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {
                            if !C::IS_TALK {
                                alive = Instant::now();
                            }
                            if !pace.allows(Instant::now()) {
                                return End::Close(close::POLICY, "too many messages");
                            }
                            continue;
                        }
                    };
                    alive = Instant::now();
                    if !pace.allows(alive) {
                        self.tell(&Told::error("too many messages", json!({
                            "messages_per_second": self.bounds.messages_per_second,
                        })))
                        .await;
                        return End::Close(close::POLICY, "too many messages");
                    }
                    self.said(channel, caller, text.as_str()).await;
                }
                event = channel.next(caller) => {
                    if C::IS_TALK {
                        alive = Instant::now();
                    }
                    match event {
                        Event::Tell(told) => self.tell(&told).await,
                        Event::Last(told, code) => {
                            self.tell(&told).await;
                            return End::Close(code, "all was said");
                        }
                    }
                }
                _ = ping.tick() => self.send(Message::Ping(axum::body::Bytes::new())).await,
                _ = recheck.tick() => {
                    if alive.elapsed() >= self.bounds.idle && !channel.is_busy() {
                        return End::Close(close::DONE, "idle");
                    }
                    if let Err(error) = caller.renew(credential).await {
                        if error.code.status().is_server_error() {
                            // Whether somebody may is not known at the moment: it is asked again.
                            continue;
                        }
                        let (code, reason) = if error.code.status() == axum::http::StatusCode::FORBIDDEN {
                            (close::FORBIDDEN, "this may not be done any more")
                        } else {
                            (close::BAD_TOKEN, "the token proves nothing any more")
                        };
                        return End::Close(code, reason);
                    }
                }
                () = &mut closing => return End::Close(close::GOING_AWAY, "the server stops"),
            }
        }
        End::Gone
    }

    async fn said<C: Channel>(&mut self, channel: &mut C, caller: &Caller<C::Permit>, text: &str) {
        let said = match read(text) {
            Ok(said) => said,
            Err(error) => return self.tell(&Told::error(error, json!({}))).await,
        };
        let id = said.request_id.as_deref();
        if said.kind == "ping" {
            return self.tell(&Told::new("pong", json!({})).answering(id)).await;
        }
        if let Some(answers) = channel.take(caller, &said).await {
            for told in answers {
                self.tell(&told.answering(id)).await;
            }
            return;
        }
        let kind: String = said.kind.chars().take(100).collect();
        let error = format!("there is no type '{kind}' here");
        self.tell(&Told::error(error, json!({})).answering(id))
            .await;
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        metrics::gauge!("websockets_open").decrement(1.0);
    }
}

fn broken(error: &axum::Error) -> End {
    let text = error.to_string();
    tracing::debug!(error = %text, "a WebSocket broke");
    // The library has no kinds for its errors; this text is its own.
    if text.contains("too long") {
        End::Close(close::TOO_LARGE, "the message is too large")
    } else {
        End::Gone
    }
}
