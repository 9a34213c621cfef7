//! Servers that fail or cheat: each has its error, and nothing is left on disk.

use std::time::{Duration, Instant};

use codegraph_egress::Rule;
use codegraph_jobs::fetch::{Cap, FetchError, fetch};

use crate::git::canary::Canary;
use crate::git::server::{Behaviour, Server};
use crate::world::World;

/// A world with a repository `a` of one file that does not shrink when it is compressed.
async fn world() -> World {
    let world = World::new().await;
    let mut state = 1_u64;
    let noise: Vec<u8> = (0..400_000)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 56) as u8
        })
        .collect();
    world.repository("a").files(&[("noise", &noise)]);
    world
}

async fn error_of(world: &World, behaviour: Behaviour) -> FetchError {
    world.server.behave(behaviour);
    let error = world.fetch("a").await.expect_err("a server that fails");
    assert!(
        world.left_over().is_empty(),
        "{error}: {:?}",
        world.left_over()
    );
    error
}

#[tokio::test]
async fn nothing_there() {
    let world = world().await;
    let error = world.fetch("none").await.expect_err("no repository");
    assert!(matches!(error, FetchError::NotFound { .. }), "{error:?}");
    let error = error_of(&world, Behaviour::Status(404)).await;
    assert!(matches!(error, FetchError::NotFound { .. }), "{error:?}");
    assert!(error.to_string().contains("check the spelling"), "{error}");
}

#[tokio::test]
async fn an_empty_repository() {
    let world = World::new().await;
    world.repository("a");
    let error = error_of(&world, Behaviour::Honest).await;
    assert!(matches!(error, FetchError::Empty { .. }), "{error:?}");
}

#[tokio::test]
async fn a_login_is_asked_for() {
    let world = world().await;
    let error = error_of(&world, Behaviour::Login).await;
    assert!(
        matches!(error, FetchError::AuthNeeded { status: 401, .. }),
        "{error:?}"
    );
    let error = error_of(&world, Behaviour::Status(403)).await;
    assert!(
        matches!(error, FetchError::AuthNeeded { status: 403, .. }),
        "{error:?}"
    );
    let told = world.server.seen().join("\n").to_ascii_lowercase();
    assert!(
        !told.contains("authorization"),
        "a credential reached the server: {told}"
    );
}

#[tokio::test]
async fn a_server_in_trouble() {
    let world = world().await;
    let error = error_of(&world, Behaviour::Status(500)).await;
    assert!(
        matches!(&error, FetchError::Network { reason, .. } if reason.contains("500")),
        "{error:?}"
    );
    let error = error_of(&world, Behaviour::NoTls).await;
    assert!(matches!(error, FetchError::Network { .. }), "{error:?}");
    let error = error_of(&world, Behaviour::Page).await;
    assert!(matches!(error, FetchError::Empty { .. }), "{error:?}");
    assert!(
        error.to_string().contains("or no git repository"),
        "{error}"
    );
}

#[tokio::test]
async fn nobody_listens() {
    let world = world().await;
    let url = world.server.url("a");
    let World {
        options, server, ..
    } = world;
    drop(server);
    let error = fetch(&url, &options, &|_| {})
        .await
        .expect_err("nobody listens");
    assert!(
        matches!(&error, FetchError::Network { reason, .. } if reason.contains("refused")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_stranger_s_certificate() {
    let mut world = world().await;
    world.options.extra_ca = None;
    let error = error_of(&world, Behaviour::Honest).await;
    assert!(matches!(error, FetchError::Certificate { .. }), "{error:?}");
    assert_eq!(world.server.requests(), 0);
}

#[tokio::test]
async fn damaged_packs() {
    let world = world().await;
    for behaviour in [Behaviour::BadChecksum, Behaviour::CutShort] {
        let error = error_of(&world, behaviour.clone()).await;
        assert!(
            matches!(error, FetchError::Corrupt { .. }),
            "{behaviour:?}: {error:?}"
        );
    }
}

#[tokio::test]
async fn redirects_are_decided_like_addresses() {
    let world = world().await;
    let canary = Canary::start("127.0.0.2").await;
    let places = [
        (format!("https://{}", canary.address), "loopback"),
        (
            format!("https://[::ffff:127.0.0.2]:{}", canary.address.port()),
            "IPv4-mapped",
        ),
        ("https://10.0.0.1".to_owned(), "private"),
        ("https://169.254.169.254".to_owned(), "link-local"),
        ("https://elsewhere.test".to_owned(), "does not resolve"),
        (
            format!("https://127.0.0.1:{}", canary.address.port()),
            "loopback",
        ),
    ];
    for (place, rule) in places {
        let error = error_of(&world, Behaviour::Redirect(place.clone())).await;
        assert!(
            matches!(error, FetchError::NetworkDenied(_)),
            "{place}: {error:?}"
        );
        assert!(error.to_string().contains(rule), "{place}: {error}");
    }
    // Other schemes are Git's to refuse: nothing is dialled at all.
    for place in [
        format!("http://{}", canary.address),
        "file:///etc".to_owned(),
        "ftp://127.0.0.2".to_owned(),
    ] {
        let error = error_of(&world, Behaviour::Redirect(place.clone())).await;
        assert!(
            matches!(error, FetchError::Network { .. }),
            "{place}: {error:?}"
        );
    }
    assert_eq!(canary.hits(), 0);
}

#[tokio::test]
async fn a_redirect_to_an_allowed_place_is_followed() {
    let mut world = world().await;
    let folder = tempfile::TempDir::new().expect("a folder");
    let first = Server::start("127.0.0.3", folder.path()).await;
    first.behave(Behaviour::Redirect(format!(
        "https://{}",
        world.server.address
    )));
    world.allow(&[
        &first.address.to_string(),
        &world.server.address.to_string(),
    ]);
    let own = world.server.authority.clone();
    world.trust(&[&first.authority, &own]);
    let fetched = world
        .fetch_url(&first.url("a"))
        .await
        .expect("a repository");
    assert_eq!(fetched.entries().len(), 1);
    // Round in circles: the end is an error and not a hang.
    drop(fetched);
    world
        .server
        .behave(Behaviour::Redirect(format!("https://{}", first.address)));
    let error = world
        .fetch_url(&first.url("a"))
        .await
        .expect_err("a circle");
    assert!(
        matches!(
            error,
            FetchError::Network { .. }
                | FetchError::TooLarge {
                    cap: Cap::Connections,
                    ..
                }
        ),
        "{error:?}"
    );
    assert!(first.requests() + world.server.requests() < 40);
}

#[tokio::test]
async fn private_addresses_are_not_dialled() {
    let world = world().await;
    let canary = Canary::start("127.0.0.2").await;
    let port = canary.address.port();
    let before = world.server.requests();
    for host in [
        "127.0.0.2",
        "0x7f.0.0.2",
        "2130706434",
        "[::ffff:127.0.0.2]",
        "127.2",
        "0177.0.0.2",
        "localhost",
    ] {
        let url = format!("https://{host}:{port}/a");
        let error = world.fetch_url(&url).await.expect_err("a private address");
        assert!(
            matches!(&error, FetchError::NetworkDenied(denied) if !matches!(denied.rule, Rule::Malformed(_))),
            "{host}: {error:?}"
        );
    }
    // The one entry of the list opens one port of one address.
    let neighbour = format!("https://127.0.0.1:{port}/a");
    let error = world.fetch_url(&neighbour).await.expect_err("another port");
    assert!(matches!(error, FetchError::NetworkDenied(_)), "{error:?}");
    assert_eq!((canary.hits(), world.server.requests()), (0, before));
    assert!(world.left_over().is_empty());
}

#[tokio::test]
async fn a_server_that_stalls_is_left() {
    let mut world = world().await;
    world.options.limits.idle = Duration::from_secs(1);
    let error = error_of(&world, Behaviour::Stall).await;
    assert!(
        matches!(error, FetchError::Timeout { seconds: 1, .. }),
        "{error:?}"
    );
    world.options.limits.idle = Duration::from_mins(1);
    world.options.limits.deadline = Duration::from_secs(2);
    let start = Instant::now();
    let error = error_of(&world, Behaviour::Stall).await;
    assert!(
        matches!(error, FetchError::Timeout { seconds: 2, .. }),
        "{error:?}"
    );
    assert!(start.elapsed() < Duration::from_secs(6));
}

#[tokio::test]
async fn a_server_that_never_ends_is_cut() {
    let mut world = world().await;
    world.options.limits.download_bytes = 3 << 20;
    let error = error_of(&world, Behaviour::Forever).await;
    assert!(
        matches!(
            error,
            FetchError::TooLarge {
                cap: Cap::Download,
                limit: 3_145_728
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_download_over_the_cap_is_cut() {
    let mut world = world().await;
    world.options.limits.download_bytes = 100_000;
    let error = error_of(&world, Behaviour::Honest).await;
    assert!(
        matches!(
            error,
            FetchError::TooLarge {
                cap: Cap::Download,
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_cancelled_fetch_leaves_nothing() {
    let world = world().await;
    world.server.behave(Behaviour::Stall);
    let cancel = world.options.cancel.clone();
    let stalled = async {
        world.server.stalled().await;
        assert_eq!(world.left_over().len(), 1);
        assert!(!world.processes().is_empty(), "a child is at work");
        cancel.cancel();
    };
    let (result, ()) = tokio::join!(world.fetch("a"), stalled);
    assert!(matches!(result, Err(FetchError::Cancelled)), "{result:?}");
    assert!(world.left_over().is_empty());
    assert!(world.processes().is_empty(), "{:?}", world.processes());
    let again = world.fetch("a").await.expect_err("still cancelled");
    assert!(matches!(again, FetchError::Cancelled));
}

#[tokio::test]
async fn a_dropped_fetch_leaves_nothing() {
    let world = world().await;
    world.server.behave(Behaviour::Stall);
    tokio::select! {
        result = world.fetch("a") => panic!("{result:?}"),
        () = world.server.stalled() => {}
    }
    // Nobody awaits it any more; its own task cleans up.
    let clean = async {
        while !(world.left_over().is_empty() && world.processes().is_empty()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), clean)
        .await
        .expect("children and folder are gone");
}

#[tokio::test]
async fn bad_addresses_and_branches_make_no_folder() {
    let mut world = world().await;
    let canary = world.outside("canary");
    let touch = format!("ext::sh -c touch%20{}", canary.display());
    let addresses = [
        touch.as_str(),
        "file:///etc",
        "fd::3/x",
        "ssh://-oProxyCommand=touch/x",
        "git@127.0.0.1:a",
        "http://127.0.0.1/a",
        "-u",
        "--upload-pack=touch",
        "https://user:secret@127.0.0.1/a",
    ];
    for address in addresses {
        let error = world.fetch_url(address).await.expect_err(address);
        assert!(
            matches!(error, FetchError::BadUrl(_)),
            "{address}: {error:?}"
        );
        assert!(!error.to_string().contains("secret"));
    }
    for branch in ["--x", "-u", "refs/..", "a\nb", "refs/heads/main", "a..b"] {
        world.options.branch = Some(branch.to_owned());
        let error = world.fetch("a").await.expect_err(branch);
        assert!(
            matches!(error, FetchError::BadBranch(_)),
            "{branch}: {error:?}"
        );
    }
    assert!(!world.options.work_dir.exists());
    assert!(!canary.exists());
    assert_eq!(world.server.requests(), 0);
}

#[tokio::test]
async fn a_launcher_that_cannot_start_is_said() {
    let mut world = world().await;
    world.options.sandbox.launcher = "/nonexistent/codegraph".into();
    let error = error_of(&world, Behaviour::Honest).await;
    assert!(matches!(error, FetchError::Sandbox(_)), "{error:?}");
}

#[tokio::test]
async fn a_name_is_fetched_where_it_was_looked_at() {
    let address = |text: &str| text.parse().expect("an address");
    let mut world = world().await;
    let port = world.server.address.port();
    let url = format!("https://git.test:{port}/a");
    let own = format!("127.0.0.1:{port}");
    world.name("git.test", &[&[address("127.0.0.1")]], &[&own]);
    let fetched = world.fetch_url(&url).await.expect("a repository");
    assert_eq!(fetched.entries().len(), 1);
    drop(fetched);
    // One of two addresses is open: the whole name is not.
    world.name(
        "git.test",
        &[&[address("127.0.0.1"), address("127.0.0.2")]],
        &[&own],
    );
    let error = world.fetch_url(&url).await.expect_err("a mixed answer");
    assert!(matches!(error, FetchError::NetworkDenied(_)), "{error:?}");
    // The name changes its mind between two connections of one clone.
    let before = world.server.requests();
    world.name(
        "git.test",
        &[&[address("127.0.0.1")], &[address("127.0.0.2")]],
        &[&own],
    );
    let error = world.fetch_url(&url).await.expect_err("a name that moves");
    assert!(matches!(error, FetchError::NetworkDenied(_)), "{error:?}");
    assert_eq!(world.server.requests(), before + 1);
    assert!(world.left_over().is_empty());
}
