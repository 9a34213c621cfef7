//! Answers to questions that follow values, kept in a folder: the next process finds them.
//!
//! An answer's name is the hash of the graph, of the question, and of this program's code: none is ever out of date. The folder is a
//! cache; what cannot be read or written there is computed again.

use super::frame::{pack, unpack};
use crate::FINGERPRINT;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A folder of answers.
#[derive(Clone, Debug)]
pub(super) struct AnswerFolder {
    path: PathBuf,
    most_bytes: u64,
}

/// Hash of a question to a graph.
pub(super) type Key = [u8; 32];

/// The key of a question: `kind` tells questions of different forms apart.
pub(super) fn key(kind: &str, question: &impl Serialize) -> Result<Key, String> {
    let question = postcard::to_allocvec(question).map_err(|error| error.to_string())?;
    let mut hasher = blake3::Hasher::new();
    for part in [FINGERPRINT.as_bytes(), kind.as_bytes(), &question] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    Ok(*hasher.finalize().as_bytes())
}

impl AnswerFolder {
    pub(super) fn new(path: PathBuf, most_bytes: u64) -> Self {
        Self { path, most_bytes }
    }

    fn file(&self, revision: &str, key: &Key) -> PathBuf {
        let mut hasher = blake3::Hasher::new();
        hasher.update(key);
        hasher.update(revision.as_bytes());
        self.path
            .join(format!("{}.answer", hasher.finalize().to_hex()))
    }

    /// What was answered before.
    pub(super) fn read<T: DeserializeOwned>(&self, revision: &str, key: &Key) -> Option<T> {
        let path = self.file(revision, key);
        let frame = std::fs::read(&path).ok()?;
        match unpack(&frame) {
            Ok(answer) => Some(answer),
            Err(error) => {
                tracing::warn!(path = %path.display(), error, "a kept answer cannot be read");
                let _ = std::fs::remove_file(&path);
                None
            }
        }
    }

    /// Keeps an answer, and lets the oldest ones go where there are too many.
    pub(super) fn write(&self, revision: &str, key: &Key, answer: &impl Serialize) {
        let written = pack(answer).and_then(|frame| {
            self.put(&self.file(revision, key), &frame)
                .map_err(|error| error.to_string())
        });
        if let Err(error) = written {
            tracing::debug!(path = %self.path.display(), error, "an answer is not kept");
        }
    }

    fn put(&self, path: &Path, frame: &[u8]) -> std::io::Result<()> {
        std::fs::create_dir_all(&self.path)?;
        self.make_room(frame.len() as u64)?;
        // Renamed into place: others see all of it or nothing.
        let mut file = tempfile::NamedTempFile::new_in(&self.path)?;
        file.write_all(frame)?;
        file.persist(path)?;
        Ok(())
    }

    fn make_room(&self, bytes: u64) -> std::io::Result<()> {
        let mut kept: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        for entry in std::fs::read_dir(&self.path)? {
            let entry = entry?;
            if let Ok(about) = entry.metadata() {
                let written = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                kept.push((written, about.len(), entry.path()));
            }
        }
        kept.sort();
        let mut all = bytes + kept.iter().map(|(_, bytes, _)| bytes).sum::<u64>();
        for (_, bytes, path) in kept {
            if all <= self.most_bytes {
                break;
            }
            // Another process may have taken it away.
            let _ = std::fs::remove_file(path);
            all -= bytes;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(most: u64) -> (tempfile::TempDir, AnswerFolder) {
        let folder = tempfile::tempdir().unwrap();
        let answers = AnswerFolder::new(folder.path().join("answers"), most);
        (folder, answers)
    }

    #[test]
    fn answers_are_kept_by_question_and_revision() {
        let (_folder, answers) = folder(1 << 20);
        let (one, other) = (key("flows", &1).unwrap(), key("flows", &2).unwrap());
        assert_ne!(one, key("states", &1).unwrap());
        assert_eq!(answers.read::<String>("r1", &one), None);
        answers.write("r1", &one, &"first");
        answers.write("r1", &other, &"second");
        assert_eq!(answers.read::<String>("r1", &one).unwrap(), "first");
        assert_eq!(answers.read::<String>("r1", &other).unwrap(), "second");
        assert_eq!(answers.read::<String>("r2", &one), None);
    }

    #[test]
    fn a_damaged_answer_is_none_and_goes() {
        let (_folder, answers) = folder(1 << 20);
        let one = key("flows", &1).unwrap();
        answers.write("r1", &one, &"first");
        let path = answers.file("r1", &one);
        std::fs::write(&path, b"no frame").unwrap();
        assert_eq!(answers.read::<String>("r1", &one), None);
        assert!(!path.exists());
    }

    #[test]
    fn there_are_never_more_bytes_than_said() {
        let (_folder, answers) = folder(2_000);
        for number in 0..40_u64 {
            // Hashes: what does not compress.
            let text: Vec<u8> = (0..10_u64)
                .flat_map(|part| *blake3::hash(&(number * 100 + part).to_le_bytes()).as_bytes())
                .collect();
            answers.write("r1", &key("flows", &number).unwrap(), &text);
            let bytes: u64 = std::fs::read_dir(&answers.path)
                .unwrap()
                .map(|entry| entry.unwrap().metadata().unwrap().len())
                .sum();
            assert!(bytes <= 2_000, "{bytes}");
        }
        let last = key("flows", &39_u64).unwrap();
        assert!(answers.read::<Vec<u8>>("r1", &last).is_some());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, b"").unwrap();
        let answers = AnswerFolder::new(file.join("answers"), 1_000);
        let one = key("flows", &1).unwrap();
        answers.write("r1", &one, &"first");
        assert_eq!(answers.read::<String>("r1", &one), None);
    }
}
