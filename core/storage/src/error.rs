//! What can go wrong with the database.

use std::path::PathBuf;

use sqlx::migrate::MigrateError;
use sqlx::postgres::PgConnectOptions;

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
    /// The server does not answer, or turns everybody away.
    #[error("the database server {server} cannot be reached: {detail}")]
    Unreachable {
        /// Where it is said to be; no password.
        server: String,
        /// What the system or the server said.
        detail: String,
    },
    /// The server does not let this user in.
    #[error(
        "the database server {server} refused the user '{user}': check the user and the password in DATABASE_URL"
    )]
    Refused {
        /// Where it is.
        server: String,
        /// Who was refused.
        user: String,
    },
    /// The server has no such database.
    #[error(
        "the database server {server} has no database '{database}': make it (createdb), or name another one in DATABASE_URL"
    )]
    NoDatabase {
        /// Where it is.
        server: String,
        /// What was asked for.
        database: String,
    },
    /// The user may not do what is needed.
    #[error(
        "the database's user may not do this ({0}): grant it the tables, and the right to make some for a migration"
    )]
    Forbidden(String),
    /// A database that cannot hold all texts.
    #[error("the database has the encoding {0}, and UTF8 is needed: make one with it")]
    Encoding(String),
    /// The file or its folder may not be written.
    #[error("the database cannot be written: it is read-only")]
    ReadOnly,
    /// The disk is full.
    #[error("the database cannot be written: no space left on its disk")]
    Full,
    /// Another process held the write lock for longer than the wait.
    #[error("the database is busy: somebody else has been writing for a long time, try again")]
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

/// SQLSTATEs (<https://www.postgresql.org/docs/current/errcodes-appendix.html>); two characters are a class.
mod state {
    pub(super) const CONNECTION: &str = "08";
    pub(super) const NO_ENTRY: &str = "28";
    pub(super) const NO_DATABASE: &str = "3D000";
    pub(super) const FORBIDDEN: &str = "42501";
    pub(super) const READ_ONLY: &str = "25006";
    pub(super) const IDLE_TOO_LONG: &str = "25P03";
    pub(super) const DISK_FULL: &str = "53100";
    pub(super) const NO_RESOURCES: &str = "53";
    pub(super) const LOCK: &str = "55P03";
    pub(super) const CANCELED: &str = "57014";
    pub(super) const SHUTDOWN: &str = "57P0";
    pub(super) const ROLLBACK: &str = "40";
}

/// What an error is about: messages name it.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// A file.
    File(PathBuf),
    /// A server.
    Server {
        /// Host and port, or the folder of its socket.
        name: String,
        user: String,
        database: String,
    },
}

impl Place {
    pub(crate) fn server(options: &PgConnectOptions) -> Self {
        let user = options.get_username().to_owned();
        Self::Server {
            name: match options.get_socket() {
                Some(folder) => folder.display().to_string(),
                None => format!("{}:{}", options.get_host(), options.get_port()),
            },
            database: options.get_database().unwrap_or(&user).to_owned(),
            user,
        }
    }

    /// The file; of a server its name.
    pub(crate) fn path(&self) -> PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::Server { name, .. } => name.into(),
        }
    }

    pub(crate) fn explain(&self, error: sqlx::Error) -> StorageError {
        match self {
            Self::File(path) => explain_file(path.clone(), error),
            Self::Server {
                name,
                user,
                database,
            } => explain_server(name, user, database, error),
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

fn explain_file(path: PathBuf, error: sqlx::Error) -> StorageError {
    let number = match &error {
        sqlx::Error::Database(inner) => inner.code().and_then(|code| code.parse::<i32>().ok()),
        sqlx::Error::PoolTimedOut => return StorageError::Busy,
        sqlx::Error::Io(io) => {
            let detail = io.to_string();
            return StorageError::Open { path, detail };
        }
        _ => None,
    };
    // Extended codes keep the primary one in their low byte.
    match number.map(|number| number & 0xff) {
        Some(code::CORRUPT | code::NOTADB) => StorageError::Corrupt {
            path,
            detail: text_of(&error),
        },
        Some(code::CANTOPEN) => StorageError::Open {
            path,
            detail: text_of(&error),
        },
        Some(code::READONLY) => StorageError::ReadOnly,
        Some(code::FULL) => StorageError::Full,
        Some(code::BUSY | code::LOCKED) => StorageError::Busy,
        _ => StorageError::Sql(error),
    }
}

fn explain_server(server: &str, user: &str, database: &str, error: sqlx::Error) -> StorageError {
    let unreachable = |detail: String| StorageError::Unreachable {
        server: server.to_owned(),
        detail,
    };
    let state = match &error {
        sqlx::Error::Database(inner) => inner.code().unwrap_or_default().into_owned(),
        sqlx::Error::PoolTimedOut => {
            return unreachable("it gave no connection in time".to_owned());
        }
        sqlx::Error::Io(io) => return unreachable(io.to_string()),
        sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::Configuration(_)
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => return unreachable(error.to_string()),
        _ => return StorageError::Sql(error),
    };
    let is = |prefix: &str| state.starts_with(prefix);
    if is(state::NO_ENTRY) {
        StorageError::Refused {
            server: server.to_owned(),
            user: user.to_owned(),
        }
    } else if is(state::NO_DATABASE) {
        StorageError::NoDatabase {
            server: server.to_owned(),
            database: database.to_owned(),
        }
    } else if is(state::DISK_FULL) {
        StorageError::Full
    } else if is(state::LOCK) || is(state::CANCELED) || is(state::ROLLBACK) {
        StorageError::Busy
    } else if is(state::READ_ONLY) {
        StorageError::ReadOnly
    } else if is(state::FORBIDDEN) {
        StorageError::Forbidden(text_of(&error))
    } else if [
        state::CONNECTION,
        state::SHUTDOWN,
        state::NO_RESOURCES,
        state::IDLE_TOO_LONG,
    ]
    .into_iter()
    .any(is)
    {
        unreachable(text_of(&error))
    } else {
        StorageError::Sql(error)
    }
}

fn text_of(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(inner) => inner.message().to_owned(),
        other => other.to_string(),
    }
}
