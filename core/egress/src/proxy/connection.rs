//! One connection of the job: asked for, decided, carried.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use super::request::{self, BadRequest};
use super::{End, Shared};
use crate::Vetted;

/// Serves one connection to its end. Failures of the network end it silently: the child sees them too.
pub(super) async fn serve(mut client: TcpStream, shared: &Shared) {
    let limits = shared.limits;
    let Ok(Ok(request)) = timeout(limits.handshake, request::read(&mut client)).await else {
        return;
    };
    let answer = match request {
        Err(BadRequest::Malformed) => Answer::BadRequest,
        Err(BadRequest::Method) => Answer::OnlyConnect,
        Ok(request) if !is_ours(request.authorization.as_deref(), &shared.authorization) => {
            Answer::WhoAreYou
        }
        Ok(request) => match shared.egress.vet_authority(&request.authority).await {
            Err(denied) => {
                shared.deny(&denied);
                Answer::Denied(denied.to_string())
            }
            Ok(vetted) => match dial(&vetted, limits.handshake).await {
                Err(error) => {
                    let text = format!("{}: {error}", vetted.target);
                    tracing::debug!(egress.target = %vetted.target, %error, "not reached");
                    shared.notes().unreachable = Some(text.clone());
                    Answer::Unreachable(text)
                }
                Ok(server) => {
                    shared.opened.fetch_add(1, Ordering::Relaxed);
                    tracing::debug!(egress.target = %vetted.target, "connection opened");
                    if client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.is_ok() {
                        carry(client, server, shared).await;
                    }
                    return;
                }
            },
        },
    };
    let _ = timeout(limits.handshake, refuse(&mut client, &answer)).await;
}

/// Dials the addresses that were decided on, one after another.
async fn dial(vetted: &Vetted, limit: Duration) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in &vetted.addresses {
        match timeout(limit, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error,
            Err(_) => last = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(last)
}

/// Carries bytes both ways until both sides are done, a limit is reached or nothing moves.
async fn carry(client: TcpStream, server: TcpStream, shared: &Shared) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // One clock for both directions: a download is no reason to call the silent upload idle.
    let moved = watch::Sender::new(());
    let tunnel = async {
        tokio::join!(
            pump(from_client, to_server, &shared.sent, &moved, shared),
            pump(from_server, to_client, &shared.received, &moved, shared),
        )
    };
    tokio::select! {
        _ = tunnel => {}
        () = silence(moved.subscribe(), shared.limits.idle) => shared.finish(End::Idle),
    }
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    count: &AtomicU64,
    moved: &watch::Sender<()>,
    shared: &Shared,
) {
    let mut buffer = vec![0_u8; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        count.fetch_add(read as u64, Ordering::Relaxed);
        if shared.bytes() > shared.limits.bytes {
            shared.finish(End::Bytes);
            return;
        }
        moved.send_replace(());
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
        moved.send_replace(());
    }
    let _ = to.shutdown().await;
}

/// Ends when nothing has moved for that long.
async fn silence(mut moved: watch::Receiver<()>, limit: Duration) {
    while let Ok(Ok(())) = timeout(limit, moved.changed()).await {}
}

/// Compares in a time that does not depend on where the first difference is.
fn is_ours(given: Option<&str>, expected: &str) -> bool {
    let Some(given) = given else { return false };
    let differences = given
        .bytes()
        .zip(expected.bytes())
        .fold(0, |differences, (a, b)| differences | (a ^ b));
    given.len() == expected.len() && std::hint::black_box(differences) == 0
}

enum Answer {
    BadRequest,
    OnlyConnect,
    WhoAreYou,
    Denied(String),
    Unreachable(String),
}

async fn refuse(client: &mut TcpStream, answer: &Answer) -> io::Result<()> {
    let (status, extra, text) = match answer {
        Answer::BadRequest => (
            "400 Bad Request",
            "",
            "expected one HTTP/1.1 CONNECT request",
        ),
        Answer::OnlyConnect => (
            "405 Method Not Allowed",
            "Allow: CONNECT\r\n",
            "only CONNECT is served here",
        ),
        Answer::WhoAreYou => (
            "407 Proxy Authentication Required",
            "Proxy-Authenticate: Basic realm=\"job\"\r\n",
            "this proxy serves one job",
        ),
        Answer::Denied(text) => ("403 Forbidden", "", text.as_str()),
        Answer::Unreachable(text) => ("502 Bad Gateway", "", text.as_str()),
    };
    let length = text.len() + 1;
    let head = format!(
        "HTTP/1.1 {status}\r\n{extra}Content-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}\n"
    );
    client.write_all(head.as_bytes()).await?;
    client.shutdown().await
}
