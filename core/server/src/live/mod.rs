//! What stays open: WebSockets and streams.
//!
//! - [`places`]: how many somebody may have.
//! - [`ticket`]: what opens a WebSocket in place of a token.
//! - `open`: from a request to a WebSocket that knows its caller.
//! - `socket`: the loop of a WebSocket: limits, pings, rights that are looked up again.
//! - `channel`: what a WebSocket is for, one file each.
//!
//! # To add a channel
//!
//! 1. Its file in `channel/`: a type that is a [`socket::Channel`], and a handler that calls [`open::open`].
//! 2. Its line in [`crate::router`], its row in the table of `docs/api.md`.

pub(crate) mod channel;
pub(crate) mod message;
pub(crate) mod open;
pub(crate) mod pace;
pub mod places;
pub(crate) mod socket;
pub mod ticket;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};

use crate::config::Config;
use places::Places;
use ticket::Tickets;

/// Rights are looked up again so often: what is taken is gone within five seconds.
pub(crate) const RECHECK: Duration = Duration::from_secs(3);

/// Bounds of one WebSocket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) message_bytes: usize,
    pub(crate) messages_per_second: u64,
    pub(crate) ping: Duration,
    pub(crate) idle: Duration,
    pub(crate) patience: Duration,
}

/// What all WebSockets and streams share.
pub struct Live {
    pub(crate) bounds: Bounds,
    pub(crate) token_in_query: bool,
    /// WebSockets of each user.
    pub(crate) sockets: Places,
    /// Streams of each user.
    pub(crate) streams: Places,
    /// WebSockets of all.
    pub(crate) all: Arc<Semaphore>,
    pub(crate) tickets: Tickets,
    closing: watch::Sender<bool>,
}

impl Live {
    /// Bounds as configured.
    pub fn new(config: &Config) -> Self {
        let live = &config.live;
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX >> 4);
        Self {
            bounds: Bounds {
                message_bytes: size(live.message_bytes.max(1)),
                messages_per_second: live.messages_per_second.max(1),
                ping: Duration::from_secs(live.ping_seconds.max(1)),
                idle: Duration::from_secs(live.idle_seconds.max(1)),
                patience: Duration::from_secs(live.patience_seconds.max(1)),
            },
            token_in_query: live.token_in_query,
            sockets: Places::new(size(live.per_user)),
            streams: Places::new(size(live.per_user)),
            all: Arc::new(Semaphore::new(
                size(live.sockets).min(Semaphore::MAX_PERMITS),
            )),
            tickets: Tickets::default(),
            closing: watch::Sender::new(false),
        }
    }

    /// Tells all that are open to close.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Waits for that.
    pub(crate) async fn closed(&self) {
        // An error says that there is no sender, and this holds it.
        let _ = self.closing.subscribe().wait_for(|closing| *closing).await;
    }
}
