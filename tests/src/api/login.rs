//! Logging in and out.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use codegraph_model::{Clock, Role};
use jiff::SignedDuration;
use serde_json::json;

use super::world::{PASSWORD, Start, World};

#[tokio::test]
async fn tokens_for_a_name_or_an_address_in_either_field() {
    let world = World::start().await;
    let email = Some("anna@example.org".to_owned());
    let name = "anna".parse().unwrap();
    world
        .auth
        .add_user(name, email, PASSWORD, Role::Analyst)
        .await
        .unwrap();
    for path in [
        "/api/v1/auth/token",
        "/api/v1/auth/login",
        "/v1/auth/login",
        "/api/v1/auth/token/",
    ] {
        for (field, who) in [
            ("username", "anna"),
            ("username", "Anna@Example.org"),
            ("email", "anna@example.org"),
            ("email", "ANNA"),
        ] {
            let reply = world
                .post(path, "", json!({field: who, "password": PASSWORD}))
                .await;
            assert_eq!(reply.status, 200, "{path} {field} {who}: {reply:?}");
            assert_eq!(reply.json["token_type"], "bearer");
            assert_eq!(reply.json["expires_in"], 1800);
            assert!(reply.text_of("access_token").starts_with("eyJ"));
            assert!(reply.text_of("refresh_token").len() >= 43);
        }
    }
}

#[tokio::test]
async fn me_says_who_calls() {
    let world = World::start().await;
    let token = world.token("anna", Role::Viewer).await;
    let me = world.get("/api/v1/auth/me", &token).await;
    assert_eq!(me.json["username"], "anna");
    assert_eq!(me.json["role"], "viewer");
    assert_eq!(me.json["is_active"], true);
    let scopes = me.json["scopes"].as_array().unwrap();
    assert!(scopes.contains(&json!("scenarios:read")) && !scopes.contains(&json!("query:execute")));
    assert!(!me.text.contains("hash") && !me.text.contains("argon2"));
}

#[tokio::test]
async fn what_is_wrong_is_said_and_gives_nothing_away() {
    let world = World::start().await;
    let disabled = world.user("disabled", Role::Analyst).await;
    world.user("anna", Role::Analyst).await;
    let mut tx = world.db.begin().await.unwrap();
    let now = jiff::Timestamp::now();
    tx.users()
        .set_role(disabled.id, Role::Analyst, false, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let login = async |body| world.post("/api/v1/auth/token", "", body).await;
    let mut bodies = Vec::new();
    for who in ["anna", "nobody", "disabled", "' OR 1=1 --", "анна"] {
        let reply = login(json!({"username": who, "password": "wrong password"})).await;
        reply.assert_error(401, "INVALID_CREDENTIALS");
        bodies.push(reply.json["detail"].clone());
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    let right = login(json!({"username": "disabled", "password": PASSWORD})).await;
    right.assert_error(403, "ACCOUNT_DISABLED");
    for body in [
        json!({}),
        json!({"password": "x"}),
        json!({"username": "a"}),
        json!({"username": 1, "password": "x"}),
    ] {
        login(body).await.assert_error(422, "VALIDATION_ERROR");
    }
    let huge = login(json!({"username": "anna", "password": "x".repeat(5_000)})).await;
    huge.assert_error(413, "PAYLOAD_TOO_LARGE");
    let long = login(json!({"username": "anna", "password": "x".repeat(2_000)})).await;
    long.assert_error(401, "INVALID_CREDENTIALS");
}

/// Whether a name is known, unknown or switched off cannot be told by the time that a wrong password takes: Welch's test on
/// interleaved logins. `CODEGRAPH_TIMING_LOGINS` says how many of each (40; 2,000 is what finds a tenth of a millisecond).
#[tokio::test]
async fn who_is_not_there_takes_as_long() {
    #[expect(
        clippy::disallowed_methods,
        reason = "how many: asked for by who runs the tests"
    )]
    let logins = std::env::var("CODEGRAPH_TIMING_LOGINS")
        .ok()
        .and_then(|logins| logins.parse().ok())
        .unwrap_or(40);
    // Each login is in a window of its own, so that no counter of guesses ends the test.
    let windows = Arc::new(AtomicI64::new(0));
    let clock = Clock::new({
        let windows = Arc::clone(&windows);
        move || {
            let passed = SignedDuration::from_mins(16 * windows.load(Ordering::Relaxed));
            jiff::Timestamp::UNIX_EPOCH + SignedDuration::from_hours(500_000) + passed
        }
    });
    let world = World::with(Start {
        clock: clock.clone(),
        ..Start::default()
    })
    .await;
    world.user("anna", Role::Analyst).await;
    let disabled = world.user("disabled", Role::Analyst).await;
    let mut tx = world.db.begin().await.unwrap();
    tx.users()
        .set_role(disabled.id, Role::Analyst, false, clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let wrong = "a wrong password".to_owned();
    // The last is answered without a hash: the test must be able to see that.
    let kinds = [
        ("anna", wrong.clone()),
        ("nobody", wrong.clone()),
        ("disabled", wrong),
        ("anna", "x".repeat(1_100)),
    ];
    let mut times: [Vec<f64>; 4] = Default::default();
    for round in 0..logins {
        for kind in 0..kinds.len() {
            // In another order each round.
            let kind = (kind + round) % kinds.len();
            let (who, password) = &kinds[kind];
            windows.fetch_add(1, Ordering::Relaxed);
            let body = json!({"username": who, "password": password});
            let started = Instant::now();
            let reply = world.post("/api/v1/auth/token", "", body).await;
            times[kind].push(started.elapsed().as_secs_f64() * 1e3);
            assert_eq!(reply.status, 401, "{reply:?}");
        }
    }
    let t = |a: usize, b: usize| welch(&times[a], &times[b]);
    let seen: Vec<String> = times
        .iter()
        .map(|times| format!("{:.2} ms", moments(times).0))
        .collect();
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        assert!(
            t(a, b).abs() < 4.5,
            "t = {:.1} of {a} and {b}: {seen:?}",
            t(a, b)
        );
    }
    assert!(t(0, 3).abs() > 4.5, "t = {:.1}: {seen:?}", t(0, 3));
}

/// Mean and the square of its error, of the quickest nine tenths: what else the machine does only ever adds.
fn moments(times: &[f64]) -> (f64, f64) {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times.truncate(times.len() * 9 / 10);
    let count = times.len() as f64;
    let mean = times.iter().sum::<f64>() / count;
    let spread = times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, spread / count)
}

/// Welch's t.
fn welch(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (moments(a), moments(b));
    (a.0 - b.0) / (a.1 + b.1).sqrt()
}

#[tokio::test]
async fn guesses_run_out_and_the_owner_still_comes_in() {
    let world = World::start().await;
    world.user("anna", Role::Analyst).await;
    let from = async |address: &str, password: &str| {
        let body = json!({"username": "anna", "password": password}).to_string();
        let peer: std::net::SocketAddr = format!("{address}:1").parse().unwrap();
        let mut request = axum::http::Request::post("/api/v1/auth/token")
            .header("content-type", "application/json")
            .body(axum::body::Body::from(body))
            .unwrap();
        request
            .extensions_mut()
            .insert(axum::extract::ConnectInfo(peer));
        world.request(request).await
    };
    // She was here before.
    assert_eq!(from("127.0.0.1", PASSWORD).await.status, 200);
    let mut looked_at = 0;
    for guess in 0..40 {
        let address = format!("127.0.1.{}", guess + 1);
        let reply = from(&address, &format!("guess number {guess}")).await;
        if reply.status == 401 {
            looked_at += 1;
        } else {
            reply.assert_error(429, "RATE_LIMIT_EXCEEDED");
            let seconds = reply.json["retry_after"].as_u64().unwrap();
            assert!((1..=900).contains(&seconds));
            assert_eq!(reply.header("retry-after"), seconds.to_string());
        }
    }
    assert_eq!(looked_at, 10);
    // Locked even with the right password, from where she never was.
    from("127.0.2.1", PASSWORD)
        .await
        .assert_error(429, "RATE_LIMIT_EXCEEDED");
    assert_eq!(from("127.0.0.1", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_thousand_guesses_at_once_are_counted_as_a_thousand() {
    let world = World::start().await;
    world.user("anna", Role::Analyst).await;
    let guess = |number: usize| {
        let body = json!({"username": "anna", "password": format!("guess number {number}")});
        let world = &world;
        async move {
            world
                .post("/api/v1/auth/token", "", body)
                .await
                .status
                .as_u16()
        }
    };
    let mut statuses = Vec::new();
    for status in futures_of((0..60).map(guess).collect()).await {
        statuses.push(status);
    }
    let looked_at = statuses.iter().filter(|&&status| status == 401).count();
    assert!(looked_at <= 10, "{looked_at} of {statuses:?}");
    assert!(
        statuses.iter().all(|status| matches!(status, 401 | 429)),
        "{statuses:?}"
    );
}

/// Runs futures side by side on one task.
pub(crate) async fn futures_of<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures
        .into_iter()
        .map(|one| (Box::pin(one), None))
        .collect();
    std::future::poll_fn(|context| {
        for (future, done) in &mut futures {
            if done.is_none()
                && let std::task::Poll::Ready(end) = future.as_mut().poll(context)
            {
                *done = Some(end);
            }
        }
        if futures.iter().all(|(_, done)| done.is_some()) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    futures.into_iter().filter_map(|(_, done)| done).collect()
}

#[tokio::test]
async fn a_logout_ends_all_tokens_of_its_login_and_no_other() {
    let world = World::start().await;
    world.user("anna", Role::Analyst).await;
    let body = json!({"username": "anna", "password": PASSWORD});
    let first = world.post("/api/v1/auth/token", "", body.clone()).await;
    let second = world.post("/api/v1/auth/token", "", body).await;
    let (first_token, second_token) = (
        first.text_of("access_token"),
        second.text_of("access_token"),
    );
    let logins = world.get("/api/v1/auth/sessions", &first_token).await;
    assert_eq!(logins.json["total"], 2);
    assert_eq!(
        world
            .post("/api/v1/auth/logout", &first_token, json!({}))
            .await
            .status,
        204
    );
    world
        .get("/api/v1/auth/me", &first_token)
        .await
        .assert_error(401, "UNAUTHORIZED");
    let refresh = json!({"refresh_token": first.text_of("refresh_token")});
    world
        .post("/api/v1/auth/refresh", "", refresh)
        .await
        .assert_error(401, "UNAUTHORIZED");
    assert_eq!(
        world.get("/api/v1/auth/me", &second_token).await.status,
        200
    );
    assert_eq!(
        world
            .post("/api/v1/auth/logout-all", &second_token, json!({}))
            .await
            .status,
        204
    );
    world
        .get("/api/v1/auth/me", &second_token)
        .await
        .assert_error(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn a_new_password_ends_the_other_logins() {
    let world = World::start().await;
    let other = world.token("anna", Role::Analyst).await;
    let token = world.login("anna").await;
    let change = async |old: &str, new: &str| {
        let body = json!({"old_password": old, "new_password": new});
        world.put("/api/v1/auth/password", &token, body).await
    };
    change("wrong password", "eight horses")
        .await
        .assert_error(401, "INVALID_CREDENTIALS");
    for bad in ["short", "password123", "anna"] {
        change(PASSWORD, bad)
            .await
            .assert_error(422, "VALIDATION_ERROR");
    }
    assert_eq!(change(PASSWORD, "eight horses in a row").await.status, 204);
    assert_eq!(world.get("/api/v1/auth/me", &token).await.status, 200);
    world
        .get("/api/v1/auth/me", &other)
        .await
        .assert_error(401, "UNAUTHORIZED");
    let old = json!({"username": "anna", "password": PASSWORD});
    world
        .post("/api/v1/auth/token", "", old)
        .await
        .assert_error(401, "INVALID_CREDENTIALS");
}
