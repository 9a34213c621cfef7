//! Repositories written by plumbing, so that they can hold what no honest `git add` would take.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A bare repository that is being written.
pub(crate) struct Repository {
    pub(crate) path: PathBuf,
}

/// An entry of a tree: mode, name, object.
pub(crate) type Row<'a> = (&'a str, &'a [u8], &'a str);

impl Repository {
    /// An empty bare repository whose default branch is `main`, served in full and in part.
    pub(crate) fn create(path: &Path) -> Self {
        let this = Self {
            path: path.to_owned(),
        };
        std::fs::create_dir_all(path).expect("a folder");
        this.git(&[
            "init",
            "--quiet",
            "--bare",
            "--initial-branch=main",
            "--template=",
            ".",
        ]);
        this.configure("uploadpack.allowFilter", "true");
        this
    }

    /// Sets one of the server's own settings.
    pub(crate) fn configure(&self, key: &str, value: &str) {
        self.git(&["config", key, value]);
    }

    pub(crate) fn blob(&self, content: &[u8]) -> String {
        self.feed(&["hash-object", "-w", "--stdin"], content)
    }

    /// A tree of just these rows, in this order, unchecked.
    pub(crate) fn tree(&self, rows: &[Row<'_>]) -> String {
        let mut bytes = Vec::new();
        for (mode, name, object) in rows {
            bytes.extend_from_slice(mode.as_bytes());
            bytes.push(b' ');
            bytes.extend_from_slice(name);
            bytes.push(0);
            bytes.extend(object.as_bytes().chunks(2).map(|pair| {
                let text = std::str::from_utf8(pair).expect("hexadecimal");
                u8::from_str_radix(text, 16).expect("hexadecimal")
            }));
        }
        self.feed(
            &["hash-object", "-t", "tree", "-w", "--literally", "--stdin"],
            &bytes,
        )
    }

    /// A commit of this tree.
    pub(crate) fn commit(&self, tree: &str, parents: &[&str]) -> String {
        let mut arguments = vec!["commit-tree", "-m", "test", tree];
        for parent in parents {
            arguments.extend(["-p", parent]);
        }
        self.git(&arguments)
    }

    pub(crate) fn branch(&self, name: &str, commit: &str) {
        self.git(&["update-ref", &format!("refs/heads/{name}"), commit]);
    }

    pub(crate) fn tag(&self, name: &str, commit: &str) {
        self.git(&["update-ref", &format!("refs/tags/{name}"), commit]);
    }

    /// A branch `main` with one commit of these files.
    pub(crate) fn files(&self, files: &[(&str, &[u8])]) -> String {
        let mut rows: Vec<_> = files
            .iter()
            .map(|(name, content)| (name.as_bytes(), self.blob(content)))
            .collect();
        rows.sort();
        let rows: Vec<_> = rows
            .iter()
            .map(|(name, object)| ("100644", *name, object.as_str()))
            .collect();
        self.main(&rows)
    }

    /// A branch `main` with one commit of this tree.
    pub(crate) fn main(&self, rows: &[Row<'_>]) -> String {
        let tree = self.tree(rows);
        let commit = self.commit(&tree, &[]);
        self.branch("main", &commit);
        commit
    }

    fn git(&self, arguments: &[&str]) -> String {
        self.feed(arguments, b"")
    }

    fn feed(&self, arguments: &[&str], input: &[u8]) -> String {
        let mut child = Command::new("git")
            .args(arguments)
            .current_dir(&self.path)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_NAME", "A")
            .env("GIT_AUTHOR_EMAIL", "a@example.org")
            .env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z")
            .env("GIT_COMMITTER_NAME", "A")
            .env("GIT_COMMITTER_EMAIL", "a@example.org")
            .env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("git is installed");
        child
            .stdin
            .take()
            .expect("a pipe")
            .write_all(input)
            .expect("git reads");
        let output = child.wait_with_output().expect("git ends");
        assert!(output.status.success(), "git {arguments:?}");
        String::from_utf8(output.stdout)
            .expect("text")
            .trim()
            .to_owned()
    }
}
