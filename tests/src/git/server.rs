//! An HTTPS server for Git on loopback: the real protocol by `git http-backend`, and ways to break it.
//!
//! The HTTP is written by hand, one request a connection: a hostile server needs control of every byte.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// How the server behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// As a good server.
    Honest,
    /// Redirects everything to this address, the path added.
    Redirect(String),
    /// Answers everything with this status.
    Status(u16),
    /// Asks for a login.
    Login,
    /// Sends the first half of the pack and then nothing more.
    Stall,
    /// Sends the server's messages for ever, in the protocol's own frames.
    Forever,
    /// Turns a bit of the checksum at the end of the pack.
    BadChecksum,
    /// Cuts the pack short and closes.
    CutShort,
    /// Answers with a page that is no Git.
    Page,
    /// Says that an encrypted connection is spoken and closes.
    NoTls,
}

/// A running server.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// The certificate of the authority that vouches for the server.
    pub(crate) authority: PathBuf,
    state: Arc<State>,
    _tasks: JoinSet<()>,
}

struct State {
    root: PathBuf,
    behaviour: Mutex<Behaviour>,
    requests: AtomicUsize,
    /// Becomes true when a stalling answer has sent its half.
    stalled: watch::Sender<bool>,
    seen: Mutex<Vec<String>>,
}

impl Server {
    /// Serves the repositories below `root` at this address of loopback, at a free port.
    pub(crate) async fn start(address: &str, root: &Path) -> Self {
        let authority = root.join("authority.pem");
        let config = tls(address, &authority);
        let listener = TcpListener::bind((address, 0))
            .await
            .expect("a loopback address");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(State {
            root: root.to_owned(),
            behaviour: Mutex::new(Behaviour::Honest),
            requests: AtomicUsize::new(0),
            stalled: watch::Sender::new(false),
            seen: Mutex::default(),
        });
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let mut tasks = JoinSet::new();
        let shared = Arc::clone(&state);
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, state) = (acceptor.clone(), Arc::clone(&shared));
                connections.spawn(async move {
                    if state.behaviour() == Behaviour::NoTls {
                        return;
                    }
                    if let Ok(mut stream) = acceptor.accept(stream).await {
                        let _ = serve(&mut stream, &state).await;
                        let _ = stream.shutdown().await;
                    }
                });
            }
        });
        Self {
            address,
            authority,
            state,
            _tasks: tasks,
        }
    }

    pub(crate) fn behave(&self, behaviour: Behaviour) {
        *self.state.behaviour.lock().expect("no panic") = behaviour;
    }

    /// The address of a repository.
    pub(crate) fn url(&self, repository: &str) -> String {
        format!("https://{}/{repository}", self.address)
    }

    /// Requests so far.
    pub(crate) fn requests(&self) -> usize {
        self.state.requests.load(Ordering::SeqCst)
    }

    /// The heads of all requests so far.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.state.seen.lock().expect("no panic").clone()
    }

    /// Waits until a stalling answer has sent its half.
    pub(crate) async fn stalled(&self) {
        let mut stalled = self.state.stalled.subscribe();
        let _ = stalled.wait_for(|stalled| *stalled).await;
    }
}

impl State {
    fn behaviour(&self) -> Behaviour {
        self.behaviour.lock().expect("no panic").clone()
    }
}

/// An authority, and a certificate of it for this address; the authority's own is written to a file.
fn tls(address: &str, authority: &Path) -> ServerConfig {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
        .distinguished_name
        .push(DnType::CommonName, format!("authority of {address}"));
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key"))
        .expect("a certificate");
    std::fs::write(authority, issuer.pem()).expect("a file");
    let key = KeyPair::generate().expect("a key");
    let names = vec![
        address.to_owned(),
        "localhost".to_owned(),
        "git.test".to_owned(),
    ];
    let certificate = CertificateParams::new(names)
        .expect("names")
        .signed_by(&key, &issuer)
        .expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("a key that fits")
}

struct Request {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }
}

async fn serve(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    state: &State,
) -> io::Result<()> {
    let request = read(stream, state).await?;
    state.requests.fetch_add(1, Ordering::SeqCst);
    let is_pack = request.method == "POST"
        && request
            .body
            .windows(13)
            .any(|part| part == b"command=fetch");
    match state.behaviour() {
        Behaviour::Redirect(to) => {
            let location = format!("Location: {to}{}?{}\r\n", request.path, request.query);
            answer(stream, "302 Found", &location, b"").await
        }
        Behaviour::Status(status) => answer(stream, &format!("{status} Status"), "", b"no\n").await,
        Behaviour::Login => {
            let header = "WWW-Authenticate: Basic realm=\"git\"\r\n";
            answer(stream, "401 Unauthorized", header, b"").await
        }
        Behaviour::Page => {
            answer(
                stream,
                "200 OK",
                "Content-Type: text/html\r\n",
                b"<html>hello</html>",
            )
            .await
        }
        Behaviour::Stall if is_pack => {
            let (headers, body) = backend(&request, state).await?;
            head(stream, "200 OK", &headers, None).await?;
            stream.write_all(&body[..body.len() / 2]).await?;
            stream.flush().await?;
            state.stalled.send_replace(true);
            std::future::pending().await
        }
        Behaviour::Forever if is_pack => {
            head(
                stream,
                "200 OK",
                "Content-Type: application/x-git-upload-pack-result\r\n",
                None,
            )
            .await?;
            stream.write_all(b"000dpackfile\n").await?;
            let message = format!("{:04x}\x02{}\n", 4 + 1 + 60_000 + 1, "x".repeat(60_000));
            loop {
                stream.write_all(message.as_bytes()).await?;
            }
        }
        Behaviour::BadChecksum if is_pack => {
            let (headers, mut body) = backend(&request, state).await?;
            let last = end_of_pack(&body);
            body[last] ^= 1;
            answer(stream, "200 OK", &headers, &body).await
        }
        Behaviour::CutShort if is_pack => {
            let (headers, body) = backend(&request, state).await?;
            answer(stream, "200 OK", &headers, &body[..body.len() / 2]).await
        }
        _ => {
            let (headers, body) = backend(&request, state).await?;
            let status = headers
                .lines()
                .find_map(|line| line.strip_prefix("Status: "))
                .unwrap_or("200 OK")
                .to_owned();
            answer(stream, &status, &headers, &body).await
        }
    }
}

async fn head(
    stream: &mut (impl AsyncWrite + Unpin),
    status: &str,
    headers: &str,
    length: Option<usize>,
) -> io::Result<()> {
    let length = length.map_or(String::new(), |length| {
        format!("Content-Length: {length}\r\n")
    });
    let head = format!("HTTP/1.1 {status}\r\n{headers}{length}Connection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await
}

async fn answer(
    stream: &mut (impl AsyncWrite + Unpin),
    status: &str,
    headers: &str,
    body: &[u8],
) -> io::Result<()> {
    head(stream, status, headers, Some(body.len())).await?;
    stream.write_all(body).await?;
    stream.flush().await
}

async fn read(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    state: &State,
) -> io::Result<Request> {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        text.push(stream.read_u8().await?);
    }
    let text = String::from_utf8_lossy(&text).into_owned();
    state.seen.lock().expect("no panic").push(text.clone());
    let mut lines = text.lines();
    let mut words = lines.next().unwrap_or_default().split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(key, value)| (key.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let mut request = Request {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: Vec::new(),
    };
    request.body = vec![0; request.header("content-length").parse().unwrap_or(0)];
    stream.read_exact(&mut request.body).await?;
    Ok(request)
}

/// Runs `git http-backend` as CGI: headers and body of its answer.
async fn backend(request: &Request, state: &State) -> io::Result<(String, Vec<u8>)> {
    let mut child = Command::new("git")
        .args(["-c", "safe.directory=*", "http-backend"])
        .env("GIT_PROJECT_ROOT", &state.root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_PROTOCOL", request.header("git-protocol"))
        .env("REQUEST_METHOD", &request.method)
        .env("PATH_INFO", &request.path)
        .env("QUERY_STRING", &request.query)
        .env("CONTENT_TYPE", request.header("content-type"))
        .env("HTTP_CONTENT_ENCODING", request.header("content-encoding"))
        .env("CONTENT_LENGTH", request.body.len().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let mut input = child.stdin.take().expect("a pipe");
    let body = request.body.clone();
    let feed = tokio::spawn(async move {
        let _ = input.write_all(&body).await;
    });
    let output = child.wait_with_output().await?.stdout;
    let _ = feed.await;
    let end = output
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .ok_or(io::ErrorKind::InvalidData)?;
    let headers = String::from_utf8_lossy(&output[..end + 2]).into_owned();
    Ok((headers, output[end + 4..].to_vec()))
}

/// Where the last byte of the pack is: at the end of the last frame whose first byte says that it is of the pack.
fn end_of_pack(body: &[u8]) -> usize {
    let (mut at, mut found) = (0, 0);
    while let Some(length) = body.get(at..at + 4) {
        let length = std::str::from_utf8(length).expect("a frame");
        let length = usize::from_str_radix(length, 16).expect("a frame").max(4);
        if body.get(at + 4) == Some(&1) && length > 5 {
            found = at + length - 1;
        }
        at += length;
    }
    found
}
