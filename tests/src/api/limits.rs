//! How often somebody may call.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request};
use codegraph_model::{Clock, Role};
use serde_json::json;

use super::document::{not_built, rows};
use super::world::{Reply, Start, World};

/// A server with the limits that are usual, at a time that stands still.
async fn world(change: impl FnOnce(&mut codegraph_server::config::Config)) -> World {
    let mut start = Start {
        clock: Clock::fixed(jiff::Timestamp::from_second(1_800_000_000).unwrap()),
        ..Start::default()
    };
    start.config.rate_limit = codegraph_server::config::Config::default().rate_limit;
    change(&mut start.config);
    World::with(start).await
}

async fn from(world: &World, peer: &str, forwarded: Option<&str>) -> Reply {
    let mut request = Request::get("/api/v1/projects");
    if let Some(forwarded) = forwarded {
        request = request.header("x-forwarded-for", forwarded);
    }
    let mut request = request.body(Body::empty()).unwrap();
    let peer: SocketAddr = peer.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    world.request(request).await
}

#[tokio::test]
async fn a_hundred_a_minute_for_each_user() {
    let world = world(|_| {}).await;
    let anna = world.token("anna", Role::Viewer).await;
    let boris = world.token("boris", Role::Viewer).await;
    for left in (0..100).rev() {
        let reply = world.get("/api/v1/projects", &anna).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(reply.header("x-ratelimit-limit"), "100");
        assert_eq!(reply.header("x-ratelimit-remaining"), left.to_string());
        assert_eq!(reply.header("x-ratelimit-reset"), "1800000060");
    }
    let over = world.get("/api/v1/projects", &anna).await;
    over.assert_error(429, "RATE_LIMIT_EXCEEDED");
    assert_eq!(over.header("retry-after"), "60");
    assert_eq!(over.json["retry_after"], 60);
    assert_eq!(over.header("x-ratelimit-remaining"), "0");
    assert_eq!(world.get("/api/v1/projects", &boris).await.status, 200);
    // Probes are never counted.
    assert_eq!(world.get("/api/v1/health", "").await.status, 200);
}

#[tokio::test]
async fn endpoints_have_limits_of_their_own() {
    let world = world(|_| {}).await;
    let token = world.token("anna", Role::Analyst).await;
    let query = json!({"query": "SELECT 1"});
    for _ in 0..30 {
        let reply = world
            .post("/api/v1/query/execute", &token, query.clone())
            .await;
        reply.assert_error(404, "NOT_FOUND");
    }
    let over = world.post("/api/v1/query/execute", &token, query).await;
    over.assert_error(429, "RATE_LIMIT_EXCEEDED");
    assert_eq!(over.header("x-ratelimit-limit"), "30");
    assert_eq!(world.get("/api/v1/projects", &token).await.status, 200);
}

#[tokio::test]
async fn an_address_cannot_be_made_up() {
    let world = world(|_| {}).await;
    for number in 0..100 {
        let forwarded = format!("9.9.{number}.1, 8.8.8.{number}");
        from(&world, "127.0.0.9:1", Some(&forwarded))
            .await
            .assert_error(401, "UNAUTHORIZED");
    }
    from(&world, "127.0.0.9:1", Some("7.7.7.7"))
        .await
        .assert_error(429, "RATE_LIMIT_EXCEEDED");
    from(&world, "127.0.0.8:1", None)
        .await
        .assert_error(401, "UNAUTHORIZED");
    // One network of IPv6 is one caller.
    for number in 0..100 {
        let peer = format!("[2001:db8:1:1::{number:x}]:1");
        from(&world, &peer, None)
            .await
            .assert_error(401, "UNAUTHORIZED");
    }
    from(&world, "[2001:db8:1:1:ffff::1]:1", None)
        .await
        .assert_error(429, "RATE_LIMIT_EXCEEDED");
    from(&world, "[2001:db8:1:2::1]:1", None)
        .await
        .assert_error(401, "UNAUTHORIZED");
}

/// Whatever a client says of where it comes from, in whichever header and however often, it is the one that the connection shows.
#[tokio::test]
async fn a_thousand_made_up_addresses_are_one_client() {
    let world = world(|config| config.rate_limit.flood_per_second = 0).await;
    let names = [
        "x-forwarded-for",
        "forwarded",
        "x-real-ip",
        "cf-connecting-ip",
        "true-client-ip",
        "x-client-ip",
        "x-forwarded-host",
    ];
    let mut refused = Vec::new();
    for number in 0..1000_usize {
        let address = format!("{}.9.{}.1", number % 200 + 1, number % 251);
        let mut request = Request::get("/api/v1/projects");
        for name in &names[..=number % names.len()] {
            let value = match (*name, number % 3) {
                ("forwarded", _) => format!("for={address};proto=https"),
                (_, 0) => address.clone(),
                (_, 1) => format!("{address}, 10.0.0.{}", number % 256),
                _ => format!("[2001:db8::{number:x}]"),
            };
            request = request.header(*name, value);
            if number % 5 == 0 {
                // Twice.
                request = request.header(*name, format!("8.8.8.{}", number % 256));
            }
        }
        let mut request = request.body(Body::empty()).unwrap();
        let peer: SocketAddr = format!("127.0.0.9:{}", 1 + number).parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        let reply = world.request(request).await;
        assert!(
            matches!(reply.status.as_u16(), 401 | 429),
            "{number}: {reply:?}"
        );
        if reply.status == 429 {
            refused.push(number);
        }
    }
    assert_eq!(refused, (100..1000).collect::<Vec<_>>());
}

#[tokio::test]
async fn ten_thousand_addresses_of_one_network_are_one_client() {
    let world = world(|config| config.rate_limit.flood_per_second = 0).await;
    let mut taken = 0;
    for number in 0..10_000_u64 {
        // Spread over the lower half, which a network gives away as it likes.
        let low = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let [a, b, c, d] = [48, 32, 16, 0].map(|shift| low >> shift & 0xffff);
        let peer = format!("[2001:db8:1:1:{a:x}:{b:x}:{c:x}:{d:x}]:1");
        taken += usize::from(from(&world, &peer, None).await.status == 401);
    }
    assert_eq!(taken, 100);
}

#[tokio::test]
async fn every_endpoint_says_what_is_left() {
    let world = world(|config| config.rate_limit.per_minute = 10_000).await;
    let token = world.token("chief", Role::Admin).await;
    let not_built = not_built();
    let mut tried = 0;
    for row in rows() {
        let name = format!("{} {}", row.method, row.path);
        let is_out = row.method == "WS" || row.access.starts_with("public");
        if is_out || not_built.contains(&name) || row.path.contains("/logout") {
            continue;
        }
        let path = row.path_of_nothing();
        let method: Method = row.method.parse().unwrap();
        let body = matches!(method, Method::POST | Method::PUT).then(|| json!({"nothing": 1}));
        let reply = world.send(method, &path, &token, body).await;
        let number = |header: &str| reply.header(header).parse::<u64>();
        let (limit, left) = (
            number("x-ratelimit-limit").unwrap_or_else(|_| panic!("{name}: {reply:?}")),
            number("x-ratelimit-remaining").unwrap(),
        );
        assert!(left < limit, "{name}: {left} of {limit}");
        // Seconds since 1970, in the minute or the hour that runs.
        let reset = number("x-ratelimit-reset").unwrap();
        assert!(
            (1_800_000_001..=1_800_003_600).contains(&reset),
            "{name}: {reset}"
        );
        tried += 1;
    }
    assert!(tried >= 30, "only {tried} endpoints were tried");
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_client_counts() {
    let trust = |config: &mut codegraph_server::config::Config| {
        config.api.trusted_proxies = vec!["127.0.0.0/8".into()];
    };
    let world = world(trust).await;
    for _ in 0..100 {
        let reply = from(&world, "127.0.0.9:1", Some("6.6.6.6, 9.9.9.9")).await;
        reply.assert_error(401, "UNAUTHORIZED");
    }
    let over = from(&world, "127.0.0.8:1", Some("5.5.5.5, 9.9.9.9")).await;
    over.assert_error(429, "RATE_LIMIT_EXCEEDED");
    from(&world, "127.0.0.9:1", Some("9.9.9.8"))
        .await
        .assert_error(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn logins_are_counted_by_address() {
    let world = world(|config| config.rate_limit.per_minute = 0).await;
    let login = async |number: usize| {
        let body = json!({"refresh_token": format!("nothing {number}")});
        world.post("/api/v1/auth/refresh", "", body).await
    };
    for number in 0..60 {
        login(number).await.assert_error(401, "UNAUTHORIZED");
    }
    login(60).await.assert_error(429, "RATE_LIMIT_EXCEEDED");
}

/// The guard counts real time: what is asked for within far less than a second is all that there is.
#[tokio::test]
async fn a_flood_of_one_address_keeps_nobody_else_out() {
    let guard = |config: &mut codegraph_server::config::Config| {
        config.rate_limit.flood_per_second = 1;
        config.rate_limit.flood_burst = 50;
        config.api.trusted_proxies = vec!["127.1.0.0/16".into()];
    };
    let world = world(guard).await;
    let mut refused = None;
    let since = std::time::Instant::now();
    for number in 0..200 {
        // Made-up headers make nobody somebody else.
        let reply = from(&world, "127.0.0.9:1", Some(&format!("9.9.9.{number}"))).await;
        if reply.json["detail"] == "too many requests from this address" {
            refused.get_or_insert((number, reply));
        }
    }
    let (first, reply) = refused.expect("the guard refuses");
    let refilled = since.elapsed().as_secs() + 1;
    assert!(
        (50..=50 + refilled).contains(&first),
        "{first} after {refilled} s"
    );
    reply.assert_error(429, "RATE_LIMIT_EXCEEDED");
    assert_eq!(reply.header("retry-after"), "1");
    for other in ["127.0.0.8:1", "[2001:db8::1]:1"] {
        let reply = from(&world, other, None).await;
        reply.assert_error(401, "UNAUTHORIZED");
    }
    // Behind a trusted proxy clients are told apart.
    let behind = from(&world, "127.1.0.1:1", Some("9.9.9.9")).await;
    behind.assert_error(401, "UNAUTHORIZED");
}
