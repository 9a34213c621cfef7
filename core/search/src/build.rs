//! Making an index.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use codegraph_model::{Text, TextKind, WantedTexts};
use serde::{Deserialize, Serialize};
use tantivy::{Index, IndexWriter, TantivyDocument};

use crate::error::SearchError;
use crate::fields::{Fields, short};

/// What is written about an index.
pub(crate) const ABOUT: &str = "about.json";
/// Locked as long as somebody builds.
const OWNER: &str = "owner.lock";
/// What the name of a folder that is being built ends with.
const PART: &str = ".part";
/// The version of the schema and the words.
pub(crate) const FORMAT: u32 = 1;

/// Memory of the writer.
const MEMORY: usize = 48 << 20;
/// More texts are left out, and that is said.
const MOST_TEXTS: u64 = 5_000_000;
/// A text is indexed up to so many bytes.
const MOST_BYTES: usize = 64 << 10;
/// So often an index is put where somebody else puts one at the same time.
const TRIES: usize = 5;

/// What an index was built of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Built {
    /// Version of the schema.
    pub(crate) format: u32,
    /// Texts in all.
    pub texts: u64,
    /// Texts by kind.
    pub by_kind: BTreeMap<TextKind, u64>,
    /// Whether all texts that there were are in it.
    pub is_whole: bool,
    /// Which texts were to be in it.
    #[serde(default)]
    pub wanted: WantedTexts,
}

/// An index that is being made; dropping it removes what there is.
pub struct Builder {
    folder: PathBuf,
    place: PathBuf,
    owner: File,
    writer: Option<IndexWriter>,
    fields: Fields,
    built: Built,
}

impl Builder {
    /// Begins an index of these texts that is to be at a place.
    pub fn new(place: &Path, wanted: WantedTexts) -> Result<Self, SearchError> {
        let (above, name) = parts(place);
        std::fs::create_dir_all(above).map_err(|error| SearchError::io(&error))?;
        let (folder, owner) = part(above, &name).map_err(|error| SearchError::io(&error))?;
        let mut builder = Self {
            folder,
            place: place.to_owned(),
            owner,
            writer: None,
            fields: Fields::schema().1,
            built: Built {
                format: FORMAT,
                is_whole: true,
                wanted,
                ..Built::default()
            },
        };
        let writing = |error: tantivy::TantivyError| SearchError::writing(&error);
        let index = Index::create_in_dir(&builder.folder, Fields::schema().0).map_err(writing)?;
        Fields::register(&index);
        // One thread: imports have the others, and the same texts give the same index.
        let writer = index.writer_with_num_threads(1, MEMORY).map_err(writing)?;
        builder.writer = Some(writer);
        Ok(builder)
    }

    /// Adds a text.
    pub fn add(&mut self, text: &Text) -> Result<(), SearchError> {
        if self.built.texts >= MOST_TEXTS {
            self.built.is_whole = false;
            return Ok(());
        }
        let Some(writer) = &self.writer else {
            return Err(SearchError::Cancelled);
        };
        let fields = self.fields;
        let mut document = TantivyDocument::new();
        document.add_text(fields.kind, text.kind.text());
        document.add_text(fields.path, &text.path);
        document.add_text(fields.within, &text.path);
        for (at, _) in text.path.match_indices('/') {
            document.add_text(fields.within, &text.path[..at]);
        }
        document.add_text(fields.path_words, &text.path);
        document.add_u64(fields.line, text.line.into());
        document.add_u64(fields.line_end, text.line_end.into());
        document.add_text(fields.name, &text.name);
        if text.kind == TextKind::Symbol {
            document.add_text(fields.short_name, short(&text.name));
        }
        let end = text.text.floor_char_boundary(MOST_BYTES);
        if end < text.text.len() {
            self.built.is_whole = false;
        }
        document.add_text(fields.text, &text.text[..end]);
        writer
            .add_document(document)
            .map_err(|error| SearchError::writing(&error))?;
        self.built.texts += 1;
        *self.built.by_kind.entry(text.kind).or_default() += 1;
        Ok(())
    }

    /// Puts the index in its place. Where somebody else was faster, theirs stays.
    pub fn finish(mut self) -> Result<Built, SearchError> {
        self.seal()?;
        let renamed = std::fs::rename(&self.folder, &self.place);
        if let Err(error) = renamed
            && !self.place.is_dir()
        {
            return Err(SearchError::io(&error));
        }
        self.placed()
    }

    /// Puts the index in its place, whatever is there: who reads that goes on with it.
    pub fn replace(mut self) -> Result<Built, SearchError> {
        self.seal()?;
        let io = |error: std::io::Error| SearchError::io(&error);
        let (above, name) = parts(&self.place);
        for _ in 0..TRIES {
            let (old, owner) = part(above, &name).map_err(io)?;
            // Where there is none, there is nothing in the way.
            let _ = std::fs::rename(&self.place, old.join("index"));
            let renamed = std::fs::rename(&self.folder, &self.place);
            // What cannot be removed goes with the next sweep.
            let _ = std::fs::remove_dir_all(&old);
            let _ = owner.unlock();
            match renamed {
                Ok(()) => return self.placed(),
                // Somebody put another one there in between.
                Err(_) if self.place.is_dir() => {}
                Err(error) => return Err(io(error)),
            }
        }
        Err(SearchError::Io(
            "others put theirs in its place again and again".to_owned(),
        ))
    }

    /// Writes what is left to be written.
    fn seal(&mut self) -> Result<(), SearchError> {
        let io = |error: std::io::Error| SearchError::io(&error);
        if let Some(mut writer) = self.writer.take() {
            writer
                .commit()
                .map_err(|error| SearchError::writing(&error))?;
            writer
                .wait_merging_threads()
                .map_err(|error| SearchError::writing(&error))?;
        }
        let about = serde_json::to_vec(&self.built).unwrap_or_default();
        std::fs::write(self.folder.join(ABOUT), about).map_err(io)?;
        std::fs::remove_file(self.folder.join(OWNER)).map_err(io)?;
        for entry in std::fs::read_dir(&self.folder).map_err(io)?.flatten() {
            File::open(entry.path())
                .and_then(|file| file.sync_all())
                .map_err(io)?;
        }
        Ok(())
    }

    /// Sees to it that the place stays after a crash.
    fn placed(mut self) -> Result<Built, SearchError> {
        File::open(parts(&self.place).0)
            .and_then(|above| above.sync_all())
            .map_err(|error| SearchError::io(&error))?;
        Ok(std::mem::take(&mut self.built))
    }
}

impl Drop for Builder {
    fn drop(&mut self) {
        // Before the folder: it writes into it.
        drop(self.writer.take());
        // Gone already where it was put in its place; what cannot be removed goes with the next sweep.
        let _ = std::fs::remove_dir_all(&self.folder);
        let _ = self.owner.unlock();
    }
}

/// The folder that a place is in, and its name there.
fn parts(place: &Path) -> (&Path, String) {
    let name = place.file_name().unwrap_or_default();
    (
        place.parent().unwrap_or(place),
        name.to_string_lossy().into_owned(),
    )
}

/// A folder of a name that nobody has, locked.
fn part(above: &Path, name: &str) -> std::io::Result<(PathBuf, File)> {
    for number in 0.. {
        let folder = above.join(format!("{name}.{}-{number}{PART}", std::process::id()));
        match std::fs::create_dir(&folder) {
            Ok(()) => {
                let owner = File::create(folder.join(OWNER))?;
                owner.lock()?;
                return Ok((folder, owner));
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(std::io::Error::other("there are no names left"))
}

/// Removes what builders left in a folder whose process is gone; gives their number. `is_old` says of a folder without a lock, which a
/// builder has for a moment, whether that moment is over.
pub fn remove_left(above: &Path, is_old: impl Fn(&Path) -> bool) -> u64 {
    let mut removed = 0;
    for entry in std::fs::read_dir(above).into_iter().flatten().flatten() {
        let folder = entry.path();
        if !entry.file_name().to_string_lossy().ends_with(PART) {
            continue;
        }
        let is_owned = match File::open(folder.join(OWNER)) {
            Ok(owner) => matches!(owner.try_lock(), Err(TryLockError::WouldBlock)),
            Err(_) => !is_old(&folder),
        };
        // A file that is put in its place by a rename has the same kind of name.
        let gone = || std::fs::remove_dir_all(&folder).or_else(|_| std::fs::remove_file(&folder));
        if !is_owned && gone().is_ok() {
            removed += 1;
        }
    }
    removed
}
