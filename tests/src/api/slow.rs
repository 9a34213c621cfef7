//! Clients that ask and never read the answer: they cost so much and no more, and hold nobody up.

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use codegraph_tests::plugins::hostile::talker;
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use super::program::{Server, command};
use super::world::program;

const PASSWORD: &str = "seven horses in a row";
/// Seconds that a client may let an answer wait.
const PATIENCE: u64 = 5;
/// Letters of an answer: more than the system keeps for a client that does not read.
const LETTERS: u64 = 12 << 20;
const PIECE: u32 = 64 << 10;
/// Clients of each kind that do not read.
const STOPPED: usize = 10;

/// A server with a scenario that has much to say, and a token of its admin.
fn serve(folder: &Path) -> (Server, String) {
    let plugins = folder.join("plugins");
    fs::create_dir(&plugins).unwrap();
    let guest = talker("talker", (LETTERS / u64::from(PIECE)) as u32, PIECE);
    fs::write(plugins.join("talker.wasm"), guest.build()).unwrap();
    let source = folder.join("sources/small");
    fs::create_dir_all(&source).unwrap();
    fs::write(source.join("a.py"), "def f():\n    return 1\n").unwrap();
    let arguments = [
        "create-admin",
        "--username",
        "chief",
        "--password",
        PASSWORD,
    ];
    let made = command(folder, &arguments).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    let mut run = command(folder, &["run", "--host", "127.0.0.1", "--port", "0"]);
    run.env("CODEGRAPH_PLUGIN_DIR", &plugins)
        .env("CODEGRAPH_IMPORT_ROOTS", folder.join("sources"))
        .env("API_LIVE_PATIENCE_SECONDS", PATIENCE.to_string())
        .env("API_LIVE_PER_USER", STOPPED.to_string())
        .env("CODEGRAPH_GRAPH_WARM_SECONDS", "0")
        .env("RATE_LIMIT_PER_MINUTE", "0")
        .env("RATE_LIMIT_PER_HOUR", "0")
        .env("RATE_LIMIT_ENDPOINTS", "false")
        .env("RATE_LIMIT_FLOOD_PER_SECOND", "0");
    let server = Server::start_as(run);
    until("ready", || server.get("/health/ready").0 == 200);
    let login = json!({"username": "chief", "password": PASSWORD});
    let (status, body) = server.call("POST", "/api/v1/auth/token", "", &login);
    assert_eq!(status, 200, "{body}");
    let token = body["access_token"].as_str().unwrap().to_owned();
    let import = json!({"local_path": source, "project_name": "small"});
    let (status, started) = server.call("POST", "/api/v1/import/start", &token, &import);
    assert_eq!(status, 200, "{started}");
    let path = format!(
        "/api/v1/import/status/{}",
        started["job_id"].as_str().unwrap()
    );
    until("imported", || {
        server.call("GET", &path, &token, &Value::Null).1["status"] == "completed"
    });
    (server, token)
}

/// Looks again and again until something is so.
#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_mins(1);
    let (_keep, nothing) = std::sync::mpsc::channel::<()>();
    while !is_so() {
        assert!(Instant::now() < end, "not within a minute: {what}");
        let _ = nothing.recv_timeout(Duration::from_millis(20));
    }
}

/// Resident memory of a server, bytes.
fn resident(server: &Server) -> u64 {
    let path = format!("/proc/{}/statm", server.child.id());
    let statm = fs::read_to_string(path).unwrap();
    statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

/// Connections of clients that a server holds, as the system knows them.
fn connections(server: &Server) -> usize {
    let end = format!(":{:04X}", server.address().port());
    let table = fs::read_to_string("/proc/net/tcp").unwrap();
    let rows = table.lines().skip(1);
    // Own address, the other one, state: 01 is open, 08 is closed by the client only. One that the server closed is the system's.
    rows.filter(|row| {
        let mut fields = row.split_whitespace().skip(1);
        let is_ours = fields.next().is_some_and(|address| address.ends_with(&end));
        is_ours && matches!(fields.nth(1), Some("01" | "08"))
    })
    .count()
}

fn question() -> Value {
    json!({"query": "Say it all.", "scenario_id": "talker"})
}

/// Asks by a stream and reads nothing.
fn ask_by_stream(server: &Server, token: &str) -> TcpStream {
    let body = question().to_string();
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let head = format!(
        "POST /api/v1/chat/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

type Talk =
    tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn connect(server: &Server, token: &str) -> Talk {
    let mut request = format!("ws://{}/ws/chat", server.address())
        .into_client_request()
        .unwrap();
    let bearer = format!("Bearer {token}");
    request
        .headers_mut()
        .insert("authorization", bearer.parse().unwrap());
    connect_async(request).await.unwrap().0
}

async fn ask_by_socket(server: &Server, token: &str) -> Talk {
    let mut talk = connect(server, token).await;
    let mut message = question();
    message["type"] = "query".into();
    talk.send(Message::Text(message.to_string().into()))
        .await
        .unwrap();
    talk
}

/// The letters of an answer, read to its end.
async fn read_to_the_end(mut talk: Talk) -> usize {
    let mut letters = 0;
    while let Some(Ok(message)) = talk.next().await {
        let Message::Text(text) = message else {
            continue;
        };
        let told: Value = serde_json::from_str(text.as_str()).unwrap();
        match told["type"].as_str().unwrap() {
            "chat.chunk" => letters += told["payload"]["content"].as_str().unwrap().len(),
            "chat.done" => return letters,
            "connected" | "chat.scenario" | "chat.response" => {}
            _ => panic!("{told}"),
        }
    }
    panic!("it ended early")
}

#[expect(clippy::print_stderr, reason = "a measured figure of a test")]
fn show(line: &str) {
    eprintln!("{line}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stops_reading_is_let_go_and_holds_nobody_up() {
    assert!(program().is_file());
    let folder = tempfile::tempdir().unwrap();
    let (server, token) = serve(folder.path());
    // What reads gets all of it, and what that takes is part of what was before.
    let whole = read_to_the_end(ask_by_socket(&server, &token).await).await;
    assert_eq!(whole as u64, LETTERS);
    until("nobody is there", || connections(&server) == 0);
    let before = resident(&server);

    let began = Instant::now();
    let mut streams = Vec::new();
    let mut talks = Vec::new();
    for _ in 0..STOPPED {
        streams.push(ask_by_stream(&server, &token));
        talks.push(ask_by_socket(&server, &token).await);
    }
    assert!(connections(&server) > STOPPED);
    // Meanwhile others are answered.
    let (mut most, mut slowest) = (0, Duration::ZERO);
    while began.elapsed() < Duration::from_secs(PATIENCE) {
        let asked = Instant::now();
        let (status, body) = server.call("GET", "/api/v1/projects", &token, &Value::Null);
        assert_eq!(status, 200, "{body}");
        slowest = slowest.max(asked.elapsed());
        most = most.max(resident(&server));
    }
    // All of them are let go, although none of them ever said goodbye.
    until("the stopped ones are let go", || {
        most = most.max(resident(&server));
        connections(&server) == 0
    });
    let took = began.elapsed();
    let grown = most.saturating_sub(before);
    show(&format!(
        "{} clients that stopped reading answers of {} MiB: at most {} MiB more, gone after {took:?}, others waited {slowest:?} at most",
        2 * STOPPED,
        LETTERS >> 20,
        grown >> 20
    ));
    // The text as it is put together, what of it waits, and the piece of it that is written.
    assert!(
        grown < 2 * STOPPED as u64 * LETTERS * 4,
        "{} MiB more",
        grown >> 20
    );
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
    assert!(took < Duration::from_secs(30), "{took:?}");
    // Their places are free again, and the next one is answered whole.
    let mut next = Vec::new();
    for _ in 0..STOPPED {
        let mut talk = connect(&server, &token).await;
        let first = talk.next().await.unwrap().unwrap().into_text().unwrap();
        assert!(first.contains("\"connected\""), "{first}");
        next.push(talk);
    }
    drop(next);
    until("nobody is there", || connections(&server) == 0);
    let whole = read_to_the_end(ask_by_socket(&server, &token).await).await;
    assert_eq!(whole as u64, LETTERS);
    drop((streams, talks));
    assert_eq!(server.terminate(), Some(0));
}

/// A thousand requests whose heads never end: probes are answered all the same, and nobody has to restart anything.
#[test]
fn a_thousand_halves_of_requests_hold_up_no_probe() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let halves: Vec<TcpStream> = (0..1000)
        .map(|number| {
            let mut stream = TcpStream::connect(server.address()).unwrap();
            let half = format!("GET /api/v1/health HTTP/1.1\r\nx-number: {number}\r\nhost");
            stream.write_all(half.as_bytes()).unwrap();
            stream
        })
        .collect();
    let began = Instant::now();
    let mut times: Vec<Duration> = (0..200)
        .map(|_| {
            let asked = Instant::now();
            assert_eq!(server.get("/health/live").0, 200);
            asked.elapsed()
        })
        .collect();
    times.sort();
    let p99 = times[times.len() * 99 / 100];
    until("the halves are let go", || connections(&server) == 0);
    let took = began.elapsed();
    show(&format!(
        "1,000 halves of requests: p99 of probes {p99:?}, all let go after {took:?}"
    ));
    assert!(p99 < Duration::from_millis(500), "{p99:?}");
    assert!(took < Duration::from_secs(30), "{took:?}");
    drop(halves);
    assert_eq!(server.terminate(), Some(0));
}
