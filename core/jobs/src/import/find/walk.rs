//! Listing a folder of this machine.
//!
//! Links are not followed, so that nothing outside of the folder is read and no loop is walked. Order is by name, whatever
//! the file system gives. In a git work tree `.gitignore` holds as it does for git; what it leaves out is counted.

use std::collections::BTreeSet;
use std::fs::FileType;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::super::error::ImportError;
use super::{Findings, Found, Patterns, SkipRules, reason};

/// Folders above a file.
const DEEPEST: usize = 128;

/// How a folder is listed.
#[derive(Clone, Copy)]
pub struct WalkOptions<'a> {
    /// What is wanted.
    pub patterns: &'a Patterns,
    /// Whether folders of dependencies and build results are skipped.
    pub skip_dependencies: bool,
    /// A folder that is never listed: our own data.
    pub apart: &'a Path,
    /// Files at most.
    pub most: usize,
    /// Says that nobody wants the list any more.
    pub is_cancelled: &'a dyn Fn() -> bool,
    /// Is told of files that were found.
    pub tick: &'a dyn Fn(u64),
}

/// Lists a folder.
pub fn walk(root: &Path, options: WalkOptions<'_>) -> Result<Findings, ImportError> {
    let mut walk = Walk {
        root,
        options,
        ignores: outer_ignores(root),
        found: Findings::default(),
    };
    let entries = list(root).map_err(|error| ImportError::Unreadable {
        path: root.to_owned(),
        problem: error.to_string(),
    })?;
    walk.folder(root, "", entries, 0)?;
    Ok(walk.found.finish())
}

struct Walk<'a> {
    root: &'a Path,
    options: WalkOptions<'a>,
    /// `.gitignore` of the folders down to this one, the outermost first; none outside of a git work tree.
    ignores: Option<Vec<Gitignore>>,
    found: Findings,
}

struct Entry {
    name: std::ffi::OsString,
    path: PathBuf,
    kind: FileType,
}

fn list(folder: &Path) -> std::io::Result<Vec<Entry>> {
    let mut entries = std::fs::read_dir(folder)?
        .map(|entry| {
            let entry = entry?;
            Ok(Entry {
                name: entry.file_name(),
                path: entry.path(),
                kind: entry.file_type()?,
            })
        })
        .collect::<std::io::Result<Vec<_>>>()?;
    entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

impl Walk<'_> {
    fn folder(
        &mut self,
        folder: &Path,
        prefix: &str,
        entries: Vec<Entry>,
        depth: usize,
    ) -> Result<(), ImportError> {
        if (self.options.is_cancelled)() {
            return Err(ImportError::Cancelled);
        }
        let names: BTreeSet<String> = entries
            .iter()
            .map(|entry| entry.name.to_string_lossy().into_owned())
            .collect();
        // A folder that is a work tree of its own (a submodule) has its own rules.
        let outer = if names.contains(".git") && !prefix.is_empty() {
            self.ignores.replace(Vec::new())
        } else {
            None
        };
        let is_own_tree = outer.is_some();
        if let Some(ignores) = &mut self.ignores {
            // An unreadable or malformed line of it is left out, as git does.
            ignores.push(if names.contains(".gitignore") {
                Gitignore::new(folder.join(".gitignore")).0
            } else {
                Gitignore::empty()
            });
        }
        self.found.folders.push(prefix.to_owned());
        for entry in entries {
            self.entry(&entry, prefix, &names, depth)?;
        }
        if let Some(ignores) = &mut self.ignores {
            ignores.pop();
        }
        if is_own_tree {
            self.ignores = outer;
        }
        Ok(())
    }

    fn entry(
        &mut self,
        entry: &Entry,
        prefix: &str,
        beside: &BTreeSet<String>,
        depth: usize,
    ) -> Result<(), ImportError> {
        let Some(name) = entry
            .name
            .to_str()
            .filter(|name| !name.chars().any(char::is_control))
        else {
            let shown = format!("{prefix}{}", entry.name.to_string_lossy().escape_debug());
            self.found.leave_out(
                shown,
                reason::BAD_NAME,
                "its name is no UTF-8 or has control characters",
            );
            return Ok(());
        };
        let path = format!("{prefix}{name}");
        if entry.kind.is_dir() {
            return self.sub_folder(entry, name, &path, beside, depth);
        }
        if self.is_ignored(&entry.path, false) {
            self.found.count_out(&path, reason::IGNORED);
        } else if !self.options.patterns.wants(&path) {
            self.found.count_out(&path, reason::EXCLUDED);
        } else if entry.kind.is_symlink() {
            self.found.leave_out(
                path,
                reason::SYMLINK,
                "a symbolic link; links are not followed",
            );
        } else if !entry.kind.is_file() {
            self.found
                .leave_out(path, reason::SPECIAL_FILE, "a pipe, socket or device");
        } else {
            match entry.path.symlink_metadata() {
                Ok(metadata) => self.found.files.push(Found {
                    path,
                    size: metadata.len(),
                }),
                Err(error) => self
                    .found
                    .leave_out(path, reason::UNREADABLE, error.to_string()),
            }
            (self.options.tick)(1);
            if self.found.files.len() > self.options.most {
                return Err(ImportError::TooManyFiles {
                    limit: self.options.most,
                });
            }
        }
        Ok(())
    }

    fn sub_folder(
        &mut self,
        entry: &Entry,
        name: &str,
        path: &str,
        beside: &BTreeSet<String>,
        depth: usize,
    ) -> Result<(), ImportError> {
        let shown = format!("{path}/");
        let inside = || {
            let entries = std::fs::read_dir(&entry.path)
                .into_iter()
                .flatten()
                .flatten();
            entries
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect()
        };
        if let Some(skip) =
            SkipRules::built_in().skips(name, beside, inside, self.options.skip_dependencies)
        {
            if !skip.silent {
                self.found.leave_out(
                    shown,
                    reason::SKIPPED_FOLDER,
                    format!("a folder of {}", skip.what),
                );
            }
            return Ok(());
        }
        if entry.path == self.options.apart {
            self.found.leave_out(
                shown,
                reason::SKIPPED_FOLDER,
                "the data folder of CodeGraph",
            );
        } else if self.is_ignored(&entry.path, true) {
            self.found.leave_out(
                shown,
                reason::IGNORED,
                "the folder is left out by .gitignore",
            );
        } else if self.options.patterns.excludes_folder(path) {
            self.found.leave_out(
                shown,
                reason::EXCLUDED,
                "the folder is left out by the request",
            );
        } else if depth >= DEEPEST {
            self.found.leave_out(
                shown,
                reason::TOO_DEEP,
                format!("more than {DEEPEST} folders deep"),
            );
        } else {
            match list(&entry.path) {
                Ok(entries) => self.folder(&entry.path, &shown, entries, depth + 1)?,
                Err(error) => self
                    .found
                    .leave_out(shown, reason::UNREADABLE, error.to_string()),
            }
        }
        Ok(())
    }

    /// Git's rule: the innermost file with a fitting line decides.
    fn is_ignored(&self, path: &Path, is_folder: bool) -> bool {
        debug_assert!(path.starts_with(self.root));
        let Some(ignores) = &self.ignores else {
            return false;
        };
        for ignore in ignores.iter().rev() {
            match ignore.matched(path, is_folder) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => {}
            }
        }
        false
    }
}

/// The rules that hold from above: `.git/info/exclude` and `.gitignore` of the folders from the work tree's root down to the
/// folder that holds `root`. None where `root` is in no work tree.
fn outer_ignores(root: &Path) -> Option<Vec<Gitignore>> {
    let top = root
        .ancestors()
        .find(|folder| folder.join(".git").exists())?;
    let mut ignores = Vec::new();
    let mut exclude = GitignoreBuilder::new(top);
    // Where there is no such file there are no rules.
    let _ = exclude.add(top.join(".git/info/exclude"));
    ignores.extend(exclude.build().ok());
    let mut between: Vec<&Path> = root
        .ancestors()
        .skip(1)
        .take_while(|folder| folder.starts_with(top))
        .collect();
    between.reverse();
    ignores.extend(
        between
            .into_iter()
            .map(|folder| Gitignore::new(folder.join(".gitignore")).0),
    );
    Some(ignores)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Tree(tempfile::TempDir);

    impl Tree {
        fn new(files: &[(&str, &str)]) -> Self {
            let tree = Self(tempfile::tempdir().unwrap());
            for (path, text) in files {
                let path = tree.0.path().join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            }
            tree
        }

        fn walk(&self, below: &str, patterns: (&[&str], &[&str])) -> Findings {
            let owned =
                |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
            let patterns = Patterns::new(&owned(patterns.0), &owned(patterns.1)).unwrap();
            walk(&self.0.path().join(below), options(&patterns, 1_000)).unwrap()
        }
    }

    fn options(patterns: &Patterns, most: usize) -> WalkOptions<'_> {
        WalkOptions {
            patterns,
            skip_dependencies: true,
            apart: Path::new("/nowhere"),
            most,
            is_cancelled: &|| false,
            tick: &|_| {},
        }
    }

    fn paths(found: &Findings) -> Vec<&str> {
        found.files.iter().map(|file| file.path.as_str()).collect()
    }

    fn gaps(found: &Findings) -> Vec<(&str, &str)> {
        found
            .left_out
            .iter()
            .flat_map(|(path, reasons)| {
                reasons
                    .iter()
                    .map(move |(reason, _)| (path.as_str(), *reason))
            })
            .collect()
    }

    #[test]
    fn lists_in_order_and_counts_what_it_skips() {
        let tree = Tree::new(&[
            ("b.py", "x"),
            ("a/c.py", "xy"),
            (".github/ci.yml", ""),
            ("node_modules/x/y.js", ""),
            (".git/config", ""),
            ("a/__pycache__/c.pyc", ""),
        ]);
        let found = tree.walk("", (&[], &[]));
        assert_eq!(paths(&found), [".github/ci.yml", "a/c.py", "b.py"]);
        assert_eq!(found.files[1].size, 2);
        assert_eq!(found.folders, ["", ".github/", "a/"]);
        assert_eq!(
            gaps(&found),
            [
                ("a/__pycache__/", "skipped_folder"),
                ("node_modules/", "skipped_folder")
            ]
        );
    }

    #[test]
    fn gitignore_holds_in_a_work_tree_and_is_counted() {
        let files = [
            (".gitignore", "*.log\n/data/\n"),
            ("a.log", ""),
            ("b.log", ""),
            ("data/x.py", ""),
            ("src/data/y.py", ""),
            ("src/.gitignore", "!keep.log\nlocal.py\n"),
            ("src/keep.log", ""),
            ("src/local.py", ""),
        ];
        let found = Tree::new(&files).walk("", (&[], &[]));
        assert_eq!(
            found.files.len(),
            files.len(),
            "no work tree, so the file is a file like others"
        );
        let mut files = files.to_vec();
        files.push((".git/HEAD", ""));
        files.push((".git/info/exclude", "secret.py\n"));
        files.push(("secret.py", ""));
        let tree = Tree::new(&files);
        let found = tree.walk("", (&[], &[]));
        assert_eq!(
            paths(&found),
            [
                ".gitignore",
                "src/.gitignore",
                "src/data/y.py",
                "src/keep.log"
            ]
        );
        assert_eq!(
            gaps(&found),
            [("./", "ignored"), ("data/", "ignored"), ("src/", "ignored")]
        );
        assert_eq!(found.left_out["./"][0].1, "3 files left out by .gitignore");
        // The rules from above hold below as well.
        let below = tree.walk("src", (&[], &[]));
        assert_eq!(paths(&below), [".gitignore", "data/y.py", "keep.log"]);
    }

    #[test]
    fn the_request_leaves_out() {
        let tree = Tree::new(&[
            ("a.py", ""),
            ("a.txt", ""),
            ("tests/t.py", ""),
            ("tests/x/u.py", ""),
        ]);
        let found = tree.walk("", (&["*.py"], &["tests"]));
        assert_eq!(paths(&found), ["a.py"]);
        assert_eq!(gaps(&found), [("./", "excluded"), ("tests/", "excluded")]);
    }

    #[cfg(unix)]
    #[test]
    fn follows_no_link_and_opens_no_pipe() {
        use std::os::unix::ffi::OsStrExt as _;
        let tree = Tree::new(&[("a.py", "")]);
        let root = tree.0.path();
        std::os::unix::fs::symlink("/etc/passwd", root.join("passwd")).unwrap();
        std::os::unix::fs::symlink(".", root.join("loop")).unwrap();
        std::os::unix::net::UnixListener::bind(root.join("socket")).unwrap();
        std::fs::write(root.join(std::ffi::OsStr::from_bytes(b"caf\xe9.py")), "").unwrap();
        std::fs::write(root.join("line\nbreak.py"), "").unwrap();
        let found = tree.walk("", (&[], &[]));
        assert_eq!(paths(&found), ["a.py"]);
        assert_eq!(
            gaps(&found)
                .iter()
                .map(|gap| gap.1)
                .collect::<BTreeSet<_>>(),
            BTreeSet::from(["bad_name", "special_file", "symlink"])
        );
        assert_eq!(found.left_out.len(), 5);
    }

    #[test]
    fn too_many_files_end_it() {
        let tree = Tree::new(&[("a", ""), ("b", ""), ("c", "")]);
        let patterns = Patterns::new(&[], &[]).unwrap();
        let walk = |most| walk(tree.0.path(), options(&patterns, most));
        assert!(matches!(
            walk(2),
            Err(ImportError::TooManyFiles { limit: 2 })
        ));
        assert!(walk(3).is_ok());
    }

    #[test]
    fn a_deep_tree_ends() {
        let tree = Tree::new(&[(&format!("{}x.py", "d/".repeat(300)), "")]);
        let found = tree.walk("", (&[], &[]));
        assert_eq!(
            gaps(&found).iter().map(|gap| gap.1).collect::<Vec<_>>(),
            ["too_deep"]
        );
    }
}
