//! Repositories that no honest tool writes: names, links, bombs.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use codegraph_jobs::fetch::{Cap, FetchError, RefusedReason};

use crate::git::repository::Repository;
use crate::world::World;

/// A file beside the folder of the jobs that nobody may touch.
struct Witness {
    path: std::path::PathBuf,
    state: (u64, SystemTime, Vec<u8>),
}

impl Witness {
    fn place(world: &World) -> Self {
        let path = world.outside("witness");
        std::fs::write(&path, b"untouched").expect("a file");
        let state = Self::look(&path);
        Self { path, state }
    }

    fn look(path: &Path) -> (u64, SystemTime, Vec<u8>) {
        let data = path.metadata().expect("it is there");
        (
            data.ino(),
            data.modified().expect("a time"),
            std::fs::read(path).expect("content"),
        )
    }

    fn check(&self) {
        assert_eq!(
            Self::look(&self.path),
            self.state,
            "a file outside was touched"
        );
    }
}

/// A repository whose only file has this name; the file says its name.
fn named(repository: &Repository, name: &[u8]) {
    let blob = repository.blob(name);
    repository.main(&[("100644", name, &blob)]);
}

#[tokio::test]
async fn names_that_git_s_own_check_refuses() {
    let world = World::new().await;
    let witness = Witness::place(&world);
    let names: &[&[u8]] = &[
        b"..",
        b".",
        b".git",
        b".GIT",
        b"git~1",
        b".git ",
        b".git.",
        b"a/b",
        b"../witness",
        ".g\u{200c}it".as_bytes(),
    ];
    for (index, name) in names.iter().enumerate() {
        let repository = world.repository(&format!("r{index}"));
        named(&repository, name);
        let error = world
            .fetch(&format!("r{index}"))
            .await
            .expect_err("a hostile name");
        assert!(
            matches!(error, FetchError::Fsck { .. }),
            "{}: {error:?}",
            String::from_utf8_lossy(name)
        );
        assert!(!error.to_string().contains(char::is_control), "{error:?}");
    }
    assert!(world.left_over().is_empty());
    witness.check();
}

#[tokio::test]
async fn names_that_only_we_refuse() {
    let world = World::new().await;
    let repository = world.repository("a");
    let names: &[(&[u8], RefusedReason)] = &[
        (b"\x01control", RefusedReason::ControlCharacter),
        (b"\x1b[31mred", RefusedReason::ControlCharacter),
        (b"a\nb", RefusedReason::ControlCharacter),
        (b"a\\x", RefusedReason::Backslash),
        (b"not\xff\xfeutf8", RefusedReason::NotUtf8),
        (
            "turned\u{202e}round".as_bytes(),
            RefusedReason::ControlCharacter,
        ),
    ];
    let kept: &[&str] = &[
        "--upload-pack=x",
        "-rf",
        ":(glob)*",
        "A",
        "CON",
        "a",
        "aux.py",
        "e\u{301}",
        "nul",
        "\u{e9}",
    ];
    let mut rows: Vec<_> = names
        .iter()
        .map(|(name, _)| *name)
        .chain(kept.iter().map(|name| name.as_bytes()))
        .map(|name| (name, repository.blob(name)))
        .collect();
    rows.sort();
    let rows: Vec<_> = rows
        .iter()
        .map(|(name, blob)| ("100644", *name, blob.as_str()))
        .collect();
    repository.main(&rows);
    let fetched = world.fetch("a").await.expect("a repository");
    let mut reasons: Vec<_> = fetched
        .refused()
        .iter()
        .map(|refused| refused.reason)
        .collect();
    let mut expected: Vec<_> = names.iter().map(|(_, reason)| *reason).collect();
    reasons.sort_unstable();
    expected.sort_unstable();
    assert_eq!(reasons, expected);
    for refused in fetched.refused() {
        assert!(
            !refused
                .path
                .contains(|c: char| c.is_control() || c == '\u{202e}'),
            "{:?}",
            refused.path
        );
    }
    let paths: Vec<_> = fetched
        .entries()
        .iter()
        .map(|entry| entry.path.as_str())
        .collect();
    assert_eq!(paths, kept);
    for path in paths {
        assert_eq!(fetched.read(path).await.expect("content"), path.as_bytes());
    }
}

#[tokio::test]
async fn links_and_submodules_are_gaps() {
    let world = World::new().await;
    let witness = Witness::place(&world);
    let repository = world.repository("a");
    let absolute = repository.blob(b"/etc/passwd");
    let upward = repository.blob(b"../../../witness");
    let itself = repository.blob(b"c-loop");
    let file = repository.blob(b"x");
    let commit = repository.files(&[("f", b"f")]);
    repository.main(&[
        ("120000", b"a-absolute", &absolute),
        ("120000", b"b-upward", &upward),
        ("120000", b"c-loop", &itself),
        ("100644", b"file", &file),
        ("160000", b"sub", &commit),
    ]);
    let fetched = world.fetch("a").await.expect("a repository");
    let refused: Vec<_> = fetched
        .refused()
        .iter()
        .map(|refused| (refused.path.as_str(), refused.reason))
        .collect();
    let expected = [
        ("a-absolute", RefusedReason::Symlink),
        ("b-upward", RefusedReason::Symlink),
        ("c-loop", RefusedReason::Symlink),
        ("sub", RefusedReason::Submodule),
    ];
    assert_eq!(refused, expected);
    assert_eq!(fetched.entries().len(), 1);
    assert!(fetched.read("a-absolute").await.is_err());
    witness.check();
}

#[tokio::test]
async fn submodule_addresses_are_never_followed() {
    let world = World::new().await;
    let canary = world.outside("canary");
    let modules = [
        format!("[submodule \"x\"]\n\tpath = x\n\turl = ext::sh -c touch% {}\n", canary.display()),
        format!("[submodule \"x\"]\n\tpath = x\n\turl = -u./{}\n", canary.display()),
        format!("[submodule \"../../x\"]\n\tpath = x\n\turl = https://127.0.0.1/{}\n", canary.display()),
        "[submodule \"x\"]\n\tpath = \"x\r\"\n\turl = https://127.0.0.1/x\n\tupdate = !touch canary\n".to_owned(),
    ];
    for (index, text) in modules.iter().enumerate() {
        let name = format!("r{index}");
        let repository = world.repository(&name);
        let commit = repository.files(&[("f", b"f")]);
        let blob = repository.blob(text.as_bytes());
        repository.main(&[("100644", b".gitmodules", &blob), ("160000", b"x", &commit)]);
        match world.fetch(&name).await {
            Ok(fetched) => {
                assert_eq!(fetched.entries().len(), 1);
                assert_eq!(fetched.refused()[0].reason, RefusedReason::Submodule);
            }
            Err(error) => assert!(
                matches!(error, FetchError::Fsck { .. }),
                "{text}: {error:?}"
            ),
        }
        assert!(!canary.exists(), "{text}");
    }
    assert!(world.left_over().is_empty());
}

#[tokio::test]
async fn a_tree_of_ten_thousand_million_paths() {
    let mut world = World::new().await;
    world.options.limits.paths = 100_000;
    let repository = world.repository("bomb");
    let mut object = repository.blob(b"boom");
    let mut mode = "100644";
    for _ in 0..10 {
        let names: Vec<_> = (0..10).map(|number| format!("d{number}")).collect();
        let rows: Vec<_> = names
            .iter()
            .map(|name| (mode, name.as_bytes(), object.as_str()))
            .collect();
        object = repository.tree(&rows);
        mode = "40000";
    }
    repository.branch("main", &repository.commit(&object, &[]));
    let start = Instant::now();
    let error = world.fetch("bomb").await.expect_err("a bomb");
    assert!(
        matches!(
            error,
            FetchError::TooLarge {
                cap: Cap::Paths,
                limit: 100_000
            }
        ),
        "{error:?}"
    );
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
    assert!(world.left_over().is_empty());
}

#[tokio::test]
async fn a_file_of_300_megabytes_that_shrank_to_nothing() {
    let world = World::new().await;
    let repository = world.repository("a");
    repository.files(&[("small", b"x"), ("zeros", &vec![0; 300 << 20])]);
    // A server that leaves large files out when it is asked to, and one that does not.
    for filters in ["true", "false"] {
        repository.configure("uploadpack.allowFilter", filters);
        let fetched = world.fetch("a").await.expect("a repository");
        assert_eq!(
            fetched.refused()[0].reason,
            RefusedReason::TooLarge,
            "{filters}"
        );
        assert_eq!(fetched.refused()[0].path, "zeros");
        assert_eq!(fetched.read("small").await.expect("content"), b"x");
        let on_disk = size_of(&world.left_over()[0]);
        assert!(on_disk < 2 << 20, "{filters}: {on_disk} bytes");
    }
    assert!(world.left_over().is_empty());
}

#[tokio::test]
async fn caps_of_size_and_depth() {
    let mut world = World::new().await;
    let repository = world.repository("a");
    let mut tree = repository.tree(&[("100644", b"f", &repository.blob(b"deep"))]);
    for _ in 0..40 {
        tree = repository.tree(&[("40000", &[b'd'; 255], &tree)]);
    }
    let (one, two) = (repository.blob(&[b'x'; 600]), repository.blob(&[b'y'; 600]));
    repository.main(&[
        ("100644", b"a", &one),
        ("100644", b"b", &two),
        ("40000", b"d", &tree),
    ]);
    let fetched = world.fetch("a").await.expect("a repository");
    assert_eq!(fetched.refused()[0].reason, RefusedReason::TooLong);
    assert!(fetched.refused()[0].path.len() < 400);
    drop(fetched);
    world.options.limits.path_bytes = 20_000;
    world.options.limits.depth = 10;
    let fetched = world.fetch("a").await.expect("a repository");
    assert_eq!(fetched.refused()[0].reason, RefusedReason::TooDeep);
    drop(fetched);
    world.options.limits.blob_bytes = 599;
    let fetched = world.fetch("a").await.expect("a repository");
    assert_eq!(fetched.entries().len(), 0);
    drop(fetched);
    world.options.limits.blob_bytes = 600;
    world.options.limits.total_bytes = 1000;
    let error = world.fetch("a").await.expect_err("too large");
    assert!(
        matches!(
            error,
            FetchError::TooLarge {
                cap: Cap::Total,
                limit: 1000
            }
        ),
        "{error:?}"
    );
}

fn size_of(path: &Path) -> u64 {
    let data = path.symlink_metadata().expect("it is there");
    if !data.is_dir() {
        return data.len();
    }
    let folder = std::fs::read_dir(path).expect("a folder");
    folder
        .map(|entry| size_of(&entry.expect("an entry").path()))
        .sum()
}
