//! Which commit a folder is at, read from git's files: no program runs in a tree that is not trusted.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// A reference that refers to a reference …: git allows five.
const MOST_HOPS: usize = 5;
/// `packed-refs` of a repository with a million references is about this long.
const LONGEST: u64 = 128 << 20;

/// Gives the commit of the work tree that a folder belongs to; none where it belongs to none, or before its first commit.
/// A folder that lies in a work tree without being tracked (a build's, one that is ignored) does not belong to it.
pub(super) fn of_folder(folder: &Path) -> Option<String> {
    let (top, git) = folder
        .ancestors()
        .map(|above| (above, above.join(".git")))
        .find(|(_, git)| git.exists())?;
    let below = folder.strip_prefix(top).ok()?.to_path_buf();
    let folder = if git.is_file() {
        // A linked work tree or a submodule: a file that says where the folder is.
        let pointer = read(&git)?;
        let target = PathBuf::from(pointer.strip_prefix("gitdir:")?.trim());
        git.parent()?.join(target)
    } else {
        git
    };
    if !below.as_os_str().is_empty() && !is_tracked(&folder.join("index"), &below) {
        return None;
    }
    // What work trees share lies in the folder of the main one.
    let common = read(&folder.join("commondir")).map(|path| folder.join(path.trim()));
    let folders = [Some(folder), common];
    let mut name = "HEAD".to_owned();
    for _ in 0..MOST_HOPS {
        let text = folders
            .iter()
            .flatten()
            .find_map(|folder| look_up(folder, &name))?;
        match text.strip_prefix("ref:") {
            Some(next) => next.trim().clone_into(&mut name),
            None => return is_commit(&text).then_some(text),
        }
    }
    None
}

/// Whether the index of a work tree has files below a folder. Paths stand in it as they are, but for version 4, which shortens
/// them: there nothing is known, and the folder counts as tracked (`gitformat-index`).
fn is_tracked(index: &Path, below: &Path) -> bool {
    let mut bytes = Vec::new();
    let Ok(file) = File::open(index) else {
        return false;
    };
    if file.take(LONGEST).read_to_end(&mut bytes).is_err() {
        return false;
    }
    let mut wanted = below.as_os_str().as_encoded_bytes().to_vec();
    wanted.push(b'/');
    bytes.get(4..8) == Some(&[0, 0, 0, 4]) || bytes.windows(wanted.len()).any(|part| part == wanted)
}

fn look_up(folder: &Path, name: &str) -> Option<String> {
    // A name comes from a file of the tree: it stays below the folder.
    if name.split('/').any(|part| part.is_empty() || part == "..") {
        return None;
    }
    if let Some(text) = read(&folder.join(name)) {
        return Some(text.trim().to_owned());
    }
    let packed = read(&folder.join("packed-refs"))?;
    let mut lines = packed.lines().filter(|line| !line.starts_with(['#', '^']));
    lines.find_map(|line| {
        line.split_once(' ')
            .filter(|(_, packed)| *packed == name)
            .map(|(commit, _)| commit.to_owned())
    })
}

/// SHA-1 or SHA-256, in hexadecimal.
fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn read(path: &Path) -> Option<String> {
    let file = File::open(path)
        .ok()
        .filter(|file| file.metadata().is_ok_and(|metadata| metadata.is_file()))?;
    let mut text = String::new();
    file.take(LONGEST).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

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

        fn commit(&self, below: &str) -> Option<String> {
            of_folder(&self.0.path().join(below))
        }
    }

    #[test]
    fn loose_packed_and_detached() {
        let head = (".git/HEAD", "ref: refs/heads/main\n");
        let commit = format!("{COMMIT}\n");
        let index = (".git/index", "DIRC\0\0\0\u{2} … src/deep/x.c\0");
        let packed = format!("# pack-refs with: peeled\n{COMMIT} refs/heads/main\n^{COMMIT}\n");
        for tree in [
            Tree::new(&[head, index, (".git/refs/heads/main", &commit)]),
            Tree::new(&[head, index, (".git/packed-refs", &packed)]),
            Tree::new(&[(".git/HEAD", &commit), index]),
        ] {
            std::fs::create_dir_all(tree.0.path().join("src/deep")).unwrap();
            std::fs::create_dir_all(tree.0.path().join("target/ignored")).unwrap();
            assert_eq!(tree.commit("").as_deref(), Some(COMMIT));
            assert_eq!(tree.commit("src/deep").as_deref(), Some(COMMIT));
            assert_eq!(tree.commit("target/ignored"), None);
        }
    }

    #[test]
    fn a_linked_work_tree() {
        let commit = format!("{COMMIT}\n");
        let tree = Tree::new(&[
            ("tree/.git", "gitdir: ../main/.git/worktrees/tree\n"),
            ("main/.git/worktrees/tree/HEAD", "ref: refs/heads/side\n"),
            ("main/.git/worktrees/tree/commondir", "../..\n"),
            ("main/.git/refs/heads/side", &commit),
        ]);
        assert_eq!(tree.commit("tree").as_deref(), Some(COMMIT));
    }

    #[test]
    fn what_has_no_commit() {
        for files in [
            [(".git/HEAD", "ref: refs/heads/main")],
            [(".git/HEAD", "ref: HEAD")],
            [(".git/HEAD", "ref: ../../etc/passwd")],
            [(".git/HEAD", "not a commit")],
            [(".git", "gitdir: nowhere")],
        ] {
            assert_eq!(Tree::new(&files).commit(""), None, "{files:?}");
        }
    }
}
