//! Listening: a door that only frames HTTP, and the workers behind it.
//!
//! The door has a thread of its own. It answers probes for life there and then, and hands everything else to the runtime of the
//! handlers, so that a probe waits neither for plugins nor for the database nor for whatever keeps handlers busy.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request};
use axum::response::{IntoResponse as _, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

use crate::error::{ApiError, Code};
use crate::router::{App, starting};

/// So long a client may take for the head of a request.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// The head of a request is at most so large.
const MOST_HEAD: usize = 64 << 10;

/// What the door opens to.
#[derive(Clone)]
pub struct Rooms {
    early: App,
    ready: Arc<OnceLock<App>>,
    workers: Handle,
}

impl Rooms {
    /// Handlers run on these workers, once they are there.
    pub fn new(workers: Handle) -> Self {
        Self {
            early: starting(),
            ready: Arc::default(),
            workers,
        }
    }

    /// Says that the handlers are there.
    pub fn open(&self, app: App) {
        // Said once: a second time would be a defect, and the first stays.
        let _ = self.ready.set(app);
    }
}

/// A door that is open.
pub struct Door {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// Bounds of the door.
#[derive(Clone, Copy, Debug)]
pub struct DoorOptions {
    /// Connections that may be open at the same time.
    pub connections: usize,
    /// So long requests at work have to end when the door closes.
    pub drain: Duration,
    /// A client that takes nothing of what is written to it for so long is gone.
    pub patience: Duration,
}

impl Door {
    /// Listens.
    pub fn open(listener: TcpListener, rooms: Rooms, options: DoorOptions) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("door".to_owned())
            .spawn(move || {
                runtime.block_on(async move {
                    match tokio::net::TcpListener::from_std(listener) {
                        Ok(listener) => accept(listener, rooms, options, stopped).await,
                        Err(error) => tracing::error!(%error, "cannot listen"),
                    }
                });
            })?;
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more connections, lets requests at work end, and closes.
    pub async fn close(mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the door was logged where it happened.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

async fn accept(
    listener: tokio::net::TcpListener,
    rooms: Rooms,
    options: DoorOptions,
    mut stopped: oneshot::Receiver<()>,
) {
    let connections = u32::try_from(options.connections.max(1)).unwrap_or(u32::MAX);
    let places = Arc::new(Semaphore::new(connections as usize));
    let stopping = watch::Sender::new(false);
    loop {
        let next = async {
            // Without a place, connections wait in the system's queue.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            _ = &mut stopped => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // No file handles left, or a client that is gone already: the next one may do better.
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            }
        };
        // Answers are written whole; waiting for more would only delay them.
        let _ = stream.set_nodelay(true);
        // Whoever stops reading holds a place, and what waits for it in memory, only so long.
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(options.patience));
        let rooms = rooms.clone();
        let service = service_fn(move |request| answer(rooms.clone(), peer, request));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .max_buf_size(MOST_HEAD)
            .serve_connection(TokioIo::new(Box::pin(stream)), service)
            .with_upgrades();
        let mut stop = stopping.subscribe();
        tokio::spawn(async move {
            tokio::pin!(connection);
            let stopped = async { stop.wait_for(|stop| *stop).await.is_ok() };
            let ended = tokio::select! {
                ended = &mut connection => ended,
                _ = stopped => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended early");
            }
            // What became a WebSocket has a place of another kind.
            drop(place);
        });
    }
    drop(listener);
    stopping.send_replace(true);
    // All places are free when all connections are over.
    if tokio::time::timeout(options.drain, places.acquire_many(connections))
        .await
        .is_err()
    {
        tracing::warn!("requests were still at work when the time to end was over");
    }
}

async fn answer(
    rooms: Rooms,
    peer: SocketAddr,
    request: hyper::Request<Incoming>,
) -> Result<Response, Infallible> {
    let is_liveness = matches!(
        request.uri().path().trim_end_matches('/'),
        "/health/live" | "/api/v1/health/live" | "/v1/health/live" | "/v1/healthz"
    );
    let mut request: Request = request.map(axum::body::Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    let app = rooms.ready.get().filter(|_| !is_liveness);
    let Some(app) = app.cloned() else {
        return rooms.early.oneshot(request).await;
    };
    let mut work = Work(rooms.workers.spawn(app.oneshot(request)));
    match (&mut work.0).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::error!(%error, "a request was dropped");
            let error = ApiError::new(Code::Unavailable, "the server is stopping");
            Ok(error.into_response())
        }
    }
}

/// A request at work; dropping it, because its client is gone, ends it.
struct Work(JoinHandle<Result<Response, Infallible>>);

impl Drop for Work {
    fn drop(&mut self) {
        self.0.abort();
    }
}
