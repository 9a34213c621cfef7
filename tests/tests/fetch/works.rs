//! What works: a clone, its files, branches, progress.

use std::sync::Mutex;

use codegraph_jobs::fetch::{FetchError, Phase, fetch};

use crate::world::World;

#[tokio::test]
async fn a_repository_is_read_without_a_checkout() {
    let world = World::new().await;
    let repository = world.repository("shop");
    let folder = repository.tree(&[("100755", b"run.py", &repository.blob(b"print(1)\n"))]);
    let readme = repository.blob(b"# Shop\n");
    let empty = repository.blob(b"");
    let commit = repository.main(&[
        ("100644", b"README.md", &readme),
        ("100644", b"empty", &empty),
        ("40000", b"src", &folder),
    ]);
    let fetched = world.fetch("shop").await.expect("a repository");
    assert_eq!(fetched.commit(), commit);
    assert_eq!(fetched.branch(), Some("main"));
    assert!(fetched.bytes() > 500);
    assert!(fetched.refused().is_empty());
    let entries: Vec<_> = fetched
        .entries()
        .iter()
        .map(|entry| (entry.path.as_str(), entry.size, entry.executable))
        .collect();
    assert_eq!(
        entries,
        [
            ("README.md", 7, false),
            ("empty", 0, false),
            ("src/run.py", 9, true)
        ]
    );
    assert_eq!(
        fetched.read("README.md").await.expect("content"),
        b"# Shop\n"
    );
    assert_eq!(
        fetched.read("src/run.py").await.expect("content"),
        b"print(1)\n"
    );
    assert_eq!(fetched.read("empty").await.expect("content"), b"");
    assert!(matches!(
        fetched.read("none").await,
        Err(FetchError::NoSuchFile(_))
    ));
    assert_eq!(world.left_over().len(), 1);
    drop(fetched);
    assert!(world.left_over().is_empty());
}

#[tokio::test]
async fn only_the_newest_commits_come() {
    let world = World::new().await;
    let repository = world.repository("history");
    let mut parent = repository.files(&[("a", b"0")]);
    for number in 1..5 {
        let tree = repository.tree(&[(
            "100644",
            b"a",
            &repository.blob(number.to_string().as_bytes()),
        )]);
        parent = repository.commit(&tree, &[&parent]);
    }
    repository.branch("main", &parent);
    let fetched = world.fetch("history").await.expect("a repository");
    assert_eq!(fetched.read("a").await.expect("content"), b"4");
    let shallow = world.left_over()[0].join("repository/shallow");
    assert_eq!(
        std::fs::read_to_string(shallow)
            .expect("a shallow clone")
            .trim(),
        parent
    );
}

#[tokio::test]
async fn a_branch_or_tag_is_chosen_by_name() {
    let mut world = World::new().await;
    let repository = world.repository("branches");
    let first = repository.files(&[("a", b"one")]);
    let tree = repository.tree(&[("100644", b"a", &repository.blob(b"two"))]);
    let second = repository.commit(&tree, &[&first]);
    repository.branch("feature/x", &second);
    repository.tag("v1.0", &first);
    let cases = [
        (None, &first, "main"),
        (Some("feature/x"), &second, "feature/x"),
        (Some("v1.0"), &first, "v1.0"),
    ];
    for (asked, commit, branch) in cases {
        world.options.branch = asked.map(str::to_owned);
        let fetched = world.fetch("branches").await.expect(branch);
        assert_eq!(
            (fetched.commit(), fetched.branch()),
            (commit.as_str(), Some(branch))
        );
    }
    world.options.branch = Some("nowhere".to_owned());
    let error = world.fetch("branches").await.expect_err("no such branch");
    let text = "there is no branch or tag `nowhere`, there are: feature/x, main";
    assert_eq!(error.to_string(), text);
    assert!(world.left_over().is_empty());
}

#[tokio::test]
async fn progress_is_told() {
    let world = World::new().await;
    let repository = world.repository("large");
    let blobs: Vec<_> = (0..300_u32)
        .map(|number| {
            (
                format!("f{number:05}"),
                repository.blob(format!("{number}\n").repeat(200).as_bytes()),
            )
        })
        .collect();
    let rows: Vec<_> = blobs
        .iter()
        .map(|(name, object)| ("100644", name.as_bytes(), object.as_str()))
        .collect();
    repository.main(&rows);
    let told = Mutex::new(Vec::new());
    let progress = |state| told.lock().expect("no panic").push(state);
    let fetched = fetch(&world.server.url("large"), &world.options, &progress)
        .await
        .expect("a repository");
    assert_eq!(fetched.entries().len(), 300);
    let told = told.into_inner().expect("no panic");
    let phases: Vec<_> = told.iter().map(|state| state.phase).collect();
    assert_eq!(phases.first(), Some(&Phase::Connecting));
    assert_eq!(phases.last(), Some(&Phase::Listing));
    assert!(phases.contains(&Phase::Receiving), "{phases:?}");
    assert!(told.iter().any(|state| state.percent == Some(100)));
    assert!(told.windows(2).all(|pair| pair[0].bytes <= pair[1].bytes));
    assert!(told.last().is_some_and(|state| state.bytes > 5_000));
}

#[tokio::test]
async fn all_content_comes_back_as_it_was() {
    let world = World::new().await;
    let repository = world.repository("bytes");
    let every_byte: Vec<u8> = (0..=255).cycle().take(200_000).collect();
    let crlf = b"a\r\nb\r\n".as_slice();
    repository.files(&[
        (
            ".gitattributes",
            b"* text=auto eol=lf filter=evil\n*.bin diff=evil\n",
        ),
        ("a.bin", &every_byte),
        ("crlf.txt", crlf),
        ("no-end", b"x"),
    ]);
    let fetched = world.fetch("bytes").await.expect("a repository");
    assert_eq!(fetched.read("a.bin").await.expect("content"), every_byte);
    assert_eq!(fetched.read("crlf.txt").await.expect("content"), crlf);
    assert_eq!(fetched.read("no-end").await.expect("content"), b"x");
    let (first, second) = tokio::join!(fetched.read("no-end"), fetched.read("a.bin"));
    assert_eq!(
        first.expect("content").len() + second.expect("content").len(),
        200_001
    );
}
