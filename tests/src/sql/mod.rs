//! SQL through the real child: a world with a graph and canaries, the escape table, the bombs, damaged files.
//!
//! To add an escape: a row in `escapes.rs`. To add a bomb: a row in `bombs.rs`.

pub(crate) mod bombs;
pub(crate) mod damage;
pub(crate) mod escapes;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use codegraph_cpg::store::{BuildOptions, FileRole, GraphBuilder, Metadata, UnparsedFile};
use codegraph_server::sql::{Limits, Runner, SqlError, SqlResult, render};

/// What no answer may ever hold.
pub(crate) const CANARY: &str = "CANARY-7f3a91";

/// A folder with a graph, files that must not be read, and the program that answers.
pub(crate) struct World {
    folder: tempfile::TempDir,
    pub(crate) runner: Runner,
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["canary.txt", "canary.csv", "canary.json", "canary.sql"] {
            std::fs::write(folder.path().join(name), format!("\"{CANARY}\"\n")).expect("a canary");
        }
        for name in ["graphs", "work"] {
            std::fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        let work = folder.path().join("work");
        let world = Self {
            folder,
            runner: Runner::with_program(crate::program::program()).with_work_folder(work),
        };
        build_graph(&world.graph());
        world
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn graph(&self) -> PathBuf {
        self.folder().join("graphs/1.duckdb")
    }

    pub(crate) fn run(&self, sql: &str, limits: &Limits) -> Result<SqlResult, SqlError> {
        self.runner.run(&self.graph(), sql, limits)
    }

    /// What children have left.
    pub(crate) fn left_behind(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.folder().join("work")).expect("a readable folder");
        entries
            .map(|entry| entry.expect("an entry").path())
            .collect()
    }

    /// Names and contents of all files, to see that none came, went or changed.
    pub(crate) fn snapshot(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        let mut folders = vec![self.folder().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a readable folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push((path.clone(), std::fs::read(path).expect("a readable file")));
                }
            }
        }
        files.sort();
        files
    }
}

/// Everything that a caller gets to see of an answer.
pub(crate) fn seen(answer: &Result<SqlResult, SqlError>) -> String {
    match answer {
        Ok(result) => format!(
            "{}\n{}\n{}",
            render::table(result),
            render::json(result).expect("JSON"),
            String::from_utf8(render::csv(result).expect("CSV")).expect("UTF-8"),
        ),
        Err(error) => format!("{error}\n{error:?}"),
    }
}

/// Runs `work` over the items on two threads, in no order.
pub(crate) fn on_two_threads<T: Sync>(items: &[T], work: impl Fn(&T) + Sync) {
    let next = Mutex::new(items.iter());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let item = next.lock().expect("no thread panics with the lock").next();
                    let Some(item) = item else { return };
                    work(item);
                }
            });
        }
    });
}

/// Limits that end a hostile statement soon.
pub(crate) fn short() -> Limits {
    Limits {
        timeout: Duration::from_millis(1500),
        memory_bytes: 512 << 20,
        temporary_bytes: 64 << 20,
        ..Limits::default()
    }
}

/// A graph of a few hundred documents, built as an import builds it.
fn build_graph(path: &Path) {
    let builder = GraphBuilder::create(path, BuildOptions::default()).expect("a new graph file");
    for ordinal in 1..=300 {
        let text = format!("document {ordinal}\n").repeat(ordinal as usize);
        builder
            .add_unparsed_file(UnparsedFile {
                ordinal,
                path: format!("docs/page_{ordinal}.md"),
                language: String::new(),
                file_role: FileRole::Documentation,
                size: text.len() as u64,
                text: Some(text.into_bytes()),
                gaps: Vec::new(),
                key: None,
            })
            .expect("a file");
    }
    builder
        .finish(Metadata {
            project: "sql".to_owned(),
            revision: "1".to_owned(),
            ..Metadata::default()
        })
        .expect("a finished graph");
}
