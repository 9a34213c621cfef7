//! What can go wrong with the database.

use std::path::PathBuf;

use sqlx::migrate::MigrateError;

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The file is no database, or a damaged one.
    #[error("the database '{}' is damaged or no database ({detail}): restore it from a backup, or move it away and import again", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What the engine said.
        detail: String,
    },
    /// The file or its folder cannot be opened or made.
    #[error("cannot open the database '{}': {detail}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system or the engine said.
        detail: String,
    },
    /// The file or its folder may not be written.
    #[error("the database cannot be written: its file or folder is read-only")]
    ReadOnly,
    /// The disk is full.
    #[error("the database cannot be written: no space left on its disk")]
    Full,
    /// Another process held the write lock for longer than the wait.
    #[error("the database is busy: another process has been writing for a long time, try again")]
    Busy,
    /// Made by a later program.
    #[error(
        "the database was made by a later version of CodeGraph: use that version, or another data folder"
    )]
    TooNew,
    /// A revision of the tables that cannot be gone to.
    #[error(
        "the tables are at revision {from} and cannot be brought to {asked}: there are revisions 1 to {newest}, and none goes back"
    )]
    NoRevision {
        /// What was asked for.
        asked: i64,
        /// What there is.
        from: i64,
        /// The last one that this program knows.
        newest: i64,
    },
    /// A migration failed.
    #[error("cannot bring the database to this version's tables")]
    Migrate(#[source] MigrateError),
    /// What must be unique is there already.
    #[error("{0} exists already")]
    Conflict(&'static str),
    /// A row that a change needs is gone.
    #[error("{0} is no longer there: it was removed in the meantime")]
    Gone(&'static str),
    /// A stored value has no meaning to this program.
    #[error("the database holds a value that cannot be read: {0}")]
    Value(String),
    /// Everything else.
    #[error("the database refused a statement")]
    Sql(#[source] sqlx::Error),
}

/// SQLite's primary result codes (<https://www.sqlite.org/rescode.html>).
mod code {
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
    pub(super) const READONLY: i32 = 8;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANTOPEN: i32 = 14;
    pub(super) const NOTADB: i32 = 26;
}

/// The file that an error is about: messages name it.
#[derive(Clone, Debug)]
pub(crate) struct Named(pub(crate) PathBuf);

impl Named {
    pub(crate) fn explain(&self, error: sqlx::Error) -> StorageError {
        let number = match &error {
            sqlx::Error::Database(inner) => inner.code().and_then(|code| code.parse::<i32>().ok()),
            sqlx::Error::PoolTimedOut => return StorageError::Busy,
            sqlx::Error::Io(io) => {
                return StorageError::Open {
                    path: self.0.clone(),
                    detail: io.to_string(),
                };
            }
            _ => None,
        };
        // Extended codes keep the primary one in their low byte.
        match number.map(|number| number & 0xff) {
            Some(code::CORRUPT | code::NOTADB) => StorageError::Corrupt {
                path: self.0.clone(),
                detail: text_of(&error),
            },
            Some(code::CANTOPEN) => StorageError::Open {
                path: self.0.clone(),
                detail: text_of(&error),
            },
            Some(code::READONLY) => StorageError::ReadOnly,
            Some(code::FULL) => StorageError::Full,
            Some(code::BUSY | code::LOCKED) => StorageError::Busy,
            _ => StorageError::Sql(error),
        }
    }

    pub(crate) fn explain_migration(&self, error: MigrateError) -> StorageError {
        match error {
            MigrateError::Execute(error) => self.explain(error),
            MigrateError::ExecuteMigration(error, version) => match self.explain(error) {
                // A statement of ours that the engine refuses: say which migration it was.
                StorageError::Sql(error) => {
                    StorageError::Migrate(MigrateError::ExecuteMigration(error, version))
                }
                known => known,
            },
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => {
                StorageError::TooNew
            }
            other => StorageError::Migrate(other),
        }
    }
}

fn text_of(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(inner) => inner.message().to_owned(),
        other => other.to_string(),
    }
}
