//! The files of a commit, as `git ls-tree` lists them.

use std::collections::BTreeSet;
use std::fmt;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

use super::command::{JobFolder, Setting};
use super::group::Group;
use super::options::Limits;
use super::{Cap, FetchError, names};

/// Longest record that is kept; the rest of a longer one is read over.
const MOST_RECORD: usize = 64 * 1024;

/// All paths of a listing together may be this long, in bytes.
const MOST_LISTING: u64 = 128 << 20;

/// A file of the commit that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The path: relative, UTF-8, validated.
    pub path: String,
    /// Whether it is marked as executable.
    pub executable: bool,
    /// Its size in bytes.
    pub size: u64,
    /// The name of its content in the repository.
    pub(super) object: String,
}

/// An entry of the commit that is not handed out: a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The path for a reader: escaped where it is no plain text, cut where it is too long.
    pub path: String,
    /// Why.
    pub reason: RefusedReason,
}

/// Why an entry of a commit is not handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefusedReason {
    /// A part of the path is `.` or `..`.
    DotDot,
    /// The path begins with a slash.
    Absolute,
    /// A part of the path is empty.
    EmptyPart,
    /// A part of the path is a spelling of `.git`.
    DotGit,
    /// The path holds a character that is not seen or changes how the rest is read.
    ControlCharacter,
    /// The path holds a backslash, which some systems take for a slash.
    Backslash,
    /// The path is not UTF-8.
    NotUtf8,
    /// The path has too many folders.
    TooDeep,
    /// The path has too many bytes.
    TooLong,
    /// The path was there before.
    Duplicate,
    /// A symbolic link; links are not followed.
    Symlink,
    /// A commit of another repository; submodules are not fetched.
    Submodule,
    /// The file is larger than the cap.
    TooLarge,
    /// Something that Git should not have.
    UnknownKind,
}

impl RefusedReason {
    /// The reason as a key for counting: lower case with underscores.
    pub fn key(self) -> &'static str {
        match self {
            Self::DotDot => "path_dot_dot",
            Self::Absolute => "path_absolute",
            Self::EmptyPart => "path_empty_part",
            Self::DotGit => "path_dot_git",
            Self::ControlCharacter => "path_control_character",
            Self::Backslash => "path_backslash",
            Self::NotUtf8 => "path_not_utf8",
            Self::TooDeep => "path_too_deep",
            Self::TooLong => "path_too_long",
            Self::Duplicate => "path_duplicate",
            Self::Symlink => "symlink",
            Self::Submodule => "submodule",
            Self::TooLarge => "too_large",
            Self::UnknownKind => "unknown_kind",
        }
    }
}

impl fmt::Display for RefusedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DotDot => "a part of the path is . or ..",
            Self::Absolute => "the path is absolute",
            Self::EmptyPart => "a part of the path is empty",
            Self::DotGit => "a part of the path is a spelling of .git",
            Self::ControlCharacter => "the path holds a control character",
            Self::Backslash => "the path holds a backslash",
            Self::NotUtf8 => "the path is not UTF-8",
            Self::TooDeep => "the path has too many folders",
            Self::TooLong => "the path is too long",
            Self::Duplicate => "the path occurs twice",
            Self::Symlink => "a symbolic link, which is not followed",
            Self::Submodule => "a submodule, which is not fetched",
            Self::TooLarge => "the file is too large",
            Self::UnknownKind => "neither a file nor a folder",
        })
    }
}

/// What a commit holds, both lists in the order of the tree.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) entries: Vec<Entry>,
    pub(super) refused: Vec<Refused>,
}

/// Lists the files of a commit and stops where a cap is reached.
pub(super) async fn list(
    setting: &Setting,
    folder: &JobFolder,
    commit: &str,
) -> Result<Listing, FetchError> {
    let mut wrap = setting.read(folder)?;
    wrap.command_mut()
        .args(["ls-tree", "-r", "-z", "--long", "--full-tree", commit])
        .stdout(std::process::Stdio::piped());
    let mut group = Group::spawn(wrap)?;
    let listing = match group.child().stdout().take() {
        Some(output) => parse(output, &setting.limits).await,
        None => Err(FetchError::Sandbox("no standard output".to_owned())),
    };
    let result = match listing {
        // A listing that was cut short by a crash must not pass for a whole one.
        Ok(listing) => finished(&mut group).await.map(|()| listing),
        Err(error) => Err(error),
    };
    group.end().await;
    result
}

async fn finished(group: &mut Group) -> Result<(), FetchError> {
    let mut reason = vec![0; 4096];
    let read = group.read_errors(&mut reason).await.unwrap_or(0);
    let status = group.wait().await.map_err(FetchError::io("wait for git"))?;
    if status.success() {
        Ok(())
    } else {
        let reason = String::from_utf8_lossy(&reason[..read]);
        Err(FetchError::Git {
            status: status.to_string(),
            reason: reason.trim().escape_debug().to_string(),
        })
    }
}

async fn parse(output: impl AsyncRead + Unpin, limits: &Limits) -> Result<Listing, FetchError> {
    let mut output = BufReader::with_capacity(256 * 1024, output);
    let mut listing = Listing::default();
    let mut seen = BTreeSet::new();
    let mut record = Vec::new();
    let (mut paths, mut listed, mut total) = (0_usize, 0_u64, 0_u64);
    while next(&mut output, &mut record)
        .await
        .map_err(FetchError::io("read git's list"))?
    {
        paths += 1;
        if paths > limits.paths {
            return Err(too_large(Cap::Paths, limits.paths as u64));
        }
        listed += record.len() as u64;
        if listed > MOST_LISTING {
            return Err(too_large(Cap::Names, MOST_LISTING));
        }
        match entry(&record, limits) {
            Ok(entry) if !seen.insert(entry.path.clone()) => {
                listing.refused.push(Refused {
                    path: entry.path,
                    reason: RefusedReason::Duplicate,
                });
            }
            Ok(entry) => {
                total = total.saturating_add(entry.size);
                if total > limits.total_bytes {
                    return Err(too_large(Cap::Total, limits.total_bytes));
                }
                listing.entries.push(entry);
            }
            Err(refused) => listing.refused.push(refused),
        }
    }
    Ok(listing)
}

/// Reads up to the next NUL; `false` at the end. What is longer than a record may be is read over.
async fn next(
    output: &mut BufReader<impl AsyncRead + Unpin>,
    record: &mut Vec<u8>,
) -> std::io::Result<bool> {
    record.clear();
    loop {
        let buffer = output.fill_buf().await?;
        if buffer.is_empty() {
            return if record.is_empty() {
                Ok(false)
            } else {
                Err(std::io::ErrorKind::UnexpectedEof.into())
            };
        }
        let end = buffer.iter().position(|byte| *byte == 0);
        let part = &buffer[..end.unwrap_or(buffer.len())];
        let room = MOST_RECORD - record.len();
        record.extend_from_slice(&part[..part.len().min(room)]);
        let used = part.len() + usize::from(end.is_some());
        output.consume(used);
        if end.is_some() {
            return Ok(true);
        }
    }
}

/// Reads `<mode> <type> <object> <size>\t<path>`.
fn entry(record: &[u8], limits: &Limits) -> Result<Entry, Refused> {
    let tab = record.iter().position(|byte| *byte == b'\t');
    let (head, path) = match tab {
        Some(tab) => (&record[..tab], &record[tab + 1..]),
        None => (record, &[][..]),
    };
    let refuse = |reason| Refused {
        path: names::shown(path),
        reason,
    };
    let path_text = names::check(path, limits.path_bytes, limits.depth).map_err(refuse)?;
    let head = std::str::from_utf8(head).unwrap_or_default();
    let mut words = head.split_ascii_whitespace();
    let (mode, object, size) = (words.next(), words.nth(1), words.next());
    let executable = match mode {
        Some("120000") => return Err(refuse(RefusedReason::Symlink)),
        Some("160000") => return Err(refuse(RefusedReason::Submodule)),
        Some(mode) if mode.starts_with("100") => mode == "100755",
        _ => return Err(refuse(RefusedReason::UnknownKind)),
    };
    let object = object
        .filter(|object| matches!(object.len(), 40 | 64))
        .ok_or_else(|| refuse(RefusedReason::UnknownKind))?;
    // A file that the server left out because of its size has none here: Git writes `BAD`.
    match size.and_then(|size| size.parse().ok()) {
        Some(size) if size <= limits.blob_bytes => Ok(Entry {
            path: path_text.to_owned(),
            executable,
            size,
            object: object.to_owned(),
        }),
        Some(_) | None => Err(refuse(RefusedReason::TooLarge)),
    }
}

fn too_large(cap: Cap, limit: u64) -> FetchError {
    FetchError::TooLarge { cap, limit }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECT: &str = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

    async fn list(records: &[&str], limits: &Limits) -> Result<Listing, FetchError> {
        let text = records.join("\0") + "\0";
        parse(text.as_bytes(), limits).await
    }

    #[tokio::test]
    async fn records_of_git() {
        let records = [
            format!("100644 blob {OBJECT}      12\ta/b.py"),
            format!("100755 blob {OBJECT}       0\trun"),
            format!("100664 blob {OBJECT}       1\told"),
            format!("120000 blob {OBJECT}       9\tlink"),
            format!("160000 commit {OBJECT}       -\tsub"),
            format!("100644 blob {OBJECT}     BAD\tleft-out"),
            format!("100644 blob {OBJECT} 99999999\tlarge"),
            format!("100644 blob {OBJECT}       1\t../out"),
            format!("100644 blob {OBJECT}       1\trun"),
            format!("100644 blob {OBJECT}       1\ttab\tin it"),
        ];
        let records: Vec<_> = records.iter().map(String::as_str).collect();
        let listing = list(&records, &Limits::default()).await.expect("a listing");
        let entries: Vec<_> = listing
            .entries
            .iter()
            .map(|entry| (entry.path.as_str(), entry.executable, entry.size))
            .collect();
        assert_eq!(
            entries,
            [("a/b.py", false, 12), ("run", true, 0), ("old", false, 1)]
        );
        let refused: Vec<_> = listing
            .refused
            .iter()
            .map(|refused| (refused.path.as_str(), refused.reason))
            .collect();
        let expected = [
            ("link", RefusedReason::Symlink),
            ("sub", RefusedReason::Submodule),
            ("left-out", RefusedReason::TooLarge),
            ("large", RefusedReason::TooLarge),
            ("../out", RefusedReason::DotDot),
            ("run", RefusedReason::Duplicate),
            ("tab\\tin it", RefusedReason::ControlCharacter),
        ];
        assert_eq!(refused, expected);
    }

    #[tokio::test]
    async fn caps_end_the_listing() {
        let record = format!("100644 blob {OBJECT} 60\ta");
        let other = format!("100644 blob {OBJECT} 60\tb");
        let records = [record.as_str(), other.as_str()];
        let paths = Limits {
            paths: 1,
            ..Limits::default()
        };
        let error = list(&records, &paths).await.expect_err("too many");
        assert!(matches!(
            error,
            FetchError::TooLarge {
                cap: Cap::Paths,
                limit: 1
            }
        ));
        let total = Limits {
            total_bytes: 100,
            ..Limits::default()
        };
        let error = list(&records, &total).await.expect_err("too large");
        assert!(matches!(
            error,
            FetchError::TooLarge {
                cap: Cap::Total,
                limit: 100
            }
        ));
    }

    #[tokio::test]
    async fn a_record_without_end_is_no_record() {
        let cut = format!("100644 blob {OBJECT} 1\ta");
        let error = parse(cut.as_bytes(), &Limits::default()).await;
        assert!(matches!(error, Err(FetchError::Io { .. })));
        let long = format!("100644 blob {OBJECT} 1\t{}\0", "a".repeat(1 << 20));
        let listing = parse(long.as_bytes(), &Limits::default())
            .await
            .expect("a listing");
        assert_eq!(listing.refused[0].reason, RefusedReason::TooLong);
    }
}
