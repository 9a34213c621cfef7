//! A proxy for one job: the only way out of a child that dials by itself.
//!
//! It speaks `CONNECT` only, on loopback, at a port of the system's choice, to whoever knows the job's credential.
//! Every connection is decided by [`Egress::vet_authority`] and goes to an address that was decided on. What is not
//! allowed is answered with 403 and the rule, and kept for the job's own message. Counts and time limits hold for all
//! connections of the job together; the proxy ends when it is dropped.

mod connection;
mod request;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::{Denied, Egress};

/// Caps of one proxy.
#[derive(Clone, Copy, Debug)]
pub struct ProxyLimits {
    /// Time for a request to come in whole, and for a connection to be made.
    pub handshake: Duration,
    /// Time for which a tunnel may carry nothing.
    pub idle: Duration,
    /// Time from the start of the proxy to the end of its last tunnel.
    pub total: Duration,
    /// Bytes through all tunnels, both directions.
    pub bytes: u64,
    /// Connections over the life of the proxy, refused ones included.
    pub connections: u64,
    /// Connections at the same time.
    pub parallel: usize,
}

impl Default for ProxyLimits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(15),
            idle: Duration::from_mins(1),
            total: Duration::from_mins(15),
            bytes: 2 << 30,
            connections: 64,
            parallel: 8,
        }
    }
}

/// Says which limit ended the tunnels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// More bytes than allowed.
    Bytes,
    /// The time was up.
    Total,
    /// A tunnel was silent for too long.
    Idle,
    /// Too many connections were asked for.
    Connections,
}

/// What went through so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Connections that were let through.
    pub opened: u64,
    /// Bytes from the job to the servers.
    pub sent: u64,
    /// Bytes from the servers to the job.
    pub received: u64,
    /// What was not let through, the first few.
    pub denied: Vec<Denied>,
    /// What was let through and could not be reached, the last of them.
    pub unreachable: Option<String>,
    /// The first limit that was reached.
    pub end: Option<End>,
}

/// A running proxy.
pub struct Proxy {
    address: SocketAddr,
    password: String,
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
}

/// What the listener and its tunnels share.
struct Shared {
    egress: Arc<Egress>,
    limits: ProxyLimits,
    /// The whole value of the header that opens the door.
    authorization: String,
    opened: AtomicU64,
    sent: AtomicU64,
    received: AtomicU64,
    notes: Mutex<Notes>,
    /// Set once: all tunnels end.
    end: watch::Sender<Option<End>>,
}

#[derive(Default)]
struct Notes {
    denied: Vec<Denied>,
    unreachable: Option<String>,
}

/// The user name in the credential; the secret is the password.
const USER: &str = "job";

/// Refusals that are kept.
const MOST_NOTES: usize = 8;

impl Proxy {
    /// Starts a proxy on a free port of loopback. It runs until it is dropped.
    pub async fn start(egress: Arc<Egress>, limits: ProxyLimits) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let mut secret = [0_u8; 32];
        getrandom::fill(&mut secret).map_err(io::Error::other)?;
        let password = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(secret);
        let credential =
            base64::engine::general_purpose::STANDARD.encode(format!("{USER}:{password}"));
        let shared = Arc::new(Shared {
            egress,
            limits,
            authorization: format!("Basic {credential}"),
            opened: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
            notes: Mutex::default(),
            end: watch::Sender::new(None),
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(listen(listener, Arc::clone(&shared)));
        Ok(Self {
            address,
            password,
            shared,
            tasks,
        })
    }

    /// The proxy's URL with the job's credential: for the child's settings, never for a log.
    pub fn url(&self) -> String {
        format!("http://{USER}:{}@{}", self.password, self.address)
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The secret in [`Proxy::url`], for taking it out of what the child writes.
    pub fn secret(&self) -> &str {
        &self.password
    }

    /// Waits until a limit of the proxy has ended its tunnels, and says which.
    pub async fn ended(&self) -> End {
        let mut end = self.shared.end.subscribe();
        let reached = end.wait_for(Option::is_some).await.map(|end| *end);
        match reached {
            Ok(Some(end)) => end,
            // The sender lives as long as `self`.
            Ok(None) | Err(_) => std::future::pending().await,
        }
    }

    /// Bytes through all tunnels so far, both directions.
    pub fn bytes(&self) -> u64 {
        self.shared.bytes()
    }

    /// What went through so far.
    pub fn report(&self) -> Report {
        let notes = self.shared.notes();
        Report {
            opened: self.shared.opened.load(Ordering::Relaxed),
            sent: self.shared.sent.load(Ordering::Relaxed),
            received: self.shared.received.load(Ordering::Relaxed),
            denied: notes.denied.clone(),
            unreachable: notes.unreachable.clone(),
            end: *self.shared.end.borrow(),
        }
    }

    /// Closes the listener and all tunnels and waits until they are gone.
    pub async fn stop(mut self) -> Report {
        self.tasks.shutdown().await;
        self.report()
    }
}

impl Shared {
    fn bytes(&self) -> u64 {
        self.sent.load(Ordering::Relaxed) + self.received.load(Ordering::Relaxed)
    }

    fn notes(&self) -> std::sync::MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn deny(&self, denied: &Denied) {
        tracing::warn!(egress.target = %denied.target, egress.rule = ?denied.rule, "connection refused");
        let mut notes = self.notes();
        if notes.denied.len() < MOST_NOTES {
            notes.denied.push(denied.clone());
        }
    }

    /// The first end is the one that counts.
    fn finish(&self, end: End) {
        self.end.send_if_modified(|state| {
            let first = state.is_none();
            state.get_or_insert(end);
            first
        });
    }
}

/// Takes connections until a limit is reached; the tunnels live in its own set and end with it.
async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    let places = Arc::new(Semaphore::new(shared.limits.parallel));
    let mut ended = shared.end.subscribe();
    let mut tunnels = JoinSet::new();
    let mut asked = 0;
    let work = async {
        loop {
            while tunnels.try_join_next().is_some() {}
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                return;
            };
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "proxy cannot accept a connection");
                    // Most likely no descriptor is free; another try at once would find the same.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            asked += 1;
            if asked > shared.limits.connections {
                shared.finish(End::Connections);
                return;
            }
            let shared = Arc::clone(&shared);
            tunnels.spawn(async move {
                connection::serve(stream, &shared).await;
                drop(place);
            });
        }
    };
    tokio::select! {
        () = work => {}
        _ = ended.wait_for(Option::is_some) => {}
        () = tokio::time::sleep(shared.limits.total) => shared.finish(End::Total),
    }
    tunnels.shutdown().await;
}

impl std::fmt::Debug for Proxy {
    /// Without the credential.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proxy")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
