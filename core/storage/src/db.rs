//! Opening the database.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::error::{Named, StorageError};
use crate::location::Location;
use crate::tx::Tx;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/sqlite");

/// How long a writer waits for another process's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// The longest pause before a first start that met another one tries again.
const OPEN_PAUSE: Duration = Duration::from_millis(100);
/// Readers at the same time; SQLite in WAL mode lets them read while one writes.
const READERS: u32 = 4;

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Db {
    /// SQLite: one writer and a few readers, each a connection.
    Sqlite(SqliteDb),
}

/// The SQLite arm of [`Db`].
#[derive(Clone, Debug)]
pub struct SqliteDb {
    writer: SqlitePool,
    readers: SqlitePool,
    named: Named,
}

/// What [`Db::migrate`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// Revision before; 0 where there were no tables.
    pub from: i64,
    /// Revision now.
    pub to: i64,
}

impl Db {
    /// Opens the database, making it where it is not there, and brings its tables to this version.
    ///
    /// Several processes may do so at once: migrations run in one write transaction.
    pub async fn open(location: &Location) -> Result<Self, StorageError> {
        match location {
            Location::Sqlite(path) => SqliteDb::open(path).await.map(Self::Sqlite),
        }
    }

    /// Brings the tables of a database to a revision, or to this version's, and says from where it came.
    ///
    /// # Errors
    /// [`StorageError::NoRevision`] where there is no such revision, or the tables are past it: they never go back.
    pub async fn migrate(location: &Location, to: Option<i64>) -> Result<Migrated, StorageError> {
        match location {
            Location::Sqlite(path) => SqliteDb::migrate_to(path, to).await,
        }
    }

    /// Begins a transaction that writes. It holds the write lock from its first moment, so that it never has to give up half-way.
    pub async fn begin(&self) -> Result<Tx, StorageError> {
        match self {
            Self::Sqlite(db) => {
                let inner = db.writer.begin_with("BEGIN IMMEDIATE").await;
                Ok(Tx::sqlite(
                    inner.map_err(|e| db.named.explain(e))?,
                    db.named.clone(),
                ))
            }
        }
    }

    /// Begins a transaction that only reads: it sees one state and waits for nobody.
    pub async fn read(&self) -> Result<Tx, StorageError> {
        match self {
            Self::Sqlite(db) => {
                let inner = db.readers.begin().await;
                Ok(Tx::sqlite(
                    inner.map_err(|e| db.named.explain(e))?,
                    db.named.clone(),
                ))
            }
        }
    }

    /// Closes all connections; the write-ahead log goes into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(db) => {
                db.readers.close().await;
                db.writer.close().await;
            }
        }
    }
}

impl SqliteDb {
    async fn open(path: &Path) -> Result<Self, StorageError> {
        let named = Named(path.to_owned());
        make_folder(path)?;
        // SQLite does not ask its busy handler when a file goes over to WAL, nor when the last user of one closes it: of
        // several first starts at the same moment some are refused at once, and have to try again.
        let started = tokio::time::Instant::now();
        let mut pause = Duration::from_millis(2);
        loop {
            match Self::connect(path, named.clone()).await {
                Err(StorageError::Busy) if started.elapsed() < BUSY_TIMEOUT => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(OPEN_PAUSE);
                }
                outcome => return outcome,
            }
        }
    }

    async fn connect(path: &Path, named: Named) -> Result<Self, StorageError> {
        let options = options(path);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(BUSY_TIMEOUT)
            .connect_with(options.clone())
            .await
            .map_err(|e| named.explain(e))?;
        let mut db = Self {
            readers: writer.clone(),
            writer,
            named,
        };
        db.check().await?;
        db.migrate().await?;
        db.readers = SqlitePoolOptions::new()
            .min_connections(0)
            .max_connections(READERS)
            .acquire_timeout(BUSY_TIMEOUT)
            .connect_lazy_with(options.pragma("query_only", "1"));
        Ok(db)
    }

    async fn migrate_to(path: &Path, to: Option<i64>) -> Result<Migrated, StorageError> {
        let named = Named(path.to_owned());
        make_folder(path)?;
        let known: Vec<i64> = MIGRATIONS
            .iter()
            .map(|migration| migration.version)
            .collect();
        let newest = known.last().copied().unwrap_or_default();
        let to = to.unwrap_or(newest);
        let mut connection = options(path)
            .connect()
            .await
            .map_err(|e| named.explain(e))?;
        let applied: Result<i64, sqlx::Error> =
            sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations")
                .fetch_one(&mut connection)
                .await;
        // A database without the table has no revision yet.
        let from = applied.unwrap_or(0);
        if to < from || !known.contains(&to) {
            return Err(StorageError::NoRevision {
                asked: to,
                from,
                newest,
            });
        }
        let mut tx = connection
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(|e| named.explain(e))?;
        MIGRATIONS
            .run_direct(Some(to), &mut *tx, false)
            .await
            .map_err(|e| named.explain_migration(e))?;
        tx.commit().await.map_err(|e| named.explain(e))?;
        Ok(Migrated { from, to })
    }

    /// Asks the engine whether the file is whole.
    async fn check(&self) -> Result<(), StorageError> {
        let verdict: Result<String, sqlx::Error> = sqlx::query_scalar("PRAGMA quick_check(1)")
            .fetch_one(&self.writer)
            .await;
        match verdict {
            Ok(text) if text == "ok" => Ok(()),
            Ok(detail) => Err(StorageError::Corrupt {
                path: PathBuf::clone(&self.named.0),
                detail,
            }),
            Err(error) => Err(self.named.explain(error)),
        }
    }

    async fn migrate(&self) -> Result<(), StorageError> {
        // The transaction around it is what makes two first starts at the same moment safe.
        let mut tx = self
            .writer
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(|e| self.named.explain(e))?;
        // `run` would do the same, but its future cannot be sent between threads.
        MIGRATIONS
            .run_direct(None, &mut *tx, false)
            .await
            .map_err(|e| self.named.explain_migration(e))?;
        tx.commit().await.map_err(|e| self.named.explain(e))
    }
}

/// Makes the folder of the file, where it is not there.
fn make_folder(path: &Path) -> Result<(), StorageError> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let Some(folder) = folder else {
        return Ok(());
    };
    std::fs::create_dir_all(folder).map_err(|error| StorageError::Open {
        path: path.to_owned(),
        detail: format!("cannot make the folder '{}': {error}", folder.display()),
    })
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // An acknowledged write survives a power cut.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging()
}
