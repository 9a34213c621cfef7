//! The proxy, spoken to over its socket.

use std::sync::Arc;
use std::time::{Duration, Instant};

use codegraph_egress::{AllowList, Egress, End, Proxy, ProxyLimits, Rule};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::canary::Canary;
use crate::support::Zone;

/// The header that opens the proxy, from the credential in its URL.
pub(crate) fn authorization(proxy: &Proxy) -> String {
    use base64::Engine;
    let url = proxy.url();
    let (credential, _) = url
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('@'))
        .expect("a credential");
    format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(credential)
    )
}

async fn start(allow: &[String], zone: Zone, limits: ProxyLimits) -> Proxy {
    let allow = AllowList::parse(allow).expect("entries");
    let egress = Egress::new(allow, Arc::new(zone));
    Proxy::start(Arc::new(egress), limits)
        .await
        .expect("a proxy")
}

async fn connect(proxy: &Proxy, authority: &str) -> (TcpStream, String) {
    ask(
        proxy,
        &format!(
            "CONNECT {authority} HTTP/1.1\r\nProxy-Authorization: {}\r\n\r\n",
            authorization(proxy)
        ),
    )
    .await
}

/// Sends a head and reads the head of the answer.
async fn ask(proxy: &Proxy, head: &str) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", proxy.port()))
        .await
        .expect("the proxy");
    stream
        .write_all(head.as_bytes())
        .await
        .expect("the proxy reads");
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => answer.push(byte),
            Err(_) => break,
        }
    }
    (stream, String::from_utf8(answer).expect("text"))
}

/// Waits until nobody listens any more.
async fn closed(port: u16) {
    let gone = async {
        while TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    let limit = Duration::from_secs(5);
    tokio::time::timeout(limit, gone)
        .await
        .expect("the listener is closed");
}

/// A server that sends back what it gets.
async fn echo() -> std::net::SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                let _ = tokio::io::copy(&mut from, &mut to).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn a_tunnel_carries_bytes_both_ways_and_counts_them() {
    let server = echo().await;
    let proxy = start(
        &[server.to_string()],
        Zone::default(),
        ProxyLimits::default(),
    )
    .await;
    let (mut stream, answer) = connect(&proxy, &server.to_string()).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let sent = vec![7; 300_000];
    let (mut from, mut to) = stream.split();
    let mut back = Vec::new();
    let send = async {
        to.write_all(&sent).await.expect("sent");
        to.shutdown().await.expect("closed");
    };
    let ((), read) = tokio::join!(send, from.read_to_end(&mut back));
    read.expect("read");
    assert_eq!(back, sent);
    drop(stream);
    let report = proxy.stop().await;
    assert_eq!(
        (report.opened, report.sent, report.received, report.end),
        (1, 300_000, 300_000, None)
    );
}

#[tokio::test]
async fn only_who_knows_the_credential_is_served() {
    let canary = Canary::start("127.0.0.2").await;
    let target = canary.address.to_string();
    let proxy = start(
        std::slice::from_ref(&target),
        Zone::default(),
        ProxyLimits::default(),
    )
    .await;
    let other = start(
        std::slice::from_ref(&target),
        Zone::default(),
        ProxyLimits::default(),
    )
    .await;
    let right = authorization(&proxy);
    let wrong = [
        String::new(),
        "Proxy-Authorization: Basic\r\n".to_owned(),
        "Proxy-Authorization: Basic am9iOg==\r\n".to_owned(),
        format!("Proxy-Authorization: {}\r\n", authorization(&other)),
        format!("Proxy-Authorization: {right}x\r\n"),
        format!("Proxy-Authorization: {}\r\n", &right[..right.len() - 1]),
        format!("Authorization: {right}\r\n"),
    ];
    for header in wrong {
        let (_, answer) = ask(
            &proxy,
            &format!("CONNECT {target} HTTP/1.1\r\n{header}\r\n"),
        )
        .await;
        assert!(answer.starts_with("HTTP/1.1 407 "), "{header}: {answer}");
    }
    assert_eq!(canary.hits(), 0);
    assert!(!format!("{proxy:?}").contains(proxy.secret()));
    assert!(proxy.secret().len() >= 43 && proxy.secret() != other.secret());
}

#[tokio::test]
async fn anything_but_connect_is_refused() {
    let canary = Canary::start("127.0.0.2").await;
    let target = canary.address;
    let proxy = start(
        &[target.to_string()],
        Zone::default(),
        ProxyLimits::default(),
    )
    .await;
    let header = format!("Proxy-Authorization: {}\r\n\r\n", authorization(&proxy));
    for method in ["GET", "POST", "OPTIONS", "PUT", "connect"] {
        let (_, answer) = ask(
            &proxy,
            &format!("{method} http://{target}/ HTTP/1.1\r\n{header}"),
        )
        .await;
        assert!(answer.starts_with("HTTP/1.1 405 "), "{method}: {answer}");
    }
    for head in [
        "nonsense\r\n\r\n",
        "CONNECT a HTTP/3\r\n\r\n",
        "\x16\x03\x01\x02\x00\r\n\r\n",
    ] {
        let (_, answer) = ask(&proxy, head).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{head}: {answer}");
    }
    let endless = format!("CONNECT {target} HTTP/1.1\r\nX: {}", "x".repeat(9000));
    let (_, answer) = ask(&proxy, &endless).await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 400 "),
        "{answer}"
    );
    assert_eq!(canary.hits(), 0);
}

#[tokio::test]
async fn a_refusal_names_the_rule_and_is_kept() {
    let proxy = start(&[], Zone::default(), ProxyLimits::default()).await;
    let (mut stream, answer) = connect(&proxy, "127.0.0.1:443").await;
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    let mut body = String::new();
    stream.read_to_string(&mut body).await.expect("a body");
    assert!(body.contains("not public (loopback)"), "{body}");
    let denied = proxy.report().denied;
    assert!(
        matches!(
            denied[0].rule,
            Rule::Address {
                range: "loopback",
                ..
            }
        ),
        "{denied:?}"
    );
}

#[tokio::test]
async fn a_name_that_changes_its_mind_between_connections() {
    let server = echo().await;
    let canary = Canary::start("127.0.0.2").await;
    let zone = Zone::default().with("rebind.test", &[&["127.0.0.1"], &["127.0.0.2"]]);
    // Only the first of its addresses is open, at both ports.
    let allow = [
        server.to_string(),
        format!("127.0.0.1:{}", canary.address.port()),
    ];
    let proxy = start(&allow, zone, ProxyLimits::default()).await;
    let (_first, answer) = connect(&proxy, &format!("rebind.test:{}", server.port())).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let (_, answer) = connect(&proxy, &format!("rebind.test:{}", canary.address.port())).await;
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    assert_eq!(canary.hits(), 0);
}

#[tokio::test]
async fn a_server_that_sends_for_ever_is_cut_at_the_cap() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback");
    let server = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        while stream.write_all(&[0; 8192]).await.is_ok() {}
    });
    let limits = ProxyLimits {
        bytes: 1 << 20,
        ..ProxyLimits::default()
    };
    let proxy = start(&[server.to_string()], Zone::default(), limits).await;
    let (mut stream, _) = connect(&proxy, &server.to_string()).await;
    let mut got = Vec::new();
    let _ = stream.read_to_end(&mut got).await;
    assert!(got.len() <= 1 << 20, "{}", got.len());
    assert_eq!(proxy.ended().await, End::Bytes);
    closed(proxy.port()).await;
}

#[tokio::test]
async fn silence_and_time_end_a_tunnel() {
    let server = echo().await;
    let quick = Duration::from_millis(300);
    let idle = ProxyLimits {
        idle: quick,
        ..ProxyLimits::default()
    };
    let total = ProxyLimits {
        total: quick,
        ..ProxyLimits::default()
    };
    for (limits, expected) in [(idle, End::Idle), (total, End::Total)] {
        let proxy = start(&[server.to_string()], Zone::default(), limits).await;
        let begin = Instant::now();
        let (mut stream, _) = connect(&proxy, &server.to_string()).await;
        let _ = stream.read_u8().await;
        assert_eq!(proxy.ended().await, expected);
        assert!(begin.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn a_slow_download_is_not_idle() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback");
    let server = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut ticks = tokio::time::interval(Duration::from_millis(100));
        for _ in 0..15 {
            ticks.tick().await;
            stream.write_all(b"x").await.expect("the client reads");
        }
    });
    let limits = ProxyLimits {
        idle: Duration::from_secs(1),
        ..ProxyLimits::default()
    };
    let proxy = start(&[server.to_string()], Zone::default(), limits).await;
    let (mut stream, _) = connect(&proxy, &server.to_string()).await;
    let mut got = Vec::new();
    for _ in 0..15 {
        got.push(stream.read_u8().await.expect("a byte"));
    }
    assert_eq!(got.len(), 15);
    assert_eq!(proxy.report().end, None);
}

#[tokio::test]
async fn a_request_that_does_not_come_is_not_waited_for() {
    let limits = ProxyLimits {
        handshake: Duration::from_millis(200),
        ..ProxyLimits::default()
    };
    let proxy = start(&[], Zone::default(), limits).await;
    let mut stream = TcpStream::connect(("127.0.0.1", proxy.port()))
        .await
        .expect("the proxy");
    stream.write_all(b"CONN").await.expect("the proxy reads");
    let begin = Instant::now();
    assert!(stream.read_u8().await.is_err(), "closed");
    assert!(begin.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn connections_are_counted() {
    let limits = ProxyLimits {
        connections: 3,
        ..ProxyLimits::default()
    };
    let proxy = start(&[], Zone::default(), limits).await;
    for _ in 0..3 {
        let (_, answer) = connect(&proxy, "10.0.0.1:443").await;
        assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    }
    let (_, answer) = connect(&proxy, "10.0.0.1:443").await;
    assert!(answer.is_empty(), "{answer}");
    assert_eq!(proxy.ended().await, End::Connections);
}

#[tokio::test]
async fn what_cannot_be_reached_is_said() {
    let closed = {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback");
        listener.local_addr().expect("an address")
    };
    let proxy = start(
        &[closed.to_string()],
        Zone::default(),
        ProxyLimits::default(),
    )
    .await;
    let (_, answer) = connect(&proxy, &closed.to_string()).await;
    assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");
    assert!(
        proxy
            .report()
            .unreachable
            .is_some_and(|text| text.contains("refused"))
    );
}

#[tokio::test]
async fn a_dropped_proxy_takes_its_tunnels_along() {
    let server = echo().await;
    let proxy = start(
        &[server.to_string()],
        Zone::default(),
        ProxyLimits::default(),
    )
    .await;
    let port = proxy.port();
    let (mut stream, _) = connect(&proxy, &server.to_string()).await;
    drop(proxy);
    assert!(stream.read_u8().await.is_err(), "the tunnel is closed");
    closed(port).await;
}
