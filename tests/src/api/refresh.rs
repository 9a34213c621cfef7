//! Refresh tokens: used once.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use codegraph_model::{Clock, Role};
use serde_json::json;

use super::login::futures_of;
use super::world::{PASSWORD, Reply, Start, World};

/// A server whose time the test moves.
async fn world() -> (World, Arc<AtomicI64>) {
    let second = Arc::new(AtomicI64::new(1_800_000_000));
    let now = Arc::clone(&second);
    let start = Start {
        clock: Clock::new(move || {
            jiff::Timestamp::from_second(now.load(Ordering::Relaxed)).unwrap()
        }),
        ..Start::default()
    };
    let world = World::with(start).await;
    world.user("anna", Role::Analyst).await;
    (world, second)
}

async fn login(world: &World) -> Reply {
    let body = json!({"username": "anna", "password": PASSWORD});
    world.post("/api/v1/auth/token", "", body).await
}

async fn refresh(world: &World, token: &str) -> Reply {
    let body = json!({"refresh_token": token});
    world.post("/api/v1/auth/refresh", "", body).await
}

#[tokio::test]
async fn each_is_used_once_and_the_last_one_lives() {
    let (world, second) = world().await;
    let mut token = login(&world).await.text_of("refresh_token");
    for _ in 0..5 {
        second.fetch_add(60, Ordering::Relaxed);
        let reply = refresh(&world, &token).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let access = reply.text_of("access_token");
        assert_eq!(world.get("/api/v1/auth/me", &access).await.status, 200);
        assert_ne!(reply.text_of("refresh_token"), token);
        token = reply.text_of("refresh_token");
    }
}

#[tokio::test]
async fn a_lost_answer_can_be_asked_for_again_for_a_moment() {
    let (world, second) = world().await;
    let token = login(&world).await.text_of("refresh_token");
    let first = refresh(&world, &token).await.text_of("refresh_token");
    second.fetch_add(10, Ordering::Relaxed);
    let again = refresh(&world, &token).await;
    assert_eq!(again.text_of("refresh_token"), first);
    second.fetch_add(1, Ordering::Relaxed);
    refresh(&world, &token)
        .await
        .assert_error(401, "UNAUTHORIZED");
    // It was stolen, from one side or the other: the login ends.
    refresh(&world, &first)
        .await
        .assert_error(401, "UNAUTHORIZED");
    let access = again.text_of("access_token");
    world
        .get("/api/v1/auth/me", &access)
        .await
        .assert_error(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn the_moment_is_for_the_direct_parent_only() {
    let (world, _) = world().await;
    let token = login(&world).await.text_of("refresh_token");
    let second = refresh(&world, &token).await.text_of("refresh_token");
    let third = refresh(&world, &second).await.text_of("refresh_token");
    refresh(&world, &token)
        .await
        .assert_error(401, "UNAUTHORIZED");
    refresh(&world, &third)
        .await
        .assert_error(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn two_hundred_at_once_have_one_successor() {
    let (world, _) = world().await;
    let token = login(&world).await.text_of("refresh_token");
    let replies = futures_of((0..200).map(|_| refresh(&world, &token)).collect()).await;
    let mut successors: Vec<String> = replies
        .iter()
        .map(|reply| {
            assert_eq!(reply.status, 200, "{reply:?}");
            reply.text_of("refresh_token")
        })
        .collect();
    successors.sort();
    successors.dedup();
    assert_eq!(successors.len(), 1);
}

#[tokio::test]
async fn time_ends_both_kinds() {
    let (world, second) = world().await;
    let reply = login(&world).await;
    let (access, token) = (
        reply.text_of("access_token"),
        reply.text_of("refresh_token"),
    );
    second.fetch_add(1799, Ordering::Relaxed);
    assert_eq!(world.get("/api/v1/auth/me", &access).await.status, 200);
    second.fetch_add(1, Ordering::Relaxed);
    world
        .get("/api/v1/auth/me", &access)
        .await
        .assert_error(401, "UNAUTHORIZED");
    second.fetch_add(7 * 86_400, Ordering::Relaxed);
    refresh(&world, &token)
        .await
        .assert_error(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    let (world, _) = world().await;
    let access = login(&world).await.text_of("access_token");
    for token in ["", "x", &"x".repeat(43), &access, "' OR 1=1 --"] {
        refresh(&world, token)
            .await
            .assert_error(401, "UNAUTHORIZED");
    }
    // A refresh token opens nothing else.
    let token = login(&world).await.text_of("refresh_token");
    world
        .get("/api/v1/auth/me", &token)
        .await
        .assert_error(401, "UNAUTHORIZED");
    let body = json!({"refresh_token": 1});
    world
        .post("/api/v1/auth/refresh", "", body)
        .await
        .assert_error(422, "VALIDATION_ERROR");
}
